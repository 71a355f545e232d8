import { describe, expect, test } from 'vitest'
import { hashKey, uniform } from '../../../electron/engine/random.ts'

const draws = (key: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => uniform(key, index))

/** Pearson's statistic of counts against equal ones, per degree of freedom: about 1. */
function unevenness(values: readonly number[], bins: number): number {
  const counts = Array.from({ length: bins }, () => 0)
  for (const x of values) counts[Math.floor(x * bins)] = (counts[Math.floor(x * bins)] ?? 0) + 1
  const expected = values.length / bins
  return counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0) / (bins - 1)
}

const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length

function correlation(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [mean(a), mean(b)]
  const product = (u: readonly number[], m: number, w: readonly number[], n: number): number =>
    u.reduce((sum, value, i) => sum + (value - m) * ((w[i] ?? 0) - n), 0)
  return product(a, x, b, y) / Math.sqrt(product(a, x, a, x) * product(b, y, b, y))
}

describe('uniform', () => {
  test('draws of a stream spread evenly inside (0, 1)', () => {
    const values = draws(hashKey(1, 2), 20_000)
    expect(Math.min(...values)).toBeGreaterThan(0)
    expect(Math.max(...values)).toBeLessThan(1)
    expect(unevenness(values, 100)).toBeLessThan(1.5)
  })

  test('first draws of neighbouring streams and seeds spread evenly', () => {
    const streams = Array.from({ length: 20_000 }, (_, stream) => uniform(hashKey(7, stream), 0))
    const seeds = Array.from({ length: 20_000 }, (_, seed) => uniform(hashKey(seed, 0), 0))
    expect(unevenness(streams, 100)).toBeLessThan(1.5)
    expect(unevenness(seeds, 100)).toBeLessThan(1.5)
  })

  test('neighbouring draws, streams and seeds are uncorrelated', () => {
    const base = draws(hashKey(3, 4), 10_000)
    const others = [
      draws(hashKey(3, 5), 10_000),
      draws(hashKey(4, 4), 10_000),
      [...base.slice(1), 0.5],
    ]
    for (const other of others) expect(Math.abs(correlation(base, other))).toBeLessThan(0.04)
  })

  test('values are exact in float32', () => {
    for (const x of draws(5, 1000)) expect(Math.fround(x)).toBe(x)
  })
})

describe('hashKey', () => {
  test('order and sign of words matter', () => {
    const keys = [hashKey(1, 2), hashKey(2, 1), hashKey(-1, 2), hashKey(1), hashKey(1, 2, 0)]
    expect(new Set(keys).size).toBe(keys.length)
  })

  test('seeds that differ beyond 32 bits give different keys', () => {
    expect(hashKey(1, 0)).not.toBe(hashKey(1 + 2 ** 32, 0))
    expect(hashKey(2 ** 52, 0)).not.toBe(hashKey(0, 0))
  })
})
