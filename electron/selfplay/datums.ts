/**
 * Sampled responses as training sequences. Position t of a datum predicts token t + 1 of prompt and response.
 * Losses are token sums, so the mean over the step's trained tokens is put into every coefficient here.
 * Not here: advantages (advantage.ts).
 */
import type { Datum } from '../engine/datum.ts'

export type TrainSample = {
  readonly promptTokens: readonly number[]
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
  /** The role's weight included. */
  readonly advantage: number
  readonly klWeight: number
}

export type DatumOptions = {
  readonly clipLow: number
  readonly clipHigh: number
  /** 0: off. */
  readonly dualClip: number
  readonly entropyCoef: number
}

/** Tokens that the step's mean is over: every response token of every sample, also of those with advantage 0. */
export function trainedTokens(samples: readonly TrainSample[]): number {
  return samples.reduce((total, sample) => total + sample.tokens.length, 0)
}

/** Whether a sample has any gradient: without advantage, KL and entropy it is left out of the update. */
export function hasGradient(sample: TrainSample, options: DatumOptions): boolean {
  if (sample.tokens.length === 0) return false
  return sample.advantage !== 0 || sample.klWeight !== 0 || options.entropyCoef !== 0
}

export function datumOf(sample: TrainSample, total: number, options: DatumOptions): Datum {
  const all = [...sample.promptTokens, ...sample.tokens]
  const length = all.length - 1
  const first = sample.promptTokens.length - 1
  const targets = new Int32Array(length).fill(-1)
  const logprobs = new Float32Array(length)
  for (const [at, token] of sample.tokens.entries()) {
    targets[first + at] = token
    logprobs[first + at] = sample.logprobs[at] ?? 0
  }
  const onResponse = (value: number) => new Float32Array(length).fill(value / total, first)
  return {
    tokens: Int32Array.from(all.slice(0, length)),
    targets,
    logprobs,
    advantages: onResponse(sample.advantage),
    clipLow: options.clipLow,
    clipHigh: options.clipHigh,
    ...(options.dualClip === 0 ? {} : { dualClip: options.dualClip }),
    ...(sample.klWeight === 0 ? {} : { klWeight: onResponse(sample.klWeight) }),
    ...(options.entropyCoef === 0 ? {} : { entropyWeight: onResponse(options.entropyCoef) }),
  }
}
