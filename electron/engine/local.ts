/**
 * The local engine: ONNX Runtime in worker threads of one thread each. Rows are split over the workers in
 * generation, micro-batches in training; weights are copied to each. On two cores this beats one worker with two
 * threads in both.
 */
import { availableParallelism } from 'node:os'
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import type { DecoderConfig } from '../model/config.ts'
import { openCheckpoint, readWeights } from '../model/checkpoint.ts'
import { parameterCount } from '../model/tensors.ts'
import { type BatchLimits, gatherSpots, type Grid, packGrids } from './batch.ts'
import type { Datum, DatumOutput, LossName } from './datum.ts'
import type {
  Engine,
  EngineStats,
  ForwardBackwardOutput,
  SampledSequence,
  SampleOptions,
  SampleRequest,
  SamplingClient,
  SamplingParams,
  TrainingClient,
} from './engine.ts'
import type { GridStats, GridWork, RowResult, RowWork } from './protocol.ts'
import { readState, writeState } from './state-folder.ts'
import { toGraphLayout } from './weights.ts'
import { startWorker, type WorkerHandle } from './worker-handle.ts'

export type LocalOptions = {
  readonly device: 'cpu' | 'webgpu'
  /** Worker threads; default: every core. Part of a run's settings: results depend on it in the last bits. */
  readonly workers?: number
  readonly batch?: BatchLimits
}

/** About the largest micro-batch whose activations stay in the cache of a core. */
const DEFAULT_BATCH: BatchLimits = { tokens: 1024, row: 128 }

export function createLocalEngine(options: LocalOptions): Engine {
  const count = options.device === 'cpu' ? (options.workers ?? availableParallelism()) : 1
  const groups: WorkerGroup[] = []
  let peak = 0
  const open = async (model: string): Promise<WorkerGroup> => {
    const group = await openGroup(model, count, options.device)
    groups.push(group)
    return group
  }
  return {
    kind: 'local',
    createTrainingClient: async (model) =>
      trainingClient(await open(model), model, options.batch ?? DEFAULT_BATCH),
    createSamplingClient: async (model) => samplingClient(await open(model), () => true),
    stats: (): EngineStats => {
      const rssBytes = process.memoryUsage.rss()
      peak = Math.max(peak, rssBytes, process.resourceUsage().maxRSS * 1024)
      return { device: options.device, workers: count, rssBytes, peakRssBytes: peak }
    },
    close: async () => {
      await Promise.all(groups.flatMap(({ workers }) => workers.map((worker) => worker.close())))
    },
  }
}

/** Workers that hold the same weights. */
type WorkerGroup = {
  readonly config: DecoderConfig
  readonly workers: readonly WorkerHandle[]
  readonly control: Int32Array
}

async function openGroup(
  model: string,
  count: number,
  device: LocalOptions['device'],
): Promise<WorkerGroup> {
  const { config } = await openCheckpoint(model)
  const weights = toGraphLayout(config, await readWeights(model))
  const bytes = parameterCount(config) * 4
  const shared = Array.from({ length: count }, () => new SharedArrayBuffer(bytes))
  const control = new SharedArrayBuffer(8)
  const workers = shared.map(() => startWorker())
  await Promise.all(
    workers.map((worker, own) =>
      worker.call('open', { config, weights, threads: 1, device, shared, own, control }),
    ),
  )
  return { config, workers, control: new Int32Array(control) }
}

/** Element i goes to worker i mod n: neighbours, which are alike, are spread evenly. */
function deal<T>(items: readonly T[], count: number): T[][] {
  const hands: T[][] = Array.from({ length: count }, () => [])
  items.forEach((item, index) => hands[index % count]?.push(item))
  return hands
}

function samplingClient(group: WorkerGroup, isCurrent: () => boolean): SamplingClient {
  return {
    sample: async (requests, params, options = {}) => {
      if (!isCurrent()) {
        throw new AppError('engine', 'sampler: the weights have moved on since it was made')
      }
      requests.forEach((request, index) => checkRequest(group.config, request, index, params))
      return await sampleRows(group, requests, params, options)
    },
  }
}

