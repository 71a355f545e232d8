/**
 * Calls and streams over whatever transport, typed by the contract. Connects again by itself after a loss: calls
 * that were under way fail with code 'wire', streams go on from what they have seen.
 * Not here: caching and what a view does with it.
 */
import * as v from 'valibot'
import type {
  CallInput,
  CallName,
  CallOutput,
  StreamInput,
  StreamItem,
  StreamName,
} from '../electron/contract/api.ts'
import { AppError, messageOf } from '../electron/contract/errors.ts'
import { CREDIT, Reply } from '../electron/contract/wire.ts'
import type { Request, WireFailure } from '../electron/contract/wire.ts'
import type { Connect, Wire } from './connect.ts'

/** refused: trying again cannot help; reason says why. */
export type ConnectionState =
  | { readonly type: 'connecting'; readonly reason: string }
  | { readonly type: 'connected' }
  | { readonly type: 'refused'; readonly reason: string }

export type StreamEvents<Name extends StreamName> = {
  readonly item: (item: StreamItem<Name>) => void
  /** The host ended it and it will not go on. */
  readonly failed?: (error: AppError) => void
}

export interface Client {
  call<Name extends CallName>(
    name: Name,
    input: CallInput<Name>,
    options?: { readonly signal?: AbortSignal },
  ): Promise<CallOutput<Name>>
  /** input is asked for anew after every loss, to go on from the last item seen. Returns how to end it. */
  stream<Name extends StreamName>(
    name: Name,
    input: () => StreamInput<Name>,
    events: StreamEvents<Name>,
  ): () => void
  state(): ConnectionState
  onState(listener: (state: ConnectionState) => void): () => void
  close(): void
}

/** Time is an argument. Returns how to call it off. */
export type Later = (milliseconds: number, body: () => void) => () => void

/** Milliseconds before each further attempt. */
const PAUSES = [250, 500, 1_000, 2_000, 5_000]
/** Fewer than the host allows: the rest waits here. */
const MAX_CALLS = 32
/** Acknowledged together; less than CREDIT, so that the host never waits in between. */
const SEEN_EVERY = CREDIT / 2

type Waiting = {
  readonly request: Request & { readonly type: 'call' }
  readonly resolve: (value: unknown) => void
  readonly reject: (error: AppError) => void
}
type Listening = {
  readonly name: StreamName
  readonly input: () => unknown
  readonly item: (value: unknown) => void
  readonly failed: (error: AppError) => void
  seen: number
}

export function createClient(connect: Connect, later: Later = afterTimeout): Client {
  const line = new Line(connect, later)
  line.start()
  return {
    // What comes back is what the host's handler of that name returned: the contract ties both ends.
    call: (name, input, options = {}) =>
      line.call(name, input, options.signal) as Promise<CallOutput<typeof name>>,
    stream: (name, input, { item, failed }) =>
      line.listen(name, input, {
        item: (value) => item(value as StreamItem<typeof name>),
        failed: failed ?? (() => undefined),
      }),
    state: () => line.state,
    onState: (listener) => line.onState(listener),
    close: () => line.close(),
  }
}

class Line {
  state: ConnectionState = { type: 'connecting', reason: '' }
  readonly #connect: Connect
  readonly #later: Later
  #wire: Wire | null = null
  #closed = false
  #attempts = 0
  #cancelPause: () => void = () => undefined
  #lastId = 0
  readonly #queue: Waiting[] = []
  readonly #calls = new Map<number, Waiting>()
  readonly #streams = new Map<number, Listening>()
  readonly #listeners = new Set<(state: ConnectionState) => void>()

  constructor(connect: Connect, later: Later) {
    this.#connect = connect
    this.#later = later
  }

