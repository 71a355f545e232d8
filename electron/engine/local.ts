/**
 * The local engine: ONNX Runtime in worker threads of one thread each. Rows are split over the workers in
 * generation, micro-batches in training; weights are copied to each. On two cores this beats one worker with two
 * threads in both.
 */
import { availableParallelism } from 'node:os'
import { AppError } from '../contract/errors.ts'
import type { BatchLimits } from './batch.ts'
import type { Engine, EngineStats } from './engine.ts'
import { samplingClient } from './sampling-client.ts'
import { trainingClient } from './training-client.ts'
import { openGroup, type WorkerGroup } from './worker-group.ts'

export type LocalOptions = {
  readonly device: 'cpu' | 'webgpu'
  /** Worker threads; default: every core. Part of a run's settings: results depend on it in the last bits. */
  readonly workers?: number
  readonly batch?: BatchLimits
}

/** About the largest micro-batch whose activations stay in the cache of a core. */
const DEFAULT_BATCH: BatchLimits = { tokens: 1024, row: 128 }

export function createLocalEngine({ device, workers, batch }: LocalOptions): Engine {
  if (device !== 'cpu') {
    throw new AppError('engine', `device: expected cpu, found ${device}, which cannot train yet`)
  }
  const count = workers ?? availableParallelism()
  const groups = new Set<WorkerGroup>()
  let closed = false
  let peak = 0
  const open = async (model: string, training: boolean): Promise<WorkerGroup> => {
    if (closed) throw new AppError('engine', 'the engine is closed')
    const options = { threads: 1, device }
    const group = await openGroup(model, { workers: count, options, training })
    groups.add(group)
    if (closed) await group.close()
    return group
  }
  return {
    kind: 'local',
    createTrainingClient: async (model) =>
      trainingClient(await open(model, true), model, batch ?? DEFAULT_BATCH),
    createSamplingClient: async (model) => samplingClient(await open(model, false), () => true),
    stats: (): EngineStats => {
      const rssBytes = process.memoryUsage.rss()
      peak = Math.max(peak, rssBytes, process.resourceUsage().maxRSS * 1024)
      return { device, workers: count, rssBytes, peakRssBytes: peak }
    },
    close: async () => {
      closed = true
      await Promise.all([...groups].map((group) => group.close()))
      groups.clear()
    },
  }
}
