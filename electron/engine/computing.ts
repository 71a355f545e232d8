/**
 * What a worker holds of a model, on the CPU (or CUDA, which takes the same graphs) or on a graphics device by WebGPU,
 * behind one set of calls. Not here: the calls' transport (worker.ts), the computing itself.
 */
import { readWeights } from '../model/checkpoint.ts'
import { tensorNames } from '../model/tensors.ts'
import { createCpuDecoder } from './cpu-decoder.ts'
import { openDevice } from './device.ts'
import { findAbilities } from './device-check.ts'
import { createDeviceDecoder } from './device-decoder.ts'
import { deviceMemory } from './device-memory.ts'
import { createDeviceTrainer } from './device-trainer.ts'
import { uploadModel } from './device-weights.ts'
import type { Calls, GridStats, GridWork, MomentPiece } from './protocol.ts'
import { createSampler, type Sampler } from './sampler.ts'
import { touch } from './touch.ts'
import { createTrainer, type StepParams } from './trainer.ts'
import { toGraphLayout, type WeightArrays } from './weights.ts'

export type WorkerTrainer = {
  readonly accumulate: (work: GridWork) => Promise<GridStats>
  readonly forward: (work: GridWork) => Promise<GridStats>
  readonly clear: () => void
  /** Nothing to do for a worker that is alone. */
  readonly publish: () => void
  readonly reduce: () => number | Promise<number>
  readonly update: (step: StepParams) => Promise<void>
  readonly adopt: () => void
  readonly weights: () => WeightArrays | Promise<WeightArrays>
  readonly moments: () => readonly MomentPiece[] | Promise<readonly MomentPiece[]>
  readonly restore: (
    weights: WeightArrays,
    first: WeightArrays,
    second: WeightArrays,
  ) => void | Promise<void>
}

export type Computing = { readonly sampler: Sampler; readonly trainer: WorkerTrainer | null }

type Order = Calls['open']['in']
type Training = NonNullable<Order['training']>

export async function openComputing(order: Order): Promise<Computing> {
  const { options } = order
  if (options.device === 'webgpu') return onDevice(order)
  if (options.device === 'cuda') await touch(options)
  return onCpu(order)
}

function onCpu(order: Order): Computing {
  const { config, source, weights, options, cacheBytes, training } = order
  const sampler = createSampler(
    config,
    createCpuDecoder(config, weights, options, cacheBytes, source, training === null),
  )
  if (training === null) return { sampler, trainer: null }
  const arrays = training.shared.map((buffers) =>
    Object.fromEntries(
      Object.entries(buffers).map(([name, buffer]) => [name, new Float32Array(buffer)]),
    ),
  )
  const shared = { arrays, own: training.own }
  const trained = { config, source, recompute: training.recompute }
  const reference = referenceOf(order, training)
  const trainer = createTrainer(trained, weights, shared, options, reference)
  return { sampler, trainer: { ...trainer, weights: () => trainer.weights } }
}

async function onDevice(order: Order): Promise<Computing> {
  const { config, source, weights, cacheBytes, training } = order
  const memory = deviceMemory(await openDevice())
  const abilities = await findAbilities(memory, config, source.kind === 'stored')
  const model = await uploadModel(memory, config, source, weights, abilities)
  const sampler = createSampler(config, createDeviceDecoder(memory, model, cacheBytes))
  if (training === null) return { sampler, trainer: null }
  const reference = referenceOf(order, training)
  const trainer = await createDeviceTrainer(memory, model, training.recompute, reference)
  return { sampler, trainer: { ...trainer, publish: () => {}, adopt: () => {} } }
}

/** The policy that KL terms refer to, read when first asked for. */
const referenceOf =
  ({ config }: Order, { reference }: Training) =>
  async (): Promise<WeightArrays> =>
    toGraphLayout(tensorNames(config), await readWeights(reference))
