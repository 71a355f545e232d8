/**
 * Canonical text: the one form in which values leave the sandbox and are stored. Same text, same value.
 * Not here: whether two values are equal (equality.ts); text that people read (repr.ts).
 *
 *   N T F   i-ff;   f1e+16;   c0.0,1.0;   s<hex of UTF-8, surrogates passed>;   b<hex>;
 *   [list]  (tuple)  q[deque]  {set or frozenset, sorted}  <key:value, sorted>  C<Counter, sorted>  O<OrderedDict>
 */
import { AppError } from '../contract/errors.ts'
import { strOfUtf8, utf8OfStr } from './characters.ts'
import { floatText } from './float.ts'
import { distinctEntries, distinctItems } from './keys.ts'
import { BOUNDS, NONE, brokenBound, byKind, pyBool } from './value.ts'
import type { PyEntry, PyParsed, PySet, PyValue, Rows } from './value.ts'

/** The value must keep BOUNDS, as everything from a parser does; throws AppError('sandbox') otherwise. */
export function toCanonical(value: PyValue): string {
  const broken = brokenBound(value)
  const text = broken === undefined ? write(value) : ''
  if (broken === undefined && text.length <= BOUNDS.canonicalChars) return text
  throw new AppError(
    'sandbox',
    `canonical text: expected a value within bounds, found ${broken ?? 'too_large'}`,
  )
}

function write(value: PyValue): string {
  return byKind(WRITERS, value)
}

const writeItems = (items: readonly PyValue[]): string[] => items.map(write)

const writeEntries = (entries: readonly PyEntry[]): string[] =>
  entries.map(([key, value]) => `${write(key)}:${write(value)}`)

const writeDict = ({ entries }: { readonly entries: readonly PyEntry[] }): string =>
  `<${writeEntries(entries).sort().join('')}>`

const writeSet = ({ items }: PySet): string => `{${writeItems(items).sort().join('')}}`

const WRITERS: Rows<string> = {
  none: () => 'N',
  bool: ({ value }) => (value ? 'T' : 'F'),
  int: ({ value }) => `i${value.toString(16)};`,
  float: ({ value }) => `f${floatText(value)};`,
  complex: ({ re, im }) => `c${floatText(re)},${floatText(im)};`,
  str: (value) => `s${hexOf(utf8OfStr(value))};`,
  bytes: ({ bytes }) => `b${hexOf(bytes)};`,
  list: ({ items }) => `[${writeItems(items).join('')}]`,
  tuple: ({ items }) => `(${writeItems(items).join('')})`,
  deque: ({ items }) => `q[${writeItems(items).join('')}]`,
  set: writeSet,
  frozenset: writeSet,
  dict: writeDict,
  defaultdict: writeDict,
  Counter: (value) => `C${writeDict(value)}`,
  OrderedDict: ({ entries }) => `O<${writeEntries(entries).join('')}>`,
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hexOf(bytes: Iterable<number>): string {
  let hex = ''
  for (const byte of bytes) hex += HEX[byte] ?? ''
  return hex
}

/**
 * Reads what toCanonical writes and nothing else: unsorted, doubled or oddly spelled text is refused.
 * dict stands for dict and defaultdict; set for set and frozenset, except where only a frozenset can be.
 */
export function parseCanonical(text: string): PyParsed<PyValue> {
  if (text.length > BOUNDS.canonicalChars) return refuse('too_large')
  const reader: Reader = { text, at: 0, pieces: 0 }
  const value = read(reader, 0, false)
  if (value === undefined) {
    return refuse(reader.broken ?? `unexpected text at character ${reader.at}`)
  }
  if (reader.at !== text.length) return refuse(`text after the value at character ${reader.at}`)
  return write(value) === text ? { ok: true, value } : refuse('not in canonical form')
}

const refuse = (why: string): { ok: false; why: string } => ({ ok: false, why })

type Reader = {
  readonly text: string
  at: number
  pieces: number
  broken?: 'too_deep' | 'too_large'
}

/** hashable: this place is inside a key or a set. Undefined: the text is not canonical from reader.at on. */
function read(reader: Reader, depth: number, hashable: boolean): PyValue | undefined {
  reader.pieces += 1
  if (depth > BOUNDS.depth) reader.broken ??= 'too_deep'
  if (reader.pieces > BOUNDS.pieces) reader.broken ??= 'too_large'
  if (reader.broken !== undefined) return undefined
  const tag = reader.text.charAt(reader.at)
  const scalar = SCALARS[tag]
  if (scalar !== undefined) return readScalar(reader, scalar)
  const container = CONTAINERS.find(({ opening }) => reader.text.startsWith(opening, reader.at))
  if (container === undefined || (hashable && !container.hashable)) return undefined
  reader.at += container.opening.length
  const parts = readParts(reader, depth + 1, container.paired, hashable || container.keyed)
  return parts === undefined ? undefined : container.make(parts, hashable)
}

type Scalar = { readonly pattern: RegExp; readonly make: (body: string) => PyValue | undefined }

const FLOAT = String.raw`-?(?:inf|\d+(?:\.\d+)?(?:e[+-]\d+)?)|nan`
const BYTES = /[sb]((?:[0-9a-f]{2})*);/y

const SCALARS: Readonly<Record<string, Scalar>> = {
  N: { pattern: /N()/y, make: () => NONE },
  T: { pattern: /T()/y, make: () => pyBool(true) },
  F: { pattern: /F()/y, make: () => pyBool(false) },
  i: { pattern: /i(-?[0-9a-f]+);/y, make: (body) => ({ kind: 'int', value: hexInt(body) }) },
  f: {
    pattern: new RegExp(`f(${FLOAT});`, 'y'),
    make: (body) => ({ kind: 'float', value: numberOf(body) }),
  },
  c: { pattern: new RegExp(`c((?:${FLOAT}),(?:${FLOAT}));`, 'y'), make: complexOf },
  s: { pattern: BYTES, make: (body) => strOfUtf8(bytesOf(body)) },
  b: { pattern: BYTES, make: (body) => ({ kind: 'bytes', bytes: bytesOf(body) }) },
}

function readScalar(reader: Reader, scalar: Scalar): PyValue | undefined {
  scalar.pattern.lastIndex = reader.at
  const found = scalar.pattern.exec(reader.text)
  if (found === null) return undefined
  reader.at = scalar.pattern.lastIndex
  return scalar.make(found[1] ?? '')
}

const hexInt = (body: string): bigint =>
  body.startsWith('-') ? -BigInt(`0x${body.slice(1)}`) : BigInt(`0x${body}`)

const numberOf = (body: string): number =>
  body === 'nan' ? Number.NaN : Number(body.replace('inf', 'Infinity'))

function complexOf(body: string): PyValue {
  const [re = '', im = ''] = body.split(',')
  return { kind: 'complex', re: numberOf(re), im: numberOf(im) }
}

/** hex: pairs of the digits 0-9a-f, as the pattern has seen. */
function bytesOf(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2)
  for (let at = 0; at < bytes.length; at += 1) {
    bytes[at] = (digitOf(hex.charCodeAt(2 * at)) << 4) | digitOf(hex.charCodeAt(2 * at + 1))
  }
  return bytes
}

