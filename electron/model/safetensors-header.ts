/**
 * The header of a safetensors file, read as hostile input: every bound is checked before a tensor is believed.
 * Not here: the numbers (safetensors.ts).
 * Source: the format section of the safetensors README (8-byte little-endian length, JSON, data without holes).
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { decodeUtf8, matchSchema, parseJson } from './json.ts'
import { elementCount } from './tensors.ts'

/** The limit of the reference implementation. */
export const MAX_HEADER_BYTES = 100_000_000
export const LENGTH_BYTES = 8

/** Where a tensor lies: absolute offset in the file, length in bytes, dtype as the file spells it. */
export type TensorEntry = {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly file: string
  readonly offset: number
  readonly byteLength: number
}

export type TensorTable = ReadonlyMap<string, TensorEntry>

const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
}

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const ENTRY = v.strictObject({
  dtype: v.string(),
  shape: v.pipe(v.array(count), v.maxLength(16)),
  data_offsets: v.tuple([count, count]),
})
const METADATA = v.record(v.string(), v.string())

/** Length of the JSON header. prefix: the first 8 bytes. Throws AppError('checkpoint') where the file cannot hold it. */
export function headerLength(prefix: Uint8Array, fileBytes: number, file: string): number {
  if (prefix.byteLength < LENGTH_BYTES) {
    throw broken(file, `expected at least ${LENGTH_BYTES} bytes, found ${prefix.byteLength}`)
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > MAX_HEADER_BYTES) {
    throw broken(file, `expected a header of at most ${MAX_HEADER_BYTES} bytes, found ${length}`)
  }
  if (length > fileBytes - LENGTH_BYTES) {
    const rest = fileBytes - LENGTH_BYTES
    throw broken(file, `expected a header of ${length} bytes, found ${rest} (truncated)`)
  }
  return length
}

/** The tensors of a header. header: its JSON bytes; dataBytes: length of what follows it. */
export function parseHeader(header: Uint8Array, dataBytes: number, file: string): TensorTable {
  const where = `${file}: header`
  const text = decodeUtf8(header, where)
  if (!text.startsWith('{')) throw broken(where, 'expected a JSON object')
  const json = parseJson(text, where)
  const repeated = repeatedKey(text)
  if (repeated !== null) throw broken(where, `expected unique names, found ${repeated} twice`)
  const raw = matchSchema(v.record(v.string(), v.unknown()), json, where)
  const table = new Map<string, TensorEntry>()
  const dataStart = LENGTH_BYTES + header.byteLength
  for (const [name, value] of Object.entries(raw)) {
    const at = `${where}: ${JSON.stringify(name.slice(0, 200))}`
    if (name === '__metadata__') matchSchema(METADATA, value, at)
    else table.set(name, tensorEntry(name, matchSchema(ENTRY, value, at), dataStart, file, at))
  }
  checkCover([...table.values()], dataStart, dataBytes, file)
  return table
}

function tensorEntry(
  name: string,
  raw: v.InferOutput<typeof ENTRY>,
  dataStart: number,
  file: string,
  at: string,
): TensorEntry {
  const { dtype, shape } = raw
  const [begin, end] = raw.data_offsets
  const elementBytes = Object.hasOwn(ELEMENT_BYTES, dtype) ? ELEMENT_BYTES[dtype] : undefined
  if (elementBytes === undefined) throw broken(at, `expected a known dtype, found ${dtype}`)
  const expected = elementCount(shape) * elementBytes
  if (!Number.isSafeInteger(expected) || end - begin !== expected) {
    const what = `${dtype} [${shape.join(', ')}]`
    throw broken(at, `expected ${expected} bytes for ${what}, found offsets ${begin} to ${end}`)
  }
  return { name, dtype, shape, file, offset: dataStart + begin, byteLength: expected }
}

/** The format forbids overlaps and holes: in order of offset each tensor begins where the last one ended. */
function checkCover(
  entries: TensorEntry[],
  dataStart: number,
  dataBytes: number,
  file: string,
): void {
  let end = dataStart
  let last = 'the header'
  for (const entry of entries.sort((a, b) => a.offset - b.offset || a.byteLength - b.byteLength)) {
    if (entry.offset !== end) {
      const what = entry.offset < end ? 'an overlap' : 'a hole'
      throw broken(file, `expected ${entry.name} right after ${last}, found ${what}`)
    }
    end += entry.byteLength
    last = entry.name
  }
  if (end !== dataStart + dataBytes) {
    throw broken(file, `expected ${end - dataStart} bytes of tensors, found ${dataBytes}`)
  }
}

/** The first key that valid JSON text holds twice in one object (JSON.parse keeps the last silently), or null. */
export function repeatedKey(json: string): string | null {
  const open: Set<unknown>[] = []
  for (let at = 0; at < json.length; at += 1) {
    const char = json[at]
    if (char === '{') open.push(new Set())
    else if (char === '}') open.pop()
    else if (char === '"') {
      const end = stringEnd(json, at)
      // Parsed, since "a" and "\u0061" are one key.
      const key: unknown = isKey(json, end) ? JSON.parse(json.slice(at, end)) : null
      if (typeof key === 'string') {
        if (open.at(-1)?.has(key) === true) return key
        open.at(-1)?.add(key)
      }
      at = end - 1
    }
  }
  return null
}

/** Where the string that opens at `at` has ended. By hand: a regular expression overflows on long strings. */
function stringEnd(json: string, at: number): number {
  let quote = json.indexOf('"', at + 1)
  while (quote !== -1) {
    let before = quote
    while (json[before - 1] === '\\') before -= 1
    if ((quote - before) % 2 === 0) return quote + 1
    quote = json.indexOf('"', quote + 1)
  }
  return json.length
}

function isKey(json: string, end: number): boolean {
  let at = end
  while (/[ \t\n\r]/.test(json[at] ?? '')) at += 1
  return json[at] === ':'
}

function broken(where: string, what: string): AppError {
  return new AppError('checkpoint', `${where}: ${what}`)
}
