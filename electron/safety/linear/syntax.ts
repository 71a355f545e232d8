/**
 * Patterns as people write them, read into a tree: the part of regular expressions that a finite automaton can
 * match. Backreferences and looking around are refused, since only backtracking matches those.
 * Not here: matching (automaton.ts).
 */

/** Ranges of UTF-16 units, both ends inclusive. Case is ignored: capitals of ASCII appear as small letters. */
export type Units = readonly (readonly [number, number])[]
export type Edge = 'word' | 'inside' | 'start' | 'end'

export type Node =
  | { readonly type: 'units'; readonly units: Units }
  | { readonly type: 'edge'; readonly edge: Edge }
  | { readonly type: 'all'; readonly nodes: readonly Node[] }
  | { readonly type: 'any'; readonly nodes: readonly Node[] }
  | { readonly type: 'repeat'; readonly node: Node; readonly min: number; readonly max: number }

export type Syntax =
  | { readonly ok: true; readonly node: Node }
  | { readonly ok: false; readonly why: string }

export const MAX_PATTERN = 500
const MAX_COUNT = 200
const MAX_DEPTH = 30
const LAST_UNIT = 0xffff

type Reader = { readonly text: string; at: number; depth: number }

class Refusal extends Error {}

export function parsePattern(text: string): Syntax {
  if (text.length > MAX_PATTERN) {
    return { ok: false, why: `expected at most ${MAX_PATTERN} characters, found ${text.length}` }
  }
  const reader: Reader = { text, at: 0, depth: 0 }
  try {
    const node = readAny(reader)
    if (reader.at < text.length) refuse(reader, 'an opening bracket before this one')
    return canBeEmpty(node)
      ? { ok: false, why: 'expected a pattern that needs at least one character' }
      : { ok: true, node }
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, why: error.message }
    throw error
  }
}

function refuse({ text, at }: Reader, expected: string): never {
  const found = text[at] === undefined ? 'the end' : JSON.stringify(text[at])
  throw new Refusal(`at character ${at + 1}: expected ${expected}, found ${found}`)
}

function canBeEmpty(node: Node): boolean {
  if (node.type === 'units') return false
  if (node.type === 'edge') return true
  if (node.type === 'repeat') return node.min === 0 || canBeEmpty(node.node)
  return node.type === 'all' ? node.nodes.every(canBeEmpty) : node.nodes.some(canBeEmpty)
}

function readAny(reader: Reader): Node {
  const nodes = [readAll(reader)]
  while (reader.text[reader.at] === '|') {
    reader.at += 1
    nodes.push(readAll(reader))
  }
  return nodes.length === 1 && nodes[0] !== undefined ? nodes[0] : { type: 'any', nodes }
}

function readAll(reader: Reader): Node {
  const nodes: Node[] = []
  while (reader.at < reader.text.length && !'|)'.includes(reader.text[reader.at] ?? '')) {
    nodes.push(readRepeat(reader))
  }
  return { type: 'all', nodes }
}

function readRepeat(reader: Reader): Node {
  const node = readOne(reader)
  const counts = readCounts(reader)
  if (counts === null) return node
  // Shortest or longest makes no difference to whether something matches.
  if (reader.text[reader.at] === '?') reader.at += 1
  if (readCounts(reader) !== null) refuse(reader, 'one repetition only')
  return { type: 'repeat', node, min: counts[0], max: counts[1] }
}

const COUNTS: Readonly<Record<string, readonly [number, number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
}
const BRACES = /\{(\d{1,3})(,(\d{0,3}))?\}/y

function readCounts(reader: Reader): readonly [number, number] | null {
  const known = COUNTS[reader.text[reader.at] ?? '']
  if (known !== undefined) {
    reader.at += 1
    return known
  }
  BRACES.lastIndex = reader.at
  const found = BRACES.exec(reader.text)
  if (found === null) return null
  const min = Number(found[1])
  const max = found[2] === undefined ? min : found[3] === '' ? Infinity : Number(found[3])
  if (min > MAX_COUNT || (max !== Infinity && (max > MAX_COUNT || max < min))) {
    refuse(reader, `counts in order, at most ${MAX_COUNT}`)
  }
  reader.at += found[0].length
  return [min, max]
}

const LINE_END: Units = [[10, 10]]
const DIGITS: Units = [[48, 57]]
const WORD: Units = [
  [48, 57],
  [95, 95],
  [97, 122],
]
const BLANKS: Units = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x2028, 0x2029],
]

