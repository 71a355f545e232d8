/**
 * Text units by what patterns tell apart: two units in no set of any pattern without the other are one letter.
 * Not here: sets as people write them (syntax.ts).
 */
import type { Node, Units } from './syntax.ts'

/** What stands beside a place: nothing or a line end, a word's unit, any other. */
export const KINDS = { edge: 0, word: 1, other: 2 } as const
export type UnitKind = (typeof KINDS)[keyof typeof KINDS]

export type Alphabet = {
  readonly size: number
  /** Letter of each UTF-16 unit; capitals of ASCII are their small letters. */
  readonly letters: Uint16Array
  readonly kinds: readonly UnitKind[]
  /** The letters in a set. */
  readonly within: (units: Units) => readonly number[]
}

const UNITS = 0x10000
const WORD: Units = [
  [48, 57],
  [95, 95],
  [97, 122],
]
const LINE_END: Units = [[10, 10]]

export function alphabetOf(nodes: readonly Node[]): Alphabet {
  const sets = [WORD, LINE_END, ...nodes.flatMap(unitsOf)]
  const starts = [...new Set([0, ...sets.flat().flatMap(([low, high]) => [low, high + 1])])]
    .filter((start) => start < UNITS)
    .toSorted((a, b) => a - b)
  const names = new Map<string, number>()
  const letters = new Uint16Array(UNITS)
  const samples: number[] = []
  for (const [at, start] of starts.entries()) {
    const name = sets.map((units) => (has(units, start) ? '1' : '0')).join('')
    const letter = names.get(name) ?? names.size
    if (letter === names.size) samples.push(start)
    names.set(name, letter)
    letters.fill(letter, start, starts[at + 1] ?? UNITS)
  }
  for (let capital = 65; capital <= 90; capital += 1) letters[capital] = letters[capital + 32] ?? 0
  return {
    size: names.size,
    letters,
    kinds: samples.map(kindOf),
    within: (units) => samples.flatMap((sample, letter) => (has(units, sample) ? [letter] : [])),
  }
}

function kindOf(unit: number): UnitKind {
  if (has(LINE_END, unit)) return KINDS.edge
  return has(WORD, unit) ? KINDS.word : KINDS.other
}

function has(units: Units, unit: number): boolean {
  return units.some(([low, high]) => low <= unit && unit <= high)
}

function unitsOf(node: Node): Units[] {
  if (node.type === 'units') return [node.units]
  if (node.type === 'edge') return []
  return node.type === 'repeat' ? unitsOf(node.node) : node.nodes.flatMap(unitsOf)
}