const digitOf = (code: number): number => (code < 0x3a ? code - 0x30 : code - 0x57)

/** Items as pairs of themselves, so that sequences and mappings are read alike. */
type Container = {
  readonly opening: string
  readonly hashable: boolean
  readonly paired: boolean
  readonly keyed: boolean
  readonly make: (parts: readonly PyEntry[], hashable: boolean) => PyValue | undefined
}

const sequence = (opening: string, kind: 'list' | 'tuple' | 'deque'): Container => ({
  opening,
  hashable: kind === 'tuple',
  paired: false,
  keyed: false,
  make: (parts) => ({ kind, items: parts.map(([item]) => item) }),
})

const mapping = (opening: string, kind: 'dict' | 'Counter' | 'OrderedDict'): Container => ({
  opening,
  hashable: false,
  paired: true,
  keyed: true,
  make: (parts) =>
    distinctEntries(parts)?.length === parts.length ? { kind, entries: parts } : undefined,
})

const CONTAINERS: readonly Container[] = [
  sequence('[', 'list'),
  sequence('(', 'tuple'),
  sequence('q[', 'deque'),
  {
    opening: '{',
    hashable: true,
    paired: false,
    keyed: true,
    make: (parts, hashable) => {
      const items = parts.map(([item]) => item)
      if (distinctItems(items)?.length !== items.length) return undefined
      return { kind: hashable ? 'frozenset' : 'set', items }
    },
  },
  mapping('<', 'dict'),
  mapping('C<', 'Counter'),
  mapping('O<', 'OrderedDict'),
]

const CLOSING = new Set([']', ')', '}', '>'])

/** Up to any closing bracket; a wrong one does not survive the comparison with what is written back. */
function readParts(
  reader: Reader,
  depth: number,
  paired: boolean,
  hashable: boolean,
): PyEntry[] | undefined {
  const parts: PyEntry[] = []
  while (!CLOSING.has(reader.text.charAt(reader.at))) {
    const key = read(reader, depth, hashable)
    if (key === undefined) return undefined
    if (!paired) {
      parts.push([key, key])
      continue
    }
    if (reader.text.charAt(reader.at) !== ':') return undefined
    reader.at += 1
    const value = read(reader, depth, false)
    if (value === undefined) return undefined
    parts.push([key, value])
  }
  reader.at += 1
  return parts
}
