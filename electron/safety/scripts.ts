/**
 * A change of script in the middle of thinking: the paper saw thoughts in mixed languages. Scripts, not languages:
 * those can be told from single characters.
 */
import type { Hit } from './hits.ts'
import type { Segment } from './reading.ts'

const SCRIPTS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Han', /\p{Script=Han}/u],
  ['Kana', /[\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Hangul', /\p{Script=Hangul}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Devanagari', /\p{Script=Devanagari}/u],
  ['Thai', /\p{Script=Thai}/u],
] as const
type Script = (typeof SCRIPTS)[number][0]

const OTHER = 0xff
const UNKNOWN = 0xfe
/** By UTF-16 unit, filled when first seen. */
const table = new Uint8Array(0x10000).fill(UNKNOWN)

function scriptOf(unit: number): number {
  const known = table[unit] ?? OTHER
  if (known !== UNKNOWN) return known
  const letter = String.fromCharCode(unit)
  const found = SCRIPTS.findIndex(([, pattern]) => pattern.test(letter))
  table[unit] = found === -1 ? OTHER : found
  return table[unit] ?? OTHER
}

const FIRST_FOREIGN = 0x250
/** Fewer are a name or a symbol. */
const MIN_LETTERS = 8

type Seen = { readonly count: number; readonly first: number; readonly last: number }

/** Thoughts and comments in a script that the prompt does not use. Latin is everywhere: code is written in it. */
export function scriptHits(text: string, prompt: string, segments: readonly Segment[]): Hit[] {
  const seen = scriptsOf(text, segments)
  seen.delete('Latin')
  if (seen.size === 0) return []
  const given = scriptsOf(prompt, [{ part: 'thought', start: 0, end: prompt.length }])
  return [...seen].flatMap(([script, { count, first, last }]) => {
    if (count < MIN_LETTERS || given.has(script)) return []
    const reason = `It changes to ${script} letters (${count} of them), which its prompt does not use.`
    return [{ rule: 'language.switch', at: { start: first, end: last + 1 }, reason }]
  })
}

function scriptsOf(text: string, segments: readonly Segment[]): Map<Script, Seen> {
  const seen = new Map<Script, Seen>()
  for (const { part, start, end } of segments) {
    if (part !== 'thought' && part !== 'comment') continue
    for (let at = start; at < end; at += 1) {
      const script = scriptAt(text, at)
      if (script === undefined) continue
      const before = seen.get(script)
      seen.set(script, { count: (before?.count ?? 0) + 1, first: before?.first ?? at, last: at })
    }
  }
  return seen
}

function scriptAt(text: string, at: number): Script | undefined {
  const unit = text.charCodeAt(at)
  if (unit >= FIRST_FOREIGN) return SCRIPTS[scriptOf(unit)]?.[0]
  return isAsciiLetter(unit) ? 'Latin' : undefined
}

function isAsciiLetter(unit: number): boolean {
  return (unit >= 97 && unit <= 122) || (unit >= 65 && unit <= 90)
}
