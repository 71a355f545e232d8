import { expect, test } from 'vitest'
import { extremesIn, scan } from '../../../../renderer/charts/blocks.ts'
import { smooth } from '../../../../renderer/charts/smooth.ts'

const line = Float64Array.from({ length: 70_000 }, (_, at) =>
  at % 997 === 0 || (at > 20_000 && at < 20_300) ? Number.NaN : ((at * 7_919) % 10_007) - 5_000,
)

test('extremes by blocks are those of every point', () => {
  for (let turn = 0; turn < 400; turn++) {
    const start = (turn * 7_717) % 69_000
    const end = Math.min(70_000, start + 1 + ((turn * 3_301) % 9_000))
    expect(extremesIn(line, start, end)).toEqual(scan(line, start, end))
  }
  expect(extremesIn(line, 20_002, 20_299).low).toBeNaN()
  expect(extremesIn(line, 0, 70_000)).toEqual(scan(line, 0, 70_000))
})

test('a line is smoothed once for each weight', () => {
  expect(smooth(line, 0.6)).toBe(smooth(line, 0.6))
  expect(smooth(line, 0.5)).not.toBe(smooth(line, 0.6))
})
