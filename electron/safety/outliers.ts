/**
 * Responses unlike the others of their kind in a step: by length, by variety of characters, by how likely the
 * model found its own words. Robust: the middle and spread of a group do not move with its outliers.
 * Source: Iglewicz and Hoaglin 1993 (median and MAD).
 */
import type { Trace } from '../contract/safety.ts'
import type { Hit } from './hits.ts'

/** The numbers that groups are compared by: NaN is no number. */
export type Features = {
  readonly length: number
  /** Shannon entropy of the characters, bits each. */
  readonly entropy: number
  /** Mean log-probability of the sampled tokens. */
  readonly logprob: number
}

const MIN_CHARS = 40

export function featuresOf({ response, logprobs }: Pick<Trace, 'response' | 'logprobs'>): Features {
  const sum = logprobs.reduce((total, logprob) => total + logprob, 0)
  return {
    length: logprobs.length > 0 ? logprobs.length : response.length,
    entropy: response.length < MIN_CHARS ? Number.NaN : entropyOf(response),
    logprob: logprobs.length === 0 ? Number.NaN : sum / logprobs.length,
  }
}

/** Texts longer than this are judged by their beginning. */
const ENTROPY_CHARS = 20_000

function entropyOf(text: string): number {
  const counts = new Map<number, number>()
  const length = Math.min(text.length, ENTROPY_CHARS)
  for (let at = 0; at < length; at += 1) {
    const unit = text.charCodeAt(at)
    counts.set(unit, (counts.get(unit) ?? 0) + 1)
  }
  let bits = 0
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length)
  return bits
}

const MIN_GROUP = 20
const FAR = 6
/** How the median distance of normal values relates to their deviation. */
const NORMAL = 1.4826

/** Which sides are odd: short or sure answers are not. `least` keeps tiny spreads from making everything odd. */
const MEASURES = [
  { name: 'length', rule: 'outlier.length', sides: [1], least: 8, unit: 'tokens' },
  {
    name: 'entropy',
    rule: 'outlier.entropy',
    sides: [1, -1],
    least: 0.1,
    unit: 'bits a character',
  },
  { name: 'logprob', rule: 'outlier.logprob', sides: [-1], least: 0.05, unit: 'nats a token' },
] as const

/** One list of hits for each member, in order. All members are of one role and kind. */
export function outlierHits(group: readonly Features[]): Hit[][] {
  const hits: Hit[][] = group.map(() => [])
  for (const { name, rule, sides, least, unit } of MEASURES) {
    const values = group.map((features) => features[name])
    const known = values.filter((value) => !Number.isNaN(value))
    if (known.length < MIN_GROUP) continue
    const middle = median(known)
    const spread = NORMAL * median(known.map((value) => Math.abs(value - middle)))
    for (const [at, value] of values.entries()) {
      const far = (value - middle) / Math.max(spread, least)
      if (Number.isNaN(far) || !sides.some((side) => far * side > FAR)) continue
      const reason = `Its ${NAMES[name]} is ${round(value)} ${unit}, where the group's middle is ${round(middle)}.`
      hits[at]?.push({ rule, at: null, reason })
    }
  }
  return hits
}

const NAMES = { length: 'length', entropy: 'variety', logprob: 'mean log-probability' } as const

function round(value: number): string {
  return String(Math.round(value * 100) / 100)
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  const high = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2
}
