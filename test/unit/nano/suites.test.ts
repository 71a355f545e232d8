import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KINDS } from '../../../electron/contract/task.ts'
import { randomProgram } from '../../../electron/nano/grammar/program.ts'
import { normalised } from '../../../electron/nano/holdout.ts'
import { heldOutSuite, isNanoValue, parseHandWritten } from '../../../electron/nano/make-suites.ts'
import { seededRandom } from '../../../electron/nano/random.ts'
import { SUITES, loadSuite, parseSuite } from '../../../electron/nano/suites.ts'
import { parseCanonical } from '../../../electron/python/canonical.ts'
import { openSandbox } from '../../../electron/sandbox/open.ts'
import type { Sandbox } from '../../../electron/sandbox/sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox({ workers: 1 })
})
afterAll(() => sandbox.close())

const line = {
  id: 'a',
  kind: 'deduction',
  program: 'def f(x):\n    return x',
  pairs: [{ input: '1', output: 'i1;' }],
  visible: 0,
}

describe('the suites', () => {
  test('hold at least 768 distinct held-out programs of each kind', async () => {
    const items = await loadSuite('nano-heldout')
    for (const kind of KINDS) {
      const programs = items.filter((item) => item.kind === kind).map(({ cluster }) => cluster)
      expect(new Set(programs).size).toBe(programs.length)
      expect(programs.length).toBeGreaterThanOrEqual(768)
    }
    expect(new Set(items.map(({ program }) => normalised(program))).size).toBe(items.length)
  })

  test('hold at least 200 hand-written programs, each asked in every kind', async () => {
    const items = await loadSuite('nano-ood')
    const programs = new Set(items.map(({ cluster }) => cluster))
    expect(programs.size).toBeGreaterThanOrEqual(200)
    expect(items.length).toBe(programs.size * 8)
  })

  test('ask only for values of the language', async () => {
    for (const name of SUITES) {
      const outputs = (await loadSuite(name)).flatMap(({ pairs }) => pairs.map((p) => p.output))
      const odd = outputs.filter((output) => {
        const value = parseCanonical(output)
        return !value.ok || !isNanoValue(value.value)
      })
      expect(odd).toEqual([])
    }
  })

  test('hold hand-written programs that the grammar does not make', async () => {
    const hand = new Set((await loadSuite('nano-ood')).map(({ program }) => normalised(program)))
    const random = seededRandom(77, 0)
    const made = Array.from({ length: 20_000 }, () => randomProgram(random).text)
    expect(made.filter((text) => hand.has(normalised(text)))).toEqual([])
  })

  test.each(SUITES)('%s has golds that execution confirms', async (name) => {
    const items = (await loadSuite(name)).filter((_, at) => at % 37 === 0)
    for (const { program, pairs } of items) {
      const reply = await sandbox.run({ program, inputs: pairs.map(({ input }) => input) })
      const found = reply.outcomes.map((outcome) =>
        outcome.status === 'ok' ? outcome.canonical : outcome.status,
      )
      expect(found).toEqual(pairs.map(({ output }) => output))
    }
  })
})

describe('reading a suite', () => {
  test('skips blank lines and makes the program the cluster', () => {
    const [item] = parseSuite(`\n${JSON.stringify(line)}\n`, 'mine')
    expect(item).toEqual({ ...line, message: '', cluster: line.program })
  })

  test.each([
    ['no JSON', '{'],
    ['an unknown kind', JSON.stringify({ ...line, kind: 'error' })],
    ['two pairs of deduction', JSON.stringify({ ...line, pairs: [...line.pairs, ...line.pairs] })],
    ['induction without hidden pairs', JSON.stringify({ ...line, kind: 'induction', visible: 1 })],
    ['a missing field', JSON.stringify({ ...line, id: undefined })],
    ['a strange field', JSON.stringify({ ...line, answer: 1 })],
  ])('names the line of %s', (_, bad) => {
    expect(() => parseSuite(`${JSON.stringify(line)}\n${bad}`, 'mine')).toThrow(/^mine, line 2: /)
  })

  test('refuses an id that occurs twice', () => {
    const twice = `${JSON.stringify(line)}\n${JSON.stringify(line)}`
    expect(() => parseSuite(twice, 'mine')).toThrow('expected unique ids')
  })

  test('names a file that is missing', async () => {
    await expect(loadSuite('nano-ood', '/nowhere')).rejects.toThrow('/nowhere/nano-ood.jsonl')
  })
})

describe('making a suite', () => {
  test('reads blocks of a type comment and a function', () => {
    const source =
      '# opening\n\n# int -2..9\ndef f(x):\n    return x\n\n# str\ndef f(x):\n    return x'
    expect(parseHandWritten(source)).toEqual([
      { program: 'def f(x):\n    return x\n'.trimEnd(), type: 'int', low: -2, high: 9 },
      { program: 'def f(x):\n    return x', type: 'str', low: 0, high: 0 },
    ])
    expect(() => parseHandWritten('# opening\n\ndef f(x):\n    return x')).toThrow(
      'expected a type',
    )
  })

  test('finds the shipped held-out programs again', async () => {
    const shipped = await loadSuite('nano-heldout')
    const again = await heldOutSuite(sandbox, 4)
    const same = (kind: string, items: readonly { id: string; kind: string; program: string }[]) =>
      items.filter((item) => item.kind === kind).map(({ id, program }) => [id, program])
    for (const kind of KINDS) expect(same(kind, again)).toEqual(same(kind, shipped).slice(0, 4))
  })
})
