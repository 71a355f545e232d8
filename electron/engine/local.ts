/**
 * The local engine: ONNX Runtime in worker threads of one thread each. Rows are split over the workers in
 * generation, micro-batches in training; weights are copied to each. On two cores this beats one worker with two
 * threads in both.
 */
import { availableParallelism } from 'node:os'
import { AppError, type ErrorCode } from '../contract/errors.ts'
import type { BatchLimits } from './batch.ts'
import type { Engine, EngineStats } from './engine.ts'
import type { GenerationTally } from './protocol.ts'
import { samplingClient } from './sampling-client.ts'
import { trainingClient } from './training-client.ts'
import type { ModelOptions } from './open-model.ts'
import { openGroup, WHOLE_MODEL, type WorkerGroup } from './worker-group.ts'

export type LocalOptions = {
  readonly device: 'cpu' | 'webgpu' | 'cuda'
  /** Told why the CPU computes instead, once, where the device cannot be used; default: a warning of the process. */
  readonly onFallback?: (sentence: string) => void
  /** Worker threads; default: every core. Part of a run's settings: results depend on it in the last bits. */
  readonly workers?: number
  readonly batch?: BatchLimits
  /** What keys and values of generation may take; default: by what is free. Decides how many rows run at a time. */
  readonly cacheBytes?: number
  /** Adapters, 4 bits and the like; default: every weight is trained. */
  readonly model?: Partial<ModelOptions>
}

const NAMES = { cpu: 'The CPU', webgpu: 'WebGPU', cuda: 'CUDA' } as const
/** A device that is not there, or that loses itself at the first touch. */
const REFUSALS: ReadonlySet<string> = new Set<ErrorCode>(['engine', 'device'])

/** About the largest micro-batch whose activations stay in the cache of a core. */
const DEFAULT_BATCH: BatchLimits = { tokens: 1024, row: 128 }

export function createLocalEngine({
  device: wanted,
  onFallback = (sentence) => process.emitWarning(sentence),
  workers,
  batch,
  model,
  cacheBytes,
}: LocalOptions): Engine {
  const count = workers ?? availableParallelism()
  const groups = new Set<WorkerGroup>()
  let closed = false
  const choice = deviceChoice(wanted, onFallback)
  let generation: GenerationTally = { promptTokens: 0, prefillMs: 0, newTokens: 0, decodeMs: 0 }
  const modelOptions = { ...WHOLE_MODEL, ...model }
  const open = async (folder: string, training: boolean): Promise<WorkerGroup> => {
    if (closed) throw new AppError('engine', 'the engine is closed')
    const group = await choice.open((on) =>
      openGroup(folder, {
        workers: count,
        options: { threads: 1, device: on },
        training,
        model: modelOptions,
        cacheBytes: cacheBytes ?? null,
        tallied: (tally) => void (generation = sumOf(generation, tally)),
      }),
    )
    groups.add(group)
    if (closed) await group.close()
    return group
  }
  return {
    kind: 'local',
    createTrainingClient: async (folder) =>
      trainingClient(await open(folder, true), batch ?? DEFAULT_BATCH),
    createSamplingClient: async (folder) => samplingClient(await open(folder, false), () => true),
    stats: (): EngineStats => ({ ...choice.used(), workers: count, generation }),
    close: async () => {
      closed = true
      await Promise.all([...groups].map((group) => group.close()))
      groups.clear()
    },
  }
}

type Used = Pick<EngineStats, 'device' | 'fallback'>

/** The device that groups are opened on: the CPU from the first refusal on, but never halfway through a run. */
function deviceChoice(wanted: LocalOptions['device'], onFallback: (sentence: string) => void) {
  let used: Used = { device: wanted, fallback: null }
  let opened = false
  const open = async (make: (on: LocalOptions['device']) => Promise<WorkerGroup>) => {
    try {
      const group = await make(used.device)
      opened = true
      return group
    } catch (thrown) {
      const { device } = used
      const isRefusal = thrown instanceof AppError && REFUSALS.has(thrown.code)
      if (device === 'cpu' || opened || !isRefusal) throw thrown
      const fallback = `${NAMES[device]} cannot be used (${thrown.message}), so the CPU computes`
      used = { device: 'cpu', fallback }
      onFallback(fallback)
      return await make('cpu')
    }
  }
  return { open, used: () => used }
}

/** Calls of sampling follow one another: their times add up. */
function sumOf(a: GenerationTally, b: GenerationTally): GenerationTally {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    prefillMs: a.prefillMs + b.prefillMs,
    newTokens: a.newTokens + b.newTokens,
    decodeMs: a.decodeMs + b.decodeMs,
  }
}
