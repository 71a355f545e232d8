/**
 * What rules suggest: one narrow row per episode that any rule says something of, its suggestions beside it. Made
 * again at any time, so unlike flags these are replaced.
 * Not here: the rules (safety/), scanning (host/scan.ts).
 */
import * as v from 'valibot'
import type { Suggestion, Trace } from '../contract/safety.ts'
import { count, float32s, kind, numberRecordJson, role, status, text, toJson } from './columns.ts'
import type { Store } from './store.ts'

export type WatchedEpisode = {
  readonly episode: string
  readonly step: number
  readonly score: number
  readonly suggestions: readonly Suggestion[]
}

/** All that rules say of a step: what they said of it before is forgotten. In one transaction of the caller. */
export function replaceSuggestions(
  store: Store,
  run: number,
  step: number,
  found: readonly WatchedEpisode[],
): void {
  store.run(`DELETE FROM watched WHERE run = ? AND step = ?`, [run, step])
  for (const watched of found) {
    const row = store.get(
      `INSERT INTO watched (run, step, episode, score) VALUES (?, ?, ?, ?) RETURNING key`,
      v.object({ key: count }),
      [run, watched.step, watched.episode, watched.score],
    )
    for (const suggestion of watched.suggestions) insertSuggestion(store, row?.key ?? 0, suggestion)
  }
}

function insertSuggestion(store: Store, watched: number, suggestion: Suggestion): void {
  const { rule, version, category, span, score, reason } = suggestion
  store.run(
    `INSERT INTO suggestions (watched, rule, version, category, target, span_start, span_end, score, reason)
     VALUES (@watched, @rule, @version, @category, @target, @start, @end, @score, @reason)`,
    {
      watched,
      rule,
      version,
      category,
      target: span?.target ?? null,
      start: span?.start ?? null,
      end: span?.end ?? null,
      score,
      reason,
    },
  )
}

const Row = v.pipe(
  v.object({
    episode: text,
    rule: text,
    version: count,
    category: text,
    target: v.nullable(v.picklist(['prompt', 'response'])),
    span_start: v.nullable(count),
    span_end: v.nullable(count),
    score: v.number(),
    reason: text,
  }),
  v.transform(({ target, span_start, span_end, ...row }): Suggestion => ({
    ...row,
    span: target === null ? null : { target, start: span_start ?? 0, end: span_end ?? 0 },
  })),
)

export function readSuggestions(store: Store, run: number, episode: string): Suggestion[] {
  return store.all(
    `SELECT watched.episode, suggestions.* FROM watched
     JOIN suggestions ON suggestions.watched = watched.key
     WHERE watched.run = ? AND watched.episode = ? ORDER BY suggestions.key`,
    Row,
    [run, episode],
  )
}

export type Scored = { readonly key: number; readonly episode: string; readonly score: number }

/** The most suspicious first; after: the last of the page before. */
export function readTopScores(
  store: Store,
  run: number,
  after: { readonly score: number; readonly key: number } | null,
  limit: number,
): Scored[] {
  return store.all(
    `SELECT key, episode, score FROM watched INDEXED BY watched_score
     WHERE run = ? AND (score, key) < (?, ?) ORDER BY score DESC, key DESC LIMIT ?`,
    v.object({ key: count, episode: text, score: v.number() }),
    [run, after?.score ?? 2, after?.key ?? 0, limit],
  )
}

export type RuleCount = {
  readonly rule: string
  readonly version: number
  readonly category: string
  readonly episodes: number
}

/** How many episodes each rule says something of, the most first. */
export function countByRule(store: Store, run: number): RuleCount[] {
  return store.all(
    `SELECT rule, version, category, count(DISTINCT watched.key) AS episodes FROM watched
     JOIN suggestions ON suggestions.watched = watched.key WHERE watched.run = ?
     GROUP BY rule, version, category ORDER BY episodes DESC, rule, version`,
    v.object({ rule: text, version: count, category: text, episodes: count }),
    [run],
  )
}

const Traced = v.pipe(
  v.object({
    key: count,
    id: text,
    step: count,
    role,
    kind,
    purpose: v.picklist(['propose', 'attempt', 'probe']),
    prompt: text,
    response: text,
    status: v.nullable(status),
    logprobs: float32s,
    signals: v.nullable(numberRecordJson),
  }),
  v.transform(({ key, signals, ...trace }): { readonly key: number; readonly trace: Trace } => ({
    key,
    trace: signals === null ? trace : { ...trace, signals },
  })),
)

/** Episodes as rules read them, step by step, after a place. */
export function readTraces(
  store: Store,
  run: number,
  after: { readonly step: number; readonly key: number },
  limit: number,
): v.InferOutput<typeof Traced>[] {
  return store.all(
    `SELECT episodes.key, episodes.id, episodes.step, role, kind, purpose, prompts.prompt, response,
       status, logprobs, signals
     FROM episodes INDEXED BY episodes_step
     JOIN episode_text ON episode_text.episode = episodes.key
     JOIN prompts ON prompts.key = episodes.prompt
     LEFT JOIN telemetry ON telemetry.run = episodes.run AND telemetry.episode = episodes.id
     WHERE episodes.run = ? AND (episodes.step, episodes.key) > (?, ?)
     ORDER BY episodes.step, episodes.key LIMIT ?`,
    Traced,
    [run, after.step, after.key, limit],
  )
}

/** What the sandbox saw of an episode's program, replacing what was known. */
export function writeTelemetry(store: Store, run: number, trace: Trace): void {
  if (trace.signals === undefined) return
  store.run(
    `INSERT INTO telemetry (run, step, episode, signals) VALUES (?, ?, ?, ?)
     ON CONFLICT (run, episode) DO UPDATE SET signals = excluded.signals`,
    [run, trace.step, trace.id, toJson(trace.signals)],
  )
}

export function countEpisodesAfter(store: Store, run: number, step: number): number {
  const row = store.get(
    `SELECT ifnull(sum(episodes), 0) AS count FROM steps WHERE run = ? AND step > ?`,
    v.object({ count }),
    [run, step],
  )
  return row?.count ?? 0
}

/** The last step that was scanned with these rules; null: none yet. */
export function readScan(store: Store, run: number, rules: string): number | null {
  const row = store.get(
    `SELECT step FROM scans WHERE run = ? AND rules = ?`,
    v.object({ step: count }),
    [run, rules],
  )
  return row?.step ?? null
}

export function writeScan(
  store: Store,
  run: number,
  scan: { readonly rules: string; readonly step: number; readonly atMs: number },
): void {
  store.run(
    `INSERT INTO scans (run, rules, step, at_ms) VALUES (@run, @rules, @step, @atMs)
     ON CONFLICT (run) DO UPDATE SET rules = @rules, step = @step, at_ms = @atMs`,
    { run, ...scan },
  )
}
