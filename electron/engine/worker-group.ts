/**
 * Workers that hold the same weights. One that dies takes the group with it: its calls fail from then on.
 * Not here: what the workers compute (worker.ts), what clients ask of them (training-client.ts, sampling-client.ts).
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DecoderConfig } from '../model/config.ts'
import { trainableTensors } from '../model/lora.ts'
import type { WeightSource } from '../model/parameters.ts'
import { elementCount, type TensorSpec } from '../model/tensors.ts'
import { findAdapters } from './adapters.ts'
import { type ModelOptions, openModel } from './open-model.ts'
import type { CallName, Calls, GenerationTally } from './protocol.ts'
import { cacheBytesFor, deviceCacheRoom } from './sampling-plan.ts'
import type { SessionOptions } from './session.ts'
import { sharingDevice, startWorker, type WorkerHandle } from './worker-handle.ts'

export type WorkerGroup = {
  readonly config: DecoderConfig
  readonly source: WeightSource
  /** What training changes. */
  readonly specs: readonly TensorSpec[]
  /** Folder of the weights that adapters belong to, or that training began from. */
  readonly folder: string
  readonly workers: readonly WorkerHandle[]
  /** The same call to every worker. */
  readonly all: <Name extends CallName>(
    call: Name,
    argument: Calls[Name]['in'],
  ) => Promise<Calls[Name]['out'][]>
  /** Told what each call of sampling took. */
  readonly tallied: (tally: GenerationTally) => void
  readonly close: () => Promise<void>
}

export type GroupPlan = {
  readonly workers: number
  readonly options: SessionOptions
  readonly training: boolean
  readonly model: ModelOptions
  /** What keys and values may take, all workers together; null: by what is free once the model is there. */
  readonly cacheBytes: number | null
  readonly tallied: (tally: GenerationTally) => void
}

export const WHOLE_MODEL: ModelOptions = {
  lora: null,
  base: 'stored',
  recompute: false,
  cache: join(tmpdir(), 'kelvin-cache'),
}

/**
 * Opens a model folder for each worker. Mapped weights are one copy whoever reads them, but not what is computed from
 * them: there one worker has all threads.
 */
export async function openGroup(model: string, plan: GroupPlan): Promise<WorkerGroup> {
  const { config, source, weights, folder } = await openModel(model, plan.model, plan.training)
  const mapped = source.kind === 'stored'
  const specs = trainableTensors(config, mapped ? source.lora : null)
  // A device computes for one worker; the CPU's workers have a thread each.
  const alone = mapped || plan.options.device !== 'cpu'
  const handles = Array.from({ length: alone ? 1 : plan.workers }, () =>
    plan.options.device === 'webgpu' ? sharingDevice(startWorker()) : startWorker(),
  )
  const options = mapped ? { ...plan.options, threads: plan.workers } : plan.options
  const group: WorkerGroup = {
    config,
    source,
    specs,
    folder,
    workers: handles,
    all: (call, argument) => Promise.all(handles.map((worker) => worker.call(call, argument))),
    tallied: plan.tallied,
    close: async () => {
      await Promise.all(handles.map((worker) => worker.close()))
    },
  }
  const cacheBytes = (plan.cacheBytes ?? (await cacheRoom(plan.options))) / handles.length
  const shared = plan.training ? handles.map(() => sharedBuffers(specs, handles.length)) : null
  const { recompute } = plan.model
  try {
    await Promise.all(
      handles.map((worker, own) => {
        const training = shared === null ? null : { shared, own, recompute, reference: folder }
        return worker.call('open', { config, source, weights, options, cacheBytes, training })
      }),
    )
  } catch (thrown) {
    await group.close()
    throw thrown
  }
  return group
}

/** Half of what is free where the caches will lie; of a device that does not tell, the least. */
async function cacheRoom({ device }: SessionOptions): Promise<number> {
  if (device !== 'webgpu') return cacheBytesFor(process.availableMemory())
  const [adapter] = await findAdapters()
  return cacheBytesFor(deviceCacheRoom(adapter?.freeBytes ?? adapter?.memoryBytes ?? 0))
}

/** What one worker shows the others; nothing where there is no other. */
function sharedBuffers(
  specs: readonly TensorSpec[],
  workers: number,
): Record<string, SharedArrayBuffer> {
  if (workers === 1) return {}
  return Object.fromEntries(
    specs.map(({ name, shape }) => [
      name,
      new SharedArrayBuffer(elementCount(shape) * Float32Array.BYTES_PER_ELEMENT),
    ]),
  )
}
