/**
 * Workers that hold the same weights. One that dies takes the group with it: its calls fail from then on.
 * Not here: what the workers compute (worker.ts), what clients ask of them (training-client.ts, sampling-client.ts).
 */
import { openCheckpoint, readWeights } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { elementCount, tensorNames } from '../model/tensors.ts'
import type { CallName, Calls } from './protocol.ts'
import type { SessionOptions } from './session.ts'
import { toGraphLayout } from './weights.ts'
import { startWorker, type WorkerHandle } from './worker-handle.ts'

export type WorkerGroup = {
  readonly config: DecoderConfig
  readonly workers: readonly WorkerHandle[]
  /** The same call to every worker. */
  readonly all: <Name extends CallName>(
    call: Name,
    argument: Calls[Name]['in'],
  ) => Promise<Calls[Name]['out'][]>
  readonly close: () => Promise<void>
}

export type GroupPlan = {
  readonly workers: number
  readonly options: SessionOptions
  readonly training: boolean
}

/** Reads a model folder and gives a copy of its weights to each worker. */
export async function openGroup(model: string, plan: GroupPlan): Promise<WorkerGroup> {
  const { config } = await openCheckpoint(model)
  const weights = toGraphLayout(config, await readWeights(model))
  const handles = Array.from({ length: plan.workers }, () => startWorker())
  const group: WorkerGroup = {
    config,
    workers: handles,
    all: (call, argument) => Promise.all(handles.map((worker) => worker.call(call, argument))),
    close: async () => {
      await Promise.all(handles.map((worker) => worker.close()))
    },
  }
  const shared = plan.training ? handles.map(() => sharedBuffers(config)) : null
  const { options } = plan
  try {
    await Promise.all(
      handles.map((worker, own) => {
        const training = shared === null ? null : { shared, own }
        return worker.call('open', { config, weights, options, training })
      }),
    )
  } catch (thrown) {
    await group.close()
    throw thrown
  }
  return group
}

function sharedBuffers(config: DecoderConfig): Record<string, SharedArrayBuffer> {
  return Object.fromEntries(
    tensorNames(config).map(({ name, shape }) => [
      name,
      new SharedArrayBuffer(elementCount(shape) * Float32Array.BYTES_PER_ELEMENT),
    ]),
  )
}
