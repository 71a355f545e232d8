/**
 * Which characters of a response each of its tokens stands for. Pure.
 * Not here: tokenizers (model/).
 */
import type { TextCodec } from '../model/chat.ts'

/** Tokens that may hold the bytes of one character between them. */
const MAX_PENDING = 8
const BROKEN = '\ufffd'

/** Where each token ends; null where the codec does not give just this text. */
export function tokenEnds(
  { decode, vocabSize }: Pick<TextCodec, 'decode' | 'vocabSize'>,
  tokens: ArrayLike<number>,
  text: string,
): Int32Array | null {
  const pieceAfter = memoised(decode, vocabSize)
  const ends = new Int32Array(tokens.length)
  let at = 0
  let before: number | null = null
  let pending: number[] = []
  for (let i = 0; i < tokens.length; i++) {
    pending.push(tokens[i] ?? 0)
    const piece = pieceAfter(before, pending)
    const isPart = piece.endsWith(BROKEN) && pending.length < MAX_PENDING
    if (!isPart) {
      if (!text.startsWith(piece, at)) return null
      at += piece.length
      before = pending.at(-1) ?? null
      pending = []
    }
    ends[i] = at
  }
  return at === text.length ? ends : null
}

/** Text of tokens after another one: some tokenizers write a space between words only. */
function memoised(decode: TextCodec['decode'], vocabSize: number) {
  const known = new Map<number, string>()
  return (before: number | null, pending: readonly number[]): string => {
    const [only] = pending
    if (pending.length !== 1 || only === undefined) return pieceOf(decode, before, pending)
    const key = ((before ?? -1) + 1) * vocabSize + only
    const found = known.get(key)
    if (found !== undefined) return found
    const piece = pieceOf(decode, before, pending)
    known.set(key, piece)
    return piece
  }
}

function pieceOf(
  decode: TextCodec['decode'],
  before: number | null,
  pending: readonly number[],
): string {
  if (before === null) return decode(pending)
  return decode([before, ...pending]).slice(decode([before]).length)
}
