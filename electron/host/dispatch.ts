/**
 * The gate: every message of every window passes here, whatever carried it. Bounds its size, checks it against the
 * contract, calls its handler, turns what goes wrong into a code and a sentence, cancels what nobody waits for.
 * Not here: who may connect (main.ts and web-server.ts check that before), what handlers do (handlers/).
 */
import * as v from 'valibot'
import { CALLS, isCallName, isStreamName, STREAMS } from '../contract/api.ts'
import type {
  CallArgument,
  CallName,
  CallOutput,
  StreamArgument,
  StreamItem,
  StreamName,
} from '../contract/api.ts'
import { AppError } from '../contract/errors.ts'
import { READ_ONLY, READING } from '../contract/reading.ts'
import { MAX_OPEN, MAX_REQUEST_CHARS, Request } from '../contract/wire.ts'
import type { Reply, WireFailure } from '../contract/wire.ts'
import { createOutbox } from './outbox.ts'
import type { Outbox } from './outbox.ts'
import { weigh } from './weigh.ts'

export type Handler<Name extends CallName> = (
  input: CallArgument<Name>,
  signal: AbortSignal,
) => CallOutput<Name> | Promise<CallOutput<Name>>
export type Handlers = { readonly [Name in CallName]: Handler<Name> }

/** Returns how to end it. A source ends by itself only when the host closes. */
export type Source<Name extends StreamName> = (
  input: StreamArgument<Name>,
  emit: (item: StreamItem<Name>) => void,
) => () => void
export type Sources = { readonly [Name in StreamName]: Source<Name> }

export type Gate = {
  readonly handlers: Handlers
  readonly sources: Sources
  /** Whether calls that change something are refused. */
  readonly readOnly: boolean
  /** An error that no handler expected, for the log. */
  readonly unexpected: (where: string, cause: unknown) => void
}

export type Connection = {
  /** False: it breaks the protocol, so the transport should close. */
  readonly receive: (message: unknown) => boolean
  /** Cancels everything that is open. */
  readonly close: () => void
}

type Open =
  | { readonly type: 'call'; readonly abort: AbortController }
  | { readonly type: 'stream'; readonly outbox: Outbox; readonly stop: () => void }

export function connect(gate: Gate, send: (reply: Reply) => void): Connection {
  const desk = new Desk(gate, send)
  return {
    receive: (message) => desk.receive(message),
    close: () => desk.close(),
  }
}

class Desk {
  readonly #gate: Gate
  readonly #send: (reply: Reply) => void
  readonly #open = new Map<number, Open>()
  #closed = false

  constructor(gate: Gate, send: (reply: Reply) => void) {
    this.#gate = gate
    this.#send = send
  }

  receive(message: unknown): boolean {
    if (this.#closed || weigh(message, MAX_REQUEST_CHARS) > MAX_REQUEST_CHARS) return false
    const parsed = v.safeParse(Request, message)
    if (!parsed.success) return false
    const request = parsed.output
    if (request.type === 'seen') return this.#seen(request.id, request.count)
    if (request.type === 'cancel' || request.type === 'close') return this.#end(request.id)
    if (this.#open.has(request.id)) return false
    if (this.#open.size >= MAX_OPEN) {
      this.#fail(request, { code: 'wire', message: `expected at most ${MAX_OPEN} at a time` })
    } else if (request.type === 'call') {
      void this.#call(request.id, request.name, request.input)
    } else {
      this.#stream(request.id, request.name, request.input)
    }
    return true
  }

  close(): void {
    this.#closed = true
    for (const id of this.#open.keys()) this.#end(id)
  }

  #seen(id: number, count: number): boolean {
    const open = this.#open.get(id)
    if (open?.type === 'stream') open.outbox.seen(count)
    return true
  }

  #end(id: number): boolean {
    const open = this.#open.get(id)
    this.#open.delete(id)
    if (open?.type === 'call') open.abort.abort()
    else open?.stop()
    return true
  }

  #fail(request: { readonly id: number; readonly type: 'call' | 'open' }, failure: WireFailure) {
    const { id, type } = request
    this.#reply(type === 'call' ? { type: 'failure', id, failure } : { type: 'end', id, failure })
  }

  #reply(reply: Reply): void {
    if (!this.#closed) this.#send(reply)
  }

  async #call(id: number, name: string, input: unknown): Promise<void> {
    const abort = new AbortController()
    this.#open.set(id, { type: 'call', abort })
    try {
      const value = await answer(this.#gate, name, input, abort.signal)
      if (this.#open.delete(id)) this.#reply({ type: 'answer', id, value })
    } catch (cause) {
      if (this.#open.delete(id)) this.#fail({ id, type: 'call' }, this.#failureOf(name, cause))
    }
  }

  #stream(id: number, name: string, input: unknown): void {
    const outbox = createOutbox({
      keep: isStreamName(name) ? STREAMS[name].keep : 'all',
      send: (value) => this.#reply({ type: 'item', id, value }),
      overflow: () => {
        this.#end(id)
        const message = `${name}: the window is too far behind`
        this.#fail({ id, type: 'open' }, { code: 'wire', message })
      },
    })
    try {
      // Known before its source runs, which may tell everything it has at once.
      this.#open.set(id, { type: 'stream', outbox, stop: () => undefined })
      const stop = begin(this.#gate.sources, name, input, outbox.push)
      if (this.#open.has(id)) this.#open.set(id, { type: 'stream', outbox, stop })
      else stop()
    } catch (cause) {
      this.#open.delete(id)
      this.#fail({ id, type: 'open' }, this.#failureOf(name, cause))
    }
  }

  #failureOf(name: string, cause: unknown): WireFailure {
    if (cause instanceof AppError) return { code: cause.code, message: cause.message }
    this.#gate.unexpected(name, cause)
    return { code: 'engine', message: `${name}: an unexpected error; the log of the app has more` }
  }
}

type AnyHandler = (input: unknown, signal: AbortSignal) => unknown
type AnySource = (input: unknown, emit: (item: unknown) => void) => () => void

function answer(gate: Gate, name: string, input: unknown, signal: AbortSignal): unknown {
  if (!isCallName(name)) throw unknownName('call', name)
  if (gate.readOnly && !READING.has(name)) throw new AppError('usage', `${name}: ${READ_ONLY}`)
  const { input: schema, maxChars } = CALLS[name]
  if (weigh(input, maxChars) > maxChars) {
    throw new AppError('wire', `${name}: expected at most ${maxChars} characters, found more`)
  }
  // Its type says what this very schema has checked.
  const handler = gate.handlers[name] as AnyHandler
  return handler(checked(name, schema, input), signal)
}

function begin(
  sources: Sources,
  name: string,
  input: unknown,
  emit: (item: unknown) => void,
): () => void {
  if (!isStreamName(name)) throw unknownName('stream', name)
  // As above.
  const source = sources[name] as AnySource
  return source(checked(name, STREAMS[name].input, input), emit)
}

/** What was found may be as long as the message. */
const MAX_MESSAGE = 300

function checked(name: string, schema: v.GenericSchema, input: unknown): unknown {
  const parsed = v.safeParse(schema, input)
  if (parsed.success) return parsed.output
  const [issue] = parsed.issues
  const where = [name, v.getDotPath(issue)].filter((part) => part !== null).join('.')
  throw new AppError('usage', `${where}: ${issue.message.slice(0, MAX_MESSAGE)}`)
}

function unknownName(what: string, name: string): AppError {
  return new AppError('usage', `${what} ${JSON.stringify(name)} does not exist`)
}
