import { expect, test } from 'vitest'
import { datumOf, hasGradient, trainedTokens } from '../../../electron/selfplay/datums.ts'

const sample = {
  promptTokens: [7, 8, 9],
  tokens: [1, 2],
  logprobs: [-0.5, -0.25],
  advantage: 2,
  klWeight: 0.5,
}
const options = { clipLow: 0.2, clipHigh: 0.28, entropyCoef: 0, dualClip: 0 }

test('position t predicts token t + 1, and only the response has targets and coefficients', () => {
  expect(datumOf(sample, 4, options)).toEqual({
    tokens: Int32Array.from([7, 8, 9, 1]),
    targets: Int32Array.from([-1, -1, 1, 2]),
    logprobs: Float32Array.from([0, 0, -0.5, -0.25]),
    advantages: Float32Array.from([0, 0, 0.5, 0.5]),
    klWeight: Float32Array.from([0, 0, 0.125, 0.125]),
    clipLow: 0.2,
    clipHigh: 0.28,
  })
})

test('every array is as long as the tokens, with or without the optional terms', () => {
  const datum = datumOf({ ...sample, klWeight: 0 }, 4, { ...options, entropyCoef: 0.1 })
  expect(datum.klWeight).toBeUndefined()
  expect(datum.entropyWeight).toEqual(Float32Array.from([0, 0, 0.025, 0.025]))
  const lengths = Object.values(datum).flatMap((value) =>
    ArrayBuffer.isView(value) ? [value.byteLength / 4] : [],
  )
  expect(new Set(lengths)).toEqual(new Set([4]))
})

test('coefficients of a step sum to its token mean', () => {
  const samples = [sample, { ...sample, tokens: [1, 2, 3, 4], advantage: -1 }]
  const total = trainedTokens(samples)
  const sum = samples
    .flatMap((one) => [...(datumOf(one, total, options).advantages ?? [])])
    .reduce((all, value) => all + value, 0)
  expect(total).toBe(6)
  expect(sum).toBeCloseTo((2 * 2 - 1 * 4) / 6, 6)
})

test('a sample without any coefficient is not worth a pass', () => {
  const idle = { ...sample, advantage: 0, klWeight: 0 }
  expect(hasGradient(idle, options)).toBe(false)
  expect(hasGradient(idle, { ...options, entropyCoef: 0.001 })).toBe(true)
  expect(hasGradient({ ...idle, klWeight: 0.5 }, options)).toBe(true)
  expect(hasGradient({ ...sample, tokens: [] }, options)).toBe(false)
})

test('a dual clip is handed on', () => {
  expect(datumOf(sample, 4, { ...options, dualClip: 3 }).dualClip).toBe(3)
})
