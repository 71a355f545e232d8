/**
 * How a window and the host talk, whatever carries it: calls with answers, streams with credit, JSON text.
 * Each side checks what it gets: these schemas, then the schema of the call (api.ts).
 * Not here: what is asked (api.ts), who may ask (host/dispatch.ts).
 */
import * as v from 'valibot'
import { whole } from './inputs.ts'

export const PROTOCOL = 'kelvin.v1'
/** Longest message from a window, in characters. */
export const MAX_REQUEST_CHARS = 1_100_000
/** Longest message from the host. */
export const MAX_REPLY_CHARS = 64 * 2 ** 20
/** Calls and streams that one connection may have under way. */
export const MAX_OPEN = 64
/** Items of a stream that may be under way without being acknowledged. */
export const CREDIT = 32
/** Items that wait for credit before the stream ends as lost. */
export const MAX_WAITING = 4_096

const Id = whole(1, 2 ** 52)
const Name = v.pipe(v.string(), v.maxLength(60))

/** From the window. */
export const Request = v.variant('type', [
  v.strictObject({ type: v.literal('call'), id: Id, name: Name, input: v.unknown() }),
  v.strictObject({ type: v.literal('cancel'), id: Id }),
  v.strictObject({ type: v.literal('open'), id: Id, name: Name, input: v.unknown() }),
  v.strictObject({ type: v.literal('seen'), id: Id, count: whole(1, CREDIT) }),
  v.strictObject({ type: v.literal('close'), id: Id }),
])
export type Request = v.InferOutput<typeof Request>

export const WIRE_ERRORS = [
  'usage',
  'config',
  'checkpoint',
  'engine',
  'device',
  'sandbox',
  'store',
  'wire',
  'cancelled',
] as const
const Failure = v.object({ code: v.picklist(WIRE_ERRORS), message: v.string() })
export type WireFailure = v.InferOutput<typeof Failure>

/** From the host. `end` without failure: the stream is over; with code 'wire': ask again from what was seen. */
export const Reply = v.variant('type', [
  v.object({ type: v.literal('answer'), id: Id, value: v.unknown() }),
  v.object({ type: v.literal('failure'), id: Id, failure: Failure }),
  v.object({ type: v.literal('item'), id: Id, value: v.unknown() }),
  v.object({ type: v.literal('end'), id: Id, failure: v.nullable(Failure) }),
])
export type Reply = v.InferOutput<typeof Reply>

/**
 * JSON with two additions: NaN and the infinities, and lists of numbers that would be slow as text. Their bytes are
 * in the machine's order, which is little-endian on every machine that the runtime has binaries for.
 */
export function encode(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'number' && !Number.isFinite(inner)) return { $number: String(inner) }
    if (inner instanceof Float32Array) return { $float32: toBase64(inner) }
    if (inner instanceof Int32Array) return { $int32: toBase64(inner) }
    return inner
  })
}

export function decode(text: string): unknown {
  if (!text.includes('{"$')) return JSON.parse(text)
  return JSON.parse(text, (_key, inner: unknown) => revive(inner))
}

const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

/** Text never becomes anything: only an object with exactly one of the marks does. */
function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const [entry, ...rest] = Object.entries(value)
  if (entry === undefined || rest.length > 0 || typeof entry[1] !== 'string') return value
  const [mark, text] = entry
  if (mark === '$number') return NUMBERS[text] ?? value
  if (mark === '$float32') return new Float32Array(fromBase64(text))
  if (mark === '$int32') return new Int32Array(fromBase64(text))
  return value
}

const CHUNK = 32_768

function toBase64({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  }
  return btoa(text)
}

/** Whole words only: what is left over of a made-up text is cut. */
function fromBase64(text: string): ArrayBuffer {
  const characters = atob(text)
  const bytes = new Uint8Array(characters.length - (characters.length % 4))
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at)
  return bytes.buffer
}
