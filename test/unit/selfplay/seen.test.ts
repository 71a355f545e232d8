import { expect, test } from 'vitest'
import { seenMetrics, seenTokens } from '../../../electron/selfplay/seen.ts'

const response = { promptTokens: [7, 8, 9], tokens: [1, 2], logprobs: [-1, -2] }
/** Position t predicts token t + 1: two of the prompt, then the response. */
const output = (first: number, second: number) => ({
  logprobs: Float32Array.of(0, 0, first, second),
  entropy: Float32Array.of(0, 0, 0.5, 1.5),
})

test('what the trainer saw is cut to the tokens of the response', () => {
  expect(seenTokens(response, output(-1.5, -2))).toEqual({
    logprobs: [-1.5, -2],
    entropy: [0.5, 1.5],
  })
})

test('sampler and trainer are compared before the step, ratios at its last pass', () => {
  const metrics = seenMetrics([{ ...response, first: output(-1.5, -2), last: output(-1, -1) }])
  expect(metrics['update/klSampler1']).toBeCloseTo(0.25)
  expect(metrics['update/klSampler2']).toBeCloseTo(0.0625)
  expect(metrics['update/ratioMean']).toBeCloseTo((1 + Math.E) / 2)
  expect(seenMetrics([])).toEqual({})
})
