/**
 * What the app, the engine and the sandbox say: the latest lines in memory, all of them in rotating files.
 * Not here: crashes of the trainer (crash-log.ts).
 */
import { appendFileSync, existsSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LogLevel, LogLine, LogSource } from '../contract/workbench.ts'
import { createRing, firstSeq } from './ring.ts'
import type { Ring } from './ring.ts'

export const LOG_FILE = 'app.jsonl'
/** Lines in memory. */
const KEPT = 10_000
const MAX_FILE_BYTES = 10 * 2 ** 20
const OLD_FILES = 3
const MAX_LINE_CHARS = 4_000

export type LogBook = {
  readonly lines: Ring<LogLine>
  readonly add: (source: LogSource, level: LogLevel, text: string, run?: string | null) => void
  /** Whole lines of text that come in pieces, such as from a process. */
  readonly pieces: (
    source: LogSource,
    level: LogLevel,
    run: () => string | null,
  ) => (text: string) => void
}

/** folder null: memory only. */
export function openLogBook(folder: string | null, now: () => number): LogBook {
  const lines = createRing<LogLine>(KEPT, firstSeq(now()))
  const write = folder === null ? () => undefined : fileWriter(join(folder, LOG_FILE))
  const add: LogBook['add'] = (source, level, text, run = null) => {
    const short = text.length > MAX_LINE_CHARS ? `${text.slice(0, MAX_LINE_CHARS)}…` : text
    write(lines.add((seq) => ({ seq, atMs: now(), source, level, run, text: short })))
  }
  return {
    lines,
    add,
    pieces: (source, level, run) => lineSplitter((text) => add(source, level, text, run())),
  }
}

function lineSplitter(line: (text: string) => void): (text: string) => void {
  let rest = ''
  return (text) => {
    const parts = (rest + text).split('\n')
    rest = (parts.pop() ?? '').slice(-MAX_LINE_CHARS)
    for (const part of parts) if (part.trim() !== '') line(part.trimEnd())
  }
}

/** A disk that is full or gone silences the file, never the app: the lines in memory stay. */
function fileWriter(path: string): (line: LogLine) => void {
  let bytes = existsSync(path) ? statSync(path).size : 0
  return (line) => {
    try {
      const text = `${JSON.stringify(line)}\n`
      if (bytes > MAX_FILE_BYTES) {
        rotate(path)
        bytes = 0
      }
      appendFileSync(path, text)
      bytes += Buffer.byteLength(text)
    } catch (cause) {
      if (!(cause instanceof Error) || !('syscall' in cause)) throw cause
    }
  }
}

function rotate(path: string): void {
  for (let age = OLD_FILES; age >= 1; age--) {
    const from = age === 1 ? path : `${path}.${age - 1}`
    if (existsSync(from)) renameSync(from, `${path}.${age}`)
  }
}
