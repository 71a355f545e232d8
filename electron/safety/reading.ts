/**
 * A response cut into what kind of text it is: thoughts, code, comments, strings. One look at each character.
 * Not here: whether the code is any good (the sandbox's syntax tree), words (words.ts).
 */

export const PARTS = ['thought', 'code', 'comment', 'string'] as const
export type Part = (typeof PARTS)[number]

/** end exclusive. */
export type Segment = { readonly part: Part; readonly start: number; readonly end: number }

const FENCE = '```'
/** Fenced blocks whose text is for people. */
const PROSE_TAGS = new Set(['message', 'text', 'markdown'])
const CODE_LINE = /^(?:(?:async )?def |class |import |from [\w.]+ import |@\w)/m

export function segmentsOf(text: string): Segment[] {
  const segments: Segment[] = []
  const fenced = text.includes(FENCE)
  if (!fenced) {
    const code = codeStart(text)
    addProse(segments, 0, code)
    addCode(segments, text, code, text.length)
    return segments
  }
  for (let at = 0; at < text.length;) {
    const open = text.indexOf(FENCE, at)
    if (open === -1) {
      addProse(segments, at, text.length)
      break
    }
    addProse(segments, at, open)
    const close = text.indexOf(FENCE, open + FENCE.length)
    const end = close === -1 ? text.length : close
    const tag =
      /^[a-z]*/i.exec(text.slice(open + FENCE.length, open + FENCE.length + 20))?.[0] ?? ''
    const start = Math.min(end, open + FENCE.length + tag.length)
    if (PROSE_TAGS.has(tag.toLowerCase())) addProse(segments, start, end)
    else addCode(segments, text, start, end)
    at = end + FENCE.length
  }
  return segments
}

const STATEMENT = /^(?:\s*|\s*#.*|[A-Za-z_][\w.]*(?:\[[^\]]*\])?(?:\([^)]*\))? ?[-+*/|&]?=.*)$/
/** Lines above the first certain one that are looked at. */
const LINES_ABOVE = 20

/** Without fences a program begins at the first line that can only be one, or at statements right above it. */
function codeStart(text: string): number {
  const found = CODE_LINE.exec(text)
  if (found === null) return text.length
  let start = found.index
  for (let line = 0; line < LINES_ABOVE && start > 0; line += 1) {
    const above = text.lastIndexOf('\n', start - 2) + 1
    if (!STATEMENT.test(text.slice(above, start - 1).slice(0, 200))) break
    start = above
  }
  return start
}

function addProse(segments: Segment[], start: number, end: number): void {
  if (start < end) segments.push({ part: 'thought', start, end })
}

function addCode(segments: Segment[], text: string, from: number, to: number): void {
  let start = from
  for (let at = from; at < to;) {
    const part = openingOf(text[at])
    if (part === null) {
      at += 1
      continue
    }
    if (start < at) segments.push({ part: 'code', start, end: at })
    const end = Math.min(to, part === 'comment' ? lineEnd(text, at) : stringEnd(text, at, to))
    segments.push({ part, start: at, end })
    at = end
    start = end
  }
  if (start < to) segments.push({ part: 'code', start, end: to })
}

function openingOf(character: string | undefined): 'comment' | 'string' | null {
  if (character === '#') return 'comment'
  return character === '"' || character === "'" ? 'string' : null
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

/** After the closing quote; an unclosed string ends with its line, an unclosed long one with the text. */
function stringEnd(text: string, at: number, to: number): number {
  const quote = text[at] ?? ''
  const long = text.startsWith(quote.repeat(3), at)
  const close = long ? quote.repeat(3) : quote
  for (let next = at + close.length; next < to; next += 1) {
    if (text[next] === '\\') next += 1
    else if (text.startsWith(close, next)) return next + close.length
    else if (!long && text[next] === '\n') return next
  }
  return to
}

/** The part that a character is in, by binary search. */
export function partAt(segments: readonly Segment[], at: number): Part {
  let [low, high] = [0, segments.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((segments[middle]?.start ?? 0) <= at) low = middle
    else high = middle - 1
  }
  return segments[low]?.part ?? 'thought'
}
