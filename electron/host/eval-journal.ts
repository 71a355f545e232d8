/**
 * The notes of an evaluation: one line of JSON per finished item, synced before the next batch is asked.
 * The name of the file is made of everything that decides the answers, so a journal never serves another question.
 * Not here: what is noted (eval/runner.ts).
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, open, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { Json } from '../contract/history.ts'
import { KINDS } from '../contract/task.ts'
import { RUN_STATUSES } from '../contract/verdict.ts'
import type { Journal, NotedAnswer, NotedItem } from '../eval/runner.ts'
import { linesOf } from '../eval/suites/source.ts'

/** Changes when verdicts could: old notes are then left alone. */
const VERSION = 2

export type JournalKey = Readonly<Record<string, Json>>

export function journalPath(home: string, suite: string, key: JournalKey): string {
  const hash = createHash('sha256').update(JSON.stringify({ ...key, suite, version: VERSION }))
  return join(home, 'evals', `${suite}-${hash.digest('hex').slice(0, 16)}.jsonl`)
}

/** Four bytes a number, little endian, in base64: a tenth of what JSON's digits take. */
const packed = <Numbers>(of: (bytes: Uint8Array<ArrayBuffer>) => Numbers) =>
  v.pipe(
    v.string(),
    v.transform((text) => Uint8Array.from(Buffer.from(text, 'base64'))),
    v.check((bytes) => bytes.length % 4 === 0, 'expected 4 bytes per number'),
    v.transform(of),
  )

const Answer = v.object({
  correct: v.boolean(),
  undecided: v.boolean(),
  status: v.nullable(v.picklist(RUN_STATUSES)),
  reason: v.string(),
  answer: v.nullable(v.string()),
  response: v.string(),
  tokens: packed((bytes) => new Int32Array(bytes.buffer)),
  logprobs: packed((bytes) => new Float32Array(bytes.buffer)),
  stopReason: v.picklist(['stop', 'length', 'unasked']),
})
const Item = v.object({
  item: v.string(),
  cluster: v.string(),
  kind: v.nullable(v.picklist(KINDS)),
  prompt: v.string(),
  promptTokens: v.number(),
  answers: v.array(Answer),
})

export async function openJournal(path: string): Promise<Journal> {
  await mkdir(dirname(path), { recursive: true })
  await cutTail(path)
  return { read: () => readItems(path), append: (items) => appendItems(path, items) }
}

/** A line that was being written when the power went is no note. */
async function cutTail(path: string): Promise<void> {
  const handle = await open(path, 'a+')
  try {
    const { size } = await handle.stat()
    const piece = Buffer.alloc(65_536)
    for (let end = size; end > 0; end -= piece.length) {
      const start = Math.max(0, end - piece.length)
      const { bytesRead } = await handle.read(piece, 0, end - start, start)
      const newline = piece.subarray(0, bytesRead).lastIndexOf(0x0a)
      if (newline >= 0) return await truncate(path, start + newline + 1)
    }
    await truncate(path, 0)
  } finally {
    await handle.close()
  }
}

async function* readItems(path: string): AsyncGenerator<NotedItem> {
  for await (const { text, number } of linesOf(path)) {
    if (text !== '') yield itemOf(text, `${path}, line ${number}`)
  }
}

/** The same one by one without waiting, for writers that take rows as they come; the last line of an item counts. */
export function* journalLines(path: string): Generator<NotedItem> {
  const last = new Map<string, number>()
  for (const { line, number } of linesNow(path)) last.set(itemOf(line, path).item, number)
  for (const { line, number } of linesNow(path)) {
    const item = itemOf(line, `${path}, line ${number}`)
    if (last.get(item.item) === number) yield item
  }
}

/** An item of an index: what a list shows of its answers, and where the whole of it begins. */
export type IndexedItem = Pick<NotedItem, 'item' | 'cluster' | 'kind'> & {
  readonly start: number
  readonly answers: readonly IndexedAnswer[]
}
export type IndexedAnswer = Pick<NotedAnswer, 'correct' | 'undecided' | 'status' | 'reason'> & {
  readonly tokens: number
  readonly firstLine: string
}

const FIRST_LINE_CHARS = 120

