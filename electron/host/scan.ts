/**
 * Holds rules against stored episodes: step by step, in pieces, so that memory is bounded by one step's episodes and a
 * training run goes on meanwhile. What a step's rules say is written with how far the scan is; a cancelled scan
 * goes on where it stopped. Not here: the rules (safety/).
 */
import { createHash } from 'node:crypto'
import { throwIfCancelled } from '../contract/errors.ts'
import type { Span, Trace } from '../contract/safety.ts'
import type { Monitor, Watched } from '../safety/monitor.ts'
import type { Rulebook } from '../safety/rules.ts'
import { readEpisode } from '../store/episodes.ts'
import { createTurns } from './pace.ts'
import type { Turns } from './pace.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import {
  countEpisodesAfter,
  readScan,
  readTraces,
  replaceSuggestions,
  writeScan,
  writeTelemetry,
} from '../store/suggestions.ts'

export type ScanOptions = {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
  readonly now?: () => number
  /** From the first step on, also where these rules have been already. */
  readonly again?: boolean
  /** Asked after every trace: lets others have their turn. */
  readonly turns?: Turns
}

export type Scanned = {
  readonly run: string
  /** Episodes read now. */
  readonly episodes: number
  /** Those that any rule says something of. */
  readonly suggested: number
}

/** Scans what these rules have not seen of a run and keeps what they say. */
export async function scanRun(
  store: Store,
  run: string,
  monitor: Monitor,
  options: ScanOptions = {},
): Promise<Scanned> {
  const key = runKey(store, run)
  const rules = rulesDigest(monitor.book)
  const from = options.again === true ? BEFORE_ALL : (readScan(store, key, rules) ?? BEFORE_ALL)
  const now = options.now ?? Date.now
  let suggested = 0
  const episodes = await walkSteps(store, key, monitor, from, options, (step, found) => {
    suggested += found.length
    store.transaction('keeping suggestions', () => {
      replaceSuggestions(store, key, step, found)
      writeScan(store, key, { rules, step, atMs: now() })
    })
  })
  return { run, episodes, suggested }
}

const BEFORE_ALL = -1

/** The same for a step that was just recorded, while its run goes on. */
export function watchStep(
  store: Store,
  run: string,
  monitor: Monitor,
  step: number,
  traces: readonly Trace[],
  now: () => number = Date.now,
): Watched[] {
  const found = monitor.watch(traces)
  const key = runKey(store, run)
  const rules = rulesDigest(monitor.book)
  store.transaction('keeping suggestions', () => {
    for (const trace of traces) writeTelemetry(store, key, trace)
    replaceSuggestions(store, key, step, found)
    const last = readScan(store, key, rules) ?? BEFORE_ALL
    if (last === step - 1) writeScan(store, key, { rules, step, atMs: now() })
  })
  return found
}

export type Trial = {
  readonly rule: string
  readonly version: number
  /** How many episodes it says something of. */
  readonly episodes: number
  readonly examples: readonly { readonly episode: string; readonly quote: string }[]
}

const EXAMPLES = 10
const QUOTE_CHARS = 200

type Count = {
  episodes: number
  readonly cited: { readonly episode: string; readonly span: Span | null }[]
}

/** What rules would say of a run, without keeping any of it. */
export async function tryRules(
  store: Store,
  run: string,
  monitor: Monitor,
  options: ScanOptions = {},
): Promise<{ readonly episodes: number; readonly trials: readonly Trial[] }> {
  const key = runKey(store, run)
  const counts = new Map<string, Count>()
  const count = (_: number, found: readonly Watched[]): void => {
    for (const watched of found) countTrial(counts, watched)
  }
  const episodes = await walkSteps(store, key, monitor, BEFORE_ALL, options, count)
  const trials = [...monitor.book.rules.values()].map(({ id: rule, version }) => {
    const { episodes: hit, cited } = counts.get(rule) ?? { episodes: 0, cited: [] }
    const examples = cited.map(({ episode, span }) => {
      const text = readEpisode(store, key, episode)?.[span?.target ?? 'response'] ?? ''
      return { episode, quote: text.slice(span?.start ?? 0, span?.end).slice(0, QUOTE_CHARS) }
    })
    return { rule, version, episodes: hit, examples }
  })
  return { episodes, trials }
}

function countTrial(counts: Map<string, Count>, { episode, suggestions }: Watched): void {
  for (const rule of new Set(suggestions.map((suggestion) => suggestion.rule))) {
    const count = counts.get(rule) ?? { episodes: 0, cited: [] }
    counts.set(rule, count)
    count.episodes += 1
    if (count.cited.length >= EXAMPLES) continue
    const span = suggestions.find((suggestion) => suggestion.rule === rule)?.span ?? null
    count.cited.push({ episode, span })
  }
}

const PIECE = 32

/** Calls ended once per step, in order. Returns how many episodes there were. */
async function walkSteps(
  store: Store,
  run: number,
  monitor: Monitor,
  fromStep: number,
  { signal, onProgress, turns = createTurns() }: ScanOptions,
  ended: (step: number, found: readonly Watched[]) => void,
): Promise<number> {
  const total = countEpisodesAfter(store, run, fromStep)
  let done = 0
  let after = { step: fromStep, key: Number.MAX_SAFE_INTEGER }
  let watch = monitor.begin()
  let step: number | null = null
  for (;;) {
    const piece = readTraces(store, run, after, PIECE)
    for (const { key, trace } of piece) {
      if (step !== null && trace.step !== step) {
        ended(step, watch.end())
        watch = monitor.begin()
      }
      step = trace.step
      watch.add(trace)
      after = { step, key }
      await turns()
    }
    done += piece.length
    onProgress?.(done, Math.max(total, done))
    throwIfCancelled(signal)
    if (piece.length < PIECE) break
  }
  if (step !== null) ended(step, watch.end())
  return done
}

/** Names the rules in use with everything that decides what they find. */
export function rulesDigest({ rules, phrases, patterns }: Rulebook): string {
  const versions = [...rules.values()].map(({ id, version, score }) => [id, version, score])
  const text = JSON.stringify([versions, phrases, patterns])
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
