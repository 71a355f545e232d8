/**
 * Decoding on a graphics device: caches never leave it; tokens and log-probs are all that comes back.
 * Not here: the graphs (piece-graph.ts, device-graphs.ts), which row has which slot (sampler.ts).
 */
import { AppError } from '../contract/errors.ts'
import { plainPieceFeeds } from './cached-attention.ts'
import { chunkUniforms, choiceOf } from './cpu-decoder.ts'
import type {
  BatchOptions,
  BatchSize,
  Chunk,
  DecodeBatch,
  Decoder,
  Row,
  SlotMove,
} from './decoder.ts'
import type { DeviceFeeds, DeviceRun, DeviceTensor } from './device.ts'
import {
  cacheTensorShape,
  deviceDecodeGraph,
  moveCacheGraph,
  placePromptGraph,
} from './device-graphs.ts'
import { type DeviceMemory, disposeAll, keptOf } from './device-memory.ts'
import { type DeviceModel, feedsOf, generationWeights, residentInputs } from './device-weights.ts'
import type { SamplingParams } from './engine.ts'
import { cacheNames, nextName, pieceGraph } from './piece-graph.ts'
import { planPieces } from './prefill.ts'
import { cacheTokenBytes, capacityFor, planDeviceRun, type RunPlan } from './sampling-plan.ts'

const BYTES = { float32: 4, float16: 2 } as const

export function createDeviceDecoder(
  memory: DeviceMemory,
  model: DeviceModel,
  cacheBytes: number,
): Decoder {
  return {
    cacheBytes,
    tokenBytes: cacheTokenBytes(model.config, BYTES[model.precision]),
    planRun: planDeviceRun,
    open: async ({ params, check }) => {
      const size = { slots: 0, capacity: 0 }
      return batchOf({ memory, model, params, check, prompts: new Map(), size, caches: [] })
    },
  }
}

/** Keys and values of all layers, in the order of cacheNames. */
type Caches = readonly DeviceTensor[]

type Prompt = { readonly caches: Caches; readonly capacity: number }

type State = {
  readonly memory: DeviceMemory
  readonly model: DeviceModel
  readonly params: SamplingParams
  readonly check: BatchOptions['check']
  /** Prefilled sequences that rows still wait for. */
  readonly prompts: Map<string, Prompt>
  size: BatchSize
  caches: Caches
}

const keyOf = (sequence: readonly number[]): string => sequence.join(' ')

function batchOf(state: State): DecodeBatch {
  const { prompts } = state
  return {
    shape: () => state.size,
    resize: (moves, size) => resize(state, moves, size),
    prepare: ([sequence]) =>
      sequence === undefined ? Promise.resolve(0) : prepare(state, sequence),
    place: (slots, sequence) => place(state, slots, sequence),
    forget: (sequence) => {
      const key = keyOf(sequence)
      disposeAll(prompts.get(key)?.caches ?? [])
      prompts.delete(key)
    },
    run: (rows, plan) => run(state, rows, plan),
    close: () => {
      for (const { caches } of prompts.values()) disposeAll(caches)
      disposeAll(state.caches)
    },
  }
}

const shapeKey = ({ slots, capacity }: BatchSize): string => `${slots}x${capacity}`

/** One tensor after the other, so that only one is there twice. */
async function resize(state: State, moves: readonly SlotMove[], size: BatchSize): Promise<void> {
  const { memory, model, size: old } = state
  const { config, precision } = model
  // A prompt is put in before anything is read: an empty batch needs no tensors yet.
  const order = new BigInt64Array(size.slots)
  for (const { slot, target } of moves) order[target] = BigInt(slot)
  const isNew = moves.length === 0 || old.capacity === 0
  const caches: DeviceTensor[] = []
  for (const [index, name] of cacheNames(config).entries()) {
    const cache = state.caches[index]
    if (isNew || cache === undefined) {
      cache?.dispose()
      if (size.capacity > 0)
        caches.push(await empty(memory, cacheTensorShape(config, size), precision))
      continue
    }
    const key = `move ${precision} ${shapeKey(old)} ${shapeKey(size)}`
    const graph = () => moveCacheGraph(config, old, size, precision)
    const moved = keptOf(await memory.run(key, graph, ['moved'], { cache, order }), 'moved')
    caches.push(moved)
    cache.dispose()
    if (moved.shape.length !== 4) throw new AppError('engine', `${name}: expected four axes`)
  }
  state.caches = caches
  state.size = size
}

const empty = (
  memory: DeviceMemory,
  shape: readonly number[],
  precision: DeviceModel['precision'],
): Promise<DeviceTensor> => memory.zeros(shape, precision)

