/**
 * Flags and decisions between machines: JSON lines that merge by what they say. Importing in any order, any number
 * of times, from anywhere leads to the same trail, and the last entry by time holds.
 * Not here: CSV and Parquet, which are for reading only (export.ts).
 */
import { createReadStream } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import * as v from 'valibot'
import { AppError, messageOf, throwIfCancelled } from '../contract/errors.ts'
import type { FlagEntry } from '../contract/history.ts'
import { DECISIONS } from '../contract/safety.ts'
import { insertDecision, readDecisions } from '../store/decisions.ts'
import { readEpisode } from '../store/episodes.ts'
import { insertFlag, readFlags } from '../store/flags.ts'
import { listRuns, runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { writeFileAtomically } from './export/atomic.ts'
import { veilOf } from './flags-veil.ts'
import type { Redacting } from './flags-veil.ts'

const FORMAT = { type: 'header', format: 'kelvin-flags', version: 1 } as const

export type FlagsExport = Redacting & { readonly run: string; readonly out: string }

export type FlagsExported = {
  readonly run: string
  readonly out: string
  readonly flags: number
  readonly decisions: number
}

const PIECE = 500

export async function exportFlags(
  store: Store,
  order: FlagsExport,
  signal?: AbortSignal,
): Promise<FlagsExported> {
  const { run, out } = order
  const key = runKey(store, run)
  const hide = veilOf(order)
  return writeFileAtomically(out, async (write) => {
    const line = (value: object) => write(`${JSON.stringify(value)}\n`)
    await line(FORMAT)
    let flags = 0
    let decisions = 0
    for (let after = 0; ;) {
      const piece = readFlags(store, key, after, PIECE)
      for (const { entry } of piece) await line({ type: 'flag', run, ...hide.flag(entry) })
      flags += piece.length
      const last = piece.at(-1)
      if (last === undefined) break
      after = last.key
      await setImmediate()
      throwIfCancelled(signal)
    }
    for (let after = 0; ;) {
      const piece = readDecisions(store, key, after, PIECE)
      for (const { decision } of piece)
        await line({ type: 'decision', run, ...hide.decision(decision) })
      decisions += piece.length
      const last = piece.at(-1)
      if (last === undefined) break
      after = last.key
    }
    return { run, out, flags, decisions }
  })
}

const chars = (max: number) => v.pipe(v.string(), v.maxLength(max))
const name = v.pipe(chars(200), v.minLength(1))
const place = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const severity = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5))
const atMs = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const Entry = v.variant('type', [
  v.strictObject({
    type: v.literal('header'),
    format: v.literal('kelvin-flags', 'expected kelvin-flags'),
    version: v.literal(1, 'expected version 1'),
  }),
  v.strictObject({
    type: v.literal('flag'),
    run: name,
    flag: name,
    episode: name,
    rater: name,
    severity,
    category: name,
    tags: v.optional(v.pipe(v.array(name), v.maxLength(50)), []),
    span: v.nullable(
      v.pipe(
        v.strictObject({
          target: v.picklist(['prompt', 'response']),
          start: place,
          end: place,
          quote: chars(100_000),
        }),
        v.check(({ start, end }) => start <= end, 'expected start <= end'),
      ),
    ),
    note: chars(100_000),
    atMs,
    seconds: v.nullable(v.pipe(v.number(), v.finite(), v.minValue(0))),
    blind: v.boolean(),
    undone: v.boolean(),
  }),
  v.strictObject({
    type: v.literal('decision'),
    run: name,
    episode: name,
    verdict: v.picklist(DECISIONS),
    removesTask: v.boolean(),
    severity,
    category: name,
    author: name,
    note: chars(100_000),
    atMs,
  }),
])
type Entry = v.InferOutput<typeof Entry>

export type FlagsImported = {
  readonly added: number
  /** Already there. */
  readonly known: number
  /** Entries of runs that this history does not have, by run. */
  readonly unknownRuns: Readonly<Record<string, number>>
  /** Flags whose quote is not what the episode says there. */
  readonly misquoted: number
}

