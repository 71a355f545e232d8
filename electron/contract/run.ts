/**
 * What a run tells: the facts the loop yields, which the recorder stores and windows show.
 */
import type { Episode } from './episode.ts'
import type { Check, Kind, ProgramFacts, Role, Task } from './task.ts'

export const PHASES = ['propose', 'validate', 'solve', 'verify', 'update', 'evaluate'] as const
export type Phase = (typeof PHASES)[number]

/** Means over one (role, kind) group of a step. */
export type GroupMetrics = {
  readonly role: Role
  readonly kind: Kind
  readonly count: number
  readonly rewardMean: number
  readonly rewardStd: number
  /** Share of valid proposals, or of right solutions. */
  readonly accuracy: number
  readonly lengthMean: number
  readonly entropyMean: number
  /** The TRR++ baseline and scale used for the advantages. */
  readonly baseline: number
  readonly scale: number
}

/** One proposal: the task it made (valid) or the checks that refused it. Step 0 holds the seeds. */
export type ProposalRecord = {
  /** The proposing episode; null for given tasks: the identity program, a task source. */
  readonly episode: string | null
  readonly kind: Kind
  readonly task: Task | null
  readonly checks: readonly Check[]
  readonly facts: ProgramFacts | null
  /** Mean success of the Monte-Carlo rollouts; null when none ran. */
  readonly solveRate: number | null
}

export type StepRecord = {
  readonly step: number
  readonly groups: readonly GroupMetrics[]
  /** Named numbers of the step: losses, norms, KL, diversity, complexity, buffer sizes, tokens, ... */
  readonly metrics: Readonly<Record<string, number>>
  readonly phaseSeconds: Readonly<Record<Phase, number>>
  readonly proposals: readonly ProposalRecord[]
  readonly episodes: readonly Episode[]
  /** Plain sentences for the user, such as a collapse of diversity. */
  readonly warnings: readonly string[]
}

/** Held-out scores at a step, from eval/. values in [0, 1]. */
export type EvalRecord = {
  readonly step: number
  readonly suite: string
  readonly temperature: number
  readonly kind: Kind | 'mean'
  readonly n: number
  readonly score: number
  readonly low: number
  readonly high: number
  /** How it was asked; null: written by a version that did not keep it. */
  readonly told: EvalTold | null
}

/** The settings of a measurement beside its suite and temperature, and how many answers the sandbox left unjudged. */
export type EvalTold = {
  readonly template: string
  readonly topP: number
  readonly maxTokens: number
  readonly samples: number
  readonly seed: number
  readonly undecided: number
}

export type LoopEvent =
  | {
      readonly type: 'phase'
      readonly step: number
      readonly phase: Phase
      readonly done: number
      readonly total: number
    }
  | { readonly type: 'step'; readonly record: StepRecord }
