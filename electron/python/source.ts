/**
 * A place in the text of a literal, and the lexical rules around it: white space, comments, line ends.
 * Not here: strings (quoted.ts), numbers (digits.ts), what the tokens mean (literal.ts).
 * Source: the Python language reference, chapter 2.
 */

export type Source = {
  readonly text: string
  at: number
  /** Open brackets; inside them line ends are white space. */
  brackets: number
}

/** Thrown inside the parser only, and turned into a value where it was entered. */
export class Refused extends Error {}

export function refuse(why: string): never {
  throw new Refused(why)
}

/** Why Python would not even read the text, if so. */
export function unreadable(text: string): string | undefined {
  if (text.includes('\0')) return 'a NUL character in the text'
  return text.isWellFormed() ? undefined : 'a lone surrogate in the text'
}

export function sourceOf(text: string): Source {
  return { text: text.replace(/\r\n?/g, '\n'), at: 0, brackets: 0 }
}

export function peek(source: Source): string {
  return source.text.charAt(source.at)
}

/** The text that a sticky pattern finds here, which is then behind us; '' for none. */
export function take(source: Source, pattern: RegExp): string {
  pattern.lastIndex = source.at
  const found = pattern.exec(source.text)?.[0] ?? ''
  source.at += found.length
  return found
}

/** The character, when it comes next, after white space. */
export function takeMark(source: Source, mark: string): boolean {
  skipSpace(source)
  if (peek(source) !== mark) return false
  source.at += 1
  return true
}

export function expectMark(source: Source, mark: string): void {
  if (!takeMark(source, mark)) unexpected(source, `"${mark}"`)
}

export function unexpected(source: Source, wanted: string): never {
  const found = source.at < source.text.length ? JSON.stringify(peek(source)) : 'the end'
  return refuse(`expected ${wanted}, found ${found} at character ${source.at}`)
}

/** Blanks, joined lines and comments; line ends too inside brackets. */
export function skipSpace(source: Source): void {
  const pattern = source.brackets > 0 ? SPACE_IN_BRACKETS : SPACE
  while (take(source, pattern) !== '');
}

const SPACE = /[ \t\f]+|\\\n(?=[^])|#[^\n]*/y
const SPACE_IN_BRACKETS = /[ \t\f\n]+|\\\n(?=[^])|#[^\n]*/y

/** Blank and comment lines before the first one with content, which must not be indented. */
export function skipLeadingLines(source: Source): void {
  // literal_eval strips these itself; a form feed sets the indent back to none.
  take(source, /[ \t]*/y)
  while (take(source, BLANK_LINE) !== '');
  const indent = take(source, /[ \t\f]*/y)
  if (/[ \t]$/.test(indent)) refuse('unexpected indent')
}

const BLANK_LINE = /[ \t\f]*(?:#[^\n]*)?\n/y

/** Blank and comment lines up to the end. CPython also refuses blanks on a last line without line end. */
export function expectEnd(source: Source): void {
  skipSpace(source)
  if (peek(source) === '\n') source.brackets += 1
  skipSpace(source)
  if (source.at < source.text.length) unexpected(source, 'the end')
}
