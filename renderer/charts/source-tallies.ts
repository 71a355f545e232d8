/**
 * Columns of numbers from counts: how often what was seen in each step. Pure.
 */
import type { Tally } from '../../electron/contract/history.ts'
import type { Source } from './source.ts'

export type Bin = Pick<Tally, 'bin' | 'count'>
type Of = Partial<Pick<Tally, 'role' | 'kind'>>

/** NaN where a step has none. */
export function ofTally(
  { steps, tallies }: Source,
  name: Tally['name'],
  { role, kind }: Of,
  value: (bins: readonly Bin[]) => number,
): Float64Array {
  return Float64Array.from(steps, ({ step }) => {
    const bins = (tallies.get(`${name} ${step}`) ?? []).filter(
      (tally) =>
        (role === undefined || tally.role === role) && (kind === undefined || tally.kind === kind),
    )
    return bins.length === 0 ? Number.NaN : value(bins)
  })
}

/** Bins with their counts over the whole run, the most frequent first. */
export function totalsOf({ tallies }: Source, name: Tally['name']): (readonly [string, number])[] {
  const totals = new Map<string, number>()
  for (const own of tallies.values()) {
    for (const { name: named, bin, count } of own) {
      if (named === name) totals.set(bin, (totals.get(bin) ?? 0) + count)
    }
  }
  return [...totals].sort(([, a], [, b]) => b - a)
}

export function countOf(bins: readonly Bin[]): number {
  return bins.reduce((sum, { count }) => sum + count, 0)
}

export function shareOf(bins: readonly Bin[], test: (bin: string) => boolean): number {
  return countOf(bins.filter(({ bin }) => test(bin))) / countOf(bins)
}

/** Of a function of bins that are numbers. */
export function meanOf(bins: readonly Bin[], value: (number: number) => number): number {
  const sum = bins.reduce((total, { bin, count }) => total + count * value(Number(bin)), 0)
  return sum / countOf(bins)
}

export function quantileOf(bins: readonly Bin[], share: number): number {
  const sorted = bins.map(({ bin, count }) => ({ value: Number(bin), count }))
  sorted.sort((a, b) => a.value - b.value)
  const wanted = share * (countOf(bins) - 1)
  let seen = 0
  for (const { value, count } of sorted) {
    seen += count
    if (seen > wanted) return value
  }
  return sorted.at(-1)?.value ?? Number.NaN
}
