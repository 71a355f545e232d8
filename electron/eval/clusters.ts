/**
 * A mean over kinds of items that hang together in clusters (several inputs of one program), and its variance.
 * Not here: intervals (intervals.ts, paired.ts).
 * Source: Liang & Zeger 1986 (cluster-robust variance); Satterthwaite 1946 (degrees of freedom).
 */

/** One measured value; items of one cluster are not independent. */
export type Item = { readonly cluster: string; readonly value: number }

export type ClusteredMean = {
  /** Mean over kinds of the mean over items. */
  readonly mean: number
  /** Of the mean, without and with the correction G / (G - 1) for few clusters. */
  readonly plainVariance: number
  readonly variance: number
  readonly degrees: number
  readonly items: number
  readonly clusters: number
}

/** Of one kind in one cluster. */
type Tally = { sum: number; count: number }
export type ClusterTallies = ReadonlyMap<string, Tally>

export function tally(items: readonly Item[]): ClusterTallies {
  const tallies = new Map<string, Tally>()
  for (const { cluster, value } of items) {
    const seen = tallies.get(cluster) ?? { sum: 0, count: 0 }
    seen.sum += value
    seen.count += 1
    tallies.set(cluster, seen)
  }
  return tallies
}

/** Undefined when a kind has no item, or a value is not finite. */
export function clusteredMean(kinds: readonly (readonly Item[])[]): ClusteredMean | undefined {
  const items = kinds.flat()
  if (kinds.length === 0 || kinds.some((kind) => kind.length === 0)) return undefined
  if (!items.every(({ value }) => Number.isFinite(value))) return undefined
  const clusters = new Set(items.map(({ cluster }) => cluster)).size
  const parts = kinds.map((kind) => partOf(tally(kind), kinds.length))
  return {
    mean: total(parts.map(({ mean }) => mean)) / kinds.length,
    plainVariance: varianceOf(parts, () => 1),
    variance: varianceOf(parts, correction),
    // Kinds that share their clusters have no more degrees of freedom than there are clusters.
    degrees: Math.min(degreesOf(parts), clusters - 1),
    items: items.length,
    clusters,
  }
}

/** How far each cluster pulls the mean over kinds away, through this kind. */
type Part = { readonly mean: number; readonly pulls: ReadonlyMap<string, number> }

function partOf(tallies: ClusterTallies, kinds: number): Part {
  const counts = [...tallies.values()]
  const items = total(counts.map(({ count }) => count))
  const mean = total(counts.map(({ sum }) => sum)) / items
  const pulls = new Map<string, number>()
  for (const [cluster, { sum, count }] of tallies) {
    pulls.set(cluster, (sum - mean * count) / (items * kinds))
  }
  return { mean, pulls }
}

const correction = ({ pulls }: Part): number =>
  pulls.size > 1 ? Math.sqrt(pulls.size / (pulls.size - 1)) : 1

/** A cluster that occurs in several kinds pulls in all of them at once; otherwise kinds are independent. */
function varianceOf(parts: readonly Part[], factor: (part: Part) => number): number {
  const pulls = new Map<string, number>()
  for (const part of parts) {
    const scale = factor(part)
    for (const [cluster, pull] of part.pulls) {
      pulls.set(cluster, (pulls.get(cluster) ?? 0) + scale * pull)
    }
  }
  return total(Array.from(pulls.values(), (pull) => pull * pull))
}

function degreesOf(parts: readonly Part[]): number {
  const variances = parts.map((part) => varianceOf([part], correction))
  const weights = parts.map(({ pulls }, at) => (variances[at] ?? 0) ** 2 / (pulls.size - 1))
  const fewest = Math.min(...parts.map(({ pulls }) => pulls.size)) - 1
  const degrees = total(variances) ** 2 / total(weights)
  return Number.isFinite(degrees) ? degrees : fewest
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0)
