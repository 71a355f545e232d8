/**
 * Tokens laid out in lines of a fixed number of columns, so that a view draws visible lines only.
 * Not here: colours (token-colour.ts), drawing.
 */

/** A piece of one token on one line. */
export type Piece = { readonly token: number; readonly text: string }
export type TokenLine = readonly Piece[]

/**
 * ends: where each token's characters end in text, ascending. Characters after the last token form a piece of no
 * token (-1). Lines break at line ends, and after `columns` characters where they are longer; the break itself
 * stays with its token, as a mark the caller can show.
 */
export function layoutTokens(
  text: string,
  ends: ArrayLike<number>,
  columns: number,
): readonly TokenLine[] {
  const lines: Piece[][] = [[]]
  let used = 0
  const put = (token: number, piece: string) => {
    lines.at(-1)?.push({ token, text: piece })
    used += piece.length
  }
  const next = () => {
    lines.push([])
    used = 0
  }
  const place = (token: number, from: number, to: number) => {
    let start = from
    while (start < to) {
      const room = columns - used
      if (room <= 0) {
        next()
        continue
      }
      const end = breakAt(text, start, Math.min(to, start + room))
      put(token, text.slice(start, end))
      if (text[end - 1] === '\n') next()
      start = end
    }
  }
  let from = 0
  for (let token = 0; token < ends.length; token++) {
    const to = Math.min(text.length, Math.max(from, ends[token] ?? from))
    place(token, from, to)
    from = to
  }
  place(-1, from, text.length)
  return lines
}

/** After the first line end in the range, else at its end, and never inside a surrogate pair. */
function breakAt(text: string, start: number, limit: number): number {
  // Within the piece only: looking further would be quadratic in a text without line ends.
  const newline = text.slice(start, limit).indexOf('\n')
  if (newline >= 0) return start + newline + 1
  const code = text.charCodeAt(limit - 1)
  const splitsPair = code >= 0xd8_00 && code <= 0xdb_ff && limit < text.length
  if (!splitsPair) return limit
  return limit - 1 > start ? limit - 1 : limit + 1
}

/** The line on which a token begins; 0 where it has no characters. Lines ascend in tokens. */
export function lineOfToken(lines: readonly TokenLine[], token: number): number {
  const at = lines.findIndex((line) => line.some((piece) => piece.token >= token))
  return at < 0 ? Math.max(0, lines.length - 1) : at
}
