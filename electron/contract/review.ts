/**
 * The review of traces: what a rater is given and enters, who rates, how far raters agree, rules and judges.
 * Not here: entries themselves (history.ts, safety.ts), which calls there are (api.ts).
 */
import * as v from 'valibot'
import type { FlagEntry } from './history.ts'
import { EpisodeFilterInput, Handle, ModelRef, name, real, RunId, text, whole } from './inputs.ts'
import type { Episode } from './episode.ts'
import { DECISIONS } from './safety.ts'
import type { Consequence, Decision, PausePolicy, Span, Suggestion } from './safety.ts'
import { ROLES } from './task.ts'

const Id = name(200)

/**
 * Where the traces of a queue come from. newest: by filter; stratified: equal numbers of every role, kind and tenth of
 * the run; suggested: what rules score highest; judged: what judging models rate worst; disagreement: where raters
 * are furthest apart; one: a trace that was chosen elsewhere.
 */
export const QUEUE_SOURCES = [
  'newest',
  'random',
  'stratified',
  'suggested',
  'judged',
  'disagreement',
  'one',
] as const
export type QueueSource = (typeof QUEUE_SOURCES)[number]

export const MAX_QUEUE = 500

export const QueueInput = v.strictObject({
  run: RunId,
  source: v.picklist(QUEUE_SOURCES),
  filter: v.optional(EpisodeFilterInput, {}),
  /** Of random and stratified: the same seed gives the same queue while the run stands still. */
  seed: v.optional(whole(0, 2 ** 31 - 1), 1),
  limit: v.optional(whole(1, MAX_QUEUE), 100),
  /** Leaves out what this rater has rated. */
  unrated: v.optional(v.boolean(), true),
  /** Of suggested: only what this rule says something of. */
  rule: v.exactOptional(name(80)),
  /** Of one. */
  episode: v.exactOptional(Id),
})
export type QueueInput = v.InferOutput<typeof QueueInput>

export type Queue = { readonly items: readonly string[] }

/** blind: suggestions and judges are not even sent. adjudicate: with what other raters said. */
export const ItemInput = v.strictObject({
  run: RunId,
  id: Id,
  blind: v.boolean(),
  adjudicate: v.boolean(),
})

/** Holds from the end of the step that is under way, and after a resume. */
export const PausingInput = v.strictObject({
  run: RunId,
  /** null: never. */
  confirmed: v.nullable(whole(1, 100_000)),
  severity: whole(1, 5),
})

export type Pausing = PausePolicy & {
  /** How many count since the last pause. */
  readonly counted: number
  /** null: as the run was started. */
  readonly author: string | null
}

/** What a judging model said of a trace, or why it said nothing that can be used. */
export type Judgement = {
  readonly episode: string
  readonly judge: string
  /** Version of the rubric. */
  readonly rubric: number
  readonly verdict:
    | {
        readonly ok: true
        readonly severity: number
        readonly category: string
        readonly span: Span | null
        readonly reason: string
      }
    | { readonly ok: false; readonly why: string }
  /** As the judge wrote it. */
  readonly response: string
  readonly atMs: number
}

export type ReviewItem = Pick<
  Episode,
  | 'id'
  | 'step'
  | 'role'
  | 'kind'
  | 'purpose'
  | 'task'
  | 'prompt'
  | 'response'
  | 'status'
  | 'correct'
  | 'reward'
  | 'trained'
> & {
  readonly run: string
  /** null: hidden. */
  readonly suggestions: readonly Suggestion[] | null
  readonly judgements: readonly Judgement[] | null
  /** Of other raters; null: hidden, so that each rates on their own. */
  readonly ratings: readonly FlagEntry[] | null
  readonly own: FlagEntry | null
  readonly decision: Decision | null
}

export const DecideInput = v.strictObject({
  run: RunId,
  episode: Id,
  verdict: v.picklist(DECISIONS),
  /** null: as in the most severe flag. */
  severity: v.nullable(whole(1, 5)),
  category: v.nullable(name(60)),
  note: text(20_000),
  /** Whether its task stays in the buffers. */
  keepTask: v.boolean(),
})
export type Decided = { readonly consequence: Consequence; readonly before: Decision | null }

export type RaterProfile = {
  readonly name: string
  /** Over all runs: flags that hold. */
  readonly flags: number
  readonly episodes: number
  /** Median seconds that an item took; null: not measured. */
  readonly seconds: number | null
  readonly lastMs: number | null
}

/** The interval holds 95%: of resamples for agreement, Wilson's for shares. */
export type Coefficient = {
  readonly value: number
  readonly low: number
  readonly high: number
  /** Items with at least two ratings. */
  readonly items: number
}

/** What one rater says of one episode: of several flags the most severe. */
export type Rating = Pick<FlagEntry, 'rater' | 'severity' | 'category' | 'blind'>

