/**
 * Everything that is known of one token of a response. Pure.
 */
import type { ResponseTrace } from '../../electron/contract/evaluation.ts'

export type TokenValues = {
  /** When it was sampled. */
  readonly logprob: number
  readonly probability: number
  /** By the trainer, in its last pass before it changed the weights. */
  readonly newLogprob: number | null
  /** New probability by old. */
  readonly ratio: number | null
  /** Whether the update ignored how far the ratio had gone. */
  readonly clipped: boolean
  /** Nats. */
  readonly entropy: number | null
  /** null: not part of the update. */
  readonly advantage: number | null
}

export function valuesAt(trace: ResponseTrace, token: number): TokenValues {
  const logprob = trace.logprobs[token] ?? Number.NaN
  const seen = trace.seen ?? null
  const newLogprob = seen?.logprobs[token] ?? null
  const ratio = newLogprob === null ? null : Math.exp(newLogprob - logprob)
  const advantage = trace.trained ? trace.advantage : null
  return {
    logprob,
    probability: Math.exp(Math.min(0, logprob)),
    newLogprob,
    ratio,
    clipped: seen !== null && ratio !== null && isClipped(ratio, advantage ?? 0, seen),
    entropy: seen?.entropy[token] ?? null,
    advantage,
  }
}

/** The clip holds a good token's ratio from above and a bad one's from below. Source: arXiv 1707.06347, eq. 7. */
function isClipped(
  ratio: number,
  advantage: number,
  { clipLow, clipHigh }: { readonly clipLow: number; readonly clipHigh: number },
): boolean {
  return advantage > 0 ? ratio > 1 + clipHigh : advantage < 0 && ratio < 1 - clipLow
}
