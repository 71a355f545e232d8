/**
 * Decisions about episodes and what followed from them: two audit trails, entries are added and never changed.
 * Not here: what a decision does to a run (host/quarantine.ts).
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { CONSEQUENCES, DECISIONS } from '../contract/safety.ts'
import type { Consequence, Decision } from '../contract/safety.ts'
import { bit, count, integer, text, toBit } from './columns.ts'
import { LAST_KEY } from './flags.ts'
import type { Store } from './store.ts'

/** Adding one that is already there changes nothing, so that imports merge. Returns whether it was new. */
export function insertDecision(store: Store, run: number, decision: Decision): boolean {
  const { severity } = decision
  if (!Number.isInteger(severity) || severity < 1 || severity > 5) {
    throw new AppError('store', `decision: expected a severity from 1 to 5, found ${severity}`)
  }
  const added = store.get(
    `INSERT INTO decisions (run, episode, verdict, removes_task, severity, category, author, note, at_ms)
     VALUES (@run, @episode, @verdict, @removesTask, @severity, @category, @author, @note, @atMs)
     ON CONFLICT (run, episode, at_ms, entry) DO NOTHING RETURNING key`,
    v.object({ key: count }),
    { ...decision, run, removesTask: toBit(decision.removesTask) },
  )
  return added !== undefined
}

const DecisionRow = v.pipe(
  v.object({
    key: count,
    episode: text,
    verdict: v.picklist(DECISIONS),
    removes_task: bit,
    severity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
    category: text,
    author: text,
    note: text,
    at_ms: integer,
  }),
  v.transform(({ key, removes_task, at_ms, ...row }) => ({
    key,
    decision: { ...row, removesTask: removes_task, atMs: at_ms } satisfies Decision,
  })),
)
export type KeyedDecision = v.InferOutput<typeof DecisionRow>

/** The whole trail in the order of entry, after a key. */
export function readDecisions(
  store: Store,
  run: number,
  afterKey: number,
  limit: number,
): KeyedDecision[] {
  return store.all(
    `SELECT * FROM decisions WHERE run = ? AND key > ? ORDER BY key LIMIT ?`,
    DecisionRow,
    [run, afterKey, limit],
  )
}

/** The same, the latest first, before a key; null: from the last. */
export function readDecisionsBefore(
  store: Store,
  run: number,
  beforeKey: number | null,
  limit: number,
): KeyedDecision[] {
  return store.all(
    `SELECT * FROM decisions WHERE run = ? AND key < ? ORDER BY key DESC LIMIT ?`,
    DecisionRow,
    [run, beforeKey ?? LAST_KEY, limit],
  )
}

/** Like a flag's entries: of two at one time the greater text holds, on every machine alike. */
const HOLDS = `NOT EXISTS (
  SELECT 1 FROM decisions AS later WHERE later.run = decisions.run
  AND later.episode = decisions.episode
  AND (later.at_ms, later.entry) > (decisions.at_ms, decisions.entry))`

/** What holds, one for each episode that was decided about. */
export function readHeldDecisions(store: Store, run: number): Decision[] {
  return store
    .all(`SELECT * FROM decisions WHERE run = ? AND ${HOLDS} ORDER BY key`, DecisionRow, [run])
    .map(({ decision }) => decision)
}

/** null while nothing was decided. */
export function readHeldDecision(store: Store, run: number, episode: string): Decision | null {
  const row = store.get(
    `SELECT * FROM decisions WHERE run = ? AND episode = ? AND ${HOLDS}`,
    DecisionRow,
    [run, episode],
  )
  return row?.decision ?? null
}

/** Grows with every decision of any run: tells whether anything has to be read again. */
export function lastDecisionKey(store: Store): number {
  const row = store.get(
    `SELECT ifnull(max(key), 0) AS key FROM decisions`,
    v.object({ key: count }),
  )
  return row?.key ?? 0
}

export function insertConsequence(store: Store, run: number, consequence: Consequence): void {
  store.run(
    `INSERT INTO consequences (run, action, step, episode, task, author, detail, at_ms)
     VALUES (@run, @action, @step, @episode, @task, @author, @detail, @atMs)`,
    { ...consequence, run },
  )
}

const ConsequenceRow = v.pipe(
  v.object({
    key: count,
    action: v.picklist(CONSEQUENCES),
    step: count,
    episode: v.nullable(text),
    task: v.nullable(text),
    author: text,
    detail: text,
    at_ms: integer,
  }),
  v.transform(({ key, at_ms, ...row }) => ({
    key,
    consequence: { ...row, atMs: at_ms } satisfies Consequence,
  })),
)

/** In the order of entry, after a key. */
export function readConsequences(
  store: Store,
  run: number,
  afterKey: number,
  limit: number,
): v.InferOutput<typeof ConsequenceRow>[] {
  return store.all(
    `SELECT * FROM consequences WHERE run = ? AND key > ? ORDER BY key LIMIT ?`,
    ConsequenceRow,
    [run, afterKey, limit],
  )
}

/** The same, the latest first, before a key; null: from the last. */
export function readConsequencesBefore(
  store: Store,
  run: number,
  beforeKey: number | null,
  limit: number,
): v.InferOutput<typeof ConsequenceRow>[] {
  return store.all(
    `SELECT * FROM consequences WHERE run = ? AND key < ? ORDER BY key DESC LIMIT ?`,
    ConsequenceRow,
    [run, beforeKey ?? LAST_KEY, limit],
  )
}

/** When something last followed; null: never. */
export function lastConsequenceMs(
  store: Store,
  run: number,
  action: Consequence['action'],
): number | null {
  const row = store.get(
    `SELECT max(at_ms) AS at_ms FROM consequences WHERE run = ? AND action = ?`,
    v.object({ at_ms: v.nullable(integer) }),
    [run, action],
  )
  return row?.at_ms ?? null
}
