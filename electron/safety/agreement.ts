/**
 * How far raters agree: percent agreement, Cohen's kappa (weighted too) and Krippendorff's alpha, with intervals
 * from resampling the rated items. Not here: which ratings there are (host/flag-ratings.ts).
 * Source: Cohen 1960 and 1968; Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
 */
import type { Coefficient } from '../contract/review.ts'
import { seededRandom } from './random.ts'

export type Value = string | number

/** What each rater said of one item; an absent rater said nothing. */
export type RatedItem = {
  readonly item: string
  readonly values: ReadonlyMap<string, Value>
}

export type Level = 'nominal' | 'ordinal' | 'interval'

export type Bootstrap = { readonly resamples: number; readonly seed: number }

const BOOTSTRAP: Bootstrap = { resamples: 1_000, seed: 1 }

type Row = readonly Value[]
/** Items that were rated alike count together: resamples differ in how often each is there, and in nothing else. */
type Rows = readonly { readonly row: Row; readonly times: number }[]

/** Mean over items of the share of rater pairs that say the same; null without two ratings of one item. */
export function percentAgreement(
  items: readonly RatedItem[],
  bootstrap = BOOTSTRAP,
): Coefficient | null {
  return estimate(ratedRows(items), agreementOf, bootstrap)
}

function agreementOf(rows: Rows): number | null {
  const items = rows.reduce((sum, { times }) => sum + times, 0)
  if (items === 0) return null
  return rows.reduce((sum, { row, times }) => sum + times * sameShare(row), 0) / items
}

function sameShare(row: Row): number {
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
  const first = new Map<Value, number>()
  const second = new Map<Value, number>()
  let observed = 0
  let items = 0
  for (const {
    row: [a = '', b = ''],
    times,
  } of rows) {
    observed += times * disagreement(a, b)
    first.set(a, (first.get(a) ?? 0) + times)
    second.set(b, (second.get(b) ?? 0) + times)
    items += times
  }
  let expected = 0
  for (const [a, m] of first) for (const [b, n] of second) expected += m * n * disagreement(a, b)
  return expected === 0 ? null : 1 - (observed * items) / expected
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
  const totals = totalsOf(rows)
  const values = [...totals.keys()].toSorted((a, b) => Number(a) - Number(b))
  const counts = values.map((value) => totals.get(value) ?? 0)
  const positions = new Map(values.map((value, at) => [value, at]))
  const distance = distances(level, values, counts)
  const spread = (own: readonly (readonly number[])[]): number => {
    let sum = 0
    for (const [a = 0, m = 0] of own) {
      for (const [b = 0, n = 0] of own) sum += m * n * (distance[a * values.length + b] ?? 0)
    }
    return sum
  }
  let observed = 0
  for (const { row, times } of rows) {
    const own = [...countsOf(row)].map(([value, count]) => [positions.get(value) ?? 0, count])
    observed += (times * spread(own)) / (row.length - 1)
  }
  const expected = spread(counts.map((count, at) => [at, count]))
  const n = counts.reduce((sum, count) => sum + count, 0)
  return expected === 0 ? null : 1 - ((n - 1) * observed) / expected
}

/** How often each value was given. */
function totalsOf(rows: Rows): Map<Value, number> {
  const totals = new Map<Value, number>()
  for (const { row, times } of rows) {
    for (const value of row) totals.set(value, (totals.get(value) ?? 0) + times)
  }
  return totals
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

function ratedRows(items: readonly RatedItem[]): Row[] {
  return items.flatMap(({ values }) => (values.size >= 2 ? [[...values.values()]] : []))
}

function countsOf(values: readonly Value[]): Map<Value, number> {
  const counts = new Map<Value, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

/** The statistic with its percentile interval; an interval needs most resamples to have the statistic. */
function estimate(
  rows: readonly Row[],
  statistic: (rows: Rows) => number | null,
  { resamples, seed }: Bootstrap,
): Coefficient | null {
  const { kinds, kindOf } = kindsOf(rows)
  const countsToRows = (counts: Iterable<number>): Rows =>
    [...counts].flatMap((times, kind) => (times === 0 ? [] : [{ row: kinds[kind] ?? [], times }]))
  const counts = new Uint32Array(kinds.length)
  for (const kind of kindOf) counts[kind] = (counts[kind] ?? 0) + 1
  const value = statistic(countsToRows(counts))
  if (value === null) return null
  const random = seededRandom(seed)
  const found: number[] = []
  for (let at = 0; at < resamples; at += 1) {
    counts.fill(0)
    for (let draw = 0; draw < rows.length; draw += 1) {
      const kind = kindOf[Math.floor(random() * rows.length)] ?? 0
      counts[kind] = (counts[kind] ?? 0) + 1
    }
    const again = statistic(countsToRows(counts))
    if (again !== null) found.push(again)
  }
  const enough = found.length * 2 > resamples
  const sorted = found.toSorted((a, b) => a - b)
  const items = rows.length
  if (!enough) return { value, low: Number.NaN, high: Number.NaN, items }
  return { value, low: quantile(sorted, 0.025), high: quantile(sorted, 0.975), items }
}

/** Different rows once each, and which of them each row is. */
function kindsOf(rows: readonly Row[]): {
  readonly kinds: readonly Row[]
  readonly kindOf: Uint32Array
} {
  const numbers = new Map<string, number>()
  const kinds: Row[] = []
  const kindOf = Uint32Array.from(rows, (row) => {
    const name = JSON.stringify(row)
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, kinds.length)
    return kinds.push(row) - 1
  })
  return { kinds, kindOf }
}

function quantile(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}
