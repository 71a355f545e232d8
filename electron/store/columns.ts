/**
 * How values lie in columns, both ways. SQLite keeps no NaN: a REAL column holds NULL for it.
 * Not here: the rows of a table (the noun's own file).
 */
import { endianness } from 'node:os'
import * as v from 'valibot'
import { KINDS, ROLES } from '../contract/task.ts'
import { RUN_STATUSES } from '../contract/verdict.ts'

export const text = v.string()
export const integer = v.pipe(v.number(), v.integer())
export const count = v.pipe(v.number(), v.integer(), v.minValue(0))
export const kind = v.picklist(KINDS)
export const role = v.picklist(ROLES)
export const status = v.picklist(RUN_STATUSES)

/** NULL is NaN. */
export const real = v.pipe(
  v.nullable(v.number()),
  v.transform((value) => value ?? Number.NaN),
)

export const bit = v.pipe(
  v.picklist([0, 1]),
  v.transform((value) => value === 1),
)

export function toBit(value: boolean): number {
  return value ? 1 : 0
}

export function toBitOrNull(value: boolean | null): number | null {
  return value === null ? null : toBit(value)
}

/** A number where JSON has none for it is its name as text. */
export const jsonNumber = v.union([
  v.number(),
  v.pipe(v.picklist(['NaN', 'Infinity', '-Infinity']), v.transform(Number)),
])

export function json<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(v.string(), v.parseJson(), schema)
}

export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'number' && !Number.isFinite(inner) ? String(inner) : inner,
  )
}

/** An object with these values. v.record alone takes an array for one. */
export function recordOf<Schema extends v.GenericSchema>(values: Schema) {
  return v.pipe(
    v.unknown(),
    v.check((value) => !Array.isArray(value), 'expected an object, found a list'),
    v.record(v.string(), values),
  )
}

export const numbersJson = json(v.array(jsonNumber))
export const numberRecordJson = json(recordOf(jsonNumber))
export const textsJson = json(v.array(v.string()))

const wholeWords = v.pipe(
  v.instance(Uint8Array),
  v.check((bytes) => bytes.byteLength % 4 === 0, 'expected 4 bytes per number'),
  v.transform((bytes) => littleEndian(Uint8Array.from(bytes)).buffer),
)

/** int32, little endian. */
export const int32s = v.pipe(
  wholeWords,
  v.transform((buffer) => Array.from(new Int32Array(buffer))),
)

/** What every list of episodes knows of one. */
export const EPISODE_COLUMNS = {
  id: text,
  step: count,
  role,
  kind,
  purpose: v.picklist(['propose', 'attempt', 'probe']),
  task: v.nullable(text),
  status: v.nullable(status),
  correct: v.nullable(bit),
}

/** float32, little endian. */
export const float32s = v.pipe(
  wholeWords,
  v.transform((buffer) => Array.from(new Float32Array(buffer))),
)

export function toInt32s(values: readonly number[]): Uint8Array {
  return littleEndian(new Uint8Array(Int32Array.from(values).buffer))
}

export function toFloat32s(values: readonly number[]): Uint8Array {
  return littleEndian(new Uint8Array(Float32Array.from(values).buffer))
}

const FIRST_LINE_CHARS = 120

/** What a list shows of a long text. */
export function firstLine(long: string): string {
  const start = long.trimStart()
  const end = start.search(/[\r\n]/)
  return start.slice(0, end === -1 ? FIRST_LINE_CHARS : Math.min(end, FIRST_LINE_CHARS))
}

/** In place, to or from the machine's order. */
function littleEndian(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32()
  return bytes
}
