/** Random values, pairs and literals, each judged by CPython (oracle.py) and by us. */
import { spawnSync } from 'node:child_process'
import { beforeAll, describe, expect, test } from 'vitest'
import { parseCanonical, toCanonical } from '../../../electron/python/canonical.ts'
import { pyEqual, strictEqual } from '../../../electron/python/equality.ts'
import { parseLiteral } from '../../../electron/python/literal.ts'
import { reprOf } from '../../../electron/python/repr.ts'
import type { PyValue } from '../../../electron/python/value.ts'

type Pair = { kind: 'pair'; a: string; b: string; equal: boolean; repr?: string; text?: string }
type Literal = { kind: 'literal' | 'extension'; text: string; out: string | null }
type Case = Pair | Literal | { kind: 'end'; version: [number, number] }

const SEED = '20250503'
const PAIRS = 110_000
const LITERALS = 60_000

const python = spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 10))'])
const title =
  python.status === 0 ? 'against CPython' : 'against CPython (no python3 >= 3.10 on this machine)'

describe.skipIf(python.status !== 0)(title, () => {
  let cases: Case[] = []

  beforeAll(() => {
    const oracle = new URL('oracle.py', import.meta.url).pathname
    const ran = spawnSync('python3', [oracle, SEED, String(PAIRS), String(LITERALS)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    })
    expect(ran.stderr).toBe('')
    cases = ran.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Case)
    expect(cases.at(-1)?.kind).toBe('end')
  })

  const pairs = () => cases.filter((one) => one.kind === 'pair')
  const literals = (kind: Literal['kind']) =>
    cases.filter((one): one is Literal => one.kind === kind)

  test('equality agrees on every pair, either way round', () => {
    const wrong = pairs().filter(({ a, b, equal }) => {
      const [x, y] = [valueOf(a), valueOf(b)]
      return pyEqual(x, y) !== equal || pyEqual(y, x) !== equal
    })
    expect(wrong.slice(0, 5)).toEqual([])
    expect(pairs().length).toBeGreaterThanOrEqual(100_000)
    expect(pairs().filter(({ a, b, equal }) => equal && a !== b).length).toBeGreaterThan(5_000)
    expect(pairs().filter(({ equal }) => !equal).length).toBeGreaterThan(20_000)
  })

  test('strict equality is equality of the values that also have one canonical text', () => {
    // -0.0 and a Counter's zero counts are equal under different texts, so those values are left out.
    const plain = pairs().filter(({ a, b }) => !/-0\.0|C</.test(a + b))
    const wrong = plain.filter(
      ({ a, b, equal }) => strictEqual(valueOf(a), valueOf(b)) !== (equal && a === b),
    )
    expect(wrong.slice(0, 5)).toEqual([])
  })

  test('canonical text survives reading and writing', () => {
    const wrong = pairs().filter(({ a }) => toCanonical(valueOf(a)) !== a)
    expect(wrong.slice(0, 5)).toEqual([])
  })

  test('repr is the repr of CPython', () => {
    const known = pairs().filter(({ repr }) => repr !== undefined)
    const wrong = known.filter(({ a, repr }) => reprOf(valueOf(a)) !== repr)
    expect(wrong.slice(0, 5).map((one) => [one.repr, reprOf(valueOf(one.a))])).toEqual([])
    expect(known.length).toBeGreaterThan(10_000)
  })

  test('a repr of CPython reads and prints as itself', () => {
    const known = pairs().flatMap(({ text }) => (text === undefined ? [] : [text]))
    const wrong = known.filter((text) => printed(text) !== text)
    expect(wrong.slice(0, 5).map((text) => [text, printed(text)])).toEqual([])
    expect(known.length).toBeGreaterThan(10_000)
  })

  test('every repr reads back as the same value', () => {
    // CPython's complex sums lose the signs of zeros and NaN parts; the repr of a complex is not exact there either.
    const exact = pairs().filter(({ a }) => !a.includes('c'))
    const wrong = exact.filter(({ a }) => canonicalOf(reprOf(valueOf(a))) !== a)
    expect(wrong.slice(0, 5).map(({ a }) => [reprOf(valueOf(a)), a])).toEqual([])
  })

  test('the literal parser takes what ast.literal_eval takes, with the same value', () => {
    const wrong = literals('literal').filter(({ text, out }) => canonicalOf(text) !== out)
    expect(wrong.slice(0, 5).map((one) => [one, parseLiteral(one.text)])).toEqual([])
    expect(literals('literal').filter(({ out }) => out !== null).length).toBeGreaterThan(10_000)
    expect(literals('literal').filter(({ out }) => out === null).length).toBeGreaterThan(10_000)
  })

  test('reprs beyond literal_eval have the value that evaluating them gives', () => {
    const wrong = literals('extension').filter(({ text, out }) => canonicalOf(text) !== out)
    expect(wrong.slice(0, 5).map((one) => [one, parseLiteral(one.text)])).toEqual([])
    expect(literals('extension').length).toBeGreaterThan(5_000)
  })
})

function valueOf(text: string): PyValue {
  const parsed = parseCanonical(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.why}`)
  return parsed.value
}

function canonicalOf(text: string): string | null {
  const parsed = parseLiteral(text)
  return parsed.ok ? toCanonical(parsed.value) : null
}

function printed(text: string): string {
  const parsed = parseLiteral(text)
  return parsed.ok ? reprOf(parsed.value) : parsed.why
}
