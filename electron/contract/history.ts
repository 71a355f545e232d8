/**
 * What the history keeps and tells: runs, list rows, pages, checkpoints, per-item results, flags.
 * Not here: what the loop yields (run.ts, episode.ts, task.ts), nor how it is stored (store/).
 */
import type { Episode, Purpose } from './episode.ts'
import type { EvalRecord, GroupMetrics } from './run.ts'
import type { Kind, Role } from './task.ts'
import type { IsolationLevel, RunStatus } from './verdict.ts'

export const RUN_STATES = ['running', 'paused', 'finished', 'interrupted', 'crashed'] as const
export type RunState = (typeof RUN_STATES)[number]

/** A JSON value; what a config field or a metadata field may hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

export type Run = {
  /** Such as `azr-20261120-ab12`. */
  readonly id: string
  readonly recipe: string
  readonly preset: string
  readonly seed: number
  /** The resolved config, as saved beside the run. */
  readonly config: Readonly<Record<string, Json>>
  readonly model: { readonly path: string; readonly sha256: string }
  readonly promptVersion: string
  readonly sandboxLevel: IsolationLevel
  readonly pythonVersion: string
  readonly engine: string
  readonly device: string
  readonly state: RunState
  /** Why it is in this state, for crashed and interrupted runs; '' otherwise. */
  readonly reason: string
  readonly createdMs: number
  readonly updatedMs: number
  /** null: planned by time. */
  readonly plannedSteps: number | null
  readonly currentStep: number
  /** Of a fork: where it left its parent. */
  readonly parent: { readonly run: string; readonly step: number } | null
  /** The process that writes it, while it runs. */
  readonly pid: number | null
}

/** One row of the table of runs. */
export type RunRow = Run & {
  readonly proposed: number
  readonly valid: number
  readonly tokens: number
  readonly seconds: number
}

export type Page<Row> = {
  readonly rows: readonly Row[]
  /** Opaque; hand it back as `after`. null: there is no further page. */
  readonly next: string | null
  /** Rows that were looked at where fewer than asked for were found so far: the next page looks further. */
  readonly scanned?: number
}

export type TaskState = 'valid' | 'rejected'

/** One row of the table of tasks. */
export type TaskRow = {
  /** Stable within the database; what a page sorts by last. */
  readonly key: number
  /** null when the proposal made no task. */
  readonly id: string | null
  /** The proposing episode; null for given tasks. */
  readonly episode: string | null
  readonly step: number
  readonly kind: Kind
  readonly state: TaskState
  readonly solveRate: number | null
  /** How many probes the solve rate is the mean of. */
  readonly probes: number
  /** The proposer's reward; null for given tasks. */
  readonly reward: number | null
  readonly nodes: number | null
  readonly cognitive: number | null
  readonly cyclomatic: number | null
  readonly halsteadVolume: number | null
  readonly programChars: number
  readonly firstLine: string
  /** Name of the first check that failed. */
  readonly rejectedBy: string | null
  /** What the sandbox said of the proposal; null where nothing ran. */
  readonly status: RunStatus | null
  /** Equal for programs that differ in constants only. */
  readonly skeleton: string | null
  /** Flags that hold, of the proposal and of its attempts. */
  readonly flags: number
  readonly tags: readonly string[]
}

/** One row of the table of episodes. */
export type EpisodeRow = Pick<
  Episode,
  | 'id'
  | 'step'
  | 'role'
  | 'kind'
  | 'purpose'
  | 'task'
  | 'status'
  | 'correct'
  | 'reward'
  | 'advantage'
  | 'trained'
  | 'stopReason'
> & {
  readonly key: number
  readonly tokens: number
  readonly firstLine: string
  readonly flags: number
}

export const TASK_SORTS = [
  'newest',
  'kind',
  'state',
  'verdict',
  'solveRate',
  'reward',
  'program',
  'nodes',
  'cognitive',
  'cyclomatic',
  'halstead',
  'programChars',
  'flags',
] as const
export type TaskSort = (typeof TASK_SORTS)[number]

export const EPISODE_SORTS = ['newest', 'reward', 'advantage', 'tokens'] as const
export type EpisodeSort = (typeof EPISODE_SORTS)[number]

/** An absent field does not filter. */
export type TaskFilter = {
  readonly step?: number
  readonly kind?: Kind
  readonly state?: TaskState
  /** These rows only. */
  readonly keys?: readonly number[]
  /** In the language of query.ts. */
  readonly query?: string
}

