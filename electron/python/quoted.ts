/**
 * String and bytes literals: prefixes, quotes, escapes, and neighbours joined.
 * Not here: f-strings, which are no literals, and \N{...}, which needs a table of names. Both are refused.
 * Source: the Python language reference, 2.4.1 and 2.4.2.
 */
import { strOfPoints } from './characters.ts'
import { refuse, skipSpace, take } from './source.ts'
import type { Source } from './source.ts'
import type { PyValue } from './value.ts'

type Style = { readonly bytes: boolean; readonly raw: boolean }

/** Undefined when no string starts here. */
export function readStrings(source: Source): PyValue | undefined {
  const points: number[] = []
  let bytes: boolean | undefined
  for (let style = readPrefix(source); style !== undefined; style = readPrefix(source)) {
    if (bytes !== undefined && bytes !== style.bytes) refuse('bytes and text side by side')
    bytes = style.bytes
    readBody(source, style, points)
    skipSpace(source)
  }
  if (bytes === undefined) return undefined
  return bytes ? { kind: 'bytes', bytes: Uint8Array.from(points) } : strOfPoints(points)
}

function readPrefix(source: Source): Style | undefined {
  const start = source.at
  const prefix = take(source, /[A-Za-z]*(?=['"])/y).toLowerCase()
  const quoted = /["']/y
  quoted.lastIndex = source.at
  if (!quoted.test(source.text)) {
    source.at = start
    return undefined
  }
  if (/^(?:f|rf|fr)$/.test(prefix)) refuse('an f-string is not a literal')
  if (!/^(?:u|b|r|br|rb)?$/.test(prefix)) refuse(`unknown string prefix ${prefix}`)
  return { bytes: prefix.includes('b'), raw: prefix.includes('r') }
}

function readBody(source: Source, style: Style, points: number[]): void {
  const mark = take(source, /"""|'''|"|'/y)
  const plain = PLAIN[mark.charAt(0)] ?? /$/y
  for (;;) {
    pushPoints(take(source, plain), style, points)
    if (source.text.startsWith(mark, source.at)) break
    const next = take(source, /\\?[^]/uy)
    if (next === '' || next === '\\') refuse('unterminated string')
    if (next === '\n' && mark.length === 1) refuse('line end in a string')
    if (next.startsWith('\\') && !style.raw) readEscape(source, next, style, points)
    else pushPoints(next, style, points)
  }
  source.at += mark.length
}

/** Runs of characters that can neither end the string nor start an escape. */
const PLAIN: Readonly<Record<string, RegExp>> = { "'": /[^'\\\n]+/y, '"': /[^"\\\n]+/y }

function pushPoints(text: string, style: Style, points: number[]): void {
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    if (style.bytes && point > 0x7f) refuse('a character beyond ASCII in bytes')
    points.push(point)
  }
}

const SIMPLE: Readonly<Record<string, number>> = {
  '\\': 0x5c,
  "'": 0x27,
  '"': 0x22,
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
}

const HEX: Readonly<Record<string, { readonly digits: RegExp; readonly size: number }>> = {
  x: { digits: /[0-9a-fA-F]{2}/y, size: 2 },
  u: { digits: /[0-9a-fA-F]{4}/y, size: 4 },
  U: { digits: /[0-9a-fA-F]{8}/y, size: 8 },
}

/** escape: the backslash and its character, both already taken. */
function readEscape(source: Source, escape: string, style: Style, points: number[]): void {
  const letter = escape.slice(1)
  const simple = SIMPLE[letter]
  if (letter === '\n') return
  if (simple !== undefined) points.push(simple)
  else if (/^[0-7]$/.test(letter)) points.push(readOctal(source, letter, style))
  else if (letter === 'x' || (!style.bytes && HEX[letter] !== undefined)) {
    points.push(readHex(source, letter))
  } else if (letter === 'N' && !style.bytes) refuse(String.raw`\N{...} escapes are not taken`)
  else pushPoints(escape, style, points)
}

function readOctal(source: Source, first: string, style: Style): number {
  const value = Number.parseInt(first + take(source, /[0-7]{0,2}/y), 8)
  return style.bytes ? value & 0xff : value
}

function readHex(source: Source, letter: string): number {
  const rule = HEX[letter]
  const digits = rule === undefined ? '' : take(source, rule.digits)
  if (digits === '') refuse(`\\${letter} needs ${rule?.size ?? 0} hex digits`)
  const point = Number.parseInt(digits, 16)
  return point > 0x10ffff ? refuse(`\\U${digits} is beyond Unicode`) : point
}
