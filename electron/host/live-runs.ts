/**
 * The runs that train now: each in a supervised process, started, paused, stopped and told about from here.
 * Not here: keeping the process up (supervisor.ts), what an order is made of (handlers/runs.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { TrainNews, TrainOrder } from '../contract/news.ts'
import type { LiveRun, LiveState, RunNews, RunsChange } from '../contract/workbench.ts'
import { addNews, newLive } from './live-state.ts'
import type { LogBook } from './log-book.ts'
import { createRing, firstSeq } from './ring.ts'
import type { Ring } from './ring.ts'
import type { RunNotices } from './run-notices.ts'
import type { SuperviseOptions, Supervised } from './supervisor.ts'
import { createTopic } from './topic.ts'
import type { Topic } from './topic.ts'

export type Supervise = (order: TrainOrder, options: SuperviseOptions) => Promise<Supervised>

export type LiveOptions = {
  readonly supervise: Supervise
  readonly log: LogBook
  readonly now: () => number
  /** Calls body later; returns how to call it off. */
  readonly later: (milliseconds: number, body: () => void) => () => void
  /** A run whose process ended by itself is taken up again after so long, at once when asked to. */
  readonly restartMs?: number
  readonly notices?: RunNotices
}

/** Trainings at a time. */
const MAX_LIVE = 4
const KEPT_NEWS = 2_000
const MAX_RINGS = 200
/** Progress within a step is told this often at most. */
const TELL_MS = 100
const RESTART_MS = 10_000
/** A stop that has said nothing for so long becomes an end by force; the last checkpoint stays. */
const GRACE_MS = 15_000

type Entry = {
  live: LiveRun
  readonly stop: AbortController
  readonly force: AbortController
  readonly pause: Topic<boolean>
  end: Promise<Supervised>
  toldMs: number
  cancelGrace: () => void
  /** Ends the wait before a restart. */
  restartNow: () => void
}

export class LiveRuns {
  readonly changes: Topic<RunsChange> = createTopic()
  readonly #options: LiveOptions
  readonly #entries = new Map<string, Entry>()
  readonly #starting = new Set<Entry>()
  readonly #rings = new Map<string, Ring<RunNews>>()
  readonly #passing = createTopic<RunNews>()

  constructor(options: LiveOptions) {
    this.#options = options
  }

