/**
 * One call to a server: bounded in time and size, no redirects, repeated where that is safe. Whatever goes wrong is
 * one sentence with the address, what was expected and what was found; the key is in none of them.
 * Not here: futures (futures.ts), what is asked (session.ts, sampling.ts, training.ts).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError, messageOf, throwIfCancelled } from '../../contract/errors.ts'
import { readBody } from './body.ts'

export type HttpOptions = {
  readonly base: URL
  readonly key: string | null
  /** Waits; rejects when the signal fires. An argument so that tests need not wait. */
  readonly pause?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
  /** Told before each repetition. */
  readonly onRetry?: (why: string) => void
  /** When a call is late. */
  readonly deadline?: () => AbortSignal
}

export type Call = {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
  readonly maxBytes?: number
  /** Whether doing it twice is as good as once; others are repeated only where the server did nothing. */
  readonly repeatable: boolean
  /** How often in all. */
  readonly attempts?: number
}

/** repeated: the server may have done it before, so that "already exists" means no harm. */
export type Answer = { readonly repeated: boolean } & (
  | { readonly type: 'value'; readonly value: unknown }
  | { readonly type: 'status'; readonly status: number; readonly detail: string }
  /** No answer in time: of a poll that only means not yet. */
  | { readonly type: 'late' }
)

export type Http = {
  readonly call: (call: Call) => Promise<Answer>
  /** One attempt that may be late; failures that pass are repeated. */
  readonly poll: (call: Call) => Promise<Answer>
  readonly where: (path: string) => string
  readonly pause: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>
}

const MIB = 2 ** 20
export const SMALL_BYTES = MIB
const TIMEOUT_MS = 45_000
const ATTEMPTS = 6
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** A server may ask for more than we would wait by ourselves, within reason. */
const LONGEST_ASKED_MS = 300_000

type Outcome =
  | { readonly type: 'answer'; readonly answer: Exclude<Answer, { type: 'late' }> }
  /** Worth another attempt. untouched: the server did nothing. */
  | {
      readonly type: 'lost'
      readonly why: string
      readonly untouched: boolean
      readonly late: boolean
      readonly afterMs: number | null
    }

export function createHttp(options: HttpOptions): Http {
  const { base, onRetry = () => undefined } = options
  const pause = options.pause ?? pauseFor
  const where = (path: string): string => new URL(path, base).href
  const call = async (asked: Call, lateIsAnswer: boolean): Promise<Answer> => {
    let repeated = false
    for (let attempt = 1; ; attempt++) {
      throwIfCancelled(asked.signal)
      const outcome = await once(options, asked, where(asked.path))
      if (outcome.type === 'answer') return { ...outcome.answer, repeated }
      if (outcome.late && lateIsAnswer) return { type: 'late', repeated }
      const may = asked.repeatable || outcome.untouched
      if (!may || attempt >= (asked.attempts ?? ATTEMPTS)) {
        throw new AppError(
          'engine',
          `${where(asked.path)}: expected an answer, found ${outcome.why}${attempt === 1 ? '' : ` (${attempt} times)`}`,
        )
      }
      repeated ||= !outcome.untouched
      onRetry(`${asked.path}: ${outcome.why}`)
      await pause(outcome.afterMs ?? backOff(attempt), asked.signal)
    }
  }
  return {
    call: (asked) => call(asked, false),
    poll: (asked) => call(asked, true),
    where,
    pause,
  }
}

/** Doubles, and differs from one client to the next: they need not come back all at once. */
function backOff(attempt: number): number {
  const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1))
  return most * (0.5 + Math.random() / 2)
}

async function pauseFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal })
  } catch {
    throwIfCancelled(signal)
  }
}

async function once(options: HttpOptions, asked: Call, where: string): Promise<Outcome> {
  const { key, deadline = () => AbortSignal.timeout(TIMEOUT_MS) } = options
  const timeout = deadline()
  const signals = asked.signal === undefined ? [timeout] : [timeout, asked.signal]
  try {
    const response = await fetch(where, {
      method: asked.method ?? 'POST',
      redirect: 'manual',
      signal: AbortSignal.any(signals),
      headers: {
        accept: 'application/json',
        ...(asked.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === null ? {} : { 'x-api-key': key }),
      },
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
    })
    return await outcomeOf(response, asked, where, key)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throwIfCancelled(asked.signal)
    if (timeout.aborted) return lost(`none within ${TIMEOUT_MS / 1000} s`, { late: true })
    const why = causeOf(cause)
    return lost(why, { untouched: why === 'ECONNREFUSED' })
  }
}

type Loss = {
  readonly untouched?: boolean
  readonly late?: boolean
  readonly afterMs?: number | null
}

const lost = (why: string, { untouched = false, late = false, afterMs = null }: Loss): Outcome => ({
  type: 'lost',
  why,
  untouched,
  late,
  afterMs,
})

/** fetch hides why a socket failed in a cause. */
function causeOf(thrown: unknown): string {
  const cause = thrown instanceof Error ? thrown.cause : null
  if (!(cause instanceof Error)) return 'a broken connection'
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message
  return code.slice(0, 100)
}

async function outcomeOf(
  response: Response,
  asked: Call,
  where: string,
  key: string | null,
): Promise<Outcome> {
  const { status } = response
  if (status >= 300 && status < 400) {
    await response.body?.cancel()
    throw new AppError(
      'engine',
      `${where}: expected an answer, found a redirect (${status}), which is not followed`,
    )
  }
  const text = await readBody(response, asked.maxBytes ?? SMALL_BYTES, where)
  if (response.ok) {
    if (text === '')
      return { type: 'answer', answer: { type: 'value', value: null, repeated: false } }
    const value = parsed(text)
    if (value === undefined) return lost('JSON that breaks off', {})
    return { type: 'answer', answer: { type: 'value', value, repeated: false } }
  }
  const detail = detailOf(text, key)
  if (status === 429 || status === 425) {
    return lost(`status ${status}${detail}`, { untouched: true, afterMs: retryAfter(response) })
  }
  if (status >= 500) {
    const untouched = status === 503
    return lost(`status ${status}${detail}`, { untouched, afterMs: retryAfter(response) })
  }
  return { type: 'answer', answer: { type: 'status', status, detail, repeated: false } }
}

/** undefined: no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds or a date. */
function retryAfter({ headers }: Response): number | null {
  const given = headers.get('retry-after')
  if (given === null) return null
  const milliseconds = /^\d{1,9}(\.\d+)?$/.test(given)
    ? Number(given) * 1000
    : Date.parse(given) - Date.now()
  if (!Number.isFinite(milliseconds)) return null
  return Math.min(LONGEST_ASKED_MS, Math.max(0, milliseconds))
}

const DETAIL_CHARS = 200

/** What the server says of a refusal, on one line, short, and without a key that it may repeat. */
function detailOf(text: string, key: string | null): string {
  const value = parsed(text)
  const said =
    typeof value === 'object' && value !== null && 'detail' in value ? value.detail : text
  const plain = typeof said === 'string' ? said : messageOf(JSON.stringify(said))
  const hidden = key === null ? plain : plain.replaceAll(key, '[key]')
  // oxlint-disable-next-line no-control-regex -- that is what is taken out
  const line = hidden.replace(/[\u0000-\u001f\u007f-\u009f\s]+/g, ' ').trim()
  return line === '' ? '' : `: ${line.slice(0, DETAIL_CHARS)}`
}
