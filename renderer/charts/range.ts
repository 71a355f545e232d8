/**
 * How far an axis reaches. Pure. Not here: drawing it (plot.ts).
 */
import type { ChartSpec } from './spec.ts'

/** Apart by rounding only: marks of an axis could not be told from each other, and the plot would draw forever. */
export function isFlat(low: number, high: number): boolean {
  return !(high - low > 1e-9 * Math.max(Math.abs(low), Math.abs(high)))
}

export function yRange(
  { range, log = false }: Pick<ChartSpec, 'range' | 'log'>,
  low: number,
  high: number,
): [number, number] {
  if (range !== undefined) return [...range]
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1]
  if (log) return [low, isFlat(low, high) ? low * 10 : high]
  const margin = isFlat(low, high) ? Math.abs(high) * 0.1 || 1 : (high - low) * 0.08
  // A margin never invents values of the other sign.
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin]
}
