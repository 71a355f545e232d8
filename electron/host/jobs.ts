/**
 * Work that takes longer than a call: evaluations and exports, with progress, result and a way to call them off.
 * Not here: what they do (handlers/), training (live-runs.ts).
 */
import { AppError, messageOf, throwIfCancelled } from '../contract/errors.ts'
import type { Job, JobResult } from '../contract/workbench.ts'
import { paceOf } from './pace.ts'
import { createTopic } from './topic.ts'
import type { Topic } from './topic.ts'

export type Progressed = (done: number, total: number | null) => void
export type Work = (signal: AbortSignal, progress: Progressed) => Promise<JobResult>

export type Jobs = {
  readonly start: (title: string, work: Work) => Job
  /** Newest first. */
  readonly list: () => Job[]
  /** Throws AppError('usage') for an unknown job. */
  readonly cancel: (id: string) => void
  readonly news: Topic<Job>
  readonly close: () => Promise<void>
}

export type JobOptions = {
  readonly now: () => number
  readonly unexpected: (where: string, cause: unknown) => void
}

const MAX_RUNNING = 4
const MAX_KEPT = 100
/** Progress is told this often at most. */
const TELL_MS = 100

type Entry = { job: Job; readonly abort: AbortController; end: Promise<void> }

export function createJobs({ now, unexpected }: JobOptions): Jobs {
  const entries = new Map<string, Entry>()
  const news = createTopic<Job>()
  let count = 0
  const change = (entry: Entry, part: Partial<Job>): void => {
    entry.job = { ...entry.job, ...part }
    news.tell(entry.job)
  }
  return {
    news,
    list: () => [...entries.values()].map(({ job }) => job).toReversed(),
    start: (title, work) => {
      requireRoom(entries)
      count += 1
      const id = `job-${count}`
      const entry: Entry = {
        job: newJob(id, title, now()),
        abort: new AbortController(),
        end: done,
      }
      entries.set(id, entry)
      entry.end = carryOut(entry, work, { now, unexpected }, (part) => change(entry, part))
      news.tell(entry.job)
      return entry.job
    },
    cancel: (id) => {
      const entry = entries.get(id)
      if (entry === undefined) throw new AppError('usage', `job ${id}: expected a job, found none`)
      entry.abort.abort()
    },
    close: async () => {
      for (const { abort } of entries.values()) abort.abort()
      await Promise.all([...entries.values()].map(({ end }) => end))
    },
  }
}

const done = Promise.resolve()

function requireRoom(entries: Map<string, Entry>): void {
  const running = [...entries.values()].filter(({ job }) => job.state === 'running')
  if (running.length >= MAX_RUNNING) {
    throw new AppError(
      'usage',
      `expected at most ${MAX_RUNNING} jobs at a time, found ${running.length}`,
    )
  }
  for (const [id, { job }] of entries) {
    if (entries.size < MAX_KEPT) return
    if (job.state !== 'running') entries.delete(id)
  }
}

function newJob(id: string, title: string, startedMs: number): Job {
  const nothing = {
    total: null,
    secondsLeft: null,
    endedMs: null,
    result: null,
    error: null,
  } as const
  return { id, title, state: 'running', done: 0, startedMs, ...nothing }
}

async function carryOut(
  { abort }: Entry,
  work: Work,
  { now, unexpected }: JobOptions,
  change: (part: Partial<Job>) => void,
): Promise<void> {
  let toldMs = 0
  const pace = paceOf(now)
  const progress: Progressed = (doneNow, total) => {
    const secondsLeft = pace(doneNow, total)
    if (now() - toldMs < TELL_MS) return
    toldMs = now()
    change({ done: doneNow, total, secondsLeft })
  }
  // The caller has the job in hand before it can end.
  await done
  try {
    throwIfCancelled(abort.signal)
    const result = await work(abort.signal, progress)
    change({ state: 'done', result, endedMs: now() })
  } catch (cause) {
    change({ ...failureOf(cause, abort.signal, unexpected), endedMs: now() })
  }
}

function failureOf(
  cause: unknown,
  signal: AbortSignal,
  unexpected: JobOptions['unexpected'],
): Pick<Job, 'state' | 'error'> {
  const isCancelled = cause instanceof AppError && cause.code === 'cancelled'
  if (isCancelled || signal.aborted) return { state: 'cancelled', error: null }
  if (cause instanceof AppError) {
    return { state: 'failed', error: { code: cause.code, message: cause.message } }
  }
  unexpected('a job', cause)
  return { state: 'failed', error: { code: 'engine', message: messageOf(cause) } }
}
