import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { execute } from '../../../electron/nano/execute.ts'
import { randomInput, randomInputs } from '../../../electron/nano/grammar/inputs.ts'
import { randomProgram } from '../../../electron/nano/grammar/program.ts'
import { pickWeighted, seededRandom, shuffled, weighted } from '../../../electron/nano/random.ts'
import { parseLiteral } from '../../../electron/python/literal.ts'
import { reprOf } from '../../../electron/python/repr.ts'
import { openSandbox } from '../../../electron/sandbox/open.ts'
import type { Sandbox } from '../../../electron/sandbox/sandbox.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await openSandbox({ workers: 1 })
})
afterAll(() => sandbox.close())

function programs(count: number, seed: number) {
  const random = seededRandom(seed, 0)
  return Array.from({ length: count }, () => randomProgram(random))
}

describe('the grammar', () => {
  test('is a function of the seed', () => {
    expect(programs(50, 3)).toEqual(programs(50, 3))
    expect(programs(50, 3)).not.toEqual(programs(50, 4))
  })

  test('writes functions f(x) with four-space bodies that end in a return', () => {
    const odd = programs(5_000, 1).filter(
      ({ text }) => !/^def f\(x\):\n(?: {4,16}[^\s][^\n]*\n)*? {4}return [^\n]+$/.test(text),
    )
    expect(odd).toEqual([])
  })

  test('varies: four of five programs in 20,000 are distinct', () => {
    expect(new Set(programs(20_000, 2).map(({ text }) => text)).size).toBeGreaterThan(16_000)
  })

  test('writes programs that all compile and mostly run', async () => {
    const random = seededRandom(5, 1)
    const calls = programs(3_000, 5).map(({ text, input }) => ({
      program: text,
      inputs: randomInputs(input, 5, random),
      wanted: 3,
    }))
    let usable = 0
    for (let at = 0; at < calls.length; at += 500) {
      // A syntax error would end the whole batch.
      const outcomes = await execute(calls.slice(at, at + 500), sandbox)
      usable += outcomes.filter((pairs) => pairs !== null).length
    }
    expect(usable).toBeGreaterThan(2_400)
  })

  test('is deterministic in Python: different hash seeds give the same outputs', async () => {
    const random = seededRandom(6, 1)
    for (const { text, input } of programs(40, 6)) {
      const inputs = randomInputs(input, 3, random)
      const { outcomes } = await sandbox.runTwice({ program: text, inputs })
      expect(outcomes.map(({ status }) => status)).not.toContain('nondeterministic')
    }
  })
})

describe('random inputs', () => {
  test('are literals in the form of repr', () => {
    const random = seededRandom(8, 0)
    for (let i = 0; i < 1_000; i += 1) {
      for (const type of ['list', 'str', 'int'] as const) {
        const text = randomInput(type, random)
        const value = parseLiteral(text)
        expect(value.ok && [value.value.kind, reprOf(value.value)]).toEqual([type, text])
      }
    }
  })

  test('are distinct', () => {
    const inputs = randomInputs('int', 10, seededRandom(9, 0))
    expect(new Set(inputs).size).toBe(inputs.length)
  })
})

describe('seeded random numbers', () => {
  test('differ between neighbouring streams and seeds', () => {
    const first = [seededRandom(0, 0)(), seededRandom(0, 1)(), seededRandom(1, 0)()]
    expect(new Set(first).size).toBe(3)
  })

  test('fill the unit interval evenly', () => {
    const random = seededRandom(7, 7)
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let i = 0; i < 100_000; i += 1) {
      const at = Math.floor(random() * 10)
      tenths[at] = (tenths[at] ?? 0) + 1
    }
    expect(Math.min(...tenths)).toBeGreaterThan(9_600)
    expect(Math.max(...tenths)).toBeLessThan(10_400)
  })

  test('draw by weight and refuse an empty table', () => {
    const table = weighted([
      [0, 'never'],
      [1, 'always'],
    ])
    const random = seededRandom(1, 1)
    expect(new Set(Array.from({ length: 100 }, () => pickWeighted(random, table)))).toEqual(
      new Set(['always']),
    )
    expect(() => pickWeighted(random, weighted([]))).toThrow('found none')
  })

  test('shuffle without losing anything', () => {
    const mixed = shuffled(seededRandom(2, 2), [1, 2, 3, 4, 5])
    expect(mixed.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5])
  })
})
