/**
 * What is kept of a crash of the trainer: a line in the log, and the state of its run.
 */
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import { openStore } from '../store/open.ts'
import { databaseFile, logsDirectory } from './paths.ts'
import { recorderOf } from './recorder.ts'

export type Crash = {
  readonly atMs: number
  readonly run: string | null
  /** How the process ended, in words. */
  readonly what: string
  /** The end of what it wrote there. */
  readonly stderr: string
  /** Nobody will start it again. */
  readonly final: boolean
}

export const CRASH_LOG = 'crashes.jsonl'

/** A home that cannot be written any more hides no crash: the caller still tells it. */
export async function recordCrash(home: string, crash: Crash): Promise<void> {
  try {
    await appendFile(join(logsDirectory(home), CRASH_LOG), `${JSON.stringify(crash)}\n`)
    if (crash.run !== null && crash.final) await markCrashed(home, crash.run, crash)
  } catch (cause) {
    if (!(cause instanceof AppError) && !isFileError(cause)) throw cause
  }
}

async function markCrashed(home: string, run: string, { what, atMs }: Crash): Promise<void> {
  const store = await openStore(databaseFile(home))
  try {
    recorderOf(store, run, { now: () => atMs, pid: process.pid }).state('crashed', what)
  } finally {
    store.close()
  }
}

function isFileError(cause: unknown): boolean {
  return cause instanceof Error && 'syscall' in cause
}
