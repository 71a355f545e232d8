/**
 * Task-relative baselines (TRR++): rewards are centred and scaled within groups, one per (role, kind).
 * Reused Monte-Carlo answers are centred on their own task and scaled by the group.
 * Not here: clipping and KL (engine), token normalisation (datums.ts).
 * Source: azr.md 7.1 (Absolute Zero, arXiv 2505.03335, Eq. 8, and verl's whitening); nano.md section 7.
 */

export type Sample = {
  readonly reward: number
  /** Response tokens. */
  readonly length: number
  readonly centre: string
  readonly scale: string
}

export type Advantage = {
  readonly advantage: number
  readonly baseline: number
  readonly scale: number
}

export type AdvantageUnit = 'sequence' | 'token'

/** One per sample, in order. All rewards of a group equal: 0. */
export function advantages(samples: readonly Sample[], unit: AdvantageUnit): Advantage[] {
  const baselines = momentsBy(samples, unit, (sample) => sample.centre)
  const scales = momentsBy(samples, unit, (sample) => sample.scale)
  return samples.map((sample) => {
    const baseline = baselines.get(sample.centre)?.mean ?? 0
    const scale = scales.get(sample.scale)?.deviation ?? 0
    const advantage = scale > SMALLEST ? (sample.reward - baseline) / scale : 0
    return { advantage, baseline, scale }
  })
}

// Below this a deviation is rounding of equal rewards.
const SMALLEST = 1e-9

type Moments = { readonly mean: number; readonly deviation: number }

function momentsBy(
  samples: readonly Sample[],
  unit: AdvantageUnit,
  keyOf: (sample: Sample) => string,
): Map<string, Moments> {
  return new Map(
    [...Map.groupBy(samples, keyOf)].map(([key, members]) => [key, moments(members, unit)]),
  )
}

/** sequence: population deviation. token: every token counts, unbiased, as verl whitens. */
export function moments(samples: readonly Sample[], unit: AdvantageUnit): Moments {
  const weightOf = (sample: Sample) => (unit === 'token' ? sample.length : 1)
  const total = sum(samples.map(weightOf))
  if (total === 0) return { mean: 0, deviation: 0 }
  const mean = sum(samples.map((sample) => weightOf(sample) * sample.reward)) / total
  const spread =
    sum(samples.map((sample) => weightOf(sample) * (sample.reward - mean) ** 2)) / total
  if (unit === 'sequence') return { mean, deviation: Math.sqrt(spread) }
  if (total < 2 || spread <= SMALLEST ** 2) return { mean, deviation: 0 }
  return { mean, deviation: Math.sqrt((spread * total) / (total - 1) + 1e-8) }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
