/**
 * Loss weights of the warm-up by sequence type: proposer tokens are mostly irreducible entropy and would
 * otherwise be half of the loss. Not here: the mixture (stream.ts).
 * Source: measured, feasibility study of the nano model (section 3).
 */

/** P proposes, S solves; D deduction, A abduction, I induction. */
export const SAMPLE_TYPES = ['SD', 'SA', 'SI', 'PD', 'PA', 'PI'] as const
export type SampleType = (typeof SAMPLE_TYPES)[number]

/** Weight of each answer token, the end token included. */
export const ANSWER_WEIGHT: Readonly<Record<SampleType, number>> = {
  SD: 2,
  SA: 1,
  SI: 1,
  PD: 0.3,
  PA: 0.3,
  PI: 0.15,
}

export const PROMPT_WEIGHT = 0.1
