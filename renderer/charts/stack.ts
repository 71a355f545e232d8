/**
 * Lines on top of each other, each with the band that is its own; and back from heights to values. Pure.
 */
import type { ChartSpec, Line } from './spec.ts'

const made = new WeakMap<ChartSpec, ChartSpec>()

/** As it is drawn; other charts as they are. The same object for the same one. */
export function stackedSpec(spec: ChartSpec): ChartSpec {
  if (spec.stacked !== true) return spec
  const known = made.get(spec)
  if (known !== undefined) return known
  let below: Float64Array = new Float64Array(spec.xs.length)
  const lines = spec.lines.map((line): Line => {
    const low = below
    const high = low.map((height, at) => height + finite(line.values[at]))
    below = high
    return { ...line, values: high, low, high }
  })
  const stacked = { ...spec, lines }
  made.set(spec, stacked)
  return stacked
}

const finite = (value: number | undefined): number =>
  value === undefined || !Number.isFinite(value) ? 0 : value

/** Heights of one x as the values of the lines. */
export function unstacked(heights: readonly (number | null)[]): readonly (number | null)[] {
  return heights.map((height, at) => (height === null ? null : height - (heights[at - 1] ?? 0)))
}
