/**
 * Searches texts for many patterns at once, in time that grows with the text's length and nothing else.
 * Not here: what the patterns are for (patterns.ts, user-rules.ts).
 */
import { alphabetOf, KINDS } from './alphabet.ts'
import type { Alphabet, UnitKind } from './alphabet.ts'
import { automatonOf } from './automaton.ts'
import type { Automaton } from './automaton.ts'
import { programOf } from './program.ts'
import { parsePattern } from './syntax.ts'
import type { Node } from './syntax.ts'

export type Found = { readonly start: number; readonly end: number }

export interface Matcher {
  /** Numbers of the patterns that match somewhere. */
  matching(text: string): readonly number[]
  /** The first matches of one pattern, the leftmost and longest first, none inside another. */
  find(pattern: number, text: string, limit: number): Found[]
}

export type Compiled =
  | { readonly ok: true; readonly matcher: Matcher }
  | { readonly ok: false; readonly pattern: number; readonly why: string }

/** pattern: the number of the one that cannot be used. */
export function compilePatterns(patterns: readonly string[]): Compiled {
  const nodes: Node[] = []
  for (const [pattern, text] of patterns.entries()) {
    const syntax = parsePattern(text)
    if (!syntax.ok) return { ok: false, pattern, why: syntax.why }
    nodes.push(syntax.node)
  }
  const alphabet = alphabetOf(nodes)
  const big = nodes.findIndex((node) => programOf([node], alphabet, false) === null)
  if (big !== -1) return { ok: false, pattern: big, why: 'expected smaller counts: it is too big' }
  return { ok: true, matcher: matcherOf(nodes, alphabet) }
}

type Searcher = { readonly starts: Automaton; readonly whole: Automaton }

/** Patterns searched for together: all at once have far more states together than a few at a time in turn. */
const TOGETHER = 12

type Group = { readonly first: number; readonly automaton: Automaton }

function groupsOf(nodes: readonly Node[], alphabet: Alphabet): Group[] {
  const groups: Group[] = []
  for (let first = 0; first < nodes.length; first += TOGETHER) {
    const own = nodes.slice(first, first + TOGETHER)
    groups.push({ first, automaton: runner(own, alphabet, true, false) })
  }
  return groups
}

function matcherOf(nodes: readonly Node[], alphabet: Alphabet): Matcher {
  const groups = groupsOf(nodes, alphabet)
  const searchers = new Map<number, Searcher>()
  const searcher = (pattern: number): Searcher | null => {
    const node = nodes[pattern]
    if (node === undefined) return null
    const known = searchers.get(pattern) ?? {
      starts: runner([node], alphabet, true, true),
      whole: runner([node], alphabet, false, false),
    }
    searchers.set(pattern, known)
    return known
  }
  return {
    matching: (text) =>
      groups.flatMap(({ first, automaton }) =>
        matchingOf(automaton, alphabet, text).map((pattern) => first + pattern),
      ),
    find: (pattern, text, limit) => {
      const of = searcher(pattern)
      return of === null ? [] : findAll(of, alphabet, text, limit)
    },
  }
}

function runner(
  nodes: readonly Node[],
  alphabet: Alphabet,
  everywhere: boolean,
  backwards: boolean,
): Automaton {
  const program = programOf(nodes, alphabet, backwards)
  if (program === null) throw new RangeError('expected patterns within their limits')
  return automatonOf(program, alphabet, { everywhere, backwards })
}

function matchingOf(automaton: Automaton, alphabet: Alphabet, text: string): readonly number[] {
  const found = new Set<number>()
  let place = automaton.start(KINDS.edge)
  for (let at = 0; at <= text.length; at += 1) {
    const letter = letterAt(alphabet, text, at)
    const { to, matched } = place.steps[letter] ?? automaton.step(place, letter)
    for (const pattern of matched) found.add(pattern)
    place = to
  }
  return [...found].toSorted((a, b) => a - b)
}

function letterAt({ letters, size }: Alphabet, text: string, at: number): number {
  return at >= 0 && at < text.length ? (letters[text.charCodeAt(at)] ?? 0) : size
}

function kindAt(alphabet: Alphabet, text: string, at: number): UnitKind {
  return alphabet.kinds[letterAt(alphabet, text, at)] ?? KINDS.edge
}

function findAll(of: Searcher, alphabet: Alphabet, text: string, limit: number): Found[] {
  const starts = startsOf(of.starts, alphabet, text)
  const found: Found[] = []
  let start = starts.indexOf(1)
  while (start !== -1 && found.length < limit) {
    const end = endOf(of.whole, alphabet, text, start)
    found.push({ start, end })
    start = starts.indexOf(1, end)
  }
  return found
}

/** 1 for every place at which a match begins: read backwards, that is where it ends. */
function startsOf(automaton: Automaton, alphabet: Alphabet, text: string): Uint8Array {
  const starts = new Uint8Array(text.length + 1)
  let place = automaton.start(KINDS.edge)
  for (let at = text.length - 1; at >= -1; at -= 1) {
    const letter = letterAt(alphabet, text, at)
    const { to, matched } = place.steps[letter] ?? automaton.step(place, letter)
    if (matched.length > 0) starts[at + 1] = 1
    place = to
  }
  return starts
}

/** The end of the longest match that begins here. */
function endOf(automaton: Automaton, alphabet: Alphabet, text: string, start: number): number {
  let place = automaton.start(kindAt(alphabet, text, start - 1))
  let end = start
  for (let at = start; at <= text.length && place.kernel.length > 0; at += 1) {
    const letter = letterAt(alphabet, text, at)
    const { to, matched } = place.steps[letter] ?? automaton.step(place, letter)
    if (matched.length > 0) end = at
    place = to
  }
  return end
}
