import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { carriesCaches } from '../../../electron/engine/decode-attention.ts'
import {
  capacityFor,
  iterationsOf,
  planRun,
  slotsFor,
} from '../../../electron/engine/sampling-plan.ts'
import { TINY } from '../../fakes/tiny-model.ts'

const state = fc.record({
  slots: fc.constantFrom(1, 4, 8, 16, 32, 64),
  remaining: fc.integer({ min: 1, max: 5000 }),
  stops: fc.boolean(),
  meanLength: fc.double({ min: 0, max: 3000, noNaN: true }),
  maxTokens: fc.integer({ min: 1, max: 5000 }),
})

describe('planRun', () => {
  test('runs at least one iteration, and no more than its graph has', () => {
    fc.assert(
      fc.property(state, (run) => {
        const { unroll, trips } = planRun(TINY, run)
        expect(trips).toBeGreaterThanOrEqual(1)
        expect(trips).toBeLessThanOrEqual(iterationsOf(run.slots, unroll))
        expect(Number.isInteger(trips)).toBe(true)
        expect(trips * unroll).toBeLessThan(run.remaining + unroll)
      }),
    )
  })

  test('a batch that can only end at its limit runs long', () => {
    const run = { slots: 1, remaining: 200, stops: false, meanLength: 0, maxTokens: 200 }
    expect(planRun(TINY, run)).toEqual({ unroll: 4, trips: 16 })
    expect(planRun(TINY, { ...run, slots: 4 })).toEqual({ unroll: 16, trips: 4 })
    expect(planRun(TINY, { ...run, slots: 32 })).toEqual({ unroll: 8, trips: 1 })
  })

  test('short rows among many make short runs', () => {
    const run = { slots: 32, remaining: 60, stops: true, meanLength: 8, maxTokens: 64 }
    expect(planRun(TINY, run)).toEqual({ unroll: 4, trips: 1 })
  })

  test('a large model runs short, so that cancelling is prompt', () => {
    const large = { ...TINY, hiddenSize: 4096, intermediateSize: 14_336, layers: 32 }
    const run = { slots: 4, remaining: 500, stops: false, meanLength: 0, maxTokens: 500 }
    expect(planRun(large, run)).toEqual({ unroll: 4, trips: 1 })
  })
})

test('batches have few sizes, each large enough', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), (rows) => {
      expect(slotsFor(rows)).toBeGreaterThanOrEqual(rows)
    }),
  )
  expect(slotsFor(1000)).toBe(64)
  expect(new Set(Array.from({ length: 200 }, (_, rows) => slotsFor(rows + 1))).size).toBe(6)
})

test('caches have few lengths, none more than an eighth too long beyond the first', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40_000 }), (tokens) => {
      const capacity = capacityFor(tokens)
      expect(capacity).toBeGreaterThanOrEqual(tokens)
      expect(capacity - tokens).toBeLessThan(Math.max(32, tokens / 8))
    }),
  )
})

test('only small batches carry their caches from iteration to iteration', () => {
  expect([1, 4, 8, 64].map(carriesCaches)).toEqual([true, true, false, false])
})
