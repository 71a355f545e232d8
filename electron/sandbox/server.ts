/**
 * One Python server process: what is in flight on it, and the watchdog that ends it when it stops answering.
 * Not here: what it serves (zygote.ts, workspace.ts), which job goes where and what happens to lost ones (pool.ts).
 */
import { AppError, messageOf } from '../contract/errors.ts'
import { FrameReader, requestFrame } from './frame.ts'
import type { Mode, ReplyFrame } from './frame.ts'
import type { ServerProcess } from './launch.ts'

export type Job = {
  readonly mode: Mode
  readonly payload: string
  readonly wallMs: number
  readonly memoryMb: number
  readonly replyBytes: number
}

/** A server that is alive and silent for this long after a job's wall limit is ended. */
const GRACE_MS = 1_000
const START_MS = 30_000
const LONGEST_REPLY = 32 * 2 ** 20
const STDERR_CHARS = 2_000

/** What came of a job: the child's reply, or that the server went while it ran or before it started. */
export type JobEnd = ReplyFrame | 'lost' | 'unstarted'
type Settle = (end: JobEnd) => void
type InFlight = { readonly job: Job; readonly settle: Settle }

/** What a pool needs of whoever runs programs for it. */
export type Servant = Readonly<
  Pick<Server, 'alive' | 'load' | 'served' | 'pid' | 'send' | 'cancel' | 'kill' | 'ended'>
>

export class Server {
  readonly #process: ServerProcess
  readonly #reader: FrameReader
  readonly #inFlight = new Map<number, InFlight>()
  readonly #started = Promise.withResolvers<unknown>()
  readonly #ended = Promise.withResolvers<void>()
  #watchdog: NodeJS.Timeout
  #nextId = 1
  #stderr = ''
  #alive = true
  /** Children served so far. */
  served = 0

  constructor(process: ServerProcess, longestReply: number = LONGEST_REPLY) {
    this.#process = process
    this.#reader = new FrameReader(longestReply)
    this.#watchdog = setTimeout(() => this.kill(), START_MS)
    this.#started.promise.catch(() => {})
    this.#process.on('error', (cause) => this.#lose(messageOf(cause)))
    this.#process.on('exit', (code, signal) => this.#lose(`ended with ${signal ?? code}`))
    this.#process.on('close', () => this.#ended.resolve())
    this.#process.stdin.on('error', () => this.kill())
    this.#process.stdout.on('error', () => this.kill())
    this.#process.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS)
    })
  }

  /** The JSON of its first frame. Throws AppError('sandbox') when it ends before it serves. */
  greeting(): Promise<unknown> {
    return this.#started.promise
  }

  get alive(): boolean {
    return this.#alive
  }

  get load(): number {
    return this.#inFlight.size
  }

  /** Process id on the host; undefined when it could not be started. */
  get pid(): number | undefined {
    return this.#process.pid
  }

  /** settle is called exactly once, never before send returns. */
  send(job: Job, settle: Settle): number {
    const id = this.#nextId++
    this.#inFlight.set(id, { job, settle })
    this.#process.stdin.write(requestFrame({ id, ...job }, job.payload))
    if (this.#inFlight.size === 1) this.#watch(job)
    return id
  }

  /** One job on this very server. Throws AppError('sandbox') when the server goes first. */
  ask(job: Job): Promise<ReplyFrame> {
    return new Promise((resolve, reject) => {
      this.send(job, (end) => {
        if (typeof end !== 'string') return resolve(end)
        reject(new AppError('sandbox', `sandbox process: expected an answer, it was ${end}`))
      })
    })
  }

  /** Asks the server to end or forget a child; settle is still called. */
  cancel(id: number): void {
    if (!this.#alive || !this.#inFlight.has(id)) return
    const head = { id, mode: 'cancel', wallMs: 0, memoryMb: 0, replyBytes: 0 } as const
    this.#process.stdin.write(requestFrame(head, ''))
  }

  /** Ends the process; the tree below dies with it. */
  kill(): void {
    this.#process.kill('SIGKILL')
  }

  /** Resolves when the process is gone and its pipes are closed. */
  ended(): Promise<void> {
    return this.#ended.promise
  }

  #watch(job: Job): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = setTimeout(() => this.kill(), job.wallMs + GRACE_MS)
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.push(chunk)) this.#accept(frame)
    } catch {
      this.kill()
    }
  }

  #accept(frame: ReplyFrame): void {
    if (frame.id === 0) return this.#becomeReady(frame.bytes)
    const entry = this.#inFlight.get(frame.id)
    if (entry === undefined) throw new RangeError(`reply to unknown request ${frame.id}`)
    this.#inFlight.delete(frame.id)
    this.served += 1
    clearTimeout(this.#watchdog)
    const [next] = this.#inFlight.values()
    if (next !== undefined) this.#watch(next.job)
    entry.settle(frame)
  }

  #becomeReady(bytes: Buffer): void {
    clearTimeout(this.#watchdog)
    this.#started.resolve(JSON.parse(bytes.toString('utf8')))
  }

  #lose(how: string): void {
    if (!this.#alive) return
    this.#alive = false
    clearTimeout(this.#watchdog)
    this.#process.stdin.destroy()
    const told = this.#stderr.trim().split('\n').at(-1) ?? ''
    const detail = told === '' ? how : `${how}: ${told}`
    this.#started.reject(new AppError('sandbox', `sandbox process: expected to start, ${detail}`))
    if (this.#process.pid === undefined) this.#ended.resolve()
    const lost = [...this.#inFlight.values()]
    this.#inFlight.clear()
    lost.forEach((entry, at) => entry.settle(at === 0 ? 'lost' : 'unstarted'))
  }
}
