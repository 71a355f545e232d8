/**
 * Runs with those that they were forked from: which decisions about earlier traces concern a run's weights.
 * Not here: what follows from that (host/quarantine.ts).
 */
import * as v from 'valibot'
import { bit, count, text } from './columns.ts'
import type { Store } from './store.ts'

/** Forks of forks, at most: a made-up history may go in circles. */
const MAX_LINE = 100

const LINE = `
  WITH RECURSIVE line (key, upto, depth) AS (
    SELECT key, 9007199254740991, 0 FROM runs WHERE key = ?
    UNION ALL
    SELECT parent.key, min(line.upto, ifnull(child.parent_step, 0)), depth + 1
    FROM line JOIN runs AS child ON child.key = line.key
    JOIN runs AS parent ON parent.id = child.parent_run
    WHERE depth < ${MAX_LINE}
  )`

export type Confirmed = {
  readonly run: string
  readonly episode: string
  readonly severity: number
  readonly category: string
  readonly removesTask: boolean
  readonly atMs: number
  /** The step that its id says: its row may be gone until the step is taken again. */
  readonly step: number
  /** null where the episode is not in the history. */
  readonly purpose: string | null
  readonly task: string | null
  readonly response: string | null
  readonly trained: boolean
}

const Row = v.pipe(
  v.object({
    run: text,
    episode: text,
    severity: count,
    category: text,
    removes_task: bit,
    at_ms: v.number(),
    step: count,
    purpose: v.nullable(text),
    task: v.nullable(text),
    response: v.nullable(text),
    trained: bit,
  }),
  v.transform(({ removes_task, at_ms, ...row }): Confirmed => ({
    ...row,
    removesTask: removes_task,
    atMs: at_ms,
  })),
)

/** Confirmed traces of a run and, up to where it left them, of those that it was forked from. */
export function readConfirmed(store: Store, run: number): Confirmed[] {
  return store.all(
    `${LINE}
     SELECT runs.id AS run, held.episode, held.severity, held.category, held.removes_task, held.at_ms,
       CAST(held.episode AS INTEGER) AS step, episodes.purpose, episodes.task, response,
       ifnull(episodes.trained, 0) AS trained
     FROM line JOIN runs ON runs.key = line.key JOIN decisions AS held ON held.run = line.key
     LEFT JOIN episodes ON episodes.run = held.run AND episodes.id = held.episode
     LEFT JOIN episode_text ON episode_text.episode = episodes.key
     WHERE held.verdict = 'confirmed' AND CAST(held.episode AS INTEGER) <= line.upto
       AND NOT EXISTS (
         SELECT 1 FROM decisions AS later WHERE later.run = held.run AND later.episode = held.episode
         AND (later.at_ms, later.entry) > (held.at_ms, held.entry))
     ORDER BY step, held.key`,
    Row,
    [run],
  )
}
