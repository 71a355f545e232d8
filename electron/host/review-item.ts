/**
 * What a rater is shown of one trace. What must not be seen is not sent: suggestions and judges to those who rate
 * blind, other raters to those who rate on their own.
 * Not here: which trace comes next (review-queue.ts).
 */
import type * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { ItemInput, RaterProfile, ReviewItem } from '../contract/review.ts'
import { readHeldDecision } from '../store/decisions.ts'
import { readEpisode } from '../store/episodes.ts'
import { readOpenFlags } from '../store/flags.ts'
import { readJudgements } from '../store/judgements.ts'
import { countRaters, readSecondsOf } from '../store/queue.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { readSuggestions } from '../store/suggestions.ts'
import { NOT_A_PERSON } from './flag-ratings.ts'

export function readItem(
  store: Store,
  rater: string,
  { run, id, blind, adjudicate }: v.InferOutput<typeof ItemInput>,
): ReviewItem {
  const key = runKey(store, run)
  const episode = readEpisode(store, key, id)
  if (episode === null) {
    throw new AppError('store', `run ${run}: expected an episode ${id}, found none`)
  }
  const flags = readOpenFlags(store, key, id)
  const own = flags.filter((flag) => flag.rater === rater).at(-1) ?? null
  const { promptTokens: _, tokens: __, logprobs: ___, ...shown } = episode
  return {
    ...shown,
    run,
    suggestions: blind ? null : readSuggestions(store, key, id),
    judgements: blind ? null : readJudgements(store, key, id),
    ratings: adjudicate ? flags.filter((flag) => flag.rater !== rater) : null,
    own,
    decision: readHeldDecision(store, key, id),
  }
}

const TIMED = 500

/** Everybody who rated, and who rates now, in any run. */
export function readRaters(store: Store, current: string): RaterProfile[] {
  const known = countRaters(store)
    .filter(({ rater }) => !NOT_A_PERSON.test(rater))
    .map(({ rater, flags, episodes, last_ms }) => ({
      name: rater,
      flags,
      episodes,
      seconds: median(readSecondsOf(store, rater, TIMED)),
      lastMs: last_ms,
    }))
  if (known.some(({ name }) => name === current)) return known
  return [...known, { name: current, flags: 0, episodes: 0, seconds: null, lastMs: null }]
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? null
}
