/**
 * How much of a long computation is done at a time, so that its largest tensor stays near a bound. Pure.
 */
import type { DecoderConfig } from '../model/config.ts'
import type { GridShape } from './train-graph.ts'

/** Numbers of the largest tensor of logits or attention scores: 64 MiB as float32. */
const MOST = 2 ** 24
const FEWEST_ROWS = 64
/** Stretches at most: every one adds nodes to the graph. */
const MOST_STRETCHES = 16

/** Positions whose logits exist at once, of `positions`. */
export function headRows({ vocabSize }: DecoderConfig, positions: number): number {
  return rowsWithin(vocabSize, positions)
}

/** Queries whose attention scores exist at once. */
export function attentionRows({ heads }: DecoderConfig, { rows, length }: GridShape): number {
  return rowsWithin(rows * heads * length, length)
}

/** A multiple of 64. */
function rowsWithin(each: number, count: number): number {
  const least = Math.ceil(count / MOST_STRETCHES / FEWEST_ROWS) * FEWEST_ROWS
  return Math.max(least, FEWEST_ROWS, Math.floor(MOST / each / FEWEST_ROWS) * FEWEST_ROWS)
}
