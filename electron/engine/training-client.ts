/**
 * Training over a group of workers: micro-batches are dealt out, gradients meet once per optimizer step.
 * Calls run one after another in the order they were made. A call that fails or is cancelled forgets all gradients
 * since the last step.
 */
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import { type BatchLimits, type Grid, packGrids } from './batch.ts'
import { checkDatum } from './check.ts'
import type { Datum, LossName } from './datum.ts'
import type { AdamParams, ForwardBackwardOutput, SampleOptions, TrainingClient } from './engine.ts'
import { collect, gridWork } from './grid-work.ts'
import type { MomentPiece } from './protocol.ts'
import { samplingClient } from './sampling-client.ts'
import { readState, type TrainedModel, writeState } from './state-folder.ts'
import { inTurn } from './turns.ts'
import { type WeightArrays, zeroArrays } from './weights.ts'
import type { WorkerGroup } from './worker-group.ts'
import type { WorkerHandle } from './worker-handle.ts'

export function trainingClient(group: WorkerGroup, limits: BatchLimits): TrainingClient {
  let step = 0
  let version = 0
  const inOrder = inTurn()
  return {
    forward: (data, signal) =>
      inOrder(() => runGrids(group, data, limits, null, signal === undefined ? {} : { signal })),
    forwardBackward: (data, loss, options = {}) =>
      inOrder(() => orForget(group, () => runGrids(group, data, limits, loss, options))),
    optimStep: (params) =>
      inOrder(async () => {
        const gradNorm = await orForget(group, () => optimStep(group, params, step + 1))
        step += 1
        version += 1
        return { gradNorm }
      }),
    saveWeightsForSampler: () =>
      inOrder(async () => {
        const mine = version
        return samplingClient(group, () => version === mine)
      }),
    saveState: (directory) =>
      inOrder(async () => {
        const state = await exportState(group)
        await writeState(directory, { ...trainedOf(group), step, ...state })
      }),
    loadState: (directory) =>
      inOrder(async () => {
        const state = await readState(directory, trainedOf(group))
        await group.all('importState', state)
        step = state.step
        version += 1
      }),
  }
}

const trainedOf = ({ config, source, specs, folder }: WorkerGroup): TrainedModel => ({
  config,
  specs,
  lora: source.kind === 'stored' ? source.lora : null,
  folder,
})

async function orForget<T>(group: WorkerGroup, task: () => Promise<T>): Promise<T> {
  try {
    return await task()
  } catch (thrown) {
    // Where a worker is gone this fails too, and the first reason is the one to tell.
    await group.all('clear', null).catch(() => null)
    throw thrown
  }
}

/** loss null: statistics only. */
async function runGrids(
  group: WorkerGroup,
  data: readonly Datum[],
  limits: BatchLimits,
  loss: LossName | null,
  { signal, onProgress }: SampleOptions,
): Promise<ForwardBackwardOutput> {
  throwIfCancelled(signal)
  data.forEach((datum, index) => checkDatum(group.config, datum, index, loss))
  const grids = packGrids(data, limits)
  let done = 0
  const stats = await spread(group, grids, async (worker, grid) => {
    throwIfCancelled(signal)
    const work = gridWork(data, grid, loss)
    const result = await worker.call(loss === null ? 'forward' : 'accumulate', work)
    onProgress?.((done += 1), grids.length)
    return result
  })
  return collect(data, grids, stats)
}

/** Grid i is always run by worker i mod n, in order, so that sums have the same bits every time. */
async function spread<T>(
  group: WorkerGroup,
  grids: readonly Grid[],
  run: (worker: WorkerHandle, grid: Grid) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  const ends = await Promise.allSettled(
    group.workers.map(async (worker, own) => {
      for (let index = own; index < grids.length; index += group.workers.length) {
        const grid = grids[index]
        if (grid !== undefined) results[index] = await run(worker, grid)
      }
    }),
  )
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return results
}

async function optimStep(group: WorkerGroup, params: AdamParams, step: number): Promise<number> {
  await group.all('publish', null)
  const squares = await group.all('reduce', null)
  const norm = Math.sqrt(squares.reduce((sum, square) => sum + square, 0))
  if (!Number.isFinite(norm)) {
    throw new AppError('engine', `gradient norm: expected a finite number, found ${norm}`)
  }
  await group.all('update', { params, step, norm })
  await group.all('adopt', null)
  return norm
}

type State = { weights: WeightArrays; first: WeightArrays; second: WeightArrays }

async function exportState(group: WorkerGroup): Promise<State> {
  const [worker] = group.workers
  if (worker === undefined) throw new AppError('engine', 'no worker')
  const weights = await worker.call('exportWeights', null)
  const pieces = (await group.all('exportMoments', null)).flat()
  const whole = (read: (piece: MomentPiece) => Float32Array): WeightArrays => {
    const arrays = zeroArrays(group.specs)
    for (const piece of pieces) arrays[piece.name]?.set(read(piece), piece.from)
    return arrays
  }
  return { weights, first: whole(({ first }) => first), second: whole(({ second }) => second) }
}
