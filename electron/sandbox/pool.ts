/**
 * Zygotes of one hash seed as a pool: a first-in first-out queue, a fresh zygote for a lost one, one retry.
 * Not here: what a job means (open.ts), the wire (server.ts).
 *
 * Back-pressure: at most DEPTH requests are written to a zygote; the others wait here, and their callers with them.
 */
import { AppError } from '../contract/errors.ts'
import type { ReplyFrame } from './frame.ts'
import type { Job, JobEnd, Servant } from './server.ts'

/** A reply, or `infra_error`: two zygotes were lost under the job, or none could be started. */
export type Answer = ReplyFrame | 'infra_error'

/** Makes a zygote that has passed its self-test; rejects when there is none to be had. */
export type Starter = () => Promise<Servant>

/** One running and one waiting request per zygote: the next child starts without a round trip to the app. */
const DEPTH = 2
const MAX_ATTEMPTS = 2
/** A zygote is replaced after so many children, whatever they may have left behind. */
const RECYCLE_AFTER = 5_000

type Entry = {
  readonly job: Job
  /** Called once; later calls do nothing. */
  readonly settle: (end: Answer | AppError) => void
  attempts: number
  /** Where it is in flight, so that it can be cancelled there. */
  place: { readonly zygote: Servant; readonly id: number } | null
}

export class Pool {
  readonly #size: number
  readonly #starter: Starter
  readonly #starting = new Set<Promise<void>>()
  readonly #open = new Set<Entry>()
  #zygotes: Servant[] = []
  #queue: Entry[] = []
  #closed = false
  /** Zygotes that went without being asked to. */
  losses = 0

  constructor(zygotes: readonly Servant[], starter: Starter) {
    this.#size = zygotes.length
    this.#starter = starter
    for (const zygote of zygotes) this.#adopt(zygote)
  }

  /** Process ids of the zygotes, as the host sees them. */
  get pids(): number[] {
    return this.#zygotes.flatMap(({ pid }) => (pid === undefined ? [] : [pid]))
  }

  /** Requests that wait for a zygote. */
  get queued(): number {
    return this.#queue.length
  }

  /** Throws AppError('cancelled') once the signal fires, and AppError('sandbox') when the pool is closed. */
  submit(job: Job, signal?: AbortSignal): Promise<Answer> {
    if (this.#closed) return Promise.reject(closed())
    if (signal?.aborted === true) return Promise.reject(cancelled())
    return new Promise<Answer>((resolve, reject) => {
      const onAbort = () => this.#cancel(entry)
      const settle = (end: Answer | AppError) => {
        if (!this.#open.delete(entry)) return
        signal?.removeEventListener('abort', onAbort)
        if (end instanceof AppError) reject(end)
        else resolve(end)
      }
      const entry: Entry = { job, settle, attempts: 0, place: null }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#open.add(entry)
      this.#queue.push(entry)
      this.#refill()
      this.#dispatch()
    })
  }

  /** Ends every process at once; what is queued or running is refused. */
  async close(): Promise<void> {
    this.#closed = true
    this.#queue = []
    for (const entry of this.#open) entry.settle(closed())
    for (const zygote of this.#zygotes) zygote.kill()
    await Promise.all([...this.#starting, ...this.#zygotes.map((zygote) => zygote.ended())])
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const zygote = this.#leastLoaded()
      if (zygote === null) return
      const entry = this.#queue.shift()
      if (entry !== undefined) this.#sendTo(zygote, entry)
    }
  }

  #leastLoaded(): Servant | null {
    let best: Servant | null = null
    for (const zygote of this.#zygotes) {
      if (!zygote.alive || zygote.load >= DEPTH || zygote.served >= RECYCLE_AFTER) continue
      if (best === null || zygote.load < best.load) best = zygote
    }
    return best
  }

  #sendTo(zygote: Servant, entry: Entry): void {
    const id = zygote.send(entry.job, (end) => this.#settle(zygote, entry, end))
    entry.place = { zygote, id }
  }

  #settle(zygote: Servant, entry: Entry, end: JobEnd): void {
    entry.place = null
    if (this.#open.has(entry)) this.#conclude(entry, end)
    if (zygote.served >= RECYCLE_AFTER && zygote.load === 0) zygote.kill()
    this.#dispatch()
  }

  #conclude(entry: Entry, end: JobEnd): void {
    if (end === 'unstarted') return void this.#queue.unshift(entry)
    if (end !== 'lost' && !isDisturbed(end)) return entry.settle(end)
    entry.attempts += 1
    if (entry.attempts >= MAX_ATTEMPTS) {
      return entry.settle(end === 'lost' || end.ending === 'not_run' ? 'infra_error' : end)
    }
    this.#queue.unshift(entry)
  }

  #cancel(entry: Entry): void {
    this.#queue = this.#queue.filter((other) => other !== entry)
    entry.place?.zygote.cancel(entry.place.id)
    entry.settle(cancelled())
  }

  #adopt(zygote: Servant): void {
    if (this.#closed || !zygote.alive) return zygote.kill()
    this.#zygotes.push(zygote)
    void zygote.ended().then(() => this.#drop(zygote))
  }

  #drop(zygote: Servant): void {
    this.#zygotes = this.#zygotes.filter((other) => other !== zygote)
    if (this.#closed) return
    if (zygote.served < RECYCLE_AFTER) this.losses += 1
    this.#refill()
  }

  #refill(): void {
    if (this.#closed) return
    for (let at = this.#zygotes.length + this.#starting.size; at < this.#size; at++) {
      const start: Promise<void> = this.#starter().then(
        (zygote) => this.#adoptLate(zygote, start),
        () => this.#failToStart(start),
      )
      this.#starting.add(start)
    }
  }

  async #adoptLate(zygote: Servant, start: Promise<void>): Promise<void> {
    this.#starting.delete(start)
    this.#adopt(zygote)
    if (this.#closed) return zygote.ended()
    this.#dispatch()
  }

  /** The next submit tries again; what waits now must not wait for a zygote that may never come. */
  #failToStart(start: Promise<void>): void {
    this.#starting.delete(start)
    if (this.#zygotes.length + this.#starting.size > 0) return
    const waiting = this.#queue
    this.#queue = []
    for (const entry of waiting) entry.settle('infra_error')
  }
}

/** ILL, TRAP, ABRT, BUS, FPE, SEGV, XCPU, XFSZ, SYS. */
const OWN_SIGNALS: ReadonlySet<number> = new Set([4, 5, 6, 7, 8, 11, 24, 25, 31])

/** Whether a child did not run, or was ended by a signal that programs cannot bring upon themselves. */
function isDisturbed({ ending, code }: ReplyFrame): boolean {
  return ending === 'not_run' || (ending === 'crashed' && !OWN_SIGNALS.has(code))
}

function closed(): AppError {
  return new AppError('sandbox', 'sandbox: expected an open sandbox, found a closed one')
}

function cancelled(): AppError {
  return new AppError('cancelled', 'cancelled')
}