export type EpisodeFilter = {
  readonly step?: number
  readonly role?: Role
  readonly kind?: Kind
  readonly purpose?: Purpose
  readonly task?: string
  readonly correct?: boolean
  readonly status?: RunStatus
}

export type PageRequest<Sort, Filter> = {
  readonly run: string
  readonly filter?: Filter
  readonly sort?: Sort
  /** Default: true, the newest or largest first. */
  readonly descending?: boolean
  /** `next` of the page before. */
  readonly after?: string
  /** At most 1,000; default 100. */
  readonly limit?: number
}

/** What is known of a step without its episodes. */
export type StepRow = {
  readonly step: number
  readonly atMs: number
  readonly seconds: number
  readonly proposed: number
  readonly valid: number
  /** Tasks with at least one right attempt. */
  readonly solved: number
  readonly episodes: number
  readonly tokens: number
  readonly metrics: Readonly<Record<string, number>>
  readonly phaseSeconds: Readonly<Record<string, number>>
  /** What the machine did meanwhile, which no seed repeats: memory, load, times of the sandbox. */
  readonly machine: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

/**
 * solveRate: tasks by solve rate; rejectedBy: by first failed check; status, reward: episodes; advantage: trained
 * episodes, in halves; attempts: by the solve rate of their task and whether they are right.
 */
export const TALLY_NAMES = [
  'solveRate',
  'rejectedBy',
  'status',
  'reward',
  'advantage',
  'attempts',
] as const

/** How often something was seen in a step; the counts behind heat maps and funnels. */
export type Tally = {
  readonly step: number
  readonly role: Role
  readonly kind: Kind
  readonly name: (typeof TALLY_NAMES)[number]
  readonly bin: string
  readonly count: number
}

/** Episodes of a step: suggested by rules, flagged by people, or whose programs reached outside. */
export type SafetyCount = {
  readonly step: number
  readonly name: 'suggested' | 'flagged' | 'reached'
  readonly count: number
}

export const CHECKPOINT_KINDS = ['start', 'periodic', 'final'] as const
export type CheckpointKind = (typeof CHECKPOINT_KINDS)[number]

export type Checkpoint = {
  readonly step: number
  /** Relative to the home folder, so that a home can be moved. */
  readonly path: string
  readonly kind: CheckpointKind
  /** It measured best on held-out items so far, and stays. */
  readonly best: boolean
  /** Step of the checkpoint that it was trained from; null for the first. */
  readonly parentStep: number | null
  readonly bytes: number
  readonly atMs: number
}

/** One graded answer of an evaluation. */
export type EvalItem = {
  readonly step: number
  readonly suite: string
  readonly temperature: number
  readonly item: string
  /** Items of one program are one cluster in paired comparisons. */
  readonly cluster: string
  readonly kind: Kind | null
  readonly sample: number
  readonly correct: boolean
  /** The sandbox could not say: neither right nor wrong, and in no score. */
  readonly undecided: boolean
  readonly status: RunStatus | null
  /** Why, in one sentence; '' where it was not kept. */
  readonly reason: string
  readonly response: string
  /** Of the response; null where they were not kept. */
  readonly tokens: ArrayLike<number> | null
  readonly logprobs: ArrayLike<number> | null
}

/**
 * One entry of the audit trail of flags. Entries are only ever added: an edit or an undo is a new entry with the
 * same `flag`, and the last entry of a flag is what holds.
 */
export type FlagEntry = {
  readonly flag: string
  readonly episode: string
  /** A person's profile, or `rule:NAME@VERSION`. */
  readonly rater: string
  /** 1 none to 5 severe. */
  readonly severity: number
  readonly category: string
  /** Free words, in the rater's order. */
  readonly tags: readonly string[]
  /** Cited characters of the prompt or response; null: the whole episode. */
  readonly span: {
    readonly target: 'prompt' | 'response'
    readonly start: number
    readonly end: number
    readonly quote: string
  } | null
  readonly note: string
  readonly atMs: number
  /** How long the rater looked; null when not measured. */
  readonly seconds: number | null
  /** Whether suggestions were hidden from the rater. */
  readonly blind: boolean
  readonly undone: boolean
}

/** Everything about one run that fits on a screen. */
export type RunDetail = {
  readonly run: RunRow
  readonly steps: number
  readonly solved: number
  readonly episodes: number
  readonly lastStep: StepRow | null
  readonly lastGroups: readonly GroupMetrics[]
  readonly evals: readonly EvalRecord[]
  readonly checkpoints: readonly Checkpoint[]
  readonly forks: readonly string[]
  readonly openFlags: number
}
