/**
 * A heat map's numbers: how what was counted in each step spreads over values, such as new tasks over solve rates.
 * Neighbouring steps share a column where there are more steps than columns. Not here: drawing (heat-map.tsx).
 */
import type { Tally } from '../../electron/contract/history.ts'
import type { Kind, Role } from '../../electron/contract/task.ts'

export type Heat = {
  /** The values, the highest first. */
  readonly rates: readonly number[]
  /** First step of each column. */
  readonly steps: readonly number[]
  /** rates x steps, row by row: how many there. */
  readonly counts: Float64Array
  /** Of each column. */
  readonly totals: Float64Array
}

const MAX_ROWS = 17

export type HeatOf = {
  readonly name: 'solveRate' | 'advantage'
  readonly role?: Role
  /** null: all. */
  readonly kind: Kind | null
}

export function heatOf(
  tallies: readonly Tally[],
  { name, role, kind }: HeatOf,
  maxColumns: number,
): Heat {
  const own = tallies.filter(
    (tally) =>
      tally.name === name &&
      (kind === null || tally.kind === kind) &&
      (role === undefined || tally.role === role),
  )
  const rates = ratesOf(own, name === 'solveRate' ? [0, 1] : halves(own))
  const seen = [...new Set(own.map(({ step }) => step))].sort((a, b) => a - b)
  const group = Math.max(1, Math.ceil(seen.length / maxColumns))
  const columnOf = new Map(seen.map((step, at) => [step, Math.floor(at / group)]))
  const steps = seen.filter((_, at) => at % group === 0)
  const counts = new Float64Array(rates.length * steps.length)
  const totals = new Float64Array(steps.length)
  for (const { step, bin, count } of own) {
    const column = columnOf.get(step) ?? 0
    const row = nearest(rates, Number(bin))
    counts[row * steps.length + column] = (counts[row * steps.length + column] ?? 0) + count
    totals[column] = (totals[column] ?? 0) + count
  }
  return { rates, steps, counts, totals }
}

/** From the lowest to the highest that occurs, also those between that do not. */
function halves(tallies: readonly Tally[]): readonly number[] {
  const found = tallies.map(({ bin }) => Number(bin)).filter(Number.isFinite)
  const [low, high] = [Math.min(...found, 0), Math.max(...found, 0)]
  const count = found.length === 0 ? 0 : Math.min(MAX_ROWS, 2 * (high - low) + 1)
  return Array.from({ length: Math.floor(count) }, (_, at) => low + at / 2)
}

/** The values that occur; eleven even ones where they are too many for rows. */
function ratesOf(tallies: readonly Tally[], always: readonly number[]): readonly number[] {
  const found = new Set([...always, ...tallies.map(({ bin }) => Number(bin))])
  const kept = found.size <= MAX_ROWS ? [...found] : Array.from({ length: 11 }, (_, at) => at / 10)
  return kept.filter(Number.isFinite).sort((a, b) => b - a)
}

function nearest(rates: readonly number[], rate: number): number {
  let best = 0
  rates.forEach((candidate, at) => {
    if (Math.abs(candidate - rate) < Math.abs((rates[best] ?? 0) - rate)) best = at
  })
  return best
}
