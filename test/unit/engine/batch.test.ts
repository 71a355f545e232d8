import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Grid, gatherSpots, packGrids } from '../../../electron/engine/batch.ts'
import type { Datum } from '../../../electron/engine/datum.ts'
import { collect, gridWork } from '../../../electron/engine/grid-work.ts'

const LIMITS = { tokens: 64, row: 16 }

/** A prompt of `prompt` tokens of family `group` and an answer of `answer` tokens that names datum `index`. */
function datum(group: number, prompt: number, answer: number, index: number, kl: boolean): Datum {
  const length = prompt + answer - 1
  const tokens = Int32Array.from({ length }, (_, at) => (at < prompt ? group : 100 + index))
  const targets = Int32Array.from({ length }, (_, at) => (at < prompt - 1 ? -1 : 100 + index))
  return { tokens, targets, ...(kl ? { klWeight: new Float32Array(length).fill(1) } : {}) }
}

const someData = fc
  .array(
    fc.record({
      group: fc.integer({ min: 0, max: 3 }),
      prompt: fc.integer({ min: 1, max: 12 }),
      answer: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 60, max: 90 })),
      kl: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  .map((list) =>
    list.map(({ group, prompt, answer, kl }, index) => datum(group, prompt, answer, index, kl)),
  )

/** What cell `cell` attends to, in order: the rule of treeMask on plain numbers. */
function visible(grid: Grid, cell: number): number[] {
  const start = Math.floor(cell / grid.length) * grid.length
  const seen: number[] = []
  for (let other = start; other <= cell; other += 1) {
    const same = grid.documents[other] === grid.documents[cell]
    const branch = grid.branches[other]
    if (same && (branch === 0 || branch === grid.branches[cell])) seen.push(other)
  }
  return seen
}

describe('packGrids', () => {
  test('a datum beyond the micro-batch has a grid of its own, others keep theirs', () => {
    const data = [datum(0, 4, 20, 0, false), datum(1, 4, 90, 1, false), datum(2, 4, 200, 2, false)]
    const shapes = packGrids(data, LIMITS).map(({ rows, length }) => [rows, length])
    expect(shapes).toEqual([
      [2, 32],
      [1, 96],
      [1, 224],
    ])
  })

  test('every target of every datum appears exactly once', () => {
    fc.assert(
      fc.property(someData, (data) => {
        const found = packGrids(data, LIMITS).flatMap(({ spots }) =>
          spots.map(({ datum: index, at }) => `${index}:${at}`),
        )
        const expected = data.flatMap(({ targets }, index) =>
          [...targets].flatMap((target, at) => (target >= 0 ? [`${index}:${at}`] : [])),
        )
        expect(found.toSorted()).toEqual(expected.toSorted())
      }),
    )
  })

  test('a target sees exactly the tokens of its own datum, at their positions', () => {
    fc.assert(
      fc.property(someData, (data) => {
        for (const grid of packGrids(data, LIMITS)) {
          for (const { cell, datum: index, at } of grid.spots) {
            const cells = visible(grid, cell)
            const tokens = cells.map((other) => Number(grid.ids[other]))
            expect(tokens).toEqual([...(data[index]?.tokens.subarray(0, at + 1) ?? [])])
            expect(cells.map((other) => Number(grid.sequence[other]))).toEqual([...tokens.keys()])
          }
        }
      }),
    )
  })

  test('grids keep their bounds: cells, positions, and KL apart from the rest', () => {
    fc.assert(
      fc.property(someData, (data) => {
        for (const grid of packGrids(data, LIMITS)) {
          const { rows, length, ids, spots, positions, kl } = grid
          expect(ids.length).toBe(rows * length)
          expect(rows === 1 || rows * length <= LIMITS.tokens).toBe(true)
          expect(length).toBeLessThanOrEqual(128)
          expect(spots.length).toBeLessThanOrEqual(positions)
          for (const spot of spots) expect(data[spot.datum]?.klWeight !== undefined).toBe(kl)
        }
      }),
    )
  })

  test('the same data give the same grids', () => {
    fc.assert(
      fc.property(someData, (data) => {
        expect(packGrids(data, LIMITS)).toEqual(packGrids(data, LIMITS))
      }),
    )
  })

  test('answers to one prompt share its tokens', () => {
    const data = [0, 1, 2].map((index) => datum(1, 8, 3, index, false))
    const [grid, ...others] = packGrids(data, LIMITS)
    expect(others).toEqual([])
    const used = grid?.documents.filter((document) => document >= 0).length
    expect(used).toBe(8 + 3 * 2)
  })

  test('no data give no grids', () => {
    expect(packGrids([], LIMITS)).toEqual([])
  })
})

test('statistics come back to the positions they belong to', () => {
  fc.assert(
    fc.property(someData, (data) => {
      const grids = packGrids(data, LIMITS)
      // The statistic of a spot is its target: sorted back, outputs repeat the targets.
      const stats = grids.map((grid) => ({
        logprobs: gatherSpots(data, grid, ({ targets }, at) => targets[at] ?? 0),
      }))
      const { outputs, metrics } = collect(data, grids, stats)
      outputs.forEach(({ logprobs }, index) => {
        const expected = Array.from(data[index]?.targets ?? [], (target) => Math.max(0, target))
        expect([...logprobs]).toEqual(expected)
      })
      expect(metrics['tokens']).toBe(
        data.reduce((sum, { targets }) => sum + targets.filter((target) => target >= 0).length, 0),
      )
    }),
  )
})

test('loss inputs that are absent are 0, clips are 0.2, behind the spots everything is 0', () => {
  const base = datum(1, 5, 3, 0, false)
  const data = [{ ...base, clipHigh: 0.5, advantages: new Float32Array(7).fill(2) }]
  const [grid] = packGrids(data, LIMITS)
  const work = grid === undefined ? null : gridWork(data, grid, 'ppo')
  const inputs = Object.entries(work?.inputs ?? {}).map(([name, array]) => [
    name,
    [...array.subarray(0, 4)],
  ])
  expect(Object.fromEntries(inputs)).toEqual({
    old: [0, 0, 0, 0],
    advantages: [2, 2, 2, 0],
    clipLow: [0.2, 0.2, 0.2, 0].map(Math.fround),
    clipHigh: [0.5, 0.5, 0.5, 0],
  })
  expect([...(work?.targets.subarray(0, 4) ?? [])]).toEqual([100n, 100n, 100n, 0n])
})

test('a token counts as clipped where the clip takes its gradient', () => {
  const base = datum(1, 5, 4, 0, false)
  const advantages = new Float32Array(8)
  advantages.set([1, 1, -1, -1], 4)
  const data = [{ ...base, advantages }]
  const grids = packGrids(data, LIMITS)
  const ratio = Float32Array.of(1.3, 0.7, 1.3, 0.7)
  const { metrics } = collect(data, grids, [{ ratio }])
  expect(metrics['clippedTokens']).toBe(2)
  expect(metrics['ratioMax']).toBeCloseTo(1.3)
})
