import { expect, test } from 'vitest'
import { isFlat, yRange } from '../../../../renderer/charts/range.ts'

test('values apart by rounding only are one value: an axis has room around it', () => {
  const rounded = 0.1 + 0.2
  expect(isFlat(0.3, rounded)).toBe(true)
  const [low, high] = yRange({}, 0.3, rounded)
  expect(high - low).toBeGreaterThan(0.05)
  expect(yRange({}, 0, 0)).toEqual([0, 1])
  expect(yRange({ log: true }, 10, 10)).toEqual([10, 100])
})

test('a margin stays on its side of zero, and a given range holds', () => {
  expect(yRange({}, 0, 1)).toEqual([0, 1.08])
  expect(yRange({}, -1, 1)).toEqual([-1.16, 1.16])
  expect(yRange({ range: [0, 1] }, 5, 6)).toEqual([0, 1])
  expect(yRange({}, Number.NaN, 1)).toEqual([0, 1])
})