export type Conflict = {
  readonly episode: string
  readonly ratings: readonly Rating[]
  /** Between the mildest and the most severe. */
  readonly spread: number
}

export type PairAgreement = {
  readonly raters: readonly [string, string]
  /** Quadratic weights: near misses count little. */
  readonly severity: Coefficient | null
  readonly category: Coefficient | null
}

export type Agreement = {
  readonly episodes: number
  readonly raters: readonly string[]
  /** Episodes by how many rated them: 1, 2, ... */
  readonly overlap: readonly number[]
  readonly severity: { readonly percent: Coefficient | null; readonly alpha: Coefficient | null }
  readonly category: { readonly percent: Coefficient | null; readonly alpha: Coefficient | null }
  readonly pairs: readonly PairAgreement[]
  readonly conflicts: readonly Conflict[]
}

export const AgreementInput = v.strictObject({ run: RunId, blindOnly: v.boolean() })

/** A conflict with what was decided about it. */
export type Agreed = {
  readonly agreement: Agreement
  /** Episodes of conflicts that were decided about, with the verdict that holds. */
  readonly decided: Readonly<Record<string, Decision['verdict']>>
}

/** A rule of the user as the file holds it; checked in full by the host. */
export const RuleDraft = v.strictObject({
  id: name(80),
  category: name(60),
  score: real(0.01, 1),
  reason: name(200),
  phrases: v.pipe(v.array(name(2_000)), v.maxLength(50)),
  unless: v.pipe(v.array(name(60)), v.maxLength(50)),
  patterns: v.pipe(v.array(name(2_000)), v.maxLength(50)),
  roles: v.pipe(v.array(v.picklist(ROLES)), v.maxLength(2)),
})
export type RuleDraft = v.InferOutput<typeof RuleDraft>

export type RuleTrial = {
  readonly run: string
  readonly atMs: number
  readonly episodes: number
  readonly hits: number
  readonly examples: readonly { readonly episode: string; readonly quote: string }[]
}

export type RuleView = {
  readonly id: string
  readonly version: number
  readonly category: string
  readonly score: number
  readonly reason: string
  /** null: built in. */
  readonly own: (RuleDraft & { readonly enabled: boolean }) | null
  /** The trial of this very rule as it stands; null: none yet, so it cannot be switched on. */
  readonly trial: RuleTrial | null
  /** Of the run: episodes that it says something of, those that people have judged, concerns among them. */
  readonly episodes: number
  readonly judged: number
  readonly concerns: number
  /** Share of concerns; null: nothing was judged. */
  readonly precision: { readonly mean: number; readonly low: number; readonly high: number } | null
}

export type RuleBook = {
  readonly rules: readonly RuleView[]
  /** Why the file of the user's rules cannot be used; null: it can, or there is none. */
  readonly problem: string | null
  /** How many of the run's episodes these rules have not seen. */
  readonly unscanned: number
}

export const RuleOfRun = v.strictObject({ run: RunId, id: name(80) })
export const SwitchRule = v.strictObject({ id: name(80), enabled: v.boolean() })
export const RuleId = v.strictObject({ id: name(80) })
export const ScanInput = v.strictObject({ run: RunId, again: v.boolean() })

export const MAX_JUDGED = 200
export const JudgeInput = v.strictObject({
  run: RunId,
  episodes: v.pipe(v.array(Id), v.minLength(1), v.maxLength(MAX_JUDGED)),
  model: ModelRef,
})
export type JudgeInput = v.InferOutput<typeof JudgeInput>

export const TRAILS = ['flags', 'decisions', 'consequences'] as const
export const AuditInput = v.strictObject({
  run: RunId,
  trail: v.picklist(TRAILS),
  /** key of the oldest row seen; null: the newest rows. */
  before: v.nullable(whole(0, 2 ** 52)),
  limit: v.optional(whole(1, 500), 200),
})

/** One entry of an audit trail in words that every trail shares. */
export type AuditRow = {
  readonly key: number
  readonly atMs: number
  readonly author: string
  readonly action: string
  readonly episode: string | null
  readonly task: string | null
  readonly severity: number | null
  readonly category: string
  readonly detail: string
}
export type AuditPage = { readonly rows: readonly AuditRow[]; readonly more: boolean }

export const REVIEW_FORMATS = ['jsonl', 'csv', 'parquet', 'html'] as const
export type ReviewFormat = (typeof REVIEW_FORMATS)[number]

export const ReviewExportInput = v.strictObject({
  run: RunId,
  format: v.picklist(REVIEW_FORMATS),
  out: Handle,
  redact: v.boolean(),
  /** Also taken out when redacting. */
  words: v.pipe(v.array(name(200)), v.maxLength(100)),
})
export const ReviewImportInput = v.strictObject({ file: Handle })

export type ReviewImported = {
  readonly added: number
  readonly known: number
  readonly unknownRuns: Readonly<Record<string, number>>
  readonly misquoted: number
}
