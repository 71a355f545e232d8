/**
 * Comparing runs and checkpoints: what is asked, what comes back. A place is a checkpoint of a run, so that two
 * steps of one run can stand beside each other.
 * Not here: evaluations by themselves (evaluation.ts), curves (history.ts).
 */
import * as v from 'valibot'
import { name, real, RunId, whole } from './inputs.ts'
import type { ScoreDifference } from './news.ts'
import { KINDS } from './task.ts'
import type { Kind } from './task.ts'
import type { RunStatus } from './verdict.ts'

export const MAX_PLACES = 6

const Place = v.strictObject({ run: RunId, step: whole(0, 1_000_000_000) })
export type ComparePlace = v.InferOutput<typeof Place>

const places = v.pipe(v.array(Place), v.minLength(1), v.maxLength(MAX_PLACES))
const measure = { suite: name(60), temperature: real(0, 2) }

/** step null: the last that was measured. */
export const CompareScores = v.strictObject({
  places: v.pipe(
    v.array(v.strictObject({ run: RunId, step: v.nullable(whole(0, 1_000_000_000)) })),
    v.minLength(1),
    v.maxLength(MAX_PLACES),
  ),
})

export const ANSWER_FILTERS = ['flipped', 'all', 'right', 'wrong'] as const
/** flipped: not the same everywhere; right and wrong: everywhere. */
export type AnswerFilter = (typeof ANSWER_FILTERS)[number]

export const CompareItems = v.strictObject({
  places,
  ...measure,
  filter: v.picklist(ANSWER_FILTERS),
  kind: v.nullable(v.picklist(KINDS)),
  /** Rows to leave out at the beginning. */
  skip: whole(0, 10_000_000),
  limit: v.optional(whole(1, 1_000), 200),
})

export type CompareItems = v.InferOutput<typeof CompareItems>

export const CompareAnswer = v.strictObject({
  places,
  ...measure,
  item: name(400),
  sample: whole(0, 10_000),
})

export type ComparedScore = {
  readonly step: number
  readonly n: number
  readonly score: number
  readonly low: number
  readonly high: number
}

/** A suite that was measured at every place. */
export type ComparedSuite = {
  readonly suite: string
  readonly temperature: number
  /** In the order of the places. */
  readonly scores: readonly ComparedScore[]
}

export type ComparedScores = {
  readonly suites: readonly ComparedSuite[]
  /** Of each place: steps of its run that were measured. */
  readonly measured: readonly (readonly number[])[]
}

export type ComparedRow = {
  readonly item: string
  readonly kind: Kind | null
  readonly sample: number
  /** In the order of the places; null: the sandbox could not say. */
  readonly correct: readonly (boolean | null)[]
}

export type ComparedItems = {
  readonly counts: Readonly<Record<AnswerFilter, number>>
  readonly rows: readonly ComparedRow[]
  readonly more: boolean
  /** Each place against the first on the same items, clustered by program; null: not enough data, or the first. */
  readonly differences: readonly ScoreDifference[]
}

export type ComparedAnswer = {
  /** Of the suites that ship; null: their texts are not at hand. */
  readonly question: {
    readonly program: string
    readonly pairs: readonly { readonly input: string; readonly output: string }[]
  } | null
  readonly answers: readonly {
    readonly correct: boolean | null
    readonly status: RunStatus | null
    readonly reason: string
    readonly response: string
  }[]
}