/** In the order noted; an item that was noted again counts as it was last. */
export async function indexJournal(path: string): Promise<IndexedItem[]> {
  const items = new Map<string, IndexedItem>()
  for (const { line, number, start } of linesNow(path)) {
    const item = parsed(line, Outline, `${path}, line ${number}`)
    items.set(item.item, indexedItem(item, start))
    if (number % TURN === 0) await setImmediate()
  }
  return [...items.values()]
}

/** Lines between which other work of the process may run. */
const TURN = 100

/** Without its numbers, which an index only counts. */
const Outline = v.object({
  ...Item.entries,
  answers: v.array(
    v.object({
      ...Answer.entries,
      tokens: v.pipe(
        v.string(),
        v.transform((text) => ({ length: Math.floor((text.length * 3) / 16) })),
      ),
      logprobs: v.string(),
    }),
  ),
})

type Outlined = Pick<NotedItem, 'item' | 'cluster' | 'kind'> & {
  readonly answers: readonly OutlinedAnswer[]
}
type OutlinedAnswer = Omit<NotedAnswer, 'tokens' | 'logprobs'> & {
  readonly tokens: { readonly length: number }
}

export function indexedItem(noted: Outlined, start: number): IndexedItem {
  const { item, cluster, kind, answers } = noted
  return { item, cluster, kind, start, answers: answers.map(indexed) }
}

function indexed({
  correct,
  undecided,
  status,
  reason,
  tokens,
  response,
}: OutlinedAnswer): IndexedAnswer {
  const [line = ''] = response.trimStart().split('\n', 1)
  const firstLine = line.slice(0, FIRST_LINE_CHARS)
  return { correct, undecided, status, reason, tokens: tokens.length, firstLine }
}

/** The item whose line begins there. */
export function journalItem(path: string, start: number): NotedItem {
  for (const { line } of linesNow(path, start)) return itemOf(line, path)
  throw new AppError('store', `${path}: expected an item at byte ${start}, found the end`)
}

/** How many items it holds. */
export function journalCount(path: string): number {
  const seen = new Set<string>()
  for (const { line } of linesNow(path)) seen.add(parsed(line, Named, path).item)
  return seen.size
}

const Named = v.object({ item: v.string() })

const CHUNK = 1 << 16

/** start: where it begins, in bytes. */
type LineNow = { readonly line: string; readonly number: number; readonly start: number }

function* linesNow(path: string, offset: number = 0): Generator<LineNow> {
  const file = openSync(path, 'r')
  const chunk = Buffer.alloc(CHUNK)
  let pending: Buffer[] = []
  let number = 0
  let start = offset
  let at = offset
  try {
    for (let read = readSync(file, chunk, 0, CHUNK, at); read > 0;) {
      let from = 0
      const bytes = chunk.subarray(0, read)
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
        const line = Buffer.concat([...pending, bytes.subarray(from, end)])
        number += 1
        yield { line: line.toString('utf8'), number, start }
        start += line.length + 1
        pending = []
        from = end + 1
      }
      pending.push(Buffer.from(bytes.subarray(from)))
      at += read
      read = readSync(file, chunk, 0, CHUNK, at)
    }
  } finally {
    closeSync(file)
  }
}

function itemOf(line: string, where: string): NotedItem {
  return parsed(line, Item, where)
}

function parsed<T>(line: string, schema: v.GenericSchema<unknown, T>, where: string): T {
  try {
    return v.parse(schema, JSON.parse(line))
  } catch (cause) {
    throw new AppError('store', `${where}: expected a graded item, found: ${messageOf(cause)}`, {
      cause,
    })
  }
}

const LONGEST_ANSWER = 2_000

/** A program that was read from the response is in the response. */
const lined = ({ answers, ...item }: NotedItem): string => {
  const kept = answers.map((noted) => {
    const isLong = noted.answer !== null && noted.answer.length > LONGEST_ANSWER
    return {
      ...noted,
      answer: isLong ? null : noted.answer,
      tokens: base64(Int32Array.from(noted.tokens)),
      logprobs: base64(Float32Array.from(noted.logprobs)),
    }
  })
  return `${JSON.stringify({ ...item, answers: kept })}\n`
}

const base64 = ({ buffer }: Int32Array | Float32Array): string =>
  Buffer.from(buffer).toString('base64')

async function appendItems(path: string, items: readonly NotedItem[]): Promise<void> {
  const handle = await open(path, 'a')
  try {
    await handle.writeFile(items.map(lined).join(''))
    await handle.sync()
  } finally {
    await handle.close()
  }
}
