/**
 * One response of the model with everything that was decided about it. Stored as it is; opened as a trace.
 */
import type { Kind, Role } from './task.ts'
import type { RunStatus } from './verdict.ts'

/**
 * propose: a task proposal; attempt: a solution that trains; probe: a Monte-Carlo solution that only measures
 * difficulty (with mcReuse it trains too, see `trained`).
 */
export type Purpose = 'propose' | 'attempt' | 'probe'

/**
 * What the trainer's last pass over a response gave each of its tokens, before that pass changed the weights:
 * log-probs, to be compared with those of sampling, and the entropy of the distribution in nats.
 */
export type SeenTokens = {
  readonly logprobs: readonly number[]
  readonly entropy: readonly number[]
}

export type Episode = {
  /** Unique within a run: `${step}/${role}/${kind}/${index}`. */
  readonly id: string
  readonly step: number
  readonly role: Role
  readonly kind: Kind
  readonly purpose: Purpose
  /** The task proposed or solved; null when the proposal was invalid. */
  readonly task: string | null
  readonly prompt: string
  readonly promptTokens: readonly number[]
  /** Which prompt templates made it, such as `nano/1`. */
  readonly promptVersion: string
  /** Ids of the tasks shown as references. */
  readonly references: readonly string[]
  readonly response: string
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
  readonly stopReason: 'stop' | 'length'
  readonly seed: number
  /** What the sandbox said first that was not ok, or ok; null when nothing was executed. */
  readonly status: RunStatus | null
  /** Monte-Carlo outcomes (proposals: one per probe) or per hidden pair (induction solutions). */
  readonly outcomes: readonly number[]
  readonly correct: boolean | null
  readonly reward: number
  /** Named components whose sum or product is the reward; for display. */
  readonly rewardParts: Readonly<Record<string, number>>
  readonly advantage: number
  /** Whether it was part of the step's update. */
  readonly trained: boolean
  /** Absent where it was not part of the update. */
  readonly seen?: SeenTokens
}
