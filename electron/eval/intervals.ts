/**
 * How good one model is: proportions with Wilson intervals, and the unbiased pass@k.
 * Not here: comparing two models (paired.ts).
 * Source: Wilson 1927; Chen et al. 2021 (arXiv 2107.03374), section 2.1.
 */
import { clusteredMean } from './clusters.ts'
import type { Item } from './clusters.ts'
import { normalQuantile } from './distributions.ts'
import type { Confidence } from './distributions.ts'

export type NotEnoughData = { readonly ok: false; readonly why: 'not enough data' }
export const NOT_ENOUGH_DATA: NotEnoughData = { ok: false, why: 'not enough data' }

export type Estimate =
  | { readonly ok: true; readonly mean: number; readonly low: number; readonly high: number }
  | NotEnoughData

/** Successes among n independent trials. */
export function wilson(successes: number, n: number, confidence: Confidence = 0.95): Estimate {
  return n > 0 ? scoreInterval(successes / n, n, confidence) : NOT_ENOUGH_DATA
}

/**
 * Mean over kinds of values in 0..1 (pass or fail, pass@k, share of samples) that hang together in clusters.
 * Wilson's interval for as many independent trials as would vary so much: with one item per cluster
 * and one kind it is Wilson's own. Without any spread each cluster counts as one trial.
 */
export function proportion(
  kinds: readonly (readonly Item[])[],
  confidence: Confidence = 0.95,
): Estimate {
  const found = clusteredMean(kinds)
  if (found === undefined) return NOT_ENOUGH_DATA
  const { mean, plainVariance, clusters } = found
  const trials = plainVariance > NO_SPREAD ? (mean * (1 - mean)) / plainVariance : clusters
  return scoreInterval(mean, trials, confidence)
}

/** Variances below this are rounding. */
export const NO_SPREAD = 1e-24

function scoreInterval(mean: number, n: number, confidence: Confidence): Estimate {
  const z = normalQuantile(confidence)
  const centre = mean + (z * z) / (2 * n)
  const half = z * Math.sqrt((mean * (1 - mean)) / n + (z * z) / (4 * n * n))
  const scale = 1 + (z * z) / n
  const low = mean === 0 ? 0 : Math.max(0, (centre - half) / scale)
  const high = mean === 1 ? 1 : Math.min(1, (centre + half) / scale)
  return { ok: true, mean, low, high }
}

/** Chance that one of k samples passes, from n samples of which `correct` did; undefined when n < k. */
export function passAtK(n: number, correct: number, k: number): number | undefined {
  if (k < 1 || n < k || correct < 0 || correct > n) return undefined
  if (n - correct < k) return 1
  let allFail = 1
  for (let at = n - correct + 1; at <= n; at += 1) allFail *= 1 - k / at
  return 1 - allFail
}
