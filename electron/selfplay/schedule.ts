/**
 * Learning rate as a function of the step, so that a resume needs no schedule state.
 */
import type { RunConfig } from '../contract/config.ts'

type Fields = 'learningRate' | 'rampSteps' | 'decay' | 'finalRate' | 'totalSteps'

/** step counts from 1. Linear rise to the peak at rampSteps, then constant or linear down to finalRate. */
export function learningRateAt(step: number, config: Pick<RunConfig, Fields>): number {
  const { learningRate, rampSteps, totalSteps, finalRate } = config
  if (step < rampSteps) return (learningRate * step) / rampSteps
  if (config.decay === 'constant') return learningRate
  const start = Math.max(1, rampSteps)
  const done = totalSteps > start ? Math.min(1, (step - start) / (totalSteps - start)) : 0
  return learningRate * (1 - (1 - finalRate) * done)
}
