/**
 * Fewer points for the same picture: every bucket of points keeps each line's lowest and highest value, in the order
 * in which they came, so that no spike is lost and the same points give the same picture.
 * Not here: smoothing (smooth.ts), drawing (chart.tsx).
 */

import { extremesIn } from './blocks.ts'

/** Points of several lines over one ascending x. NaN: no value there. */
export type Columns = {
  readonly xs: Float64Array
  readonly lines: readonly Float64Array[]
}

/** First index whose value is at least `value`; the length when there is none. xs ascend. */
export function lowerBound(xs: Float64Array, value: number): number {
  let low = 0
  let high = xs.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((xs[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * The points with from <= x <= to, and one more at either side so that lines run to the edge. At most
 * 2 x buckets + 2 points; all of them, as they are, where they are fewer.
 */
export function decimate(columns: Columns, from: number, to: number, buckets: number): Columns {
  const { xs, lines } = columns
  const first = Math.max(0, lowerBound(xs, from) - 1)
  const last = Math.min(xs.length, lowerBound(xs, nextAbove(to)) + 1)
  if (last - first <= 2 * buckets + 2) {
    return {
      xs: xs.subarray(first, last),
      lines: lines.map((line) => line.subarray(first, last)),
    }
  }
  return {
    xs: bucketEdges(xs, first, last, buckets),
    lines: lines.map((line) => extremes(line, first, last, buckets)),
  }
}

function nextAbove(value: number): number {
  return value + Math.abs(value) * Number.EPSILON + Number.MIN_VALUE
}

/** Two x per bucket, shared by all lines: its first point and its last. Ends keep their own. */
function bucketEdges(xs: Float64Array, first: number, last: number, buckets: number): Float64Array {
  const size = (last - first - 2) / buckets
  const out = new Float64Array(2 * buckets + 2)
  out[0] = xs[first] ?? 0
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [start, end] = rangeOf(first, size, bucket)
    out[1 + 2 * bucket] = xs[start] ?? 0
    out[2 + 2 * bucket] = xs[end - 1] ?? 0
  }
  out[2 * buckets + 1] = xs[last - 1] ?? 0
  return out
}

function rangeOf(first: number, size: number, bucket: number): readonly [number, number] {
  return [first + 1 + Math.floor(bucket * size), first + 1 + Math.floor((bucket + 1) * size)]
}

function extremes(line: Float64Array, first: number, last: number, buckets: number): Float64Array {
  const size = (last - first - 2) / buckets
  const out = new Float64Array(2 * buckets + 2)
  out[0] = line[first] ?? Number.NaN
  for (let bucket = 0; bucket < buckets; bucket++) {
    const [start, end] = rangeOf(first, size, bucket)
    const [left, right] = extremesOf(line, start, end)
    out[1 + 2 * bucket] = left
    out[2 + 2 * bucket] = right
  }
  out[2 * buckets + 1] = line[last - 1] ?? Number.NaN
  return out
}

/** The lowest and the highest of a range, the one that came first in front; NaN twice where it has none. */
function extremesOf(line: Float64Array, start: number, end: number): readonly [number, number] {
  const { low, lowAt, high, highAt } = extremesIn(line, start, end)
  return lowAt <= highAt ? [low, high] : [high, low]
}
