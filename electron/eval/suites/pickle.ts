/**
 * One pickled text, which is all that LiveCodeBench's files hold. Nothing else is read and nothing is ever called.
 * Source: CPython, Lib/pickletools.py (PROTO, FRAME, BINUNICODE, SHORT_BINUNICODE, BINUNICODE8, MEMOIZE, BINPUT, STOP).
 */

/** Throws RangeError or TypeError for anything but a text. */
export function pickledText(bytes: Buffer): string {
  let at = 0
  let text: string | null = null
  for (;;) {
    const code = bytes.readUInt8(at)
    at += 1
    const fixed = SKIPPED.get(code)
    if (code === STOP) break
    if (fixed !== undefined) at += fixed
    else {
      const [length, width] = lengthAt(bytes, code, at)
      at += width
      if (at + length > bytes.length) throw new RangeError('a text that is cut short')
      text = bytes.toString('utf8', at, at + length)
      at += length
    }
  }
  if (text === null) throw new TypeError('no text')
  return text
}

const STOP = 0x2e
/** Opcodes that say nothing about a text, with the bytes of their argument: PROTO, FRAME, MEMOIZE, BINPUT, LONG_BINPUT. */
const SKIPPED: ReadonlyMap<number, number> = new Map([
  [0x80, 1],
  [0x95, 8],
  [0x94, 0],
  [0x71, 1],
  [0x72, 4],
])

function lengthAt(
  bytes: Buffer,
  code: number,
  at: number,
): readonly [length: number, width: number] {
  if (code === 0x8c) return [bytes.readUInt8(at), 1]
  if (code === 0x58) return [bytes.readUInt32LE(at), 4]
  if (code === 0x8d) return [Number(bytes.readBigUInt64LE(at)), 8]
  throw new TypeError(`opcode ${code}`)
}
