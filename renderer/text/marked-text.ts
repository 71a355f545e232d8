/**
 * Model text cut into pieces that a page draws one after another: marked stretches, hidden characters spelled out, long
 * text in blocks. Each piece knows which characters it stands for, so that a selection is a span of the raw text.
 * Not here: drawing (views/review/trace-text.tsx).
 */
import { visible } from './neutral.ts'

export type Mark = {
  readonly start: number
  readonly end: number
  readonly tone: 'suggested' | 'judged' | 'evidence' | 'rated'
  readonly title: string
}

export type Piece = {
  readonly start: number
  readonly end: number
  /** What is drawn; of a hidden character its name. */
  readonly shown: string
  /** Drawn for its characters as a whole. */
  readonly whole: boolean
  readonly marks: readonly Mark[]
}

/** Blocks outside the screen are not laid out, so that long texts open at once. */
const BLOCK = 4_000

/** Blocks of pieces, in order; together they stand for every character once. */
export function markedText(text: string, marks: readonly Mark[]): readonly (readonly Piece[])[] {
  const cuts = cutsOf(text, marks)
  return blocksOf(text).map(({ start, end }) => {
    const inner = cuts.filter((cut) => cut > start && cut < end)
    return [start, ...inner].flatMap((from, at) => {
      const to = inner[at] ?? end
      const own = marks.filter((mark) => mark.start < to && mark.end > from)
      return shownPieces(text, from, to, own)
    })
  })
}

function cutsOf(text: string, marks: readonly Mark[]): readonly number[] {
  const cuts = marks.flatMap(({ start, end }) => [start, end])
  return [...new Set(cuts)].filter((cut) => cut > 0 && cut < text.length).toSorted((a, b) => a - b)
}

/** After a line end where one is near, never inside a surrogate pair. */
function blocksOf(text: string): readonly { readonly start: number; readonly end: number }[] {
  const blocks: { start: number; end: number }[] = []
  for (let start = 0; start < text.length;) {
    const end = blockEnd(text, start)
    blocks.push({ start, end })
    start = end
  }
  return blocks
}

function blockEnd(text: string, start: number): number {
  const limit = start + BLOCK
  if (limit >= text.length) return text.length
  const line = text.lastIndexOf('\n', limit - 1)
  if (line > start) return line + 1
  const code = text.charCodeAt(limit - 1)
  return code >= 0xd8_00 && code <= 0xdb_ff ? limit - 1 : limit
}

/** Characters that would hide or turn others stand alone, named. */
function shownPieces(text: string, start: number, end: number, marks: readonly Mark[]): Piece[] {
  const raw = text.slice(start, end)
  if (visible(raw) === raw)
    return raw === '' ? [] : [{ start, end, shown: raw, whole: false, marks }]
  const pieces: Piece[] = []
  let from = start
  for (let at = start; at < end; at += 1) {
    const shown = visible(text[at] ?? '')
    if (shown === text[at]) continue
    if (from < at)
      pieces.push({ start: from, end: at, shown: text.slice(from, at), whole: false, marks })
    pieces.push({ start: at, end: at + 1, shown, whole: true, marks })
    from = at + 1
  }
  if (from < end)
    pieces.push({ start: from, end, shown: text.slice(from, end), whole: false, marks })
  return pieces
}

/** The raw place of a place within a drawn piece. side: which end of the selection it is. */
export function rawPlace(
  { start, end, whole }: Pick<Piece, 'start' | 'end' | 'whole'>,
  offset: number,
  side: 'start' | 'end',
): number {
  if (!whole) return Math.min(end, start + offset)
  return side === 'start' ? start : offset > 0 ? end : start
}