/** A clock may be a little ahead; an entry from next year would hold forever. */
const AHEAD_MS = 24 * 3_600_000

/** Reads the file twice: nothing is entered when any line is wrong. */
export async function importFlags(
  store: Store,
  file: string,
  now: () => number = Date.now,
  signal?: AbortSignal,
): Promise<FlagsImported> {
  const latest = now() + AHEAD_MS
  for await (const piece of entriesOf(file, latest)) {
    if (piece.length > 0) throwIfCancelled(signal)
  }
  const runs = new Set(listRuns(store).map(({ id }) => id))
  const count = { added: 0, known: 0, misquoted: 0 }
  const unknownRuns: Record<string, number> = {}
  for await (const piece of entriesOf(file, latest)) {
    throwIfCancelled(signal)
    store.transaction('importing flags', () => {
      for (const entry of piece) {
        if (entry.type === 'header') continue
        if (runs.has(entry.run)) enter(store, entry, count)
        else unknownRuns[entry.run] = (unknownRuns[entry.run] ?? 0) + 1
      }
    })
    await setImmediate()
  }
  return { ...count, unknownRuns }
}

type Count = { added: number; known: number; misquoted: number }

function enter(
  store: Store,
  { run, ...entry }: Exclude<Entry, { type: 'header' }>,
  count: Count,
): void {
  const key = runKey(store, run)
  const { type, ...rest } = entry
  const added = 'verdict' in rest ? insertDecision(store, key, rest) : insertFlag(store, key, rest)
  if (added) count.added += 1
  else count.known += 1
  if (type === 'flag' && 'span' in rest && isMisquoted(store, key, rest)) count.misquoted += 1
}

function isMisquoted(store: Store, run: number, { episode, span }: FlagEntry): boolean {
  if (span === null) return false
  const text = readEpisode(store, run, episode)?.[span.target]
  return text !== undefined && text.slice(span.start, span.end) !== span.quote
}

/** Longer lines hold no flag. */
const LINE_CHARS = 1_000_000

/** Checked entries in pieces. Throws AppError('usage') that names the first line that is wrong. */
async function* entriesOf(file: string, latest: number): AsyncGenerator<Entry[]> {
  let line = 0
  let piece: Entry[] = []
  for await (const text of linesOf(file)) {
    line += 1
    if (text.trim() === '') continue
    piece.push(entryOf(text, `${file}: line ${line}`, latest, line === 1))
    if (piece.length < PIECE) continue
    yield piece
    piece = []
  }
  if (line === 0) throw new AppError('usage', `${file}: expected flags, found an empty file`)
  yield piece
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = createReadStream(file, { encoding: 'utf8' })
  let rest = ''
  try {
    for await (const chunk of input) {
      const lines = `${rest}${String(chunk)}`.split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      if (rest.length > LINE_CHARS) break
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('usage', `${file}: cannot be read: ${messageOf(cause)}`, { cause })
  } finally {
    input.destroy()
  }
  if (rest !== '') yield rest
}

function entryOf(text: string, where: string, latest: number, first: boolean): Entry {
  if (text.length > LINE_CHARS) {
    throw new AppError('usage', `${where}: expected at most ${LINE_CHARS} characters`)
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Entry), text)
  if (!parsed.success) {
    const [issue] = parsed.issues
    const field = v.getDotPath(issue)
    throw new AppError('usage', `${where}: ${field === null ? '' : `${field}: `}${issue.message}`)
  }
  const entry = parsed.output
  if (first !== (entry.type === 'header')) {
    const expected = first ? 'expected the header of exported flags' : 'expected one header only'
    throw new AppError('usage', `${where}: ${expected}, found a ${entry.type}`)
  }
  if (entry.type !== 'header' && entry.atMs > latest) {
    throw new AppError('usage', `${where}: atMs: expected a time that is not in the future`)
  }
  return entry
}
