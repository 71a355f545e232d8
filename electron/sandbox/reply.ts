/**
 * Reads what a child wrote: untrusted bytes in, one outcome per input out.
 * Not here: reading canonical text (electron/python/); this only checks that it could be one.
 * No free text of a child survives: class and event names are held to a pattern, everything else is ours, but for what
 * it printed where a person asked to see that.
 */
import * as v from 'valibot'
import type { Outcome, Printed } from '../contract/verdict.ts'
import type { ReplyFrame } from './frame.ts'

/** Names of audit events with how often each was seen, plus `printed` characters. Telemetry, never a wall. */
export type Signals = Readonly<Record<string, number>>

export type ChildReply = {
  readonly outcomes: readonly Outcome[]
  readonly signals: Signals
  readonly printed?: Printed
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,59}$/
const EVENT = /^[A-Za-z_][A-Za-z0-9_.]{0,59}$/
const MAX_EVENTS = 100
const BAD_VALUES = new Set(['too_deep', 'unsupported_type'])

const Inner = v.picklist(['ok', 'error', 'badvalue', 'rejected', 'nondeterministic'])
const Outcomes = v.array(v.strictTuple([Inner, v.string()]))
const Events = v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(0)))
const Body = v.union([
  v.strictTuple([Outcomes, Events]),
  v.strictTuple([Outcomes, Events, v.string(), v.string()]),
])

/** A class whose name is no plain one: it is not repeated, and no plain name looks like this. */
const UNNAMED = 'unreadable name'

/** A program that ended its child without a sound reply failed by itself. */
const FORGED: Outcome = { status: 'exception', detail: 'forged_or_garbled' }

/** The reply to a run with so many inputs. */
export function readRun(frame: ReplyFrame, nonce: string, inputs: number): ChildReply {
  const ended = abnormal(frame)
  if (ended !== null) return all(inputs, ended)
  const body = v.safeParse(Body, readLine(frame.bytes, nonce))
  if (!body.success || body.output[0].length !== inputs) return all(inputs, FORGED)
  const [outcomes, events, stdout, stderr] = body.output
  return {
    outcomes: outcomes.map(([status, text]) => INNER[status](text)),
    signals: signalsOf(events),
    ...(stdout === undefined || stderr === undefined ? {} : { printed: { stdout, stderr } }),
  }
}

/** The one line of JSON behind the nonce, or undefined when the bytes are anything else. */
export function readLine(bytes: Buffer, nonce: string): unknown {
  const text = bytes.toString('latin1')
  if (!text.startsWith(nonce) || text.indexOf('\n') !== text.length - 1) return undefined
  try {
    return JSON.parse(text.slice(nonce.length))
  } catch {
    return undefined
  }
}

/** The outcome of a child that did not come to its end; null when it did. */
export function abnormal(frame: ReplyFrame): Outcome | null {
  return frame.ending === 'exited' ? null : ABNORMAL[frame.ending](frame)
}

/** The zygote kills only for time, size and cancellation; another SIGKILL is the kernel's, for memory. */
const SIGKILL = 9
/** child.py's sign that its confinement was refused; once it is in force, a program cannot send itself a signal. */
const SIGUSR1 = 10

const ABNORMAL: Readonly<
  Record<Exclude<ReplyFrame['ending'], 'exited'>, (frame: ReplyFrame) => Outcome>
> = {
  timeout: () => ({ status: 'timeout', detail: 'time limit' }),
  too_large: () => ({ status: 'too_large', detail: 'reply' }),
  crashed: ({ code }) => crashed(code),
  exit_code: ({ code }) => exited(code),
  cancelled: () => ({ status: 'infra_error', detail: 'cancelled' }),
  not_run: () => ({ status: 'infra_error', detail: 'no child could be started' }),
}

/** child.py's exit when memory did not even suffice to say so. A program that chooses it fails all the same. */
const OUT_OF_MEMORY = 96

function exited(code: number): Outcome {
  if (code === OUT_OF_MEMORY) return { status: 'memory', detail: 'MemoryError' }
  return { status: 'exception', detail: `exit:${code}` }
}

function crashed(signal: number): Outcome {
  if (signal === SIGKILL) return { status: 'memory', detail: 'killed' }
  if (signal === SIGUSR1) return { status: 'infra_error', detail: 'confinement refused' }
  return { status: 'exception', detail: `crash:${signal}` }
}

const INNER: Readonly<Record<v.InferOutput<typeof Inner>, (text: string) => Outcome>> = {
  ok: (text) => ({ status: 'ok', canonical: text }),
  error: (text) => errorOutcome(NAME.test(text) ? text : UNNAMED),
  badvalue: (text) => badValue(text),
  rejected: () => ({ status: 'rejected', detail: 'not a literal argument list' }),
  nondeterministic: () => ({ status: 'nondeterministic', detail: 'a repeated call differs' }),
}

function errorOutcome(name: string): Outcome {
  return { status: name === 'MemoryError' ? 'memory' : 'exception', detail: name }
}

function badValue(text: string): Outcome {
  if (text === 'too_large') return { status: 'too_large', detail: 'value' }
  const [kind = '', type = ''] = text.split(':', 2)
  const detail = BAD_VALUES.has(kind) ? kind : 'unsupported_type'
  return { status: 'unserialisable', detail: NAME.test(type) ? `${detail}:${type}` : detail }
}

function signalsOf(events: Readonly<Record<string, number>>): Signals {
  const known = Object.entries(events).filter(([name]) => EVENT.test(name))
  return Object.fromEntries(known.slice(0, MAX_EVENTS))
}

function all(inputs: number, outcome: Outcome): ChildReply {
  return { outcomes: Array.from({ length: inputs }, () => outcome), signals: {} }
}
