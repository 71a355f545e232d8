/**
 * What the workbench is told beyond the history itself: this machine, what is going on, models, jobs, logs.
 * Not here: rows of the history (history.ts), what one asks with (inputs.ts).
 */
import type { RunConfig } from './config.ts'
import type { Episode } from './episode.ts'
import type { ErrorCode } from './errors.ts'
import type {
  Checkpoint,
  EpisodeRow,
  FlagEntry,
  RunDetail,
  RunRow,
  StepRow,
  TaskRow,
} from './history.ts'
import type { MemoryReport } from './memory.ts'
import type { LOG_SOURCES, ModelRef, SavedView } from './inputs.ts'
import type { StepNews, SuiteScores, TrainNews } from './news.ts'
import type { GroupMetrics, Phase, ProposalRecord } from './run.ts'
import type { Variant } from './task.ts'
import type { IsolationLevel, Printed, RunStatus } from './verdict.ts'

export type AppInfo = {
  readonly version: string
  /** desktop: folders come from dialogs; browser: they are typed, and nothing of the desktop is there. */
  readonly mode: 'desktop' | 'browser'
  /** Why a browser, where a window was asked for; '' otherwise. */
  readonly reason: string
  readonly platform: string
  readonly node: string
  readonly electron: string | null
  readonly home: string
  /** Calls that change something are refused. */
  readonly readOnly: boolean
  /** Whether a finished run that ships can be opened. */
  readonly hasSample: boolean
}

export type Finding = {
  readonly name: string
  readonly ok: boolean
  /** What was found. */
  readonly detail: string
  /** What would help; '' when it is fine. */
  readonly hint: string
  /** Without it there is no training. */
  readonly needed: boolean
}

/** A graphics adapter, as the machine's own tools tell of it. */
export type AdapterReport = {
  readonly name: string
  readonly driver: string | null
  /** Of its own; null: shared with the machine, or not told. */
  readonly memoryBytes: number | null
  readonly freeBytes: number | null
}

/** What a kind of device did when it was asked to compute. */
export type DeviceReport = {
  readonly device: 'webgpu' | 'cuda'
  readonly usable: boolean
  /** Why not; '' where it is usable. */
  readonly why: string
  /** Whether it computes in half precision. */
  readonly half: boolean
  /** Largest tensor that was tried and fitted. */
  readonly largestBufferBytes: number | null
  readonly gigaflops: number | null
}

export type Diagnosis = {
  readonly adapters: readonly AdapterReport[]
  readonly devices: readonly DeviceReport[]
  readonly ok: boolean
  readonly node: string
  readonly onnxruntime: string | null
  readonly providers: readonly string[]
  readonly python: { readonly path: string; readonly version: string } | null
  readonly sandbox: {
    readonly level: IsolationLevel
    readonly label: string
    readonly checks: readonly { readonly name: string; readonly pass: boolean }[]
  }
  readonly home: string | null
  readonly diskFreeBytes: number | null
  readonly memoryBytes: number
  readonly memoryFreeBytes: number
  readonly cores: number
  readonly electron: string | null
  readonly findings: readonly Finding[]
}

export type Usage = {
  readonly memoryBytes: number
  readonly memoryFreeBytes: number
  /** Of the process that answers. */
  readonly ownBytes: number
  readonly diskFreeBytes: number | null
  readonly load: number
  readonly cores: number
}

export const LIVE_STATES = [
  'starting',
  'running',
  'pausing',
  'paused',
  'stopping',
  'restarting',
] as const
export type LiveState = (typeof LIVE_STATES)[number]

/** A run whose process this host supervises, from its order to its end. */
export type LiveRun = {
  readonly run: string
  /** Grows with every change: what comes late by another way is old. */
  readonly revision: number
  readonly state: LiveState
  readonly phase: { readonly name: Phase; readonly done: number; readonly total: number } | null
  /** The last step's news; null before the first. */
  readonly last: StepNews | null
  readonly tokensPerSecond: number
  readonly tasksPerSecond: number
  /** null: not known yet. */
  readonly secondsLeft: { readonly low: number; readonly high: number } | null
  /** How often its process was started again after it ended by itself. */
  readonly restarts: number
  /** While it waits for that: how the process ended, and after how long it is taken up again by itself. */
  readonly restart: { readonly why: string; readonly seconds: number } | null
}

/** One held-out score over the run: greedy, the mean of kinds, of its first suite. */
export type ScorePoint = { readonly step: number; readonly score: number }

export type RunListRow = {
  readonly run: RunRow
  readonly live: LiveRun | null
  /** For the sparkline. */
  readonly scores: readonly ScorePoint[]
}

export type RunList = {
  /** Newest first. */
  readonly rows: readonly RunListRow[]
  readonly total: number
}

export type RunView = RunDetail & { readonly live: LiveRun | null }

/** What an order comes to before it is started. */
export type RunPlanView = {
  readonly config: RunConfig
  /** One sentence each; empty: it can be started. */
  readonly problems: readonly string[]
  readonly model: ModelReport | null
  /** From earlier runs of this preset and model size here; null: none. */
  readonly secondsPerStep: number | null
  readonly seconds: number | null
  /** null: there is no usable model. */
  readonly memory: MemoryReport | null
}

