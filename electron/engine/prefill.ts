/**
 * Which prompts run together before decoding, and where each lies in the grid; into which pieces a long one is cut.
 * Pure.
 */
import type { DecoderConfig } from '../model/config.ts'

/** Cells of one prefill grid; a longer prompt runs in pieces. */
export const PREFILL_TOKENS = 1024

export type PrefillCell = {
  readonly key: string
  readonly row: number
  readonly start: number
  /** All but the last token: that one is fed by the first decoding step. */
  readonly count: number
}

export type PrefillPlan = {
  readonly rows: number
  readonly length: number
  readonly cells: readonly PrefillCell[]
  readonly feeds: {
    readonly ids: BigInt64Array
    readonly positions: BigInt64Array
    readonly documents: Float32Array
    readonly branches: Float32Array
  }
}

/** Shortest row. */
const ROW = 64

/**
 * Takes prompts in order, each distinct one once, until a grid of `tokens` cells is full; the first always fits.
 * Rows and their length are powers of two, as small as the prompts taken allow.
 */
export function planPrefill(
  prompts: readonly (readonly number[])[],
  known: (prompt: readonly number[]) => boolean,
  tokens: number,
): PrefillPlan {
  const taken = takePrompts(prompts, known, tokens)
  const longest = taken.reduce((most, { prompt }) => Math.max(most, prompt.length - 1), 1)
  const length = Math.max(ROW, powerOfTwo(longest))
  const most = Math.max(1, Math.floor(tokens / length))
  const used: number[] = []
  const placed: { readonly cell: PrefillCell; readonly prompt: readonly number[] }[] = []
  for (const { key, prompt } of taken) {
    const count = prompt.length - 1
    const open = used.findIndex((full) => full + count <= length)
    const row = open < 0 ? used.length : open
    if (row >= most) break
    const start = used[row] ?? 0
    used[row] = start + count
    placed.push({ cell: { key, row, start, count }, prompt })
  }
  const rows = powerOfTwo(used.length)
  const feeds = emptyFeeds(rows * length)
  placed.forEach(({ cell, prompt }, document) => {
    writePrompt(feeds, prompt, cell.row * length + cell.start, document)
  })
  return { rows, length, cells: placed.map(({ cell }) => cell), feeds }
}

type Taken = { readonly key: string; readonly prompt: readonly number[] }

/** Distinct prompts that are to be run, as many as `tokens` could hold at best. */
function takePrompts(
  prompts: readonly (readonly number[])[],
  known: (prompt: readonly number[]) => boolean,
  tokens: number,
): Taken[] {
  const taken = new Map<string, Taken>()
  let total = 0
  let previous: readonly number[] | null = null
  for (const prompt of prompts) {
    if (prompt === previous || prompt.length === 1) continue
    previous = prompt
    const key = prompt.join(' ')
    if (taken.has(key) || known(prompt)) continue
    total += prompt.length - 1
    if (total > tokens && taken.size > 0) break
    taken.set(key, { key, prompt })
  }
  return [...taken.values()]
}

export type PromptPiece = { readonly start: number; readonly length: number }

/** Attention scores of one piece, in numbers, and how long a piece may be at all. */
const PIECE_SCORES = 2 ** 25
const PIECE = { least: 64, most: 1024 } as const

/**
 * Pieces of the first `count` tokens of a prompt, all of one length but for the last, which may be a smaller power
 * of two and end in padding. Longer where attention has less to do, so that scores stay bounded.
 */
export function planPieces({ heads }: DecoderConfig, count: number): PromptPiece[] {
  const fitting = PIECE_SCORES / (heads * count)
  const usual = Math.min(PIECE.most, Math.max(PIECE.least, powerOfTwo(fitting + 1) / 2))
  const pieces: PromptPiece[] = []
  for (let start = 0; start < count; start += usual) {
    const rest = Math.max(PIECE.least, powerOfTwo(count - start))
    pieces.push({ start, length: Math.min(usual, rest) })
  }
  return pieces
}

/** The least power of two from 1 that is at least n. */
function powerOfTwo(n: number): number {
  let power = 1
  while (power < n) power *= 2
  return power
}

function emptyFeeds(cells: number): PrefillPlan['feeds'] {
  return {
    ids: new BigInt64Array(cells),
    positions: new BigInt64Array(cells),
    documents: new Float32Array(cells).fill(-1),
    branches: new Float32Array(cells),
  }
}

function writePrompt(
  feeds: PrefillPlan['feeds'],
  prompt: readonly number[],
  start: number,
  document: number,
): void {
  for (let index = 0; index < prompt.length - 1; index += 1) {
    feeds.ids[start + index] = BigInt(prompt[index] ?? 0)
    feeds.positions[start + index] = BigInt(index)
    feeds.documents[start + index] = document
  }
}
