import { expect, test } from 'vitest'
import { learningRateAt } from '../../../electron/selfplay/schedule.ts'

const base = { learningRate: 1, rampSteps: 10, totalSteps: 110, finalRate: 0.1 }

test('the rate ramps up, then stays or falls to its end', () => {
  const linear = { ...base, decay: 'linear' as const }
  const steps = [1, 5, 10, 60, 110, 500]
  const rates = steps.map((step) => Number(learningRateAt(step, linear).toFixed(6)))
  expect(rates).toEqual([0.1, 0.5, 1, 0.55, 0.1, 0.1])
  const constant = { ...base, decay: 'constant' as const }
  expect(steps.map((step) => learningRateAt(step, constant))).toEqual([0.1, 0.5, 1, 1, 1, 1])
})

test('without a ramp the first step has the peak, and one step in all is no division by zero', () => {
  expect(learningRateAt(1, { ...base, rampSteps: 0, decay: 'linear' })).toBe(1)
  expect(learningRateAt(1, { ...base, rampSteps: 0, totalSteps: 1, decay: 'linear' })).toBe(1)
})
