/**
 * One worker's trainer without a thread, fed as the training client feeds it, and the shapes these tests share.
 */
import { type BatchLimits, packGrids } from '../../../electron/engine/batch.ts'
import type { Datum, LossName } from '../../../electron/engine/datum.ts'
import type { AdamParams, ForwardBackwardOutput } from '../../../electron/engine/engine.ts'
import { collect, gridWork } from '../../../electron/engine/grid-work.ts'
import { createTrainer, type Trainer } from '../../../electron/engine/trainer.ts'
import type { Trained } from '../../../electron/engine/train-graph.ts'
import {
  copyOf,
  toGraphLayout,
  type WeightArrays,
  zeroArrays,
} from '../../../electron/engine/weights.ts'
import type { DecoderConfig } from '../../../electron/model/config.ts'
import { FED } from '../../../electron/model/parameters.ts'
import { tensorNames } from '../../../electron/model/tensors.ts'
import type { Golden } from '../../golden/decoders.ts'
import { goldenWeights } from '../../golden/weights.ts'

export const CPU = { threads: 1, device: 'cpu' } as const
export const LIMITS: BatchLimits = { tokens: 64, row: 32 }

export type SoloTrainer = {
  readonly weights: WeightArrays
  readonly forward: (data: readonly Datum[]) => Promise<ForwardBackwardOutput>
  readonly forwardBackward: (
    data: readonly Datum[],
    loss: LossName,
  ) => Promise<ForwardBackwardOutput>
  /** The sums since the last step. */
  readonly gradients: () => WeightArrays
  readonly optimStep: (params: AdamParams) => Promise<number>
}

/** Weights of a golden decoder; the reference policy is the golden one. */
export function trainerOf({ config, perturb }: Golden, limits = LIMITS): SoloTrainer {
  const trainer = soloTrainer(config, goldenWeights(config, perturb), limits)
  const specs = tensorNames(config)
  const zeros = zeroArrays(specs)
  trainer.inner.restore(toGraphLayout(specs, goldenWeights(config)), zeros, zeros)
  return trainer
}

export function soloTrainer(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  limits = LIMITS,
): SoloTrainer & { readonly inner: Trainer } {
  const arrays = toGraphLayout(tensorNames(config), weights)
  return soloOver({ config, source: FED, recompute: false }, arrays, limits)
}

/** The same over any source of weights; arrays: what is fed. */
export function soloOver(
  trained: Trained,
  arrays: WeightArrays,
  limits = LIMITS,
): SoloTrainer & { readonly inner: Trainer } {
  const reference = copyOf(arrays)
  const inner = createTrainer(trained, arrays, { arrays: [{}], own: 0 }, CPU, async () => reference)
  let step = 0
  const run = async (
    data: readonly Datum[],
    loss: LossName | null,
  ): Promise<ForwardBackwardOutput> => {
    const grids = packGrids(data, limits)
    const stats = []
    for (const grid of grids) {
      const work = gridWork(data, grid, loss)
      stats.push(await (loss === null ? inner.forward(work) : inner.accumulate(work)))
    }
    return collect(data, grids, stats)
  }
  return {
    inner,
    weights: inner.weights,
    forward: (data) => run(data, null),
    forwardBackward: run,
    gradients: () => inner.gradients,
    optimStep: async (params) => {
      inner.publish()
      const norm = Math.sqrt(inner.reduce())
      step += 1
      await inner.update({ params, step, norm })
      inner.adopt()
      return norm
    },
  }
}

export function norm(numbers: ArrayLike<number>): number {
  let sum = 0
  for (let index = 0; index < numbers.length; index += 1) sum += (numbers[index] ?? 0) ** 2
  return Math.sqrt(sum)
}
