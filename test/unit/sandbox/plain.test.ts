/** Arguments as JSON: only where the child's own reader of literals would make the very same values of the text. */
import { anything, assert, property } from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { argumentText } from '../../../electron/sandbox/plain.ts'
import type { LocalSandbox } from '../../../electron/sandbox/local.ts'
import { openSandbox } from '../../../electron/sandbox/open.ts'
import { reprOf } from '../../../electron/python/repr.ts'
import {
  pyBool,
  pyFloat,
  pyInt,
  pyList,
  pyStr,
  pyTuple,
  NONE,
} from '../../../electron/python/value.ts'
import type { PyValue } from '../../../electron/python/value.ts'

let sandbox: LocalSandbox

beforeAll(async () => {
  sandbox = await openSandbox({ workers: 1, engine: 'processes' })
})

afterAll(() => sandbox.close())

test('numbers, strings and lists go as JSON, with the type that Python gives them', () => {
  const json = (text: string) => argumentText(text)
  expect(json("1, -2.0, 1e22, -0.0, -0, 'é', [True, None, []]")).toEqual([
    '[1,-2.0,1e+22,-0.0,0,"é",[true,null,[]]]',
  ])
  expect(json('')).toEqual(['[]'])
  expect(json("'\\ud800', '\\x00\\n\"'")).toEqual(['["\\ud800","\\u0000\\n\\""]'])
})

test.for([
  '(1, 2)',
  '{1: 2}',
  '{1}',
  '1j',
  "b'a'",
  "float('nan')",
  'inf',
  '1e999',
  "'\\ud83d\\ude00'",
  '9'.repeat(1_001),
  ' '.repeat(2_001),
  'x',
  '1 + 1',
  '1) or (2',
  '[1][0]',
  'a=1',
  '*[1]',
  'true',
  'null',
  'NaN',
])('%j goes as it is', (text) => {
  expect(argumentText(text)).toBe(text)
})

/** What JSON can hold, out of anything. */
function valueOf(thing: unknown): PyValue {
  if (typeof thing === 'boolean') return pyBool(thing)
  if (typeof thing === 'bigint') return pyInt(thing)
  if (typeof thing === 'number') return Number.isInteger(thing) ? pyInt(thing) : pyFloat(thing)
  if (typeof thing === 'string') return pyStr(thing)
  if (Array.isArray(thing)) return pyList(thing.map(valueOf))
  return NONE
}

test('both ways of sending give a program the same values', async () => {
  const texts: string[] = []
  assert(
    property(anything({ maxDepth: 3 }), (thing) => {
      texts.push(reprOf(valueOf(thing)))
    }),
    { numRuns: 400, seed: 7 },
  )
  const floats = [0.1, 1e-7, 5e-324, 1.7976931348623157e308, 123456789012345680000, -0, 1e21]
  texts.push(...floats.map((value) => reprOf(pyFloat(value))))
  texts.push(reprOf(pyTuple([pyInt(2n ** 200n)])), String(-(2n ** 3000n)))
  const sent = texts.filter((text) => typeof argumentText(text) !== 'string')
  expect(sent.length).toBeGreaterThan(250)
  const program = 'def f(*a):\n    return a\n'
  // So long a text is never sent as JSON.
  const padded = texts.map((text) => `${text}${' '.repeat(2_001)}`)
  const outcomes = async (inputs: readonly string[]) =>
    (await sandbox.run({ program, inputs: inputs.slice(0, 150) })).outcomes
  for (let from = 0; from < texts.length; from += 150) {
    expect(await outcomes(texts.slice(from))).toEqual(await outcomes(padded.slice(from)))
  }
})
