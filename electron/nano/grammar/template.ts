/**
 * Templates of Python text with holes: `@` is the operand, `#` and a letter a constant drawn at random.
 * Not here: the operations (operations.ts) and loop bodies (loops.ts) written in it.
 */
import { between, pick } from '../random.ts'
import type { Random } from '../random.ts'

const LETTERS = Array.from('abcdefgh')
/** Second strings beside letters, so that separators occur. */
const MARKS = ['-', '!', '.', 'x']

function quotedLetter(random: Random): string {
  return `'${pick(random, LETTERS)}'`
}

function quotedString(random: Random): string {
  const length = random() < 0.6 ? 1 : 2
  let text = ''
  for (let i = 0; i < length; i += 1) {
    text += random() < 0.85 ? pick(random, LETTERS) : pick(random, MARKS)
  }
  return `'${text}'`
}

const range = (low: number, high: number) => (random: Random) => String(between(random, low, high))

/** What each hole letter draws. */
const CONSTANTS: Readonly<Record<string, (random: Random) => string>> = {
  /** addend */
  a: (random) => String(random() < 0.85 ? between(random, 1, 9) : between(random, 10, 20)),
  /** factor */
  m: range(2, 5),
  /** divisor */
  d: (random) => String(random() < 0.9 ? between(random, 2, 7) : 10),
  /** divisor above two, and a residue of it */
  D: range(3, 5),
  r: range(0, 2),
  /** count of leading or trailing elements */
  k: range(1, 3),
  /** index */
  i: range(0, 2),
  /** end of a slice that starts at an index */
  j: range(3, 5),
  /** threshold */
  t: (random) => String(random() < 0.8 ? between(random, 0, 9) : between(random, 10, 15)),
  /** bound of a sum */
  b: range(10, 30),
  /** bit mask */
  x: range(1, 15),
  /** length or count */
  n: range(2, 5),
  /** width */
  w: range(4, 8),
  /** replacement number */
  z: range(0, 9),
  c: quotedLetter,
  s: quotedString,
}

export type Template = readonly (string | { readonly hole: string })[]

/** Splits template text at its holes. */
export function template(text: string): Template {
  return text
    .split(/(@|#[a-zA-Z])/)
    .filter((piece) => piece !== '')
    .map((piece) => (/^(?:@|#.)$/.test(piece) ? { hole: piece.slice(-1) } : piece))
}

/** Writes the template out. Two letters drawn in one template differ. */
export function fill(parts: Template, operand: string, random: Random): string {
  let text = ''
  let letter = ''
  for (const part of parts) {
    if (typeof part === 'string') text += part
    else if (part.hole === '@') text += operand
    else {
      const draw = CONSTANTS[part.hole]
      if (draw === undefined) throw new RangeError(`template: no constant is named ${part.hole}`)
      let constant = draw(random)
      while (part.hole === 'c' && constant === letter) constant = draw(random)
      if (part.hole === 'c') letter = constant
      text += constant
    }
  }
  return text
}
