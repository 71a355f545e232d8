/**
 * Which prompts run together before decoding, and where each lies in the grid. Pure.
 */

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

const ROW = 128

/** Takes prompts in order, each distinct one once, until the grid of `tokens` cells is full; the first always fits. */
export function planPrefill(
  prompts: readonly (readonly number[])[],
  known: (prompt: readonly number[]) => boolean,
  tokens: number,
): PrefillPlan {
  const first = (prompts[0]?.length ?? 1) - 1
  let length = ROW
  while (length < first) length *= 2
  const rows = Math.max(1, Math.floor(tokens / length))
  const cells: PrefillCell[] = []
  const feeds = emptyFeeds(rows * length)
  const used = Array.from({ length: rows }, () => 0)
  const seen = new Set<string>()
  let previous: readonly number[] | null = null
  for (const prompt of prompts) {
    if (prompt === previous) continue
    previous = prompt
    const key = prompt.join(' ')
    const count = prompt.length - 1
    if (count === 0 || seen.has(key) || known(prompt)) continue
    const row = used.findIndex((taken) => taken + count <= length)
    if (row < 0) break
    const start = used[row] ?? 0
    writePrompt(feeds, prompt, row * length + start, cells.length)
    cells.push({ key, row, start, count })
    used[row] = start + count
    seen.add(key)
  }
  return { rows, length, cells, feeds }
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
