/**
 * One line of workers in a hidden page as the pool sees it: what is in flight, and a watchdog over the page itself.
 * Not here: time limits of programs, which the page keeps (resources/pyodide/page.js); the pool (pool.ts).
 */
import { AppError } from '../../contract/errors.ts'
import { MODES } from '../frame.ts'
import type { ReplyFrame } from '../frame.ts'
import { MEGABYTE } from '../limits.ts'
import type { Job, JobEnd, Servant } from '../server.ts'
import type { FromPage, ToPage } from './line.ts'

/** The page ends what takes too long, and starting a worker anew is part of a job's time on a busy machine. */
const GRACE_MS = 30_000

type Settle = (end: JobEnd) => void
type InFlight = { readonly job: Job; readonly settle: Settle }

export type SlotOptions = {
  readonly number: number
  readonly post: (message: ToPage) => void
  /** Whether the page lives: when it goes, all slots have gone before the first of them is told. */
  readonly isPageAlive: () => boolean
  /** Ends the whole page: it hangs. */
  readonly killPage: () => void
}

export class Slot implements Servant {
  readonly pid = undefined
  /** Memory is restored after each program, so that nothing has to be recycled. */
  readonly served = 0
  readonly #options: SlotOptions
  readonly #inFlight = new Map<number, InFlight>()
  readonly #ready = Promise.withResolvers<readonly string[]>()
  readonly #ended = Promise.withResolvers<void>()
  #watchdog: NodeJS.Timeout | undefined
  #nextId = 1
  #alive = true

  constructor(options: SlotOptions) {
    this.#options = options
    this.#ready.promise.catch(() => undefined)
  }

  get alive(): boolean {
    return this.#alive && this.#options.isPageAlive()
  }

  get load(): number {
    return this.#inFlight.size
  }

  /** Names that its workers should no longer have. Throws AppError('sandbox') when none starts. */
  ready(): Promise<readonly string[]> {
    return this.#ready.promise
  }

  send(job: Job, settle: Settle): number {
    const id = this.#nextId++
    this.#inFlight.set(id, { job, settle })
    const { number, post } = this.#options
    const { mode, payload, wallMs, memoryMb, replyBytes } = job
    const text = `${MODES[mode]}${payload}`
    const memoryBytes = memoryMb * MEGABYTE
    post({ type: 'run', slot: number, job: { id, text, wallMs, memoryBytes, replyBytes } })
    if (this.#inFlight.size === 1) this.#watch(job)
    return id
  }

  /** One job on this very slot. Throws AppError('sandbox') when the slot goes first. */
  ask(job: Job): Promise<ReplyFrame> {
    return new Promise((resolve, reject) => {
      this.send(job, (end) => {
        if (typeof end !== 'string') return resolve(end)
        reject(new AppError('sandbox', `hidden page: expected an answer, it was ${end}`))
      })
    })
  }

  cancel(id: number): void {
    if (this.#alive && this.#inFlight.has(id)) {
      this.#options.post({ type: 'cancel', slot: this.#options.number, id })
    }
  }

  kill(): void {
    if (this.#alive) this.#options.post({ type: 'stop', slot: this.#options.number })
    this.lose('it was stopped')
  }

  ended(): Promise<void> {
    return this.#ended.promise
  }

  /** What the page tells of this slot. */
  hear(message: FromPage & { readonly type: 'ready' | 'reply' | 'lost' }): void {
    if (message.type === 'ready') this.#ready.resolve(message.left)
    else if (message.type === 'lost') this.lose(message.why)
    else this.#accept(message)
  }

  /** It is gone; the first of its jobs may have been the reason. */
  lose(why: string): void {
    if (!this.#alive) return
    this.#alive = false
    clearTimeout(this.#watchdog)
    this.#ready.reject(new AppError('sandbox', `hidden page: expected a worker, ${why}`))
    const lost = [...this.#inFlight.values()]
    this.#inFlight.clear()
    lost.forEach((entry, at) => entry.settle(at === 0 ? 'lost' : 'unstarted'))
    this.#ended.resolve()
  }

  #accept({ id, ending, code, wallMs, text }: FromPage & { readonly type: 'reply' }): void {
    const entry = this.#inFlight.get(id)
    if (entry === undefined) return this.#options.killPage()
    this.#inFlight.delete(id)
    clearTimeout(this.#watchdog)
    const [next] = this.#inFlight.values()
    if (next !== undefined) this.#watch(next.job)
    // A worker has no clock of its own processor time: what it runs keeps it busy, so the time that passed is that.
    const bytes = Buffer.from(text, 'latin1')
    entry.settle({ id, ending, code, wallMs, cpuMs: wallMs, bytes })
  }

  #watch(job: Job): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(this.#options.killPage, job.wallMs + GRACE_MS)
  }
}
