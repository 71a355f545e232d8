/**
 * How far raters agree: percent agreement, Cohen's kappa (weighted too) and Krippendorff's alpha, with intervals
 * from resampling the rated items. Not here: which ratings there are (host/flag-ratings.ts).
 * Source: Cohen 1960 and 1968; Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
 */
import { seededRandom } from './random.ts'

export type Value = string | number

/** What each rater said of one item; an absent rater said nothing. */
export type RatedItem = {
  readonly item: string
  readonly values: ReadonlyMap<string, Value>
}

export type Level = 'nominal' | 'ordinal' | 'interval'

/** The interval holds 95% of the resamples. */
export type Coefficient = {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Items with at least two ratings. */
  readonly items: number
}

export type Bootstrap = { readonly resamples: number; readonly seed: number }

const BOOTSTRAP: Bootstrap = { resamples: 1_000, seed: 1 }

type Rows = readonly (readonly Value[])[]

/** Mean over items of the share of rater pairs that say the same; null without two ratings of one item. */
export function percentAgreement(
  items: readonly RatedItem[],
  bootstrap = BOOTSTRAP,
): Coefficient | null {
  return estimate(ratedRows(items), agreementOf, bootstrap)
}

function agreementOf(rows: Rows): number | null {
  if (rows.length === 0) return null
  return rows.reduce((sum, row) => sum + sameShare(row), 0) / rows.length
}

function sameShare(row: readonly Value[]): number {
  const same = [...countsOf(row).values()].reduce((sum, count) => sum + count * (count - 1), 0)
  return same / (row.length * (row.length - 1))
}

/** How bad it is to say b where a was said; 0 for the same. */
export type Disagreement = (a: Value, b: Value) => number

/** none for names; linear and quadratic for numbers. */
export const DISAGREEMENTS = {
  none: (a, b) => (a === b ? 0 : 1),
  linear: (a, b) => Math.abs(Number(a) - Number(b)),
  quadratic: (a, b) => (Number(a) - Number(b)) ** 2,
} as const satisfies Readonly<Record<string, Disagreement>>

/** Of two raters, over the items that both rated; null where chance leaves nothing to disagree about. */
export function cohenKappa(
  items: readonly RatedItem[],
  raters: readonly [string, string],
  disagreement: Disagreement = DISAGREEMENTS.none,
  bootstrap = BOOTSTRAP,
): Coefficient | null {
  const rows = items.flatMap(({ values }) => {
    const pair = raters.flatMap((rater) => values.get(rater) ?? [])
    return pair.length === 2 ? [pair] : []
  })
  return estimate(rows, (resampled) => kappaOf(resampled, disagreement), bootstrap)
}

function kappaOf(rows: Rows, disagreement: Disagreement): number | null {
  const first = countsOf(rows.flatMap((row) => row.slice(0, 1)))
  const second = countsOf(rows.flatMap((row) => row.slice(1)))
  let observed = 0
  for (const [a = '', b = ''] of rows) observed += disagreement(a, b)
  let expected = 0
  for (const [a, m] of first) for (const [b, n] of second) expected += m * n * disagreement(a, b)
  return expected === 0 ? null : 1 - (observed * rows.length) / expected
}

/** Of any number of raters with any gaps; null where nothing varies. Ordinal and interval values are numbers. */
export function krippendorffAlpha(
  items: readonly RatedItem[],
  level: Level,
  bootstrap = BOOTSTRAP,
): Coefficient | null {
  return estimate(ratedRows(items), (rows) => alphaOf(rows, level), bootstrap)
}

function alphaOf(rows: Rows, level: Level): number | null {
  const totals = countsOf(rows.flat())
  const values = [...totals.keys()].toSorted((a, b) => Number(a) - Number(b))
  const counts = values.map((value) => totals.get(value) ?? 0)
  const positions = new Map(values.map((value, at) => [value, at]))
  const distance = distances(level, values, counts)
  const pairs = (a: number, b: number) => distance[a * values.length + b] ?? 0
  let observed = 0
  for (const row of rows) {
    const own = [...countsOf(row)].map(([value, count]) => [positions.get(value) ?? 0, count])
    let sum = 0
    for (const [a = 0, m = 0] of own) for (const [b = 0, n = 0] of own) sum += m * n * pairs(a, b)
    observed += sum / (row.length - 1)
  }
  let expected = 0
  for (const [a, m] of counts.entries()) {
    for (const [b, n] of counts.entries()) expected += m * n * pairs(a, b)
  }
  const n = counts.reduce((sum, count) => sum + count, 0)
  return expected === 0 ? null : 1 - ((n - 1) * observed) / expected
}

/** Squared differences between values, row by row. counts: how often each value was given. */
function distances(level: Level, values: readonly Value[], counts: readonly number[]): number[] {
  const below = counts.map((_, at) => counts.slice(0, at).reduce((sum, count) => sum + count, 0))
  // Values lie as far apart as there are ratings between the middles of their heaps.
  const middle = (at: number) => (below[at] ?? 0) + (counts[at] ?? 0) / 2
  const between: Readonly<Record<Level, (a: number, b: number) => number>> = {
    nominal: (a, b) => (a === b ? 0 : 1),
    ordinal: (a, b) => (middle(a) - middle(b)) ** 2,
    interval: (a, b) => (Number(values[a]) - Number(values[b])) ** 2,
  }
  return values.flatMap((_, a) => values.map((_, b) => between[level](a, b)))
}

function ratedRows(items: readonly RatedItem[]): Rows {
  return items.flatMap(({ values }) => (values.size >= 2 ? [[...values.values()]] : []))
}

function countsOf(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The statistic with its percentile interval; an interval needs most resamples to have the statistic. */
function estimate(
  rows: Rows,
  statistic: (rows: Rows) => number | null,
  { resamples, seed }: Bootstrap,
): Coefficient | null {
  const value = statistic(rows)
  if (value === null) return null
  const random = seededRandom(seed)
  const found: number[] = []
  for (let at = 0; at < resamples; at += 1) {
    const again = statistic(rows.map(() => rows[Math.floor(random() * rows.length)] ?? []))
    if (again !== null) found.push(again)
  }
  const enough = found.length * 2 > resamples
  const sorted = found.toSorted((a, b) => a - b)
  const items = rows.length
  if (!enough) return { value, low: Number.NaN, high: Number.NaN, items }
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975), items }
}

function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}
