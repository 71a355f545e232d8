/**
 * The notes of an evaluation: one line of JSON per finished item, synced before the next batch is asked.
 * The name of the file is made of everything that decides the answers, so a journal never serves another question.
 * Not here: what is noted (eval/runner.ts).
 */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { mkdir, open, truncate } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { Json } from '../contract/history.ts'
import { RUN_STATUSES } from '../contract/verdict.ts'
import type { Journal, NotedAnswer, NotedItem } from '../eval/runner.ts'
import { linesOf } from '../eval/suites/source.ts'

/** Changes when verdicts could: old notes are then left alone. */
const VERSION = 1

export type JournalKey = Readonly<Record<string, Json>>

export function journalPath(home: string, suite: string, key: JournalKey): string {
  const hash = createHash('sha256').update(JSON.stringify({ ...key, suite, version: VERSION }))
  return join(home, 'evals', `${suite}-${hash.digest('hex').slice(0, 16)}.jsonl`)
}

const Answer = v.object({
  correct: v.boolean(),
  undecided: v.boolean(),
  status: v.nullable(v.picklist(RUN_STATUSES)),
  reason: v.string(),
  answer: v.nullable(v.string()),
  response: v.string(),
  tokens: v.number(),
  stopReason: v.picklist(['stop', 'length', 'unasked']),
})
const Item = v.object({ item: v.string(), prompt: v.string(), answers: v.array(Answer) })

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

const CHUNK = 1 << 16

function* linesNow(path: string): Generator<{ readonly line: string; readonly number: number }> {
  const file = openSync(path, 'r')
  const chunk = Buffer.alloc(CHUNK)
  let pending = Buffer.alloc(0)
  let number = 0
  try {
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      let from = 0
      let bytes = Buffer.concat([pending, chunk.subarray(0, read)])
      for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, from)) {
        number += 1
        yield { line: bytes.toString('utf8', from, end), number }
        from = end + 1
      }
      bytes = bytes.subarray(from)
      pending = bytes
    }
  } finally {
    closeSync(file)
  }
}

function itemOf(line: string, where: string): NotedItem {
  try {
    return v.parse(Item, JSON.parse(line))
  } catch (cause) {
    throw new AppError('store', `${where}: expected a graded item, found: ${messageOf(cause)}`, {
      cause,
    })
  }
}

const LONGEST_ANSWER = 2_000

/** A program that was read from the response is in the response. */
const lined = ({ item, prompt, answers }: NotedItem): string => {
  const kept = answers.map((noted): NotedAnswer => {
    const isLong = noted.answer !== null && noted.answer.length > LONGEST_ANSWER
    return isLong ? { ...noted, answer: null } : noted
  })
  return `${JSON.stringify({ item, prompt, answers: kept })}\n`
}

async function appendItems(path: string, items: readonly NotedItem[]): Promise<void> {
  const handle = await open(path, 'a')
  try {
    await handle.writeFile(items.map(lined).join(''))
    await handle.sync()
  } finally {
    await handle.close()
  }
}