function readOne(reader: Reader): Node {
  const character = reader.text[reader.at] ?? ''
  reader.at += 1
  switch (character) {
    case '(':
      return readGroup(reader)
    case '[':
      return { type: 'units', units: readSet(reader) }
    case '.':
      return { type: 'units', units: inverted(LINE_END) }
    case '^':
      return { type: 'edge', edge: 'start' }
    case '$':
      return { type: 'edge', edge: 'end' }
    case '\\':
      return readEscape(reader)
    case '*':
    case '+':
    case '?':
      reader.at -= 1
      return refuse(reader, 'something to repeat')
    default:
      return { type: 'units', units: unit(character.charCodeAt(0)) }
  }
}

function readGroup(reader: Reader): Node {
  if (reader.text.startsWith('?:', reader.at)) reader.at += 2
  if (reader.text[reader.at] === '?') {
    refuse(reader, 'a plain group, as a pattern cannot look around')
  }
  reader.depth += 1
  if (reader.depth > MAX_DEPTH) refuse(reader, `at most ${MAX_DEPTH} groups in each other`)
  const node = readAny(reader)
  if (reader.text[reader.at] !== ')') refuse(reader, 'a closing bracket')
  reader.at += 1
  reader.depth -= 1
  return node
}

function readEscape(reader: Reader): Node {
  const letter = reader.text[reader.at] ?? ''
  if (letter === 'b' || letter === 'B') {
    reader.at += 1
    return { type: 'edge', edge: letter === 'b' ? 'word' : 'inside' }
  }
  return { type: 'units', units: escapedUnits(reader) }
}

const CLASSES: Readonly<Record<string, Units>> = {
  d: DIGITS,
  D: inverted(DIGITS),
  w: WORD,
  W: inverted(WORD),
  s: BLANKS,
  S: inverted(BLANKS),
  n: LINE_END,
  r: [[13, 13]],
  t: [[9, 9]],
  f: [[12, 12]],
  v: [[11, 11]],
}
const CODE = /x([0-9a-f]{2})|u([0-9a-f]{4})/iy

/** After a backslash. */
function escapedUnits(reader: Reader): Units {
  const letter = reader.text[reader.at] ?? ''
  CODE.lastIndex = reader.at
  const code = CODE.exec(reader.text)
  if (code !== null) {
    reader.at += code[0].length
    return unit(Number.parseInt(code[1] ?? code[2] ?? '', 16))
  }
  const known = Object.hasOwn(CLASSES, letter) ? CLASSES[letter] : undefined
  if (known === undefined && /^[0-9a-z]?$/i.test(letter)) {
    refuse(reader, 'a known escape, as a pattern cannot refer back')
  }
  reader.at += 1
  return known ?? unit(letter.charCodeAt(0))
}

function readSet(reader: Reader): Units {
  const negated = reader.text[reader.at] === '^'
  if (negated) reader.at += 1
  const units: (readonly [number, number])[] = []
  for (let first = true; first || reader.text[reader.at] !== ']'; first = false) {
    if (reader.at >= reader.text.length) refuse(reader, 'a closing square bracket')
    units.push(...readRange(reader))
  }
  reader.at += 1
  return negated ? inverted(merged(units)) : merged(units)
}

function readRange(reader: Reader): Units {
  const low = readMember(reader)
  const dash = reader.text[reader.at] === '-' && reader.text[reader.at + 1] !== ']'
  if (!dash || reader.at + 1 >= reader.text.length) return low
  reader.at += 1
  const high = readMember(reader)
  const [from, to] = [low[0]?.[0] ?? 0, high[0]?.[1] ?? 0]
  if (from > to || low.length > 1 || high.length > 1) refuse(reader, 'a range in order')
  return folded(from, to)
}

function readMember(reader: Reader): Units {
  const character = reader.text[reader.at] ?? ''
  if (character === '') refuse(reader, 'a closing square bracket')
  reader.at += 1
  return character === '\\'
    ? escapedUnits(reader)
    : [[character.charCodeAt(0), character.charCodeAt(0)]]
}

function unit(code: number): Units {
  return folded(code, code)
}

const [CAPITAL_A, CAPITAL_Z, TO_SMALL] = [65, 90, 32]

function folded(from: number, to: number): Units {
  const low = Math.max(from, CAPITAL_A)
  const high = Math.min(to, CAPITAL_Z)
  const small: Units = low <= high ? [[low + TO_SMALL, high + TO_SMALL]] : []
  return merged([[from, to], ...small])
}

function merged(units: Units): Units {
  const found: [number, number][] = []
  for (const [low, high] of units.toSorted((a, b) => a[0] - b[0])) {
    const last = found.at(-1)
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high)
    else found.push([low, high])
  }
  return found
}

function inverted(units: Units): Units {
  const found: [number, number][] = []
  let next = 0
  for (const [low, high] of units) {
    if (low > next) found.push([next, low - 1])
    next = high + 1
  }
  if (next <= LAST_UNIT) found.push([next, LAST_UNIT])
  return found
}