  start(): void {
    this.#connect({
      message: (reply) => this.#heard(reply),
      closed: (reason) => this.#lost(reason),
    }).then(
      (wire) => this.#opened(wire),
      (cause: unknown) => this.#failed(cause),
    )
  }

  call(name: CallName, input: unknown, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.state.type === 'refused') return reject(new AppError('wire', this.state.reason))
      if (signal?.aborted === true) return reject(new AppError('cancelled', 'cancelled'))
      const id = this.#nextId()
      const waiting: Waiting = { request: { type: 'call', id, name, input }, resolve, reject }
      signal?.addEventListener('abort', () => this.#cancel(waiting), { once: true })
      this.#queue.push(waiting)
      this.#pump()
    })
  }

  listen(
    name: StreamName,
    input: () => unknown,
    events: Pick<Listening, 'item' | 'failed'>,
  ): () => void {
    const listening: Listening = { name, input, ...events, seen: 0 }
    this.#open(listening)
    return () => {
      for (const [id, open] of this.#streams) {
        if (open !== listening) continue
        this.#streams.delete(id)
        this.#wire?.send({ type: 'close', id })
      }
    }
  }

  onState(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  close(): void {
    this.#closed = true
    this.#cancelPause()
    this.#wire?.close()
    this.#wire = null
    this.#dropCalls('the connection was closed')
    this.#streams.clear()
    this.#listeners.clear()
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  #open(listening: Listening): void {
    const id = this.#nextId()
    listening.seen = 0
    this.#streams.set(id, listening)
    this.#wire?.send({ type: 'open', id, name: listening.name, input: listening.input() })
  }

  #opened(wire: Wire): void {
    if (this.#closed) return wire.close()
    this.#wire = wire
    this.#attempts = 0
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    for (const listening of streams) this.#open(listening)
    this.#tell({ type: 'connected' })
    this.#pump()
  }

  #failed(cause: unknown): void {
    if (this.#closed) return
    const isFinal = cause instanceof AppError && cause.code === 'usage'
    if (!isFinal) return this.#lost(messageOf(cause))
    this.#tell({ type: 'refused', reason: cause.message })
    this.#dropCalls(cause.message)
  }

  #lost(reason: string): void {
    if (this.#closed) return
    this.#wire = null
    this.#failCalls(reason)
    this.#tell({ type: 'connecting', reason })
    const pause = PAUSES[Math.min(this.#attempts, PAUSES.length - 1)] ?? 0
    this.#attempts += 1
    this.#cancelPause = this.#later(pause, () => this.start())
  }

  #pump(): void {
    while (this.#wire !== null && this.#calls.size < MAX_CALLS) {
      const next = this.#queue.shift()
      if (next === undefined) return
      this.#calls.set(next.request.id, next)
      this.#wire.send(next.request)
    }
  }

  #cancel(waiting: Waiting): void {
    const { id } = waiting.request
    const at = this.#queue.indexOf(waiting)
    if (at >= 0) this.#queue.splice(at, 1)
    if (this.#calls.delete(id)) this.#wire?.send({ type: 'cancel', id })
    waiting.reject(new AppError('cancelled', 'cancelled'))
    this.#pump()
  }

  /** Those under way; those that wait go out once it is there again. */
  #failCalls(reason: string): void {
    const calls = [...this.#calls.values()]
    this.#calls.clear()
    for (const { reject } of calls) reject(new AppError('wire', reason))
  }

  #dropCalls(reason: string): void {
    const waiting = this.#queue.splice(0)
    this.#failCalls(reason)
    for (const { reject } of waiting) reject(new AppError('wire', reason))
  }

  #heard(message: unknown): void {
    const parsed = v.safeParse(Reply, message)
    if (!parsed.success) return
    const reply = parsed.output
    if (reply.type === 'item') return this.#item(reply.id, reply.value)
    if (reply.type === 'end') return this.#ended(reply.id, reply.failure)
    const call = this.#calls.get(reply.id)
    if (call === undefined) return
    this.#calls.delete(reply.id)
    if (reply.type === 'answer') call.resolve(reply.value)
    else call.reject(new AppError(reply.failure.code, reply.failure.message))
    this.#pump()
  }

  #item(id: number, value: unknown): void {
    const listening = this.#streams.get(id)
    if (listening === undefined) return
    listening.seen += 1
    if (listening.seen >= SEEN_EVERY) {
      this.#wire?.send({ type: 'seen', id, count: listening.seen })
      listening.seen = 0
    }
    listening.item(value)
  }

  /** Code 'wire': this side was too slow or the source went away for a moment, so it asks again. */
  #ended(id: number, failure: WireFailure | null): void {
    const listening = this.#streams.get(id)
    if (listening === undefined) return
    this.#streams.delete(id)
    if (failure === null) return
    if (failure.code === 'wire') this.#open(listening)
    else listening.failed(new AppError(failure.code, failure.message))
  }

  #tell(state: ConnectionState): void {
    this.state = state
    for (const listener of this.#listeners) listener(state)
  }
}

function afterTimeout(milliseconds: number, body: () => void): () => void {
  const timer = setTimeout(body, milliseconds)
  return () => clearTimeout(timer)
}
