/**
 * How much of a long computation is done at a time, so that no tensor of it outgrows a bound. Pure.
 */
import type { DecoderConfig } from '../model/config.ts'
import type { GridShape } from './train-graph.ts'

/** Numbers of the largest tensor of logits or attention scores: 64 MiB as float32. */
const MOST = 2 ** 24
const FEWEST_ROWS = 64

/** Positions whose logits exist at once. */
export function headRows({ vocabSize }: DecoderConfig): number {
  return rowsWithin(vocabSize)
}

/** Queries whose attention scores exist at once. */
export function attentionRows({ heads }: DecoderConfig, { rows, length }: GridShape): number {
  return rowsWithin(rows * heads * length)
}

/** A multiple of 64. */
function rowsWithin(each: number): number {
  return Math.max(FEWEST_ROWS, Math.floor(MOST / each / FEWEST_ROWS) * FEWEST_ROWS)
}