function checkRequest(
  config: DecoderConfig,
  { prompt }: SampleRequest,
  index: number,
  { maxTokens }: SamplingParams,
): void {
  if (prompt.length === 0)
    throw new AppError('engine', `prompt ${index}: expected tokens, found none`)
  const total = prompt.length + maxTokens
  if (total > config.maxPositions) {
    throw new AppError(
      'engine',
      `prompt ${index}: expected at most ${config.maxPositions} positions, found ${prompt.length} prompt tokens and up to ${maxTokens} new ones`,
    )
  }
  const bad = prompt.find((id) => !Number.isInteger(id) || id < 0 || id >= config.vocabSize)
  if (bad !== undefined) {
    throw new AppError(
      'engine',
      `prompt ${index}: expected ids below ${config.vocabSize}, found ${bad}`,
    )
  }
}

async function sampleRows(
  group: WorkerGroup,
  requests: readonly SampleRequest[],
  params: SamplingParams,
  { signal, onProgress }: SampleOptions,
): Promise<SampledSequence[][]> {
  throwIfCancelled(signal)
  const rows = orderedRows(requests)
  if (rows.length === 0) return requests.map(() => [])
  const cancelAt = Atomics.load(group.control, 0)
  const cancel = (): void => void Atomics.add(group.control, 0, 1)
  signal?.addEventListener('abort', cancel)
  Atomics.store(group.control, 1, 0)
  const timer = setInterval(() => onProgress?.(Atomics.load(group.control, 1), rows.length), 250)
  try {
    const hands = deal(rows, group.workers.length)
    const found = await Promise.all(
      group.workers.map((worker, index) => {
        const hand = hands[index]?.flat() ?? []
        return hand.length === 0 ? [] : worker.call('sample', { rows: hand, params, cancelAt })
      }),
    )
    onProgress?.(countRows(rows), countRows(rows))
    return gatherRows(requests, found.flat())
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', cancel)
  }
}

const countRows = (groups: readonly (readonly RowWork[])[]): number =>
  groups.reduce((sum, group) => sum + group.length, 0)

/** Rows of each request together, longest prompts first. */
function orderedRows(requests: readonly SampleRequest[]): RowWork[][] {
  let row = 0
  const groups = requests.map(({ prompt, numSamples, seed }) =>
    Array.from({ length: numSamples }, (_, stream): RowWork => ({
      row: row++,
      prompt,
      seed,
      stream,
    })),
  )
  return groups
    .filter((group) => group.length > 0)
    .toSorted((a, b) => (b[0]?.prompt.length ?? 0) - (a[0]?.prompt.length ?? 0))
}

function gatherRows(
  requests: readonly SampleRequest[],
  results: readonly RowResult[],
): SampledSequence[][] {
  const byRow = results.toSorted((a, b) => a.row - b.row)
  let next = 0
  return requests.map(({ numSamples }) => {
    const part = byRow.slice(next, next + numSamples)
    next += numSamples
    return part.map(({ tokens, logprobs, stopReason }) => ({ tokens, logprobs, stopReason }))
  })
}

function trainingClient(group: WorkerGroup, model: string, limits: BatchLimits): TrainingClient {
  let step = 0
  let version = 0
  const all = async <T>(call: (worker: WorkerHandle) => Promise<T>): Promise<T[]> =>
    await Promise.all(group.workers.map(call))
  const run = async (
    call: 'accumulate' | 'forward',
    data: readonly Datum[],
    loss: LossName,
    { signal, onProgress }: SampleOptions,
  ): Promise<ForwardBackwardOutput> => {
    throwIfCancelled(signal)
    const grids = packGrids(data, limits)
    let done = 0
    const stats = await spread(group, grids, async (worker, grid) => {
      throwIfCancelled(signal)
      const result = await worker.call(call, gridWork(data, grid, loss))
      onProgress?.((done += 1), grids.length)
      return result
    })
    return collect(data, grids, stats)
  }
  return {
    forward: (data, signal) =>
      run('forward', data, 'cross_entropy', signal === undefined ? {} : { signal }),
    forwardBackward: (data, loss, options = {}) => run('accumulate', data, loss, options),
    optimStep: async (params) => {
      step += 1
      version += 1
      await all((worker) => worker.call('publish', null))
      const norms = await all((worker) => worker.call('update', { params, step }))
      return { gradNorm: norms[0] ?? 0 }
    },
    saveWeightsForSampler: async () => {
      const mine = version
      return samplingClient(group, () => version === mine)
    },
    saveState: async (directory) => {
      const [first] = group.workers
      if (first === undefined) throw new AppError('engine', 'no worker')
      const state = await first.call('exportState', null)
      await writeState(directory, { config: group.config, model, step, ...state })
    },
    loadState: async (directory) => {
      const state = await readState(directory, group.config)
      step = state.step
      version += 1
      await all((worker) => worker.call('importState', state))
    },
  }
}

