/**
 * Evaluations as screens, files and exports know them: one suite on one model, with everything that must stand beside
 * a score for it to mean something.
 * Not here: scores of a run's own measurements (run.ts), how answers are graded (eval/).
 */
import * as v from 'valibot'
import type { Page } from './history.ts'
import type { ScoreDifference } from './news.ts'
import { KINDS } from './task.ts'
import type { Kind } from './task.ts'
import type { RunStatus } from './verdict.ts'
import type { EpisodeTrace } from './workbench.ts'

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const score = { n: count, passAt1: share, low: share, high: share }
const kindScores = v.object(
  Object.fromEntries(KINDS.map((kind) => [kind, v.exactOptional(v.object(score))])),
)

/** All that can be asked besides a run's own tasks. */
export const EVAL_SUITES = [
  'nano-heldout',
  'nano-ood',
  'cruxeval-i',
  'cruxeval-o',
  'livecodebench-execution',
  'humaneval',
  'humaneval+',
  'mbpp',
  'mbpp-full',
  'mbpp+',
  'livecodebench',
  'gsm8k',
  'math500',
  'aime24',
  'aime25',
  'amc23',
  'minerva',
  'olympiadbench',
] as const

export const AREAS = ['code', 'math', 'reasoning'] as const
export type Area = (typeof AREAS)[number]

/** How it was asked: the same numbers under another of these are another measurement. */
export const EvalSettings = v.object({
  template: v.string(),
  temperature: v.number(),
  topP: v.number(),
  maxTokens: v.number(),
  /** Answers per item. */
  samples: v.number(),
  seed: v.number(),
})
export type EvalSettings = v.InferOutput<typeof EvalSettings>

/** What is kept of an evaluation beside its answers. */
export const EvaluationRecord = v.object({
  suite: v.string(),
  title: v.string(),
  area: v.picklist(AREAS),
  licence: v.string(),
  home: v.string(),
  protocol: v.string(),
  contamination: v.string(),
  files: v.array(v.object({ path: v.string(), digest: v.string(), known: v.boolean() })),
  /** Model folder, and what people call it. */
  model: v.string(),
  label: v.string(),
  /** sha256 of the weights. */
  weights: v.string(),
  /** Where the model is a run's checkpoint. */
  at: v.nullable(v.object({ run: v.string(), step: v.number() })),
  ...EvalSettings.entries,
  /** Items per kind that were asked at most; null: the whole suite. */
  limit: v.nullable(v.number()),
  ...score,
  kinds: kindScores,
  /** Answers that the sandbox could not judge; they are in no score. */
  undecided: count,
  /** For every k from 1 to the answers per item. */
  passAtK: v.array(
    v.object({ k: v.number(), n: v.number(), mean: share, low: share, high: share }),
  ),
  startedMs: v.number(),
  finishedMs: v.number(),
})
export type EvaluationRecord = v.InferOutput<typeof EvaluationRecord>

/** training: measured by the run itself, between its steps. */
export type EvaluationSource = 'order' | 'training'

export type Evaluation = Omit<EvaluationRecord, 'model' | 'kinds'> & {
  readonly id: string
  readonly source: EvaluationSource
  readonly kinds: Readonly<Partial<Record<Kind, KindScore>>>
}
export type KindScore = {
  readonly n: number
  readonly passAt1: number
  readonly low: number
  readonly high: number
}

/** One that was called off, killed or failed: what it noted is kept, and it can go on. */
export type UnfinishedEvaluation = {
  readonly id: string
  readonly title: string
  readonly label: string
  readonly done: number
  readonly total: number
  readonly startedMs: number
}

export type EvaluationBoard = {
  /** Newest first. */
  readonly evaluations: readonly Evaluation[]
  readonly unfinished: readonly UnfinishedEvaluation[]
}

/** answers: a key without questions, good for checking graders only. */
export type SuiteState = 'ready' | 'answers' | 'missing'

export type SuiteReport = {
  readonly id: string
  readonly title: string
  readonly area: Area
  readonly licence: string
  readonly home: string
  readonly protocol: string
  readonly state: SuiteState
  /** What is wrong, in one sentence; '' otherwise. */
  readonly problem: string
  readonly items: number | null
  /** Whether the files are those of the published version; null: no published checksum is known. */
  readonly known: boolean | null
  /** What fetching would bring; null: it ships or is made from a run. */
  readonly fetch: { readonly files: number; readonly bytes: number | null } | null
}

export type SuiteShelf = {
  /** Of the folder that was chosen; null: the home's own. */
  readonly folder: string | null
  readonly suites: readonly SuiteReport[]
}

export const ANSWER_STATES = ['right', 'wrong', 'undecided'] as const
export type AnswerState = (typeof ANSWER_STATES)[number]

/** An answer without its texts. */
export type AnswerRow = {
  readonly item: string
  readonly kind: Kind | null
  readonly sample: number
  readonly state: AnswerState
  /** Of the other evaluation, to the same item and sample; null: there is none. */
  readonly other: AnswerState | null
  readonly status: RunStatus | null
  readonly reason: string
  readonly tokens: number
  readonly firstLine: string
}

export const ITEM_FILTERS = ['all', 'gained', 'lost', 'right', 'wrong', 'undecided'] as const
export type ItemFilter = (typeof ITEM_FILTERS)[number]

export type AnswerPage = Page<AnswerRow> & {
  readonly counts: Readonly<Record<ItemFilter, number>>
}

/** The numbers of a response that a trace shows. */
export type ResponseTrace = Pick<
  EpisodeTrace,
  'response' | 'tokens' | 'logprobs' | 'ends' | 'trained' | 'advantage'
> & {
  /** Absent where nothing is trained on. */
  readonly seen?: EpisodeTrace['seen']
}

/** One answer with everything that was noted of it. */
export type AnswerTrace = ResponseTrace & {
  readonly evaluation: Evaluation
  readonly item: string
  readonly kind: Kind | null
  readonly sample: number
  readonly samples: number
  readonly prompt: string
  readonly promptTokens: number
  readonly state: AnswerState
  readonly status: RunStatus | null
  readonly reason: string
  /** As it was read from the response; null: none was found, or it is the whole response. */
  readonly answer: string | null
  readonly stopReason: string
}

/** After minus before on the same items. */
export type EvaluationDifference = {
  readonly before: string
  readonly after: string
  /** Items that both have decided answers to. */
  readonly items: number
  readonly clusters: number
  /** null: not enough data. */
  readonly mean: ScoreDifference
  readonly kinds: Readonly<Partial<Record<Kind, ScoreDifference>>>
  /** The same by drawing whole clusters again; null: not enough data. */
  readonly bootstrap: ScoreDifference
  /** Single answers only; null: sampled, or nothing changed. p is the mid-p value. */
  readonly mcnemar: { readonly gained: number; readonly lost: number; readonly p: number } | null
  /** What makes the comparison less than clean: another template, other settings; empty: nothing. */
  readonly remarks: readonly string[]
}

export type ReportedRow = {
  readonly model: string
  readonly base: string | null
  readonly examples: string | null
  /** By suite, in percent. */
  readonly scores: Readonly<Record<string, number>>
  readonly code: number | null
  readonly math: number | null
  readonly total: number | null
}

/** Results that others reported. */
export type ReportedResults = {
  readonly note: string
  readonly source: string
  readonly tables: readonly {
    readonly id: string
    readonly title: string
    readonly rows: readonly ReportedRow[]
  }[]
}

export const EVAL_FORMATS = ['csv', 'jsonl', 'parquet', 'inspect'] as const
export type EvalFormat = (typeof EVAL_FORMATS)[number]
