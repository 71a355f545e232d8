/**
 * A browser's debugging protocol over two pipes: calls with answers, and events. No port is opened for it.
 * Not here: what is asked (browser.ts). Source: https://chromedevtools.github.io/devtools-protocol/, and Chromium's
 * content/browser/devtools/devtools_pipe_handler.cc for the zero byte between messages.
 */
import type { Readable, Writable } from 'node:stream'
import * as v from 'valibot'
import { AppError } from '../../contract/errors.ts'

const Message = v.object({
  id: v.optional(v.number()),
  method: v.optional(v.string()),
  sessionId: v.optional(v.string()),
  params: v.optional(v.record(v.string(), v.unknown())),
  result: v.optional(v.record(v.string(), v.unknown())),
  error: v.optional(v.object({ message: v.string() })),
})

type Values = Readonly<Record<string, unknown>>
type Waiting = PromiseWithResolvers<Values>
export type BrowserEvent = {
  readonly method: string
  readonly params: Values
  readonly session: string
}

/** A browser that says more than this in one message is not to be listened to. */
const LONGEST = 256 * 2 ** 20

export class Cdp {
  readonly #out: Writable
  readonly #waiting = new Map<number, Waiting>()
  readonly #heard: (event: BrowserEvent) => void
  #chunks: string[] = []
  #size = 0
  #lastId = 0
  #why: string | null = null

  constructor(out: Writable, back: Readable, heard: (event: BrowserEvent) => void) {
    this.#out = out
    this.#heard = heard
    out.on('error', () => this.end('its pipe broke'))
    back.on('error', () => this.end('its pipe broke'))
    back.on('close', () => this.end('it ended'))
    back.setEncoding('utf8').on('data', (text: string) => this.#read(text))
  }

  /** Throws AppError('sandbox') when the browser refuses or is gone. */
  ask(method: string, params: Values = {}, sessionId?: string): Promise<Values> {
    if (this.#why !== null) return Promise.reject(gone(method, this.#why))
    const id = (this.#lastId += 1)
    const waiting = Promise.withResolvers<Values>()
    this.#waiting.set(id, waiting)
    const message =
      sessionId === undefined ? { id, method, params } : { id, method, params, sessionId }
    this.#out.write(`${JSON.stringify(message)}\0`)
    return waiting.promise
  }

  /** The same where nobody waits for the answer; a browser that is gone is noticed elsewhere. */
  tell(method: string, params: Values, sessionId: string): void {
    this.ask(method, params, sessionId).catch(() => undefined)
  }

  end(why: string): void {
    if (this.#why !== null) return
    this.#why = why
    for (const waiting of this.#waiting.values()) waiting.reject(gone('answer', why))
    this.#waiting.clear()
  }

  #read(text: string): void {
    const parts = text.split('\0')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      this.#chunks.push(part)
      const whole = this.#chunks.join('')
      this.#chunks = []
      this.#size = 0
      this.#accept(whole)
    }
    this.#chunks.push(last)
    this.#size += last.length
    if (this.#size > LONGEST) this.end('it said too much')
  }

  #accept(text: string): void {
    const parsed = v.safeParse(Message, JSON.parse(text))
    if (!parsed.success) return
    const { id, method, params = {}, sessionId = '', result = {}, error } = parsed.output
    if (id === undefined) {
      if (method !== undefined) this.#heard({ method, params, session: sessionId })
      return
    }
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error === undefined) waiting?.resolve(result)
    else waiting?.reject(gone('answer', error.message))
  }
}

function gone(what: string, why: string): AppError {
  return new AppError('sandbox', `browser: expected an answer to ${what}, found that ${why}`)
}
