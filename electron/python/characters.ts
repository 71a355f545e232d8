/**
 * Python's view of text: code points in which a pair of surrogates may be two characters.
 * Not here: quoting (repr.ts) and escapes (quoted.ts).
 */
import type { PyStr } from './value.ts'

const isHigh = (point: number): boolean => point >= 0xd800 && point <= 0xdbff
const isLow = (point: number): boolean => point >= 0xdc00 && point <= 0xdfff

/** A str of these code points; neighbouring surrogates stay two characters. */
export function strOfPoints(points: readonly number[]): PyStr {
  const parts: string[] = []
  const lonePairs: number[] = []
  let length = 0
  let previous = 0
  for (const point of points) {
    if (isHigh(previous) && isLow(point)) lonePairs.push(length - 1)
    parts.push(String.fromCodePoint(point))
    length += point > 0xffff ? 2 : 1
    previous = point
  }
  const text = parts.join('')
  return lonePairs.length > 0 ? { kind: 'str', text, lonePairs } : { kind: 'str', text }
}

export function pointsOfStr(str: PyStr): number[] {
  const apart = new Set(str.lonePairs)
  const points: number[] = []
  for (let at = 0; at < str.text.length; at += 1) {
    const point = apart.has(at) ? str.text.charCodeAt(at) : (str.text.codePointAt(at) ?? 0)
    points.push(point)
    if (point > 0xffff) at += 1
  }
  return points
}

/** UTF-8 in which surrogates are encoded like any other code point (Python's surrogatepass). */
export function utf8OfStr(str: PyStr): number[] {
  const bytes: number[] = []
  if (isAscii(str.text)) {
    for (let at = 0; at < str.text.length; at += 1) bytes.push(str.text.charCodeAt(at))
    return bytes
  }
  for (const point of pointsOfStr(str)) pushUtf8(bytes, point)
  return bytes
}

/** Most text is, and then a byte is a character. */
const isAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text)

function pushUtf8(bytes: number[], point: number): void {
  if (point < 0x80) bytes.push(point)
  else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point))
  else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point))
  else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point))
}

const tail = (bits: number): number => 0x80 | (bits & 0x3f)

/** Undefined when the bytes are cut short or a code point is out of range; overlong forms are taken. */
export function strOfUtf8(bytes: Uint8Array): PyStr | undefined {
  if (bytes.every((byte) => byte < 0x80)) return { kind: 'str', text: asciiText(bytes) }
  const points: number[] = []
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0
    const size = sizeOf(first)
    if (size === 0 || at + size > bytes.length) return undefined
    let point = size === 1 ? first : first & (0x7f >> size)
    for (const next of bytes.subarray(at + 1, at + size)) {
      if (next >> 6 !== 2) return undefined
      point = (point << 6) | (next & 0x3f)
    }
    if (point > 0x10ffff) return undefined
    points.push(point)
    at += size
  }
  return strOfPoints(points)
}

function asciiText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function sizeOf(first: number): number {
  if (first < 0x80) return 1
  if (first < 0xc0) return 0
  if (first < 0xe0) return 2
  if (first < 0xf0) return 3
  return first < 0xf8 ? 4 : 0
}
