/**
 * The words of a response as they sound: small letters, names split at underscores and humps, letters that only
 * look like Latin ones read as those, invisible characters skipped.
 * Not here: which words matter (phrases.ts).
 */
import type { Part, Segment } from './reading.ts'

export type Words = {
  readonly texts: readonly string[]
  /** Where each begins and ends in the response. */
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  /** Distance between two words; sentences and parts lie further apart. */
  readonly places: readonly number[]
  readonly parts: readonly Part[]
}

const SKIP = 0
const BREAK = 1
const SENTENCE = 2
/** Extra distance to a word in the next sentence, and in another kind of text. */
const SENTENCE_GAP = 3
const PART_GAP = 100
const LONGEST = 40

const LOOKALIKES: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  е: 'e',
  к: 'k',
  м: 'm',
  н: 'h',
  о: 'o',
  р: 'p',
  с: 'c',
  т: 't',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  ԁ: 'd',
  һ: 'h',
  ԛ: 'q',
  ԝ: 'w',
  ѵ: 'v',
  ӏ: 'l',
  ɡ: 'g',
  ᴀ: 'a',
  ʙ: 'b',
  ᴄ: 'c',
  ᴅ: 'd',
  ᴇ: 'e',
  ꜰ: 'f',
  ɢ: 'g',
  ʜ: 'h',
  ɪ: 'i',
  ᴊ: 'j',
  ᴋ: 'k',
  ʟ: 'l',
  ᴍ: 'm',
  ɴ: 'n',
  ᴏ: 'o',
  ᴘ: 'p',
  ʀ: 'r',
  ꜱ: 's',
  ᴛ: 't',
  ᴜ: 'u',
  ᴠ: 'v',
  ᴡ: 'w',
  ʏ: 'y',
  ᴢ: 'z',
  А: 'a',
  В: 'b',
  Е: 'e',
  К: 'k',
  М: 'm',
  Н: 'h',
  О: 'o',
  Р: 'p',
  С: 'c',
  Т: 't',
  У: 'y',
  Х: 'x',
  І: 'i',
  Ј: 'j',
  Ѕ: 's',
  α: 'a',
  ε: 'e',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  γ: 'y',
  Α: 'a',
  Β: 'b',
  Ε: 'e',
  Η: 'h',
  Ι: 'i',
  Κ: 'k',
  Μ: 'm',
  Ν: 'n',
  Ο: 'o',
  Ρ: 'p',
  Τ: 't',
  Υ: 'y',
  Ϲ: 'c',
  ϲ: 'c',
  Χ: 'x',
  Ζ: 'z',
}

/** Whether a character is one of another script that looks like a Latin letter. */
export function isLookalike(character: string): boolean {
  return Object.hasOwn(LOOKALIKES, character)
}

/** What each UTF-16 unit counts as: a small letter's code, or one of the three above. */
const SOUNDS = soundTable()

function soundTable(): Uint16Array {
  const sounds = new Uint16Array(0x10000).fill(BREAK)
  for (let code = 0; code < 26; code += 1) {
    sounds[65 + code] = 97 + code
    sounds[97 + code] = 97 + code
    sounds[0xff21 + code] = 97 + code
    sounds[0xff41 + code] = 97 + code
    // In circles.
    sounds[0x24b6 + code] = 97 + code
    sounds[0x24d0 + code] = 97 + code
  }
  // Letters of other scripts stand for themselves.
  for (let code = 0xc0; code < 0x2000; code += 1) {
    if (/\p{L}/u.test(String.fromCharCode(code))) sounds[code] = code
  }
  for (const [letter, latin] of Object.entries(LOOKALIKES)) {
    sounds[letter.charCodeAt(0)] = latin.charCodeAt(0)
  }
  for (const code of [0x27, 0x2019, 0xad, 0xfeff]) sounds[code] = SKIP
  for (let code = 0x200b; code <= 0x200f; code += 1) sounds[code] = SKIP
  for (let code = 0x202a; code <= 0x202e; code += 1) sounds[code] = SKIP
  for (let code = 0x2060; code <= 0x2069; code += 1) sounds[code] = SKIP
  for (const mark of '.!?') sounds[mark.charCodeAt(0)] = SENTENCE
  return sounds
}

type Building = {
  readonly texts: string[]
  readonly starts: number[]
  readonly ends: number[]
  readonly places: number[]
  readonly parts: Part[]
}

export function wordsOf(text: string, segments: readonly Segment[]): Words {
  const words: Building = { texts: [], starts: [], ends: [], places: [], parts: [] }
  let place = 0
  for (const segment of segments) place = addWords(words, text, segment, place) + PART_GAP
  return words
}

/** Returns the place after the last word. */
function addWords(words: Building, text: string, segment: Segment, from: number): number {
  let place = from
  let begin = -1
  const flush = (end: number): void => {
    if (begin === -1) return
    words.texts.push(heard(text, begin, end))
    words.starts.push(begin)
    words.ends.push(end)
    words.places.push(place)
    words.parts.push(segment.part)
    place += 1
    begin = -1
  }
  for (let at = segment.start; at < segment.end; at += 1) {
    const code = text.charCodeAt(at)
    const sound = SOUNDS[code] ?? BREAK
    if (sound > SENTENCE) {
      if (begin !== -1 && isHump(text.charCodeAt(at - 1), code)) flush(at)
      if (begin === -1) begin = at
    } else if (sound !== SKIP) {
      flush(at)
      if (sound === SENTENCE && endsSentence(text, at)) place += SENTENCE_GAP
    }
  }
  flush(segment.end)
  return place
}

/** The hump of a camelCase name: a small letter of ASCII, then a capital. */
function isHump(before: number, code: number): boolean {
  return code >= 65 && code <= 90 && before >= 97 && before <= 122
}

function endsSentence(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1)
  return Number.isNaN(next) || next <= 32
}

function heard(text: string, begin: number, end: number): string {
  let word = ''
  for (let at = begin; at < end && word.length < LONGEST; at += 1) {
    const sound = SOUNDS[text.charCodeAt(at)] ?? BREAK
    if (sound > SENTENCE) word += String.fromCharCode(sound)
  }
  return word
}
