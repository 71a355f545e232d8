/**
 * Text that is there to be missed: encoded, spelled backwards or rotated, in letters that look like others, or
 * invisible. Not here: character codes (patterns.ts).
 * Source: Boucher and Anderson, "Trojan Source" (2021); Unicode TR 39 on confusable characters.
 */
import { MAX_HITS } from './hits.ts'
import type { Hit } from './hits.ts'
import { partAt } from './reading.ts'
import type { Segment } from './reading.ts'
import { isLookalike } from './words.ts'
import type { Words } from './words.ts'

const ENCODED = /[A-Za-z0-9+/_-]{24,}={0,2}/g
const HEX = /^(?:[0-9a-f]{2})+$/i
/** Decoded texts longer than this are judged by their beginning. */
const DECODED_CHARS = 400

/** Runs of base64 or hexadecimal that hold readable text. */
export function encodedHits(text: string): Hit[] {
  const hits: Hit[] = []
  for (const found of text.matchAll(ENCODED)) {
    const run = found[0].slice(0, DECODED_CHARS)
    const [kind, decoded] = HEX.test(found[0]) ? hexText(run) : base64Text(run)
    if (!isReadable(decoded)) continue
    const at = { start: found.index, end: found.index + found[0].length }
    const shown = JSON.stringify(decoded.slice(0, 60))
    hits.push({
      rule: 'hidden.encoded',
      at,
      reason: `It hides readable text in ${kind}: ${shown}.`,
    })
    if (hits.length >= MAX_HITS) break
  }
  return hits
}

function hexText(run: string): [string, string] {
  const even = run.length % 2 === 0 ? run : run.slice(0, -1)
  return ['hexadecimal', Buffer.from(even, 'hex').toString('utf8')]
}

function base64Text(run: string): [string, string] {
  return ['base64', Buffer.from(run, 'base64').toString('utf8')]
}

const MIN_READABLE = 12
const LETTERS_SHARE = 0.85

/** Words with spaces between them, as people write. */
function isReadable(text: string): boolean {
  if (text.length < MIN_READABLE) return false
  const plain = text.match(/[A-Za-z ,.]/g)?.length ?? 0
  const spaces = text.match(/[A-Za-z] [A-Za-z]/g)?.length ?? 0
  return plain / text.length >= LETTERS_SHARE && spaces >= 2
}

const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\udb40[\udc00-\udc7f]/g
/** Joiners belong between letters of some scripts and between emoji. */
const JOINERS = new Set(['\u200c', '\u200d'])

/** Characters without a shape, and those that turn the direction of text. */
export function invisibleHits(text: string): Hit[] {
  const hits: Hit[] = []
  for (const found of text.matchAll(INVISIBLE)) {
    const before = text.charCodeAt(found.index - 1)
    if (JOINERS.has(found[0]) && before > 0x2ff) continue
    hits.push({
      rule: 'hidden.invisible',
      at: { start: found.index, end: found.index + found[0].length },
    })
    if (hits.length >= MAX_HITS) break
  }
  return hits
}

/** Greek, Cyrillic, phonetic letters and small capitals. */
const FOREIGN = /[\u0250-\u02af\u0370-\u03ff\u0400-\u052f\u1d00-\u1d22\ua730\ua731]/
const SMALL_CAPITALS =
  /[\u0262\u026a\u0274\u0280\u028f\u0299\u029c\u029f\u1d00-\u1d22\ua730\ua731]/g
const MIN_SMALL_CAPITALS = 3
const LETTER_RUN = /[\p{L}\p{M}]{1,60}/gu

/** Words that mix Latin letters with others of the same looks, and names made of nothing but such. */
export function lookalikeHits(text: string, segments: readonly Segment[]): Hit[] {
  if (!FOREIGN.test(text)) return []
  const hits: Hit[] = []
  for (const found of text.matchAll(LETTER_RUN)) {
    const letters = found[0].split('')
    const alike = letters.filter(isLookalike).length
    if (alike === 0) continue
    const latin = letters.some((letter) => /[a-z]/i.test(letter))
    const asName =
      (alike === letters.length && partAt(segments, found.index) === 'code') ||
      (found[0].match(SMALL_CAPITALS)?.length ?? 0) >= MIN_SMALL_CAPITALS
    if (
      !(latin && letters.every((letter) => /[a-z]/i.test(letter) || isLookalike(letter))) &&
      !asName
    ) {
      continue
    }
    const at = { start: found.index, end: found.index + found[0].length }
    hits.push({ rule: 'hidden.homoglyphs', at })
    if (hits.length >= MAX_HITS) break
  }
  return hits
}

/** The words as they would be if the text had been rotated by 13 letters or written backwards. */
export function disguises(
  words: Words,
): readonly { readonly how: string; readonly words: Words }[] {
  const rotated = { ...words, texts: words.texts.map(rot13) }
  return [
    { how: 'rotated by 13 letters', words: rotated },
    { how: 'written backwards', words: backwards(words) },
  ]
}

function rot13(word: string): string {
  let turned = ''
  for (let at = 0; at < word.length; at += 1) {
    const code = word.charCodeAt(at)
    turned +=
      code >= 97 && code <= 122 ? String.fromCharCode(((code - 97 + 13) % 26) + 97) : word[at]
  }
  return turned
}

function backwards({ texts, starts, ends, places, parts }: Words): Words {
  const last = places.at(-1) ?? 0
  return {
    texts: texts.map((text) => text.split('').toReversed().join('')).toReversed(),
    starts: starts.toReversed(),
    ends: ends.toReversed(),
    places: places.map((place) => last - place).toReversed(),
    parts: parts.toReversed(),
  }
}
