/**
 * What a benchmark is to everybody else: where it comes from, what it asks, how an answer is graded.
 * Not here: the benchmarks (suites/), sampling (runner.ts), statistics (intervals.ts, paired.ts, curves.ts).
 */
import type { RunConfig } from '../contract/config.ts'
import type { Area } from '../contract/evaluation.ts'
import type { Kind } from '../contract/task.ts'
import type { RunStatus } from '../contract/verdict.ts'
import type { PromptPart } from '../model/chat.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/**
 * How a question is put. azr: the paper's preamble for base models, without its prefilled think tag. base: text to
 * continue. chat: one user message, which the model's codec wraps. nano: the compact prompts of nano models.
 */
export const TEMPLATES = ['azr', 'base', 'chat', 'nano'] as const
export type Template = (typeof TEMPLATES)[number]

/** What is sampled from. ends: texts that end a response where they begin; models that go on are cut there. */
export type Ask = { readonly parts: readonly PromptPart[]; readonly ends: readonly string[] }

/** Of one answer. undecided: the sandbox could not say; such answers are in no score. */
export type ItemVerdict = {
  readonly correct: boolean
  readonly undecided: boolean
  /** What the sandbox said; null when nothing was executed. */
  readonly status: RunStatus | null
  /** One sentence for people: what was compared and what came of it. */
  readonly reason: string
  /** The answer as it was read; null: none was found. */
  readonly answer: string | null
}

export type GradeDeps = {
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
  /** Reading and equality of reasoning answers. */
  readonly config: RunConfig
  readonly template: Template
}

/** One item, with all that is known of it behind functions: an item may read its tests only when it is graded. */
export type Question = {
  readonly id: string
  /** Items of one cluster count as one for intervals. */
  readonly cluster: string
  readonly kind: Kind | null
  /** null: the file holds the answer but not the question. */
  ask(template: Template): Ask | null
  /** A response that is right by the suite's own reference; null: the suite has none. */
  gold(template: Template): string | null
  grade(answers: readonly string[], deps: GradeDeps): Promise<ItemVerdict[]>
}

/** A file in its folder. sha256 where a published version is known. */
export type KnownFile = { readonly path: string; readonly sha256: string | null }

/** maxTokens null: the longest response of the model's own settings. */
export type SamplingDefaults = { readonly maxTokens: number | null; readonly topP: number }

export type SuiteFile = KnownFile & {
  /** sha256 of what was read. */
  readonly digest: string
  /** Whether this very version is the known one. */
  readonly known: boolean
}

export type LoadedSuite = {
  readonly questions: readonly Question[]
  readonly files: readonly SuiteFile[]
}

export type Benchmark = {
  readonly id: string
  readonly title: string
  readonly licence: string
  /** Where the file is published. */
  readonly home: string
  /** null: differs from release to release. */
  readonly count: number | null
  readonly area: Area
  readonly sampling: SamplingDefaults
  /** How it is asked and graded here, and where that departs from its authors' way. */
  readonly protocol: string
  /** Why a score here may say little; absent: what holds of every public suite. */
  readonly contamination?: string
  /** The template that its own solutions are written in when they are graded; absent: azr. */
  readonly goldTemplate?: Template
  /** Items whose reference fails its own tests, with the reason. */
  readonly broken: Readonly<Record<string, string>>
  /** Reads the files below a folder. Throws AppError('config') naming file, line and field. */
  load(folder: string): Promise<LoadedSuite>
}

export const right = (reason: string, answer: string | null): ItemVerdict => ({
  correct: true,
  undecided: false,
  status: null,
  reason,
  answer,
})

export const wrong = (reason: string, answer: string | null): ItemVerdict => ({
  ...right(reason, answer),
  correct: false,
})
