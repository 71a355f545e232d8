/**
 * Which programs no training may see: one in twenty of all there are, by hash, and the hand-written suite.
 * The stream drops them before anything else, and proposals are checked by the same predicate.
 * Not here: the suites themselves (suites.ts).
 */
import { HAND_WRITTEN } from './reserved.ts'
import { mix32 } from './random.ts'

const ONE_IN = 20
/** A string, a comment, or a run of blanks; strings are matched so that what they hold is left alone. */
const PIECES = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|#[^\n]*|[ \t]+/g
const WORD = /[\w'"]/

function tidyLine(line: string): string {
  const body = line.trim()
  const depth = line.length - line.trimStart().length
  const text = body.replaceAll(PIECES, (piece, at: number) => {
    if (piece.startsWith('#')) return ''
    if (piece.startsWith("'")) return piece
    if (piece.startsWith('"')) return requoted(piece)
    const between = WORD.test(body.charAt(at - 1)) && WORD.test(body.charAt(at + piece.length))
    return between ? ' ' : ''
  })
  return text === '' ? '' : `${' '.repeat(depth)}${text.trimEnd()}`
}

/** The same string in single quotes where that needs no escape. */
function requoted(piece: string): string {
  return /['\\]/.test(piece) ? piece : `'${piece.slice(1, -1)}'`
}

/** The text without comments, blank lines, optional blanks and double quotes. */
export function normalised(program: string): string {
  const lines = program.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n')
  return lines
    .map(tidyLine)
    .filter((line) => line !== '')
    .join('\n')
}

/** 64 bits of the normalised text as 16 hex digits. */
export function programHash(program: string): string {
  const text = normalised(program)
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    a = Math.imul(a ^ code, 0x01000193)
    b = Math.imul(b, 31) + code
    b = (b << 13) | (b >>> 19)
  }
  const hex = (word: number) => mix32(word).toString(16).padStart(8, '0')
  return hex(a) + hex(b ^ a)
}

/** Whether the program belongs to the twentieth that measures and never trains. */
export function isHeldOut(program: string): boolean {
  return Number.parseInt(programHash(program).slice(0, 8), 16) % ONE_IN === 0
}

/** Whether the program is held out or one of the hand-written suite. */
export function isReserved(program: string): boolean {
  const hash = programHash(program)
  return Number.parseInt(hash.slice(0, 8), 16) % ONE_IN === 0 || HAND_WRITTEN.has(hash)
}