  /** Resolves once the run has an id; rejects with what kept it from starting. */
  async start(order: TrainOrder): Promise<string> {
    if (this.#entries.size + this.#starting.size >= MAX_LIVE) {
      throw new AppError('usage', `expected at most ${MAX_LIVE} runs at a time; stop one first`)
    }
    if (order.resume !== null && this.#entries.has(order.resume)) {
      throw new AppError('usage', `run ${order.resume}: it is running already`)
    }
    return await new Promise((resolve, reject) => {
      const entry = this.#launch(order, resolve)
      this.#starting.add(entry)
      entry.end.then((end) => this.#ended(entry, end, reject), reject)
    })
  }

  /** Takes effect once the step that is under way is done. */
  pause(run: string): LiveRun {
    const entry = this.#entry(run)
    if (entry.live.state !== 'running') throw unfit(entry.live, 'a running one')
    entry.pause.tell(true)
    this.#set(entry, { state: 'pausing' }, '')
    return entry.live
  }

  /** null: it is not live. */
  unpause(run: string): LiveRun | null {
    const entry = this.#entries.get(run)
    if (entry === undefined) return null
    const { state, restart } = entry.live
    if (restart !== null) {
      entry.restartNow()
      return entry.live
    }
    if (state !== 'paused' && state !== 'pausing') throw unfit(entry.live, 'a paused one')
    entry.pause.tell(false)
    // One that has not yet paused never will; one that has tells when it goes on.
    if (state === 'pausing') this.#set(entry, { state: 'running' }, '')
    return entry.live
  }

  /** Resolves when its process has ended. Asked for again: by force, at once. */
  async stop(run: string): Promise<void> {
    const entry = this.#entry(run)
    if (entry.stop.signal.aborted) entry.force.abort()
    entry.stop.abort()
    this.#set(entry, { state: 'stopping', restart: null }, '')
    entry.restartNow()
    this.#giveGrace(entry)
    await entry.end
  }

  live(run: string): LiveRun | null {
    return this.#entries.get(run)?.live ?? null
  }

  all(): LiveRun[] {
    return [...this.#entries.values()].map(({ live }) => live)
  }

  /** What is kept after seq, then what comes, also the progress within a step, which is not kept. */
  follow(run: string, seq: number, listener: (news: RunNews) => void): () => void {
    const ends = [
      this.#ring(run).follow(seq, listener),
      this.#passing.listen((news) => {
        if (news.run === run) listener(news)
      }),
    ]
    const live = this.live(run)
    if (live !== null) listener(this.#liveNews(run, live, ''))
    return () => ends.forEach((end) => end())
  }

  /** Stops all; resolves when their processes have ended. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values(), ...this.#starting]
    for (const entry of entries) {
      entry.stop.abort()
      entry.restartNow()
      this.#giveGrace(entry)
    }
    await Promise.allSettled(entries.map(({ end }) => end))
  }

  #launch(order: TrainOrder, started: (run: string) => void): Entry {
    const { supervise, log } = this.#options
    const stop = new AbortController()
    const force = new AbortController()
    const pause = createTopic<boolean>()
    const entry: Entry = {
      live: newLive(order.resume ?? '', firstSeq(this.#options.now())),
      stop,
      force,
      pause,
      end: Promise.resolve({ ok: false, code: 'cancelled', message: '', run: null }),
      toldMs: 0,
      cancelGrace: () => undefined,
      restartNow: () => undefined,
    }
    entry.end = supervise(order, {
      signal: stop.signal,
      force: force.signal,
      pause,
      onNews: (news) => this.#heard(entry, news, started),
      beforeRestart: (why) => this.#waitToRestart(entry, why),
      onOutput: log.pieces('engine', 'warn', () => entry.live.run || null),
    })
    return entry
  }

  #heard(entry: Entry, news: TrainNews, started: (run: string) => void): void {
    if (news.type === 'started') this.#begun(entry, news.run, started)
    const before = entry.live
    entry.live = addNews(before, news)
    if (entry.live.run === '') return
    if (entry.stop.signal.aborted) this.#giveGrace(entry)
    if (news.type === 'phase') return this.#tellProgress(entry)
    this.#keep(entry.live.run, news)
    this.#log(entry.live.run, news)
    this.#options.notices?.heard(entry.live.run, news)
    this.#passing.tell(this.#liveNews(entry.live.run, entry.live, ''))
    if (before.state !== entry.live.state || news.type === 'step') this.#change(entry)
  }

  #begun(entry: Entry, run: string, started: (run: string) => void): void {
    this.#starting.delete(entry)
    this.#entries.set(run, entry)
    started(run)
  }

  async #waitToRestart(entry: Entry, why: string): Promise<void> {
    const restarts = entry.live.restarts + 1
    const { later, log, notices, restartMs = RESTART_MS } = this.#options
    log.add('engine', 'warn', why, entry.live.run)
    notices?.stopped(entry.live.run, why)
    const restart = { why, seconds: restartMs / 1_000 }
    const { promise, resolve } = Promise.withResolvers<void>()
    const cancel = later(restartMs, resolve)
    entry.restartNow = resolve
    this.#set(entry, { state: 'restarting', restarts, restart, phase: null }, '')
    await promise
    cancel()
    entry.restartNow = () => undefined
    if (!entry.stop.signal.aborted) this.#set(entry, { state: 'restarting', restart: null }, '')
  }

  #ended(entry: Entry, end: Supervised, failed: (error: AppError) => void): void {
    entry.cancelGrace()
    this.#starting.delete(entry)
    const { run } = entry.live
    const reason = end.ok ? '' : end.message
    if (!this.#entries.delete(run)) {
      failed(new AppError(end.ok ? 'engine' : codeOf(end.code), reason || 'it ended at once'))
      return
    }
    if (!end.ok && end.code !== 'cancelled') {
      this.#options.log.add('engine', 'error', end.message, run)
      this.#options.notices?.stopped(run, end.message)
    }
    this.#ring(run).add((seq) => ({
      seq,
      atMs: this.#options.now(),
      run,
      news: { type: 'live', live: null, reason },
    }))
    this.changes.tell({ run, live: null })
  }

  #entry(run: string): Entry {
    const entry = this.#entries.get(run)
    if (entry !== undefined) return entry
    throw new AppError('usage', `run ${run}: expected a run that is going on here, found none`)
  }

  #set(entry: Entry, part: Partial<LiveRun> & { readonly state: LiveState }, reason: string): void {
    entry.live = { ...entry.live, ...part, revision: entry.live.revision + 1 }
    this.#passing.tell(this.#liveNews(entry.live.run, entry.live, reason))
    this.#change(entry)
  }

  #change({ live }: Entry): void {
    this.changes.tell({ run: live.run, live })
  }

  #tellProgress(entry: Entry): void {
    const atMs = this.#options.now()
    if (atMs - entry.toldMs < TELL_MS) return
    entry.toldMs = atMs
    this.#passing.tell(this.#liveNews(entry.live.run, entry.live, ''))
  }

  #liveNews(run: string, live: LiveRun, reason: string): RunNews {
    const seq = this.#ring(run).last()
    return { seq, atMs: this.#options.now(), run, news: { type: 'live', live, reason } }
  }

  #keep(run: string, news: TrainNews): void {
    this.#ring(run).add((seq) => ({ seq, atMs: this.#options.now(), run, news }))
  }

  #log(run: string, news: TrainNews): void {
    const { log } = this.#options
    if (news.type === 'started') {
      log.add('engine', 'info', `${run} starts at step ${news.resumedAt} of ${news.steps}`, run)
      log.add('sandbox', news.level > 0 ? 'info' : 'warn', `isolation level ${news.level}`, run)
    }
    if (news.type === 'step') {
      const seconds = news.seconds.toFixed(2)
      log.add('engine', 'debug', `step ${news.step} of ${news.steps}: ${seconds} s`, run)
    }
    if (news.type === 'checkpoint') log.add('engine', 'info', `checkpoint ${news.step}`, run)
    if (news.type === 'warning') log.add('engine', 'warn', news.text, run)
  }

  #giveGrace(entry: Entry): void {
    entry.cancelGrace()
    entry.cancelGrace = this.#options.later(GRACE_MS, () => entry.force.abort())
  }

  #ring(run: string): Ring<RunNews> {
    const known = this.#rings.get(run)
    if (known !== undefined) return known
    for (const old of this.#rings.keys()) {
      if (this.#rings.size < MAX_RINGS) break
      if (!this.#entries.has(old)) this.#rings.delete(old)
    }
    const ring = createRing<RunNews>(KEPT_NEWS, firstSeq(this.#options.now()))
    this.#rings.set(run, ring)
    return ring
  }
}

function unfit({ run, state }: LiveRun, expected: string): AppError {
  return new AppError('usage', `run ${run}: expected ${expected}, found it ${state}`)
}

const CODES = ['usage', 'config', 'checkpoint', 'sandbox', 'store', 'cancelled'] as const

/** A code that has crossed a process is only a text. */
function codeOf(code: string): AppError['code'] {
  return CODES.find((known) => known === code) ?? 'engine'
}
