/**
 * JSON as Python's json module reads it: integers of any size, 1.0 apart from 1, Infinity and NaN.
 * JavaScript's own parser loses all three, and with them what a benchmark's inputs are.
 * Not here: what a record must hold (source.ts).
 */
import { NONE, pyBool, pyFloat, pyInt, pyList, pyStr } from '../../python/value.ts'
import type { PyEntry, PyParsed, PyValue } from '../../python/value.ts'

const MAX_DEPTH = 200

type Reader = { readonly text: string; at: number; depth: number }

/** Thrown inside the parser only. */
class Unexpected extends Error {}

/** One JSON value and nothing behind it. Objects are dicts with the last value of each key. */
export function parseExactJson(text: string): PyParsed<PyValue> {
  const reader: Reader = { text, at: 0, depth: 0 }
  try {
    const value = readValue(reader)
    skipSpace(reader)
    if (reader.at < text.length) unexpected(reader, 'the end')
    return { ok: true, value }
  } catch (thrown) {
    if (thrown instanceof Unexpected) return { ok: false, why: thrown.message }
    throw thrown
  }
}

function unexpected(reader: Reader, wanted: string): never {
  const rest = reader.text.slice(reader.at, reader.at + 12)
  const found = rest === '' ? 'the end' : JSON.stringify(rest)
  throw new Unexpected(`expected ${wanted}, found ${found} at character ${reader.at + 1}`)
}

const SPACE = /[ \t\r\n]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const STRING = /"[^"\\]*(?:\\.[^"\\]*)*"/y
const WORD = /-?[A-Za-z]+/y

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at
  const found = pattern.exec(reader.text)?.[0] ?? ''
  reader.at += found.length
  return found
}

function skipSpace(reader: Reader): void {
  take(reader, SPACE)
}

function takeMark(reader: Reader, mark: string): boolean {
  skipSpace(reader)
  if (reader.text.charAt(reader.at) !== mark) return false
  reader.at += 1
  return true
}

function expectMark(reader: Reader, mark: string): void {
  if (!takeMark(reader, mark)) unexpected(reader, `"${mark}"`)
}

const WORDS: Readonly<Record<string, PyValue>> = {
  null: NONE,
  true: pyBool(true),
  false: pyBool(false),
  NaN: pyFloat(Number.NaN),
  Infinity: pyFloat(Infinity),
  '-Infinity': pyFloat(-Infinity),
}

function readValue(reader: Reader): PyValue {
  skipSpace(reader)
  const mark = reader.text.charAt(reader.at)
  if (mark === '"') return pyStr(readString(reader))
  if (mark === '[') return nested(reader, readList)
  if (mark === '{') return nested(reader, readObject)
  const number = take(reader, NUMBER)
  if (number !== '') {
    return /[.eE]/.test(number) ? pyFloat(Number(number)) : pyInt(BigInt(number))
  }
  const start = reader.at
  const word = take(reader, WORD)
  const value = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
  if (value !== undefined) return value
  reader.at = start
  return unexpected(reader, 'a JSON value')
}

function readString(reader: Reader): string {
  const token = take(reader, STRING)
  if (token === '') return unexpected(reader, 'a string')
  try {
    return String(JSON.parse(token))
  } catch {
    return unexpected(reader, 'a string without control characters and unknown escapes')
  }
}

function nested(reader: Reader, read: (reader: Reader) => PyValue): PyValue {
  reader.at += 1
  reader.depth += 1
  if (reader.depth > MAX_DEPTH) unexpected(reader, `at most ${MAX_DEPTH} levels`)
  const value = read(reader)
  reader.depth -= 1
  return value
}

function readList(reader: Reader): PyValue {
  const items: PyValue[] = []
  if (takeMark(reader, ']')) return pyList(items)
  for (;;) {
    items.push(readValue(reader))
    if (takeMark(reader, ']')) return pyList(items)
    expectMark(reader, ',')
  }
}

function readObject(reader: Reader): PyValue {
  const held = new Map<string, PyValue>()
  if (takeMark(reader, '}')) return { kind: 'dict', entries: [] }
  for (;;) {
    skipSpace(reader)
    const key = readString(reader)
    expectMark(reader, ':')
    held.set(key, readValue(reader))
    if (takeMark(reader, '}')) break
    expectMark(reader, ',')
  }
  const entries = [...held].map(([key, value]): PyEntry => [pyStr(key), value])
  return { kind: 'dict', entries }
}

/** The fields of an object. `exact` fields stay Python values; the others become what JSON.parse would make. */
export function fieldsOf(
  value: PyValue,
  exact: ReadonlySet<string>,
): Readonly<Record<string, unknown>> | null {
  if (value.kind !== 'dict') return null
  return Object.fromEntries(
    value.entries.map(([key, held]) => {
      const name = key.kind === 'str' ? key.text : ''
      return [name, exact.has(name) ? held : plain(held)]
    }),
  )
}

function plain(value: PyValue): unknown {
  if (value.kind === 'none') return null
  if (value.kind === 'str') return value.text
  if (value.kind === 'bool' || value.kind === 'float') return value.value
  if (value.kind === 'int') return Number(value.value)
  if (value.kind === 'list') return value.items.map(plain)
  return fieldsOf(value, NO_FIELDS)
}

const NO_FIELDS: ReadonlySet<string> = new Set()