/** Grid i is always run by worker i mod n, in order, so that sums have the same bits on every machine. */
async function spread<T>(
  group: WorkerGroup,
  grids: readonly Grid[],
  run: (worker: WorkerHandle, grid: Grid) => Promise<T>,
): Promise<T[]> {
  const results: T[] = []
  await Promise.all(
    group.workers.map(async (worker, own) => {
      for (let index = own; index < grids.length; index += group.workers.length) {
        const grid = grids[index]
        if (grid !== undefined) results[index] = await run(worker, grid)
      }
    }),
  )
  return results
}

type Reader = readonly [name: string, read: (datum: Datum, at: number) => number]

const LOSS_INPUTS: Readonly<Record<LossName, readonly Reader[]>> = {
  cross_entropy: [['weights', (datum, at) => datum.weights?.[at] ?? 0]],
  importance_sampling: [
    ['old', (datum, at) => datum.logprobs?.[at] ?? 0],
    ['advantages', (datum, at) => datum.advantages?.[at] ?? 0],
  ],
  ppo: [
    ['old', (datum, at) => datum.logprobs?.[at] ?? 0],
    ['advantages', (datum, at) => datum.advantages?.[at] ?? 0],
    ['clipLow', (datum) => datum.clipLow ?? 0.2],
    ['clipHigh', (datum) => datum.clipHigh ?? 0.2],
  ],
}

function gridWork(data: readonly Datum[], grid: Grid, loss: LossName): GridWork {
  const readers: Reader[] = [...LOSS_INPUTS[loss]]
  if (grid.kl) readers.push(['klWeight', (datum, at) => datum.klWeight?.[at] ?? 0])
  if (grid.spots.some(({ datum }) => data[datum]?.entropyWeight !== undefined)) {
    readers.push(['entropyWeight', (datum, at) => datum.entropyWeight?.[at] ?? 0])
  }
  const index = (read: (spot: Grid['spots'][number]) => number): BigInt64Array => {
    const values = new BigInt64Array(grid.positions)
    grid.spots.forEach((spot, at) => (values[at] = BigInt(read(spot))))
    return values
  }
  const { rows, length, positions, ids, sequence, documents, branches } = grid
  return {
    shape: { rows, length, positions },
    loss,
    ids,
    sequence,
    documents,
    branches,
    rows: index(({ cell }) => cell),
    targets: index(({ datum, at }) => data[datum]?.targets[at] ?? 0),
    inputs: Object.fromEntries(
      readers.map(([name, read]) => [name, gatherSpots(data, grid, read)]),
    ),
  }
}

function collect(
  data: readonly Datum[],
  grids: readonly Grid[],
  stats: readonly GridStats[],
): ForwardBackwardOutput {
  const outputs = data.map(({ tokens }): DatumOutput => ({
    logprobs: new Float32Array(tokens.length),
    entropy: new Float32Array(tokens.length),
  }))
  const metrics = { lossSum: 0, klSum: 0, entropySum: 0, tokens: 0, clippedTokens: 0, ratioMax: 0 }
  grids.forEach((grid, index) => {
    const found = stats[index] ?? {}
    metrics.lossSum += found['loss']?.[0] ?? 0
    metrics.tokens += grid.spots.length
    grid.spots.forEach(({ datum, at }, spot) => {
      const output = outputs[datum]
      if (output === undefined) return
      output.logprobs[at] = found['logprobs']?.[spot] ?? 0
      output.entropy[at] = found['entropy']?.[spot] ?? 0
      metrics.entropySum += found['entropy']?.[spot] ?? 0
      metrics.klSum += found['kl']?.[spot] ?? 0
      addRatio(metrics, data[datum], found['ratio']?.[spot] ?? 1)
    })
  })
  return { outputs, metrics }
}

function addRatio(
  metrics: { clippedTokens: number; ratioMax: number },
  datum: Datum | undefined,
  ratio: number,
): void {
  const low = 1 - (datum?.clipLow ?? 0.2)
  const high = 1 + (datum?.clipHigh ?? 0.2)
  if (ratio < low || ratio > high) metrics.clippedTokens += 1
  metrics.ratioMax = Math.max(metrics.ratioMax, ratio)
}
