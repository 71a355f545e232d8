/**
 * Flags as people enter and read them: a new one, an edit, an undo, a decision, and the list of all.
 * Not here: what a decision does (quarantine.ts).
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '../contract/errors.ts'
import type { FlagEntry } from '../contract/history.ts'
import type { Consequence, Decision, Span } from '../contract/safety.ts'
import { readDecisions, readHeldDecisions } from '../store/decisions.ts'
import { readEpisode } from '../store/episodes.ts'
import { insertFlag, readFlags, readLastEntry, readOpenFlags } from '../store/flags.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { heldFlags } from './flag-ratings.ts'
import { decide } from './quarantine.ts'

const PIECE = 1_000

export type Trail = {
  readonly flags: readonly FlagEntry[]
  readonly decisions: readonly Decision[]
}

/** What holds, or every entry ever made. */
export function readTrail(store: Store, run: string, held: boolean): Trail {
  const key = runKey(store, run)
  if (held) return { flags: [...heldFlags(store, key)], decisions: readHeldDecisions(store, key) }
  const flags: FlagEntry[] = []
  for (let after = 0; ;) {
    const piece = readFlags(store, key, after, PIECE)
    flags.push(...piece.map(({ entry }) => entry))
    const last = piece.at(-1)
    if (last === undefined) break
    after = last.key
  }
  const decisions: Decision[] = []
  for (let after = 0; ;) {
    const piece = readDecisions(store, key, after, PIECE)
    decisions.push(...piece.map(({ decision }) => decision))
    const last = piece.at(-1)
    if (last === undefined) return { flags, decisions }
    after = last.key
  }
}

export type FlagOrder = {
  readonly run: string
  readonly episode: string
  readonly rater: string
  /** Absent: as in the flag that is edited. */
  readonly severity?: number | undefined
  readonly category?: string | undefined
  readonly note?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly span?: Span | undefined
  /** An earlier flag, to edit or take back. */
  readonly flag?: string | undefined
  readonly undo: boolean
}

export function addFlag(store: Store, order: FlagOrder, now: () => number = Date.now): FlagEntry {
  const key = runKey(store, order.run)
  const before = order.flag === undefined ? null : readLastEntry(store, key, order.flag)
  requireEarlier(order, before)
  const entry: FlagEntry = {
    ...judgement(order, before),
    flag: order.flag ?? randomUUID(),
    episode: order.episode,
    rater: order.rater,
    span: order.span === undefined ? (before?.span ?? null) : quoted(store, key, order, order.span),
    // After the entry that it edits, whatever the clock says.
    atMs: Math.max(now(), (before?.atMs ?? 0) + 1),
    seconds: null,
    undone: order.undo,
  }
  if (readEpisode(store, key, order.episode) === null) throw noEpisode(order)
  insertFlag(store, key, entry)
  return entry
}

type Judgement = Pick<FlagEntry, 'severity' | 'category' | 'note' | 'tags' | 'blind'>

/** What the order says, and for the rest what the edited flag said. */
function judgement(order: FlagOrder, before: FlagEntry | null): Judgement {
  const given = Object.entries(order).filter(([, value]) => value !== undefined)
  const {
    severity,
    category,
    note = '',
    tags = [],
  }: Partial<Judgement> = { ...before, ...Object.fromEntries(given) }
  if (severity === undefined || category === undefined) {
    throw new AppError('usage', 'a new flag: expected --severity and --category')
  }
  return { severity, category, note, tags, blind: before?.blind ?? false }
}

function requireEarlier({ flag, undo, episode }: FlagOrder, before: FlagEntry | null): void {
  if (undo && flag === undefined) throw new AppError('usage', '--undo: expected --flag with it')
  if (flag !== undefined && before === null) {
    throw new AppError('usage', `--flag: expected a flag of the run, found ${JSON.stringify(flag)}`)
  }
  if (before !== null && before.episode !== episode) {
    throw new AppError('usage', `--episode: expected ${before.episode}, which the flag is about`)
  }
}

function noEpisode({ run, episode }: { readonly run: string; readonly episode: string }): AppError {
  return new AppError('store', `run ${run}: expected an episode ${episode}, found none`)
}

function quoted(store: Store, key: number, order: FlagOrder, span: Span) {
  const episode = readEpisode(store, key, order.episode)
  if (episode === null) throw noEpisode(order)
  const { length } = episode[span.target]
  if (span.start >= span.end || span.end > length) {
    throw new AppError(
      'usage',
      `--span: expected characters of the ${span.target}, which has ${length}, found ${span.start}-${span.end}`,
    )
  }
  return { ...span, quote: episode[span.target].slice(span.start, span.end) }
}

export type DecisionOrder = Pick<Decision, 'episode' | 'verdict' | 'author'> & {
  readonly run: string
  readonly severity?: number | undefined
  readonly category?: string | undefined
  readonly note?: string | undefined
  readonly keepTask: boolean
}

/** Severity and category default to those of the episode's most severe flag. A solution keeps its task. */
export function decideEpisode(
  store: Store,
  order: DecisionOrder,
  now: () => number = Date.now,
): Consequence {
  const key = runKey(store, order.run)
  const episode = readEpisode(store, key, order.episode)
  if (episode === null) throw noEpisode(order)
  const flags = readOpenFlags(store, key, order.episode)
  const worst = flags.toSorted((a, b) => b.severity - a.severity)[0]
  return decide(store, order.run, {
    episode: order.episode,
    verdict: order.verdict,
    removesTask: !order.keepTask && episode.purpose === 'propose',
    severity: order.severity ?? worst?.severity ?? 1,
    category: order.category ?? worst?.category ?? 'other',
    author: order.author,
    note: order.note ?? '',
    atMs: now(),
  })
}
