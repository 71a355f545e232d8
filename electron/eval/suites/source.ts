/**
 * A benchmark's files as records: found below the user's folder, read line by line, checked field by field.
 * Whatever is missing, cut short or of another version is named with file, line and field.
 * Not here: what the fields mean (one file per suite).
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../../contract/errors.ts'
import type { KnownFile, SuiteFile } from '../benchmark.ts'
import { fieldsOf, parseExactJson } from './exact-json.ts'

/** One record with its place, for messages and for reading it again. */
export type Placed<Row> = { readonly row: Row; readonly where: string; readonly span: Span }
/** Bytes of a file. */
export type Span = { readonly path: string; readonly start: number; readonly length: number }

export type Shape<Row> = {
  readonly schema: v.GenericSchema<unknown, Row>
  /** Fields that stay Python values. */
  readonly exact?: readonly string[]
}

export type Records<Row> = {
  readonly rows: readonly Placed<Row>[]
  readonly file: SuiteFile
}

/** The first of the files that is there. Throws AppError('config') naming all that would do. */
export async function findFile(folder: string, files: readonly KnownFile[]): Promise<KnownFile> {
  for (const file of files) {
    if (await isThere(join(folder, file.path))) return file
  }
  const names = files.map(({ path }) => path).join(' or ')
  throw new AppError('config', `${folder}: expected ${names}, found none of them`)
}

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Every record of a file; count: how many there must be. */
export async function readRecords<Row>(
  folder: string,
  known: KnownFile,
  shape: Shape<Row>,
  count: number | null,
): Promise<Records<Row>> {
  const path = join(folder, known.path)
  const hash = createHash('sha256')
  const rows: Placed<Row>[] = []
  for await (const line of linesOf(path, (bytes) => hash.update(bytes))) {
    if (line.text.trim() === '') continue
    const where = `${known.path}, line ${line.number}`
    rows.push({ row: parseRecord(line.text, where, shape), where, span: line.span })
  }
  requireCount(known.path, rows.length, count)
  requireIds(rows)
  return { rows, file: fileOf(known, hash.digest('hex')) }
}

/** The records of a file that is one JSON array. */
export async function readArray<Row>(
  folder: string,
  known: KnownFile,
  schema: v.GenericSchema<unknown, Row>,
  count: number | null,
): Promise<Records<Row>> {
  const path = join(folder, known.path)
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  const found = arrayOf(bytes.toString('utf8'), known.path)
  const rows = found.map((value, at): Placed<Row> => {
    const where = `${known.path}, item ${at + 1}`
    return { row: checked(value, where, schema), where, span: { path, start: 0, length: 0 } }
  })
  requireCount(known.path, rows.length, count)
  requireIds(rows)
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { rows, file: fileOf(known, digest) }
}

function arrayOf(text: string, name: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text)
    if (Array.isArray(value)) return value
  } catch (cause) {
    throw new AppError('config', `${name}: expected a JSON array, found ${messageOf(cause)}`, {
      cause,
    })
  }
  throw new AppError('config', `${name}: expected a JSON array, found another value`)
}

/** One line again, for items that are too large to keep. */
export async function readSpan({ path, start, length }: Span): Promise<string> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause)
  })
  try {
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await handle.read(bytes, 0, length, start)
    return bytes.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

export function parseRecord<Row>(text: string, where: string, shape: Shape<Row>): Row {
  const value = parseExactJson(text)
  if (!value.ok) throw new AppError('config', `${where}: ${value.why}`)
  const fields = fieldsOf(value.value, new Set(shape.exact))
  if (fields === null) throw new AppError('config', `${where}: expected an object`)
  return checked(fields, where, shape.schema)
}

function checked<Row>(value: unknown, where: string, schema: v.GenericSchema<unknown, Row>): Row {
  const found = v.safeParse(schema, value)
  if (found.success) return found.output
  const [issue] = found.issues
  const field = v.getDotPath(issue) ?? 'record'
  throw new AppError('config', `${where}, field ${field}: ${issue.message}`)
}

const fileOf = (file: KnownFile, digest: string): SuiteFile => ({
  ...file,
  digest,
  known: digest === file.sha256,
})

function requireCount(name: string, found: number, wanted: number | null): void {
  if (wanted === null ? found > 0 : found === wanted) return
  const missing = wanted !== null && found < wanted ? ': the file is cut short' : ''
  throw new AppError(
    'config',
    `${name}: expected ${wanted ?? 'some'} items, found ${found}${missing}`,
  )
}

const IDS = ['task_id', 'unique_id', 'id', 'idx', 'question_id'] as const

/** Answers are noted by id: two records of one id would count as one. Records without are told apart by place. */
function requireIds(rows: readonly Placed<unknown>[]): void {
  const seen = new Map<unknown, string>()
  for (const { row, where } of rows) {
    const id = idOf(row)
    const first = seen.get(id)
    if (first !== undefined) {
      throw new AppError('config', `${where}: expected an id of its own, found that of ${first}`)
    }
    if (id !== '') seen.set(id, where)
  }
}

function idOf(row: unknown): unknown {
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(Object(row)))
  return IDS.flatMap((name) => (fields.has(name) ? [fields.get(name)] : []))[0] ?? ''
}

function unreadable(path: string, cause: unknown): AppError {
  return new AppError('config', `${path}: expected a file, found: ${messageOf(cause)}`, { cause })
}

type Line = { readonly text: string; readonly number: number; readonly span: Span }

const NEWLINE = 0x0a
const MAX_LINE_BYTES = 256 * 2 ** 20

/** Lines with their places in bytes; only one is held. Only newlines end one. */
export async function* linesOf(
  path: string,
  seen: (bytes: Buffer) => void = () => {},
): AsyncGenerator<Line> {
  let pending: Buffer[] = []
  let start = 0
  let held = 0
  let number = 0
  const line = (last: Buffer): Line => {
    const bytes = Buffer.concat([...pending, last])
    number += 1
    const made = {
      text: bytes.toString('utf8'),
      number,
      span: { path, start, length: bytes.length },
    }
    start += bytes.length + 1
    pending = []
    held = 0
    return made
  }
  for await (const chunk of chunksOf(path)) {
    seen(chunk)
    let from = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      yield line(chunk.subarray(from, end))
      from = end + 1
    }
    pending.push(chunk.subarray(from))
    held += chunk.length - from
    if (held > MAX_LINE_BYTES) throw new AppError('config', `${path}, line ${number + 1}: too long`)
  }
  if (held > 0) yield line(Buffer.alloc(0))
}

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path)) {
      if (Buffer.isBuffer(chunk)) yield chunk
    }
  } catch (cause) {
    throw unreadable(path, cause)
  }
}
