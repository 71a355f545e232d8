/**
 * Flags as an audit trail: entries are added, never changed; the last entry of a flag is what holds.
 * Not here: which rules raise them and how raters agree (safety/).
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { FlagEntry } from '../contract/history.ts'
import { bit, count, integer, text, textsJson, toBit, toJson } from './columns.ts'
import type { Store } from './store.ts'

/** Adding an entry that is already there changes nothing, so that imports merge. Returns whether it was new. */
export function insertFlag(store: Store, run: number, entry: FlagEntry): boolean {
  requireEntry(entry)
  const added = store.get(
    `INSERT INTO flags (
      run, flag, episode, rater, severity, category, target, span_start, span_end, quote, note,
      at_ms, seconds, blind, undone, tags
    ) VALUES (
      @run, @flag, @episode, @rater, @severity, @category, @target, @start, @end, @quote, @note,
      @atMs, @seconds, @blind, @undone, @tags
    ) ON CONFLICT (run, flag, at_ms, entry) DO NOTHING RETURNING key`,
    v.object({ key: count }),
    {
      run,
      flag: entry.flag,
      episode: entry.episode,
      rater: entry.rater,
      severity: entry.severity,
      category: entry.category,
      target: entry.span?.target ?? null,
      start: entry.span?.start ?? null,
      end: entry.span?.end ?? null,
      quote: entry.span?.quote ?? null,
      note: entry.note,
      atMs: entry.atMs,
      seconds: entry.seconds,
      blind: toBit(entry.blind),
      undone: toBit(entry.undone),
      tags: toJson(entry.tags),
    },
  )
  return added !== undefined
}

function requireEntry({ severity, span }: FlagEntry): void {
  if (!Number.isInteger(severity) || severity < 1 || severity > 5) {
    throw new AppError('store', `flag: expected a severity from 1 to 5, found ${severity}`)
  }
  if (span !== null && !(span.start >= 0 && span.start <= span.end)) {
    throw new AppError(
      'store',
      `flag: expected a span with start <= end, found ${span.start} to ${span.end}`,
    )
  }
}

const Row = v.pipe(
  v.object({
    key: count,
    flag: text,
    episode: text,
    rater: text,
    severity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
    category: text,
    target: v.nullable(v.picklist(['prompt', 'response'])),
    span_start: v.nullable(count),
    span_end: v.nullable(count),
    quote: v.nullable(text),
    note: text,
    at_ms: integer,
    seconds: v.nullable(v.number()),
    blind: bit,
    undone: bit,
    tags: textsJson,
  }),
  v.transform(({ key, target, span_start, span_end, quote, at_ms, ...row }) => ({
    key,
    entry: {
      ...row,
      atMs: at_ms,
      span:
        target === null
          ? null
          : { target, start: span_start ?? 0, end: span_end ?? 0, quote: quote ?? '' },
    } satisfies FlagEntry,
  })),
)

export type KeyedFlag = v.InferOutput<typeof Row>

/** The whole trail in the order of entry, after a key, for export and agreement. */
export function readFlags(store: Store, run: number, afterKey: number, limit: number): KeyedFlag[] {
  return store.all(`SELECT * FROM flags WHERE run = ? AND key > ? ORDER BY key LIMIT ?`, Row, [
    run,
    afterKey,
    limit,
  ])
}

/** The same, the latest first, before a key; null: from the last. */
export function readFlagsBefore(
  store: Store,
  run: number,
  beforeKey: number | null,
  limit: number,
): KeyedFlag[] {
  return store.all(`SELECT * FROM flags WHERE run = ? AND key < ? ORDER BY key DESC LIMIT ?`, Row, [
    run,
    beforeKey ?? LAST_KEY,
    limit,
  ])
}

/** Greater than any key. */
export const LAST_KEY = Number.MAX_SAFE_INTEGER

/**
 * An entry holds unless a later one of the same flag follows it; of two at one time the greater text holds, so that
 * every machine agrees. The index is on (run, flag, at_ms, entry).
 */
export const HOLDS = `flags.undone = 0 AND NOT EXISTS (
  SELECT 1 FROM flags AS later WHERE later.run = flags.run AND later.flag = flags.flag
  AND (later.at_ms, later.entry) > (flags.at_ms, flags.entry))`

export function readOpenFlags(store: Store, run: number, episode: string): FlagEntry[] {
  return store
    .all(`SELECT * FROM flags WHERE run = ? AND episode = ? AND ${HOLDS} ORDER BY key`, Row, [
      run,
      episode,
    ])
    .map((row) => row.entry)
}

/** Everything that holds in a run, episode by episode, after an episode's id. */
export function readHeldFlags(
  store: Store,
  run: number,
  after: { readonly episode: string; readonly key: number },
  limit: number,
): KeyedFlag[] {
  return store.all(
    `SELECT * FROM flags INDEXED BY flags_episode
     WHERE run = ? AND (episode, key) > (?, ?) AND ${HOLDS} ORDER BY episode, key LIMIT ?`,
    Row,
    [run, after.episode, after.key, limit],
  )
}

/** The last entry of a flag, undone or not. */
export function readLastEntry(store: Store, run: number, flag: string): FlagEntry | null {
  const row = store.get(
    `SELECT * FROM flags WHERE run = ? AND flag = ? ORDER BY at_ms DESC, entry DESC LIMIT 1`,
    Row,
    [run, flag],
  )
  return row?.entry ?? null
}

export function countOpenFlags(store: Store, run: number): number {
  const row = store.get(
    `SELECT count(*) AS count FROM flags WHERE run = ? AND ${HOLDS}`,
    v.object({ count }),
    [run],
  )
  return row?.count ?? 0
}

/** For list rows: open flags of `table`'s episode, where id is the column with the episode's id. */
export function openFlagsSql(table: string, id: string): string {
  return `(SELECT count(*) FROM flags WHERE flags.run = ${table}.run
    AND flags.episode = ${table}.${id} AND ${HOLDS})`
}
