/**
 * What the warm-up's sequence types weigh: in the loss, where proposer tokens are mostly irreducible entropy and
 * would otherwise be half of it, and in the share of worked answers. Not here: the mixture (stream.ts).
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

/**
 * Share of the deduction and abduction answers that are worked step by step first. A minority, as in any text a
 * model is warmed up on: whether to think before an answer is for self-play to find out.
 */
export const WORKED_SHARE = 0.3