/** What is told of a run while it goes on. seq grows by one; a gap means that older news are not kept. */
export type RunNews = {
  readonly seq: number
  readonly atMs: number
  readonly run: string
  readonly news:
    | TrainNews
    | { readonly type: 'live'; readonly live: LiveRun | null; readonly reason: string }
}

/** Something about the list of runs changed: ask again. */
export type RunsChange = { readonly run: string; readonly live: LiveRun | null }

export type StepGroup = GroupMetrics & { readonly step: number }
export type StepChunk = {
  readonly steps: readonly StepRow[]
  readonly groups: readonly StepGroup[]
  /** Whether there are later steps. */
  readonly more: boolean
}

/** atLeast: there are that many or more; counting them would take too long. */
export type Counted = { readonly count: number; readonly atLeast?: true }

export type TagCount = { readonly tag: string; readonly count: number }

/** In rows; left 0: all text is searchable. */
export type IndexState = { readonly left: number; readonly total: number }

export type TaskDetail = {
  readonly run: string
  readonly row: TaskRow | null
  readonly proposal: ProposalRecord
  /** Of the task's pairs, in their order: outputs as Python writes them. */
  readonly outputs: readonly string[]
  /** The tasks that the proposer was shown, in order; those that are no longer kept are missing. */
  readonly references: readonly { readonly id: string; readonly program: string }[]
  /** Everybody's work on it, at most MAX_ATTEMPTS, in order. */
  readonly attempts: readonly EpisodeRow[]
  readonly moreAttempts: boolean
}

/** What the trainer's last pass gave each token, and where the update clipped: outside 1 - low to 1 + high. */
export type SeenTrace = {
  readonly logprobs: Float32Array
  readonly entropy: Float32Array
  readonly clipLow: number
  readonly clipHigh: number
}

/** An episode with its numbers as typed arrays. Old log-probabilities: those of the weights that sampled it. */
export type EpisodeTrace = Omit<Episode, 'tokens' | 'logprobs' | 'promptTokens' | 'seen'> & {
  readonly run: string
  readonly promptTokens: Int32Array
  readonly tokens: Int32Array
  readonly logprobs: Float32Array
  /**
   * Where each token's characters end in `response`; the token that ended it may stand for none. null: the run's
   * tokenizer is not at hand or does not give this text.
   */
  readonly ends: Int32Array | null
  /** null: it was not part of an update, or nothing was kept of it. */
  readonly seen: SeenTrace | null
  /** Of the task proposed or solved; absent for a plain one, or none. */
  readonly variant?: Variant
  readonly flags: readonly FlagEntry[]
}

export type ProgramRun = {
  readonly status: RunStatus
  /** Python's repr of what f returned. */
  readonly output?: string
  /** Why there is none. */
  readonly detail?: string
  /** The beginning of what it printed; null: it ended before it could tell. */
  readonly printed: Printed | null
  readonly cpuMs: number
  readonly wallMs: number
  readonly level: IsolationLevel
}

/** What stands for a path. The page shows the label and hands the handle back. */
export type Picked = { readonly handle: string; readonly label: string }

export type ModelReport = {
  readonly ref: ModelRef
  readonly label: string
  /** One sentence each: what is missing or does not fit; empty: it can be used. */
  readonly problems: readonly string[]
  readonly architecture: string | null
  readonly parameters: number | null
  readonly layers: number | null
  readonly width: number | null
  readonly vocabulary: number | null
  readonly context: number | null
  readonly dtype: string | null
  readonly bytes: number
  /** Of a checkpoint. */
  readonly parent: { readonly run: string; readonly step: number } | null
}

/** A saved step of a run, with what its model folder is and its held-out score, where it was measured. */
export type CheckpointView = Checkpoint & {
  readonly report: ModelReport
  readonly score: number | null
}

export type Sequence = {
  readonly text: string
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
  readonly stopReason: 'stop' | 'length'
}

export type JobState = 'running' | 'done' | 'failed' | 'cancelled'
export type JobResult =
  | { readonly type: 'eval'; readonly suites: SuiteScores }
  | { readonly type: 'export'; readonly rows: number; readonly label: string }
  | { readonly type: 'model'; readonly label: string }
  | { readonly type: 'scan'; readonly episodes: number; readonly suggested: number }
  | {
      readonly type: 'trial'
      readonly rule: string
      readonly episodes: number
      readonly hits: number
    }
  | { readonly type: 'judge'; readonly judged: number; readonly unparsable: number }
export type Job = {
  readonly id: string
  readonly title: string
  readonly state: JobState
  readonly done: number
  readonly total: number | null
  /** At the pace since it began; null: not known yet. */
  readonly secondsLeft: number | null
  readonly startedMs: number
  readonly endedMs: number | null
  readonly result: JobResult | null
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

export type FlagTrail = {
  readonly entries: readonly { readonly key: number; readonly entry: FlagEntry }[]
  readonly more: boolean
}

export type LogSource = (typeof LOG_SOURCES)[number]
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogLine = {
  readonly seq: number
  readonly atMs: number
  readonly source: LogSource
  readonly level: LogLevel
  readonly run: string | null
  readonly text: string
}

export type SavedViews = readonly SavedView[]
