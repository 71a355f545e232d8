import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createGraph, output } from '../../../electron/graph/graph.ts'
import { runGraph } from '../../gradcheck/harness.ts'
import { countingFeeds, OP_CASES } from './op-cases.ts'

const RUNS = 25

describe('the shape and element type that an op infers', () => {
  it.each(Object.entries(OP_CASES))('is what the runtime returns for %s', async (_name, build) => {
    await fc.assert(
      fc.asyncProperty(
        fc.gen(),
        fc.constantFrom('cpu' as const, 'webgpu' as const),
        async (gen, target) => {
          const g = createGraph(target)
          const draw = <T>(arbitrary: fc.Arbitrary<T>): T => gen(() => arbitrary)
          const values = build(g, draw)
          values.forEach((value, index) => output(g, value, `y${index}`))
          const results = await runGraph(g, countingFeeds(g))
          expect(values.length).toBeGreaterThan(0)
          const found = values.map((_, index) => results[`y${index}`])
          expect(found.map((result) => [result?.type, result?.dims])).toEqual(
            values.map(({ dtype, shape }) => [dtype, shape]),
          )
        },
      ),
      { numRuns: RUNS, seed: 1 },
    )
  })
})
