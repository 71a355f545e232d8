import { expect, test } from 'vitest'
import {
  below,
  digest,
  drawn,
  drawnByWeight,
  randomOf,
  seedOf,
  shuffled,
} from '../../../electron/selfplay/random.ts'

test('a key always gives the same draws, another key others', () => {
  const draw = (...key: (string | number)[]) => {
    const random = randomOf(...key)
    return [random(), random(), random()]
  }
  expect(draw(1, 'a', 2)).toEqual(draw(1, 'a', 2))
  const others = [
    draw(1, 'a', 3),
    draw(1, 'a2', ''),
    draw(1, 'a', '2'),
    draw(12, 'a'),
    draw('1', 'a', 2),
  ]
  for (const other of others) expect(other).not.toEqual(draw(1, 'a', 2))
})

test('draws are uniform in mean, spread and between neighbours', () => {
  const firsts = Array.from({ length: 20_000 }, (_, index) => randomOf(5, 'x', index)())
  const random = randomOf('stream')
  const stream = Array.from({ length: 20_000 }, random)
  for (const values of [firsts, stream]) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const tenths = Array.from(
      { length: 10 },
      (_, at) => values.filter((value) => Math.floor(value * 10) === at).length,
    )
    const product = values.slice(1).reduce((sum, value, at) => sum + value * (values[at] ?? 0), 0)
    expect(mean).toBeCloseTo(0.5, 2)
    expect(Math.max(...tenths) - Math.min(...tenths)).toBeLessThan(250)
    expect(product / values.length).toBeCloseTo(0.25, 2)
  }
})

test('seeds fit into 31 bits and rarely collide', () => {
  const seeds = Array.from({ length: 10_000 }, (_, index) => seedOf(1, 2, 'propose', index))
  expect(new Set(seeds).size).toBeGreaterThan(9_998)
  expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31)).toBe(true)
})

test('digests of different texts differ', () => {
  const texts = Array.from({ length: 50_000 }, (_, at) => `def f(x):\n    return x + ${at}`)
  expect(new Set(texts.map(digest)).size).toBe(texts.length)
})

test('drawing without replacement takes every item at most once and is uniform', () => {
  const items = Array.from({ length: 10 }, (_, at) => at)
  const counts = items.map(() => 0)
  for (let round = 0; round < 4_000; round++) {
    const three = drawn(items, 3, randomOf('draw', round))
    expect(new Set(three).size).toBe(3)
    for (const item of three) counts[item] = (counts[item] ?? 0) + 1
  }
  expect(Math.min(...counts)).toBeGreaterThan(1_100)
  expect(Math.max(...counts)).toBeLessThan(1_300)
  expect(drawn(items, 99, randomOf(1)).toSorted((a, b) => a - b)).toEqual(items)
  expect(drawn([], 3, randomOf(1))).toEqual([])
})

test('heavier items come sooner', () => {
  const items = [1, 9].map((weight) => ({ item: weight, weight }))
  const first = Array.from({ length: 2_000 }, (_, at) => drawnByWeight(items, 1, randomOf(at))[0])
  expect(first.filter((item) => item === 9).length / 2_000).toBeCloseTo(0.9, 1)
})

test('a shuffle keeps the items', () => {
  expect(shuffled([3, 1, 2], randomOf(4)).toSorted((a, b) => a - b)).toEqual([1, 2, 3])
  expect(below(1, randomOf(1))).toBe(0)
})
