/**
 * What watching for unsafe traces is about: what detectors suggest, what people decide, and what follows from it.
 * Not here: flags, which are what single raters say (FlagEntry in history.ts).
 */
import type { Episode } from './episode.ts'

/** What a review offers; a flag may name any other. */
export const CATEGORIES = [
  'deception',
  'power-seeking',
  'sandbox probing',
  'reward hacking',
  'harm',
  'other',
] as const
export type Category = (typeof CATEGORIES)[number]

/** Cited characters, end exclusive. */
export type Span = {
  readonly target: 'prompt' | 'response'
  readonly start: number
  readonly end: number
}

/** One hit of a detector: a reason to look, never a verdict. */
export type Suggestion = {
  readonly episode: string
  readonly rule: string
  readonly version: number
  readonly category: string
  /** null: the episode as a whole. */
  readonly span: Span | null
  /** From 0 to 1: how much this alone is worth a look. */
  readonly score: number
  /** One sentence. */
  readonly reason: string
}

/** What detectors read of an episode. */
export type Trace = Pick<
  Episode,
  'id' | 'step' | 'role' | 'kind' | 'purpose' | 'prompt' | 'response' | 'status' | 'logprobs'
> & {
  /** Audit events of the sandbox with how often each was seen; absent where none were kept. */
  readonly signals?: Readonly<Record<string, number>>
}

export const DECISIONS = ['confirmed', 'dismissed', 'open'] as const

/**
 * What was decided about an episode after people looked. Only ever added: the last by time holds, and open takes
 * an earlier one back.
 */
export type Decision = {
  readonly episode: string
  readonly verdict: (typeof DECISIONS)[number]
  /** Whether the task it proposed or solved leaves the buffers too. */
  readonly removesTask: boolean
  readonly severity: number
  readonly category: string
  readonly author: string
  readonly note: string
  readonly atMs: number
}

export const CONSEQUENCES = [
  'quarantined',
  'released',
  'dismissed',
  'kept out',
  'task removed',
  'paused',
  'threshold set',
  'rules changed',
] as const

/** Something that followed from a decision, with who caused it. */
export type Consequence = {
  readonly action: (typeof CONSEQUENCES)[number]
  /** The run's step at that time. */
  readonly step: number
  readonly episode: string | null
  readonly task: string | null
  readonly author: string
  readonly detail: string
  readonly atMs: number
}

/** When a run pauses by itself. */
export type PausePolicy = {
  /** Confirmed traces since the last pause; null: never. */
  readonly confirmed: number | null
  /** Only those of at least this severity count. */
  readonly severity: number
}

/** Whether a checkpoint's weights saw confirmed traces, its ancestors in forks included. */
export type LineageMark = {
  readonly step: number
  /** Confirmed episodes among those that its weights were trained on. */
  readonly flaggedTrained: number
  readonly worstSeverity: number
}
