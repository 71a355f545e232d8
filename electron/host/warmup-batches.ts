/**
 * Training batches of the warm-up: samples of the stream, weighted and packed to a fixed number of rows.
 * What does not fit waits for the next batch, so that every step costs the same.
 * Not here: the samples (nano/stream.ts), the steps (pretrain.ts).
 */
import type { Datum } from '../engine/datum.ts'
import type { Sample } from '../nano/stream.ts'
import { ANSWER_WEIGHT, PROMPT_WEIGHT } from '../nano/weights.ts'

export const ROW_TOKENS = 128
/** Samples looked at to fill the rows of one step. */
const WINDOW = 24

/** Takes samples from the pool, oldest first, until rows of ROW_TOKENS are full; the rest stays in the pool. */
export function takeRows(pool: Sample[], rows: number): Sample[] {
  const left = Array.from({ length: rows }, () => ROW_TOKENS)
  const taken: Sample[] = []
  let skipped = 0
  for (let index = 0; index < pool.length && skipped < WINDOW;) {
    const sample = pool[index]
    const size = sample === undefined ? 0 : sample.tokens.length - 1
    const row = left.findIndex((free) => free >= size)
    if (sample === undefined || row < 0) {
      index += 1
      skipped += 1
      continue
    }
    left[row] = (left[row] ?? 0) - size
    taken.push(sample)
    pool.splice(index, 1)
  }
  return taken
}

/** Weighted cross-entropy datums; all weights of the batch together sum to 1. */
export function warmupDatums(samples: readonly Sample[]): Datum[] {
  const total = samples.reduce((sum, sample) => sum + weightsOf(sample).reduce((a, b) => a + b), 0)
  return samples.map((sample) => ({
    tokens: Int32Array.from(sample.tokens.slice(0, -1)),
    targets: Int32Array.from(sample.tokens.slice(1)),
    weights: Float32Array.from(weightsOf(sample), (weight) => weight / total),
  }))
}

function weightsOf({ tokens, answerStart, type }: Sample): number[] {
  return tokens
    .slice(1)
    .map((_, at) => (at + 1 >= answerStart ? ANSWER_WEIGHT[type] : PROMPT_WEIGHT))
}