/** Runs a sequence, piece after piece, into a cache of its own. */
async function prepare(state: State, sequence: readonly number[]): Promise<number> {
  const { memory, model, prompts } = state
  const { config, precision, attention } = model
  const count = sequence.length - 1
  if (count === 0 || prompts.has(keyOf(sequence))) return 0
  const pieces = planPieces(config, count)
  const capacity = capacityFor(Math.max(...pieces.map(({ start, length }) => start + length)))
  const names = cacheNames(config)
  const shape = cacheTensorShape(config, { slots: 1, capacity })
  let caches: Caches = await each(names, () => empty(memory, shape, precision))
  for (const { start, length } of pieces) {
    state.check()
    const ids = new BigInt64Array(length)
    sequence
      .slice(start, Math.min(start + length, count))
      .forEach((id, at) => (ids[at] = BigInt(id)))
    const end = start + length
    const feeds: Record<string, DeviceFeeds[string]> = { ...feedsOf(model), ids }
    if (attention === 'plain') Object.assign(feeds, plainPieceFeeds(start, length, capacity))
    else Object.assign(feeds, { lengths: Int32Array.of(end - 1), total: Int32Array.of(end) })
    const key = `piece ${precision} ${length} of ${capacity}`
    const graph = () =>
      residentInputs(
        pieceGraph(
          config,
          generationWeights(model),
          { length, capacity },
          { target: 'webgpu', precision, attention },
        ),
      )
    caches = await advance(state, key, graph, feeds, caches)
  }
  prompts.set(keyOf(sequence), { caches, capacity })
  return count
}

async function each<T>(names: readonly string[], make: () => Promise<T>): Promise<T[]> {
  const made: T[] = []
  for (const _ of names) made.push(await make())
  return made
}

/** A run that takes caches and gives newer ones; the old ones are gone then. */
async function advance(
  state: State,
  key: string,
  graph: Parameters<DeviceMemory['run']>[1],
  feeds: DeviceFeeds,
  caches: Caches,
): Promise<Caches> {
  return (await advanced(state, key, graph, feeds, caches)).caches
}

async function advanced(
  { memory, model }: State,
  key: string,
  graph: Parameters<DeviceMemory['run']>[1],
  feeds: DeviceFeeds,
  caches: Caches,
): Promise<{ readonly result: DeviceRun; readonly caches: Caches }> {
  const names = cacheNames(model.config)
  const past = Object.fromEntries(
    names.flatMap((name, index) => {
      const cache = caches[index]
      return cache === undefined ? [] : [[name, cache] as const]
    }),
  )
  const result = await memory.run(key, graph, names.map(nextName), { ...feeds, ...past })
  disposeAll(caches)
  return { result, caches: names.map((name) => keptOf(result, nextName(name))) }
}

async function place(
  state: State,
  slots: readonly number[],
  sequence: readonly number[],
): Promise<void> {
  const prompt = state.prompts.get(keyOf(sequence))
  if (prompt === undefined) return
  const { memory, model } = state
  const { config, precision } = model
  if (prompt.capacity > state.size.capacity) await growTo(state, prompt.capacity)
  const { size } = state
  const chosen = new Float32Array(size.slots)
  for (const slot of slots) chosen[slot] = 1
  const key = `place ${precision} ${prompt.capacity} in ${shapeKey(size)}`
  const graph = () => placePromptGraph(config, size, prompt.capacity, precision)
  const caches: DeviceTensor[] = []
  for (const [index, cache] of state.caches.entries()) {
    const own = prompt.caches[index]
    if (own === undefined) throw new AppError('engine', 'device: a prompt without a cache')
    const feeds = { cache, prompt: own, chosen }
    caches.push(keptOf(await memory.run(key, graph, ['placed'], feeds), 'placed'))
    cache.dispose()
  }
  state.caches = caches
}

async function growTo(state: State, capacity: number): Promise<void> {
  const { slots } = state.size
  const moves = Array.from({ length: slots }, (_, slot) => ({ slot, target: slot, length: 0 }))
  await resize(state, moves, { slots, capacity })
}

async function run(
  state: State,
  rows: readonly (Row | null)[],
  { unroll: steps }: RunPlan,
): Promise<Chunk> {
  const { model, params, size } = state
  const { config, precision } = model
  const choice = choiceOf(params)
  const shape = { ...size, steps, choice }
  const key = `decode ${precision} ${shapeKey(size)} ${steps} ${choice}`
  const graph = () =>
    residentInputs(deviceDecodeGraph(config, generationWeights(model), shape, precision))
  const feeds = { ...feedsOf(model), ...chunkFeeds(params, rows, size, steps) }
  const { result, caches } = await advanced(state, key, graph, feeds, state.caches)
  state.caches = caches
  return chunkOf(result, rows.length, steps)
}

/** More than any vocabulary has: no token is left out. */
const ALL = 2 ** 30

function chunkFeeds(
  { temperature, topP, topK }: SamplingParams,
  rows: readonly (Row | null)[],
  { capacity }: BatchSize,
  steps: number,
): DeviceFeeds {
  return {
    ids: Int32Array.from(rows, (row) => row?.next ?? 0),
    lengths: Int32Array.from(rows, (row) => row?.length ?? 0),
    limits: Int32Array.from(rows, (row) => row?.limit ?? 0),
    total: Int32Array.of(capacity),
    uniforms: chunkUniforms(rows, steps, 1),
    inverseTemperature: Float32Array.of(temperature === 0 ? 1 : 1 / temperature),
    topP: Float32Array.of(topP),
    topK: Float32Array.of(topK > 0 ? topK : ALL),
  }
}

function chunkOf({ read }: DeviceRun, slots: number, steps: number): Chunk {
  const tokens = Array.from({ length: steps }, (_, step) => read[`tokens.${step}`]?.data)
  const logprobs = read['logprobs']?.data
  return {
    steps,
    read: (step, slot) => ({
      token: Number(tokens[step]?.[slot]),
      logprob: Number(logprobs?.[step * slots + slot]),
    }),
    // Its cache has it already.
    keep: () => {},
  }
}
