/**
 * The lowest and highest value of each block of a long line, found once, so that a frame of a pan or zoom does not
 * look at every point again. The result is the same as without them.
 * Not here: which points are kept (decimate.ts).
 */

export type Extremes = {
  readonly low: number
  readonly lowAt: number
  readonly high: number
  readonly highAt: number
}

export type Blocks = {
  readonly low: Float64Array
  readonly lowAt: Int32Array
  readonly high: Float64Array
  readonly highAt: Int32Array
}

export const BLOCK = 64
/** Shorter lines are looked at point by point. */
const LONG = 32_768

const known = new WeakMap<Float64Array, Blocks>()

/** null: the line is short. A line never changes once it is drawn. */
export function blocksOf(line: Float64Array): Blocks | null {
  if (line.length < LONG) return null
  const found = known.get(line) ?? makeBlocks(line)
  known.set(line, found)
  return found
}

function makeBlocks(line: Float64Array): Blocks {
  const count = Math.floor(line.length / BLOCK)
  const blocks = {
    low: new Float64Array(count),
    lowAt: new Int32Array(count),
    high: new Float64Array(count),
    highAt: new Int32Array(count),
  }
  for (let block = 0; block < count; block++) {
    const { low, lowAt, high, highAt } = scan(line, block * BLOCK, (block + 1) * BLOCK)
    blocks.low[block] = low
    blocks.lowAt[block] = lowAt
    blocks.high[block] = high
    blocks.highAt[block] = highAt
  }
  return blocks
}

/** Of the points from start up to end; NaN where there is none. The first of equals counts. */
export function scan(line: Float64Array, start: number, end: number): Extremes {
  let low = Number.NaN
  let high = Number.NaN
  let lowAt = start
  let highAt = start
  for (let at = start; at < end; at++) {
    const value = line[at] ?? Number.NaN
    if (isBelow(value, low)) {
      low = value
      lowAt = at
    }
    if (isAbove(value, high)) {
      high = value
      highAt = at
    }
  }
  return { low, lowAt, high, highAt }
}

/** The same, by whole blocks where they lie inside. */
export function extremesIn(line: Float64Array, start: number, end: number): Extremes {
  const blocks = end - start < 2 * BLOCK ? null : blocksOf(line)
  if (blocks === null) return scan(line, start, end)
  const first = Math.ceil(start / BLOCK)
  const last = Math.floor(end / BLOCK)
  let found = scan(line, start, first * BLOCK)
  for (let block = first; block < last; block++) found = join(found, blocks, block)
  return joinTwo(found, scan(line, last * BLOCK, end))
}

/** NaN is neither, and beaten by every number. */
const isBelow = (value: number, low: number): boolean => value === value && !(value >= low)
const isAbove = (value: number, high: number): boolean => value === value && !(value <= high)

function join(found: Extremes, blocks: Blocks, block: number): Extremes {
  const low = blocks.low[block] ?? Number.NaN
  const high = blocks.high[block] ?? Number.NaN
  if (!isBelow(low, found.low) && !isAbove(high, found.high)) return found
  const lowAt = blocks.lowAt[block] ?? 0
  const highAt = blocks.highAt[block] ?? 0
  return joinTwo(found, { low, lowAt, high, highAt })
}

function joinTwo(before: Extremes, after: Extremes): Extremes {
  const lower = isBelow(after.low, before.low) ? after : before
  const higher = isAbove(after.high, before.high) ? after : before
  return { low: lower.low, lowAt: lower.lowAt, high: higher.high, highAt: higher.highAt }
}
