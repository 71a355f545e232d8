/**
 * The smoothed line over a raw one: an exponential mean that starts unbiased.
 * Source: Adam's bias correction (arXiv 1412.6980), as TensorBoard uses it.
 */

/** weight in [0, 1): how much of the past is kept; 0 gives the line itself. Gaps stay gaps. */
export function smooth(line: Float64Array, weight: number): Float64Array {
  if (weight <= 0) return line
  const found = known.get(line)
  if (found?.weight === weight) return found.smoothed
  const smoothed = smoothNow(line, weight)
  known.set(line, { weight, smoothed })
  return smoothed
}

/** A line is drawn again with every pan and zoom, and never changes. */
const known = new WeakMap<
  Float64Array,
  { readonly weight: number; readonly smoothed: Float64Array }
>()

function smoothNow(line: Float64Array, weight: number): Float64Array {
  const out = new Float64Array(line.length)
  let mean = 0
  let left = 1
  for (let at = 0; at < line.length; at++) {
    const value = line[at] ?? Number.NaN
    if (!Number.isFinite(value)) {
      out[at] = Number.NaN
      continue
    }
    mean = mean * weight + value * (1 - weight)
    left *= weight
    out[at] = mean / (1 - left)
  }
  return out
}
