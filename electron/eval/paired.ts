/**
 * Whether one model beats another on the same items: paired differences, clustered; McNemar; Holm.
 * Not here: how good one model is (intervals.ts).
 * Source: Cameron & Miller 2015 (few clusters, t with G - 1); Davison & Hinkley 1997 (bootstrap p values);
 * Fagerland, Lydersen & Laake 2013 (mid-p McNemar); Holm 1979.
 */
import { clusteredMean, tally } from './clusters.ts'
import type { ClusteredMean, Item } from './clusters.ts'
import { fairBinomial, studentQuantile, studentTail } from './distributions.ts'
import type { Confidence } from './distributions.ts'
import { NOT_ENOUGH_DATA, NO_SPREAD } from './intervals.ts'
import type { NotEnoughData } from './intervals.ts'

/** One item put to both models. Items of one cluster (inputs of one program) are not independent. */
export type PairedItem = {
  readonly cluster: string
  readonly before: number
  readonly after: number
}

export type Difference =
  | {
      readonly ok: true
      /** after - before, as a mean over kinds of the mean over items. */
      readonly mean: number
      readonly low: number
      readonly high: number
      /** Two-sided, against no difference. */
      readonly p: number
      readonly items: number
      readonly clusters: number
    }
  | NotEnoughData

/**
 * Cluster-robust t interval of the mean over kinds (give one kind for a plain mean).
 * Each kind needs two clusters. Where every item differs by the same amount there is no variance to go by:
 * p is then that of flipping signs of whole clusters, and there is no interval unless p is small enough.
 */
export function pairedDifference(
  kinds: readonly (readonly PairedItem[])[],
  confidence: Confidence = 0.95,
): Difference {
  const differences = kinds.map((kind) => kind.map(itemOf))
  const found = clusteredMean(differences)
  if (found === undefined || !twoClustersEach(differences)) return NOT_ENOUGH_DATA
  const { mean, variance, degrees } = found
  if (variance <= NO_SPREAD) return withoutSpread(found, confidence)
  const error = Math.sqrt(variance)
  const reach = error * studentQuantile(confidence, degrees)
  const p = studentTail(Math.abs(mean) / error, degrees)
  return difference(found, mean - reach, mean + reach, p)
}

const itemOf = ({ cluster, before, after }: PairedItem): Item => ({
  cluster,
  value: after - before,
})

const twoClustersEach = (kinds: readonly (readonly Item[])[]): boolean =>
  kinds.every((kind) => kind.some(({ cluster }) => cluster !== kind[0]?.cluster))

function withoutSpread(found: ClusteredMean, confidence: Confidence): Difference {
  const same = Math.abs(found.mean) <= Math.sqrt(NO_SPREAD)
  const p = same ? 1 : 2 ** (1 - found.clusters)
  if (!same && p > 1 - confidence) return NOT_ENOUGH_DATA
  return difference(found, found.mean, found.mean, p)
}

function difference(found: ClusteredMean, low: number, high: number, p: number): Difference {
  const { mean, items, clusters } = found
  return { ok: true, mean, low, high, p, items, clusters }
}

export type BootstrapOptions = {
  /** Seeded, uniform in 0..1. */
  readonly random: () => number
  readonly resamples?: number
  readonly confidence?: Confidence
}

/**
 * The same difference with a percentile interval from drawing whole clusters again.
 * Clusters that occur in the same kinds are drawn from each other, so that no kind runs empty; one that is
 * alone in its combination of kinds does not vary. With few clusters the interval is too narrow: prefer the other.
 */
export function bootstrapDifference(
  kinds: readonly (readonly PairedItem[])[],
  { random, resamples = 10_000, confidence = 0.95 }: BootstrapOptions,
): Difference {
  const differences = kinds.map((kind) => kind.map(itemOf))
  const found = clusteredMean(differences)
  if (found === undefined || !twoClustersEach(differences)) return NOT_ENOUGH_DATA
  const strata = strataOf(differences)
  const means = new Float64Array(resamples)
  for (let at = 0; at < resamples; at += 1) means[at] = resampledMean(strata, kinds.length, random)
  means.sort()
  const tail = (1 - confidence) / 2
  // The sample itself counts as one resample, so that p is never 0.
  const below = means.filter((mean) => mean <= 0).length + 1
  const above = means.filter((mean) => mean >= 0).length + 1
  const p = Math.min(1, (2 * Math.min(below, above)) / (resamples + 1))
  return difference(found, quantile(means, tail), quantile(means, 1 - tail), p)
}

/** Sum and count of one cluster in each kind, in this order: sum of kind 0, count of kind 0, sum of kind 1 ... */
type Row = Float64Array

function strataOf(kinds: readonly (readonly Item[])[]): Row[][] {
  const rows = new Map<string, Row>()
  for (const [at, kind] of kinds.entries()) {
    for (const [cluster, { sum, count }] of tally(kind)) {
      const row = rows.get(cluster) ?? new Float64Array(2 * kinds.length)
      row.set([sum, count], 2 * at)
      rows.set(cluster, row)
    }
  }
  const presence = (row: Row): string =>
    row
      .filter((_, at) => at % 2 === 1)
      .map(Math.sign)
      .join()
  return [...Map.groupBy(rows.values(), presence).values()]
}

function resampledMean(
  strata: readonly (readonly Row[])[],
  kinds: number,
  random: () => number,
): number {
  const totals = new Float64Array(2 * kinds)
  for (const rows of strata) {
    for (let drawn = 0; drawn < rows.length; drawn += 1) {
      const row = rows[Math.floor(random() * rows.length)]
      if (row === undefined) continue
      for (let at = 0; at < totals.length; at += 1) totals[at] = (totals[at] ?? 0) + (row[at] ?? 0)
    }
  }
  let mean = 0
  for (let at = 0; at < totals.length; at += 2) mean += (totals[at] ?? 0) / (totals[at + 1] ?? 1)
  return mean / kinds
}

/** Of sorted values, interpolated. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? Number.NaN
  return low + (high - low) * (place - Math.floor(place))
}

export type McNemar =
  | { readonly ok: true; readonly exact: number; readonly midP: number }
  | NotEnoughData

/** Two-sided p values from the items that only one model solved; for independent items. */
export function mcnemar(onlyBefore: number, onlyAfter: number): McNemar {
  const changed = onlyBefore + onlyAfter
  if (changed === 0) return NOT_ENOUGH_DATA
  const { point, below } = fairBinomial(Math.min(onlyBefore, onlyAfter), changed)
  if (onlyBefore === onlyAfter) return { ok: true, exact: 1, midP: 1 - point / 2 }
  return { ok: true, exact: Math.min(1, 2 * below), midP: Math.min(1, 2 * below - point) }
}

/** Adjusted p values in the order given: below alpha together means false by chance at most alpha. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((p, at) => ({ p, at })).sort((a, b) => a.p - b.p)
  const adjusted = pValues.slice()
  let largest = 0
  for (const [rank, { p, at }] of order.entries()) {
    largest = Math.max(largest, Math.min(1, p * (pValues.length - rank)))
    adjusted[at] = largest
  }
  return adjusted
}
