/**
 * Calls whose result comes later: submitted once, then asked for until it is there.
 * Not here: repeating what was lost on the way (http.ts).
 */
import * as v from 'valibot'
import { AppError, throwIfCancelled } from '../../contract/errors.ts'
import type { Answer, Call, Http } from './http.ts'
import { Failed, NotYet, parseAnswer, Submitted } from './wire.ts'

export type Asked<Schema extends v.GenericSchema> = {
  readonly path: string
  readonly body: Readonly<Record<string, unknown>>
  readonly schema: Schema
  readonly signal?: AbortSignal | undefined
  readonly maxBytes?: number
  /** See http.ts; default: yes. */
  readonly repeatable?: boolean
  /** What to send instead where an earlier attempt has left its name behind. */
  readonly renamed?: () => Readonly<Record<string, unknown>>
}

export type Futures = {
  readonly result: <Schema extends v.GenericSchema>(
    asked: Asked<Schema>,
  ) => Promise<v.InferOutput<Schema>>
}

/** Longer than anything that a healthy server takes, the first compilation included. */
const LONGEST_MS = 60 * 60_000
const SHORTEST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 2_000
/** Answers that came sooner than this were not waited for by the server. */
const HELD_MS = 1_000

/** lost: fires with the reason when the session is gone, and with it every result. */
export function createFutures(http: Http, lost: AbortSignal): Futures {
  const within = (signal: AbortSignal | undefined): AbortSignal =>
    signal === undefined ? lost : AbortSignal.any([signal, lost])
  return {
    result: async (asked) => {
      const signal = within(asked.signal)
      try {
        return await submitAndWait(http, asked, signal)
      } catch (cause) {
        throwIfCancelled(asked.signal)
        if (lost.aborted) throw lost.reason
        throw cause
      }
    },
  }
}

async function submitAndWait<Schema extends v.GenericSchema>(
  http: Http,
  asked: Asked<Schema>,
  signal: AbortSignal,
): Promise<v.InferOutput<Schema>> {
  const first = await submit(http, asked, signal)
  const value = await waitFor(http, asked, first, signal)
  // 410: the server has lost the future; once it may be asked again.
  const again = value === GONE ? await submit(http, asked, signal) : null
  const held = again === null ? value : await waitFor(http, asked, again, signal)
  if (held !== GONE) return parseAnswer(asked.schema, held, http.where(asked.path))
  throw new AppError('engine', `${http.where(asked.path)}: expected a result, found it lost (410)`)
}

async function submit(
  http: Http,
  { path, body, repeatable = true, renamed }: Asked<v.GenericSchema>,
  signal: AbortSignal,
): Promise<string> {
  const send = (body: unknown): Promise<Answer> => http.call({ path, body, signal, repeatable })
  const answer = await send(body)
  const taken = answer.type === 'status' && answer.status === 409 && answer.repeated
  const last = taken && renamed !== undefined ? await send(renamed()) : answer
  return parseAnswer(Submitted, valueOf(last, http.where(path)), http.where(path)).request_id
}

const GONE = Symbol('gone')

async function waitFor(
  http: Http,
  { path, maxBytes }: Asked<v.GenericSchema>,
  request: string,
  signal: AbortSignal,
): Promise<unknown> {
  const started = performance.now()
  let pause = SHORTEST_PAUSE_MS
  for (;;) {
    const asked = performance.now()
    const answer = await http.poll({
      path: 'retrieve_future',
      body: { request_id: request },
      signal,
      repeatable: true,
      ...(maxBytes === undefined ? {} : { maxBytes }),
    })
    if (answer.type === 'status' && answer.status === 410) return GONE
    const isReady = answer.type !== 'late' && !(answer.type === 'status' && answer.status === 408)
    if (isReady) {
      const value = valueOf(answer, http.where(path))
      if (!v.is(NotYet, value)) return finalOf(value, http.where(path))
    }
    const now = performance.now()
    if (now - started > LONGEST_MS) throw tooLong(http.where(path))
    if (now - asked < HELD_MS) {
      await http.pause(pause, signal)
      pause = Math.min(LONGEST_PAUSE_MS, pause * 1.5)
    }
  }
}

const tooLong = (where: string): AppError =>
  new AppError('engine', `${where}: expected a result within an hour, found none`)

function finalOf(value: unknown, where: string): unknown {
  if (!v.is(Failed, value)) return value
  throw new AppError('engine', `${where}: failed at the server: ${value.error.slice(0, 300)}`)
}

const HINTS: Readonly<Record<number, string>> = {
  401: '; set TINKER_API_KEY or the file tinker.key',
  402: '; the service asks for payment',
  403: '; set TINKER_API_KEY or the file tinker.key',
}

/** Calls and reads the answer. Throws AppError('engine') for a refusal or another answer than the schema's. */
export async function answered<Schema extends v.GenericSchema>(
  http: Http,
  call: Call,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const where = http.where(call.path)
  return parseAnswer(schema, valueOf(await http.call(call), where), where)
}

/** Throws AppError('engine') for a refusal. */
export function valueOf(answer: Answer, where: string): unknown {
  if (answer.type === 'value') return answer.value
  if (answer.type === 'late')
    throw new AppError('engine', `${where}: expected an answer, found none`)
  const { status, detail } = answer
  throw new AppError('engine', `${where}: refused (${status})${detail}${HINTS[status] ?? ''}`)
}
