/** Pure bookkeeping of weights, caches and prompts. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createAppender,
  createCache,
  fillSlot,
  resizeCache,
} from '../../../electron/engine/kv-cache.ts'
import { piecesOf, viewOf } from '../../../electron/engine/pieces.ts'
import { planPrefill } from '../../../electron/engine/prefill.ts'
import { dealRows } from '../../../electron/engine/sampling-client.ts'
import { fromGraphLayout, toGraphLayout, transposed } from '../../../electron/engine/weights.ts'
import { parameterCount, tensorNames } from '../../../electron/model/tensors.ts'
import { TINY, tinyWeights } from '../../fakes/tiny-model.ts'

const SPECS = tensorNames(TINY)

describe('weights', () => {
  test('a matrix is stored [in, out], and comes back as it was', () => {
    expect([...transposed(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3)]).toEqual([1, 4, 2, 5, 3, 6])
    const weights = tinyWeights(TINY)
    expect(fromGraphLayout(SPECS, toGraphLayout(SPECS, weights))).toEqual(weights)
  })

  test('a missing tensor is named', () => {
    expect(() => toGraphLayout(SPECS, new Map())).toThrow(
      'model.embed_tokens.weight: expected 1280',
    )
  })
})

describe('pieces', () => {
  test('every parameter belongs to exactly one worker, in nearly equal shares', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 17 }), (count) => {
        const arrays = toGraphLayout(SPECS, tinyWeights(TINY))
        for (const array of Object.values(arrays)) array.fill(0)
        const shares = Array.from({ length: count }, (_, own) => {
          let size = 0
          for (const piece of piecesOf(SPECS, own, count)) {
            const view = viewOf(arrays, piece)
            view.forEach((x, i) => (view[i] = x + 1))
            size += view.length
          }
          return size
        })
        for (const array of Object.values(arrays)) expect(array.every((x) => x === 1)).toBe(true)
        const fair = parameterCount(TINY) / count
        for (const size of shares) expect(Math.abs(size - fair)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('norms and biases alone are not decayed', () => {
    const qwen = { ...TINY, family: 'qwen2', attentionBias: true } as const
    const plain = piecesOf(tensorNames(qwen), 0, 1).filter(({ decayed }) => !decayed)
    const vectors = tensorNames(qwen).filter(({ shape }) => shape.length === 1)
    expect(plain.map(({ name }) => name)).toEqual(vectors.map(({ name }) => name))
  })
})

describe('dealRows', () => {
  const row = (index: number, prompt: readonly number[]) => ({
    row: index,
    prompt,
    seed: 1,
    stream: index,
  })

  test('every row is dealt once, in equal numbers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (sizes, workers) => {
          let index = 0
          const rows = sizes.flatMap((size, group) => {
            const prompt = [group]
            return Array.from({ length: size }, () => row(index++, prompt))
          })
          const hands = dealRows(rows, workers)
          expect(hands.length).toBe(workers)
          const all = hands.flat().map((one) => one.row)
          expect(all.toSorted((a, b) => a - b)).toEqual([...rows.keys()])
          const most = Math.max(...hands.map((hand) => hand.length))
          const least = Math.min(...hands.map((hand) => hand.length))
          expect(most - least).toBeLessThanOrEqual(Math.max(1, ...sizes))
        },
      ),
    )
  })

  test('many samples of one prompt are shared by all workers', () => {
    const prompt = [1]
    const rows = Array.from({ length: 64 }, (_, index) => row(index, prompt))
    expect(dealRows(rows, 2).map((hand) => hand.length)).toEqual([32, 32])
  })
})

describe('planPrefill', () => {
  const never = () => false

  test('each distinct prompt lies once in the grid, without its last token', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 40 }), {
          minLength: 1,
          maxLength: 30,
        }),
        (prompts) => {
          const plan = planPrefill(prompts, never, 256)
          const taken = new Set<number>()
          for (const { key, row, start, count } of plan.cells) {
            const expected = key.split(' ').map(Number)
            expect(count).toBe(expected.length - 1)
            expect(start + count).toBeLessThanOrEqual(plan.length)
            for (let at = 0; at < count; at += 1) {
              const cell = row * plan.length + start + at
              expect(taken.has(cell)).toBe(false)
              taken.add(cell)
              expect(Number(plan.feeds.ids[cell])).toBe(expected[at])
              expect(Number(plan.feeds.positions[cell])).toBe(at)
            }
          }
          const keys = plan.cells.map(({ key }) => key)
          expect(new Set(keys).size).toBe(keys.length)
          expect(keys[0]).toBe(prompts[0]?.join(' '))
          plan.feeds.documents.forEach((document, cell) => {
            expect(document >= 0).toBe(taken.has(cell))
          })
        },
      ),
    )
  })

  test('known prompts and prompts of one token are left out; a long one has a grid of its own', () => {
    const known = (prompt: readonly number[]) => prompt[0] === 5
    const plan = planPrefill([[1, 2], [5, 6, 7], [3], [4, 4, 4]], known, 256)
    expect(plan.cells.map(({ key }) => key)).toEqual(['1 2', '4 4 4'])
    const long = Array.from({ length: 1000 }, () => 1)
    const own = planPrefill([long, [1, 2]], never, 256)
    expect(own.rows * own.length).toBeGreaterThanOrEqual(999)
    expect(own.cells[0]?.count).toBe(999)
  })
})

describe('the key-value cache', () => {
  const capacity = 6
  const { layers, kvHeads, headDim } = { ...TINY, kvHeads: 2 }
  const config = { ...TINY, kvHeads }

  test('a prompt lands at the start of its slot, head by head', () => {
    const cache = createCache(config, 2, capacity)
    const length = 5
    const grid = (): Float32Array =>
      Float32Array.from({ length: 3 * kvHeads * length * headDim }, (_, i) => i)
    const prompt = {
      keys: Array.from({ length: layers }, grid),
      values: Array.from({ length: layers }, grid),
      length,
      row: 1,
      start: 2,
      count: 3,
    }
    fillSlot(config, cache, 1, prompt)
    const at = (slot: number, head: number, position: number): number =>
      ((slot * kvHeads + head) * capacity + position) * headDim
    const from = (head: number, position: number): number =>
      ((1 * kvHeads + head) * length + 2 + position) * headDim
    for (const arrays of [cache.keys, cache.values]) {
      for (const array of arrays) {
        expect(array.subarray(0, at(1, 0, 0)).every((x) => x === 0)).toBe(true)
        for (let head = 0; head < kvHeads; head += 1) {
          for (let position = 0; position < 3; position += 1) {
            expect(array[at(1, head, position)]).toBe(from(head, position))
          }
          expect(array[at(1, head, 3)]).toBe(0)
        }
      }
    }
    const [before] = cache.keys
    const slot = before?.slice(at(1, 0, 0))
    const moved = resizeCache(config, cache, [{ slot: 1, target: 0, length: 6 }], {
      slots: 1,
      capacity,
    })
    expect(moved.keys[0]).toEqual(slot)
    // Its memory is given back at once.
    expect(before).toHaveLength(0)
  })

  test('an appended key is rotated by its position, a value is not', () => {
    const cache = createCache(config, 1, capacity)
    const append = createAppender(config, capacity)
    const fresh = new Float32Array(layers * 2 * kvHeads * headDim).fill(1)
    append(cache, 0, 0, fresh, 0)
    append(cache, 0, 2, fresh, 0)
    const [keys] = cache.keys
    expect(keys?.subarray(0, headDim).every((x) => x === 1)).toBe(true)
    // The first pair turns by one radian per position: (cos - sin, cos + sin) of 2.
    expect(keys?.[2 * headDim]).toBeCloseTo(Math.cos(2) - Math.sin(2), 6)
    expect(keys?.[2 * headDim + headDim / 2]).toBeCloseTo(Math.cos(2) + Math.sin(2), 6)
    expect(cache.values[0]?.[2 * headDim]).toBe(1)
    expect(keys?.[headDim]).toBe(0)
  })
})
