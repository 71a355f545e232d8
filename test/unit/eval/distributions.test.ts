import { expect, test } from 'vitest'
import { fairBinomial, studentQuantile, studentTail } from '../../../electron/eval/distributions.ts'

test.each([
  // Any table of Student's t, two-sided 95 %.
  [1, 12.706],
  [2, 4.303],
  [5, 2.571],
  [10, 2.228],
  [30, 2.042],
  [120, 1.98],
  [1e6, 1.96],
])('the 95 %% quantile of t with %d degrees of freedom is %d', (degrees, quantile) => {
  expect(studentQuantile(0.95, degrees)).toBeCloseTo(quantile, 3)
})

test('tails of t with one and two degrees of freedom have closed forms', () => {
  for (const t of [0, 0.01, 0.5, 1, 3, 40, 1e4]) {
    expect(studentTail(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12)
    expect(studentTail(t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12)
  }
})

test('the tail of t is the integral of its density', () => {
  for (const degrees of [3, 7.5, 41]) {
    const density = (x: number) => (1 + (x * x) / degrees) ** (-(degrees + 1) / 2)
    const simpson = (to: number, steps = 20_000) => {
      let sum = density(0) + density(to)
      for (let at = 1; at < steps; at += 1)
        sum += (at % 2 === 1 ? 4 : 2) * density((to * at) / steps)
      return (sum * to) / (3 * steps)
    }
    const all = simpson(4000, 4_000_000 / 20)
    for (const t of [0.3, 1, 2.5]) {
      expect(studentTail(t, degrees)).toBeCloseTo(1 - simpson(t) / all, 6)
    }
  }
})

test('fair binomial tails are those of exact counting', () => {
  for (const n of [1, 2, 9, 40, 200]) {
    let row = 1n
    let sum = 0n
    for (let k = 0; k <= n; k += 1) {
      sum += row
      const { point, below } = fairBinomial(k, n)
      const scale = 2n ** BigInt(n)
      const share = (count: bigint) => Number((count * 10n ** 18n) / scale) / 1e18
      expect(point).toBeCloseTo(share(row), 12)
      expect(below).toBeCloseTo(share(sum), 12)
      row = (row * BigInt(n - k)) / BigInt(k + 1)
    }
  }
})
