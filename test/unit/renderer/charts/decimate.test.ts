import { describe, expect, it } from 'vitest'
import { decimate, lowerBound } from '../../../../renderer/charts/decimate.ts'

const ramp = (count: number) => Float64Array.from({ length: count }, (_, at) => at)

describe('decimation', () => {
  it('leaves few points as they are', () => {
    const xs = ramp(10)
    const line = Float64Array.from(xs, (x) => x * x)
    const kept = decimate({ xs, lines: [line] }, 0, 9, 100)
    expect(Array.from(kept.xs)).toEqual(Array.from(xs))
    expect(kept.lines.map((one) => Array.from(one))).toEqual([Array.from(line)])
  })

  it('keeps every spike of a million points', () => {
    const xs = ramp(1_000_000)
    const line = new Float64Array(1_000_000)
    const spikes = [3, 499_999, 500_001, 999_990]
    for (const at of spikes) line[at] = at + 1
    line[700_000] = -5
    const kept = decimate({ xs, lines: [line] }, 0, 999_999, 1_000)
    expect(kept.xs.length).toBe(2_002)
    const values = Array.from(kept.lines[0] ?? [])
    expect(Math.min(...values)).toBe(-5)
    expect(Math.max(...values)).toBe(999_991)
    expect(values).toContain(4)
    expect(values).toContain(500_002)
  })

  it('keeps the extremes of every bucket in the order in which they came', () => {
    const xs = ramp(12)
    const line = Float64Array.of(0, 5, 1, 3, 2, 1, 4, 9, 0, 7, 8, 2)
    const kept = decimate({ xs, lines: [line] }, 0, 11, 2)
    expect(Array.from(kept.lines[0] ?? [])).toEqual([0, 5, 1, 9, 0, 2])
  })

  it('gives the same picture for the same points, with ascending x', () => {
    const xs = ramp(5_000)
    const line = Float64Array.from(xs, (x) => Math.sin(x / 40) * x)
    const first = decimate({ xs, lines: [line] }, 100, 4_000, 300)
    const second = decimate({ xs, lines: [line] }, 100, 4_000, 300)
    expect(first).toEqual(second)
    expect(Array.from(first.xs)).toEqual(Array.from(first.xs).toSorted((a, b) => a - b))
  })

  it('keeps gaps as gaps and values beside them', () => {
    const xs = ramp(3_000)
    const line = Float64Array.from(xs, (x) => (x < 1_500 ? Number.NaN : x))
    const kept = decimate({ xs, lines: [line] }, 0, 2_999, 100)
    const values = Array.from(kept.lines[0] ?? [])
    expect(values.slice(0, 90).every(Number.isNaN)).toBe(true)
    expect(Math.min(...values.filter(Number.isFinite))).toBe(1_500)
  })

  it('shows one point beyond either edge of the range', () => {
    const xs = ramp(100)
    const kept = decimate({ xs, lines: [ramp(100)] }, 20, 30, 500)
    expect([kept.xs[0], kept.xs.at(-1)]).toEqual([19, 31])
  })

  it('shares x between lines', () => {
    const xs = ramp(10_000)
    const lines = [ramp(10_000), Float64Array.from(xs, (x) => -x)]
    const kept = decimate({ xs, lines }, 0, 9_999, 50)
    expect(kept.lines.map((line) => line.length)).toEqual([kept.xs.length, kept.xs.length])
  })

  it('finds the first place that is not below a value', () => {
    const xs = Float64Array.of(1, 2, 2, 5)
    expect([0, 1, 2, 3, 5, 6].map((value) => lowerBound(xs, value))).toEqual([0, 0, 1, 3, 3, 4])
  })
})
