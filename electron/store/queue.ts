/**
 * What queues of a review draw from: single episodes by place, by score, by rater. Each is one look at an index, so
 * that a queue over a million episodes costs what its items cost.
 * Not here: which of them a queue takes (host/review-queue.ts).
 */
import * as v from 'valibot'
import type { EpisodeRow } from '../contract/history.ts'
import { count, EPISODE_COLUMNS, integer, text } from './columns.ts'
import { HOLDS } from './flags.ts'
import type { Store } from './store.ts'

/** What a queue's filter looks at. */
export type Candidate = Pick<
  EpisodeRow,
  'id' | 'step' | 'role' | 'kind' | 'purpose' | 'task' | 'correct' | 'status'
>

const CANDIDATE = `id, step, role, kind, purpose, task, correct, status`

const Row = v.object(EPISODE_COLUMNS)

export type StepCount = { readonly step: number; readonly episodes: number }

/** How many episodes each step has, in order. */
export function readStepCounts(store: Store, run: number): StepCount[] {
  return store.all(
    `SELECT step, episodes FROM steps WHERE run = ? AND episodes > 0 ORDER BY step`,
    v.object({ step: count, episodes: count }),
    [run],
  )
}

/** The episode at a place within its step; null beyond the last. */
export function readCandidateAt(
  store: Store,
  run: number,
  step: number,
  place: number,
): Candidate | null {
  const found = store.get(
    `SELECT ${CANDIDATE} FROM episodes INDEXED BY episodes_step
     WHERE run = ? AND step = ? ORDER BY key LIMIT 1 OFFSET ?`,
    Row,
    [run, step, place],
  )
  return found ?? null
}

export function readCandidate(store: Store, run: number, id: string): Candidate | null {
  return (
    store.get(`SELECT ${CANDIDATE} FROM episodes WHERE run = ? AND id = ?`, Row, [run, id]) ?? null
  )
}

/** What one rule says something of, the highest scores first. */
export function readEpisodesByRule(
  store: Store,
  run: number,
  rule: string,
  limit: number,
): string[] {
  const rows = store.all(
    `SELECT watched.episode, max(watched.score) AS score FROM suggestions
     JOIN watched ON watched.key = suggestions.watched
     WHERE rule = ? AND watched.run = ?
     GROUP BY watched.episode ORDER BY score DESC, watched.episode LIMIT ?`,
    v.object({ episode: text }),
    [rule, run, limit],
  )
  return rows.map(({ episode }) => episode)
}

/** Whether a rater has a flag on an episode that holds. */
export function isRatedBy(store: Store, run: number, episode: string, rater: string): boolean {
  const row = store.get(
    `SELECT 1 AS rated FROM flags INDEXED BY flags_episode
     WHERE run = ? AND episode = ? AND rater = ? AND ${HOLDS} LIMIT 1`,
    v.object({ rated: v.number() }),
    [run, episode, rater],
  )
  return row !== undefined
}

export type RaterCount = {
  readonly rater: string
  readonly flags: number
  readonly episodes: number
  readonly last_ms: number
}

/** Who has flags that hold, over all runs. */
export function countRaters(store: Store): RaterCount[] {
  return store.all(
    `SELECT rater, count(*) AS flags, count(DISTINCT run || ' ' || episode) AS episodes,
       max(at_ms) AS last_ms
     FROM flags WHERE ${HOLDS} GROUP BY rater ORDER BY flags DESC, rater`,
    v.object({ rater: text, flags: count, episodes: count, last_ms: integer }),
  )
}

/** How long a rater's latest items took, at most `limit` of them. */
export function readSecondsOf(store: Store, rater: string, limit: number): number[] {
  return store
    .all(
      `SELECT seconds FROM flags WHERE rater = ? AND seconds IS NOT NULL AND ${HOLDS}
       ORDER BY key DESC LIMIT ?`,
      v.object({ seconds: v.number() }),
      [rater, limit],
    )
    .map(({ seconds }) => seconds)
}
