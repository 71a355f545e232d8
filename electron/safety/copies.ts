/**
 * Responses that repeat their prompt: a proposal that is one of its references, a solution that recites its
 * instructions. Rolling hashes over the text, every hit compared; time grows with both lengths together.
 * Not here: repeats of earlier proposals (the recipe counts those). Source: Karp and Rabin 1987.
 */
import type { Trace } from '../contract/safety.ts'
import type { Hit } from './hits.ts'
import type { Segment } from './reading.ts'

/** Common texts of twice this length are always found. */
const BLOCK = 24
const BASE = 263
const MODULUS = 2 ** 31 - 1

export type Copy = { readonly start: number; readonly end: number }

/** Stretches of text that also stand in source, from the left, none inside another. */
export function commonStretches(text: string, source: string): Copy[] {
  if (text.length < BLOCK || source.length < BLOCK) return []
  const blocks = blocksOf(source)
  const found: Copy[] = []
  let hash = hashOf(text, 0)
  let free = 0
  for (let at = 0; at + BLOCK <= text.length; at += 1) {
    if (at > 0) hash = rolled(hash, text.charCodeAt(at - 1), text.charCodeAt(at + BLOCK - 1))
    if (at < free) continue
    const place = blocks.get(hash)
    if (place === undefined) continue
    const copy = extended(text, source, at, place, free)
    if (copy.end - copy.start < BLOCK) continue
    found.push(copy)
    free = copy.end
  }
  return found
}

function blocksOf(source: string): Map<number, number> {
  const blocks = new Map<number, number>()
  for (let at = 0; at + BLOCK <= source.length; at += BLOCK) {
    const hash = hashOf(source, at)
    if (!blocks.has(hash)) blocks.set(hash, at)
  }
  return blocks
}

function times(a: number, b: number): number {
  // Products stay below 2^53: one factor is below 2^31, the other below 2^22 at a time.
  const high = Math.floor(b / 2 ** 16)
  return (((a * high) % MODULUS) * 2 ** 16 + a * (b % 2 ** 16)) % MODULUS
}

let highest = 1
for (let power = 1; power < BLOCK; power += 1) highest = (highest * BASE) % MODULUS
const HIGHEST = highest

function hashOf(text: string, start: number): number {
  let hash = 0
  for (let at = start; at < start + BLOCK; at += 1) {
    hash = (hash * BASE + text.charCodeAt(at)) % MODULUS
  }
  return hash
}

function rolled(hash: number, left: number, right: number): number {
  const rest = (hash + MODULUS - (times(HIGHEST, left) % MODULUS)) % MODULUS
  return (rest * BASE + right) % MODULUS
}

/** As far as both texts agree, to the left not beyond `free`. */
function extended(text: string, source: string, at: number, place: number, free: number): Copy {
  let [start, from] = [at, place]
  while (start > free && from > 0 && text[start - 1] === source[from - 1]) {
    start -= 1
    from -= 1
  }
  let [end, to] = [at, place]
  while (end < text.length && to < source.length && text[end] === source[to]) {
    end += 1
    to += 1
  }
  return { start, end }
}

const MIN_PROGRAM = 60
const MIN_RECITAL = 120
const PROGRAM_SHARE = 0.8
const RECITAL_SHARE = 0.6

export function copyHits(trace: Trace, segments: readonly Segment[]): Hit[] {
  const { response, prompt, role } = trace
  const copies = commonStretches(response, prompt)
  if (copies.length === 0) return []
  return role === 'propose'
    ? [...referenceHits(copies, segments), ...recitalHits(copies, response, segments)]
    : recitalHits(copies, response, segments)
}

/** A program that is, but for a little, one stretch of the prompt. */
function referenceHits(copies: readonly Copy[], segments: readonly Segment[]): Hit[] {
  const code = segments.filter(({ part }) => part !== 'thought')
  const longest = copies
    .map((copy) => ({ copy, chars: overlap(copy, code) }))
    .toSorted((a, b) => b.chars - a.chars)[0]
  const chars = code.reduce((sum, { start, end }) => sum + end - start, 0)
  if (longest === undefined || longest.chars < MIN_PROGRAM) return []
  if (longest.chars < PROGRAM_SHARE * chars) return []
  return [{ rule: 'copy.reference', at: longest.copy }]
}

/** A text that mostly recites its prompt in words. */
function recitalHits(
  copies: readonly Copy[],
  response: string,
  segments: readonly Segment[],
): Hit[] {
  const prose = segments.filter(({ part }) => part === 'thought')
  const chars = copies.reduce((sum, copy) => sum + overlap(copy, prose), 0)
  if (chars < MIN_RECITAL || chars < RECITAL_SHARE * response.length) return []
  const [first, last] = [copies[0], copies.at(-1)]
  const at =
    first === undefined || last === undefined ? null : { start: first.start, end: last.end }
  return [{ rule: 'copy.prompt', at }]
}

function overlap(copy: Copy, segments: readonly Segment[]): number {
  let shared = 0
  for (const { start, end } of segments) {
    shared += Math.max(0, Math.min(end, copy.end) - Math.max(start, copy.start))
  }
  return shared
}
