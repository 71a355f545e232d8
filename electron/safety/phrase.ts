/**
 * Phrases: words that follow each other within a distance, written `outsmart*|outwit* ..8 human*|people`.
 * Words stand side by side, `..8` lets the next come up to 8 words later, `*` ends a word that may go on.
 * Not here: which phrases matter (phrases.ts). Every word of a text is looked at once.
 */
import type { Words } from './words.ts'

export type Phrase = {
  readonly slots: readonly (readonly string[])[]
  /** How much later than the slot before each may come. */
  readonly reach: readonly number[]
}

export type Parsed =
  | { readonly ok: true; readonly phrase: Phrase }
  | { readonly ok: false; readonly why: string }

const MAX_SLOTS = 8
const MAX_WORDS = 100
const MAX_REACH = 30
const WORD = /^[\p{Ll}]{2,40}\*?$/u

export function parsePhrase(text: string): Parsed {
  const slots: string[][] = []
  const reach: number[] = []
  let distance = 1
  for (const token of text.trim().toLowerCase().split(/\s+/)) {
    const far = /^\.\.(\d{1,2})$/.exec(token)
    if (far !== null) {
      distance = 1 + Number(far[1])
      if (distance > MAX_REACH + 1) return refused(`at most ..${MAX_REACH}`, token)
      continue
    }
    const words = token.split('|')
    const odd = words.find((word) => !WORD.test(word) && !SHORT.has(word))
    if (odd !== undefined) return refused('a word of letters, with * at its end or not', odd)
    if (words.length > MAX_WORDS) return refused(`at most ${MAX_WORDS} words`, String(words.length))
    slots.push(words)
    reach.push(distance)
    distance = 1
  }
  if (slots.length > MAX_SLOTS) return refused(`at most ${MAX_SLOTS} places`, String(slots.length))
  if (distance !== 1) return refused('a word after the distance', 'the end')
  return { ok: true, phrase: { slots, reach } }
}

/** Words of one letter. */
const SHORT = new Set(['i', 'a'])

function refused(expected: string, found: string): Parsed {
  return { ok: false, why: `expected ${expected}, found ${JSON.stringify(found.slice(0, 40))}` }
}

/** One rule's phrases. unless: words nearby that make it harmless, before or after. */
export type PhraseSet = {
  readonly phrases: readonly Phrase[]
  readonly unless: readonly string[]
}

/** A phrase that was found: words `from` to `to`, both inclusive. */
export type PhraseHit = { readonly set: number; readonly from: number; readonly to: number }

export interface Listener {
  /** Every phrase found, at most `limit` per set, in the order of their ends. */
  hear(words: Words, limit: number): PhraseHit[]
  /** How many of these words any phrase knows. */
  known(texts: Iterable<string>): number
}

type Term = { readonly chain: number; readonly slot: number }
type Chain = { readonly set: number; readonly reach: readonly number[] }

const UNLESS_REACH = 12
const MEMORY = 20_000

export function createListener(sets: readonly PhraseSet[]): Listener {
  const { chains, exact, prefixes } = indexOf(sets)
  const memory = new Map<string, readonly Term[]>()
  const termsOf = (word: string): readonly Term[] => {
    const known = memory.get(word)
    if (known !== undefined) return known
    if (memory.size >= MEMORY) memory.clear()
    const found = [...(exact.get(word) ?? [])]
    for (let length = 2; length <= word.length; length += 1) {
      found.push(...(prefixes.get(word.slice(0, length)) ?? []))
    }
    const terms = found.length === 0 ? NO_TERMS : found.toSorted((a, b) => b.slot - a.slot)
    memory.set(word, terms)
    return terms
  }
  return {
    hear: (words, limit) => hearAll(words, limit, chains, termsOf),
    known: (texts) => {
      let count = 0
      for (const text of texts) if (termsOf(text).length > 0) count += 1
      return count
    },
  }
}

const NO_TERMS: readonly Term[] = []
/** The slot of a word that makes a set harmless. */
const HARMLESS = -1

function indexOf(sets: readonly PhraseSet[]) {
  const chains: Chain[] = []
  const exact = new Map<string, Term[]>()
  const prefixes = new Map<string, Term[]>()
  const enter = (word: string, term: Term): void => {
    const [index, name] = word.endsWith('*') ? [prefixes, word.slice(0, -1)] : [exact, word]
    const terms = index.get(name) ?? []
    index.set(name, terms)
    // A word that two spellings of a slot allow counts once.
    if (!terms.some(({ chain, slot }) => chain === term.chain && slot === term.slot))
      terms.push(term)
  }
  for (const [set, { phrases, unless }] of sets.entries()) {
    for (const { slots, reach } of phrases) {
      const chain = chains.push({ set, reach }) - 1
      for (const [slot, words] of slots.entries())
        for (const word of words) enter(word, { chain, slot })
      for (const word of unless) enter(word, { chain, slot: HARMLESS })
    }
  }
  return { chains, exact, prefixes }
}

/** The last word so far that ended a chain's first slots, and the word that began it. */
type Progress = { readonly first: number; readonly last: number }

function hearAll(
  words: Words,
  limit: number,
  chains: readonly Chain[],
  termsOf: (word: string) => readonly Term[],
): PhraseHit[] {
  const progress = new Map<number, Progress>()
  const harmless = new Map<number, number[]>()
  const counts = new Map<number, number>()
  const found: (PhraseHit & { readonly chain: number })[] = []
  const placeOf = (word: number): number => words.places[word] ?? 0
  const step = ({ chain, slot }: Term, word: number): void => {
    const of = chains[chain]
    if (of === undefined) return
    const before = slot === 0 ? { first: word, last: word } : progress.get(chain * SLOTS + slot - 1)
    if (before === undefined) return
    if (slot > 0) {
      const distance = placeOf(word) - placeOf(before.last)
      if (distance < 1 || distance > (of.reach[slot] ?? 0)) return
    }
    if (slot < of.reach.length - 1) {
      progress.set(chain * SLOTS + slot, { first: before.first, last: word })
      return
    }
    const count = counts.get(of.set) ?? 0
    counts.set(of.set, count + 1)
    if (count < limit) found.push({ set: of.set, from: before.first, to: word, chain })
  }
  for (const [word, text] of words.texts.entries()) {
    for (const term of termsOf(text)) {
      if (term.slot !== HARMLESS) step(term, word)
      else listOf(harmless, term.chain).push(word)
    }
  }
  return found.filter(({ chain, from, to }) => {
    const near = harmless.get(chain) ?? []
    return !near.some(
      (word) =>
        placeOf(word) >= placeOf(from) - UNLESS_REACH &&
        placeOf(word) <= placeOf(to) + UNLESS_REACH,
    )
  })
}

const SLOTS = MAX_SLOTS + 1

function listOf(lists: Map<number, number[]>, key: number): number[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}
