/**
 * Decoding on the CPU: caches lie outside the runtime and go in with every run; a run gives back only what it adds.
 * Short prompts are prefilled several to a row, long ones in pieces over a cache of their own.
 * Not here: the graphs (decode-graph.ts, piece-graph.ts), which row has which slot (sampler.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { DecoderConfig } from '../model/config.ts'
import { FED, type WeightSource, weightsIn } from '../model/parameters.ts'
import { parameterCount } from '../model/tensors.ts'
import { decodeGraph, prefillGraph } from './decode-graph.ts'
import type { BatchOptions, Chunk, DecodeBatch, Decoder, Row } from './decoder.ts'
import type { Choice } from './draw.ts'
import type { SamplingParams } from './engine.ts'
import {
  type Appender,
  createAppender,
  createCache,
  discard,
  fillSlot,
  type KvCache,
  type PromptCache,
  resizeCache,
} from './kv-cache.ts'
import { pieceGraph } from './piece-graph.ts'
import { type PrefillCell, PREFILL_TOKENS, planPieces, planPrefill } from './prefill.ts'
import { uniform } from './random.ts'
import { cacheTokenBytes, capacityFor, iterationsOf, type RunPlan } from './sampling-plan.ts'
import type { Arrays, Output, Session, SessionOptions } from './session.ts'
import { sessionCache } from './session-cache.ts'
import type { WeightArrays } from './weights.ts'

/** Weights that a graph may hold: sessions are many, and each has them twice then. */
const HELD_PARAMETERS = 2 ** 21

/**
 * source: where graphs find what is not in weights, which are fed. isFixed: weights stay as they are. Then the graphs of
 * a lone row hold them, laid out as its products want them, which is a few per cent faster.
 */
export function createCpuDecoder(
  config: DecoderConfig,
  weights: WeightArrays,
  options: SessionOptions,
  cacheBytes: number,
  source: WeightSource = FED,
  isFixed = false,
): Decoder {
  const isHeld = isFixed && source.kind === 'fed' && parameterCount(config) <= HELD_PARAMETERS
  const alone: WeightSource = isHeld ? { kind: 'fed', held: weights } : source
  const sessions = sessionsOf(config, options, source, alone)
  return {
    cacheBytes,
    tokenBytes: cacheTokenBytes(config, Float32Array.BYTES_PER_ELEMENT),
    open: async ({ params, positions, check }) => {
      const state: State = {
        config,
        weights,
        aloneWeights: isHeld ? {} : weights,
        sessions,
        params,
        check,
        append: createAppender(config, positions),
        prompts: new Map(),
        cache: createCache(config, 0, 0),
        fresh: new Float32Array(0),
      }
      return batchOf(state)
    },
  }
}

type Sessions = {
  readonly prefill: (rows: number, length: number) => Promise<Session>
  readonly piece: (length: number, capacity: number) => Promise<Session>
  readonly decode: (
    batch: number,
    capacity: number,
    unroll: number,
    stops: number,
    choice: Choice,
  ) => Promise<Session>
}

function sessionsOf(
  config: DecoderConfig,
  options: SessionOptions,
  source: WeightSource,
  alone: WeightSource,
): Sessions {
  const cache = sessionCache(options)
  return {
    prefill: (rows, length) =>
      cache(`prefill ${rows}x${length}`, () => prefillGraph(config, rows, length, 'cpu', source)),
    piece: (length, capacity) =>
      cache(`piece ${length} of ${capacity}`, () =>
        pieceGraph(config, (g) => weightsIn(g, config, source), { length, capacity }, PLACE),
      ),
    decode: (batch, capacity, unroll, stops, choice) =>
      cache(`decode ${batch}x${capacity} ${unroll} ${stops} ${choice}`, () =>
        decodeGraph(
          config,
          { batch, capacity, iterations: iterationsOf(batch, unroll), unroll, stops, choice },
          'cpu',
          batch === 1 ? alone : source,
        ),
      ),
  }
}

const PLACE = { target: 'cpu', precision: 'float32', attention: 'fused' } as const

type State = {
  readonly config: DecoderConfig
  readonly weights: WeightArrays
  /** What decoding one row is fed of them. */
  readonly aloneWeights: WeightArrays
  readonly sessions: Sessions
  readonly params: SamplingParams
  readonly check: BatchOptions['check']
  readonly append: Appender
  /** Prefilled sequences that rows still wait for. */
  readonly prompts: Map<string, PromptCache>
  cache: KvCache
  /** What the latest run added. */
  fresh: Float32Array
}

const keyOf = (sequence: readonly number[]): string => sequence.join(' ')

function batchOf(state: State): DecodeBatch {
  const { config, prompts } = state
  return {
    shape: () => ({ slots: state.cache.slots, capacity: state.cache.capacity }),
    resize: async (moves, size) => {
      state.cache = resizeCache(config, state.cache, moves, size)
    },
    prepare: (sequences) => prepare(state, sequences),
    place: async (slots, sequence) => {
      const prompt = prompts.get(keyOf(sequence))
      if (prompt === undefined) return
      for (const slot of slots) fillSlot(config, state.cache, slot, prompt)
    },
    forget: (sequence) => void prompts.delete(keyOf(sequence)),
    run: (rows, plan) => run(state, rows, plan),
    close: () => {
      const { keys, values } = state.cache
      for (const array of [...keys, ...values, state.fresh]) discard(array)
      prompts.clear()
    },
  }
}

async function prepare(state: State, sequences: readonly (readonly number[])[]): Promise<number> {
  const [first] = sequences
  if (first === undefined || first.length === 1 || state.prompts.has(keyOf(first))) return 0
  return first.length - 1 > PREFILL_TOKENS ? inPieces(state, first) : packed(state, sequences)
}

/** Runs the sequences, the first one at least, as far as they fit into one grid. */
async function packed(state: State, sequences: readonly (readonly number[])[]): Promise<number> {
  const { prompts, sessions, weights } = state
  const isDone = (prompt: readonly number[]): boolean =>
    prompt.length - 1 > PREFILL_TOKENS || prompts.has(keyOf(prompt))
  const plan = planPrefill(sequences, isDone, PREFILL_TOKENS)
  const session = await sessions.prefill(plan.rows, plan.length)
  const { keys, values } = await cachesOf(state, session, { ...weights, ...plan.feeds }, '')
  for (const cell of plan.cells) {
    prompts.set(cell.key, promptCache(cell, plan.length, keys, values))
  }
  return plan.cells.reduce((sum, { count }) => sum + count, 0)
}

function promptCache(
  { row, start, count }: PrefillCell,
  length: number,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
): PromptCache {
  return { keys, values, length, row, start, count }
}

/** One sequence, piece after piece over a cache of its own: memory grows with the piece, not with its square. */
async function inPieces(state: State, sequence: readonly number[]): Promise<number> {
  const { config, sessions, weights } = state
  const count = sequence.length - 1
  const pieces = planPieces(config, count)
  const capacity = capacityFor(Math.max(...pieces.map(({ start, length }) => start + length)))
  let { keys, values } = createCache(config, 1, capacity)
  for (const { start, length } of pieces) {
    state.check()
    const ids = new BigInt64Array(length)
    sequence
      .slice(start, Math.min(start + length, count))
      .forEach((id, at) => (ids[at] = BigInt(id)))
    const session = await sessions.piece(length, capacity)
    const end = start + length
    const feeds: Record<string, Arrays> = { ...weights, ids }
    feeds['lengths'] = Int32Array.of(end - 1)
    feeds['total'] = Int32Array.of(end)
    keys.forEach((array, layer) => (feeds[`key.${layer}`] = array))
    values.forEach((array, layer) => (feeds[`value.${layer}`] = array))
    const next = await cachesOf(state, session, feeds, 'next.')
    keys = next.keys
    values = next.values
  }
  state.prompts.set(keyOf(sequence), { keys, values, length: capacity, row: 0, start: 0, count })
  return count
}

type LayerArrays = {
  readonly keys: Float32Array[]
  readonly values: Float32Array[]
}

/** Runs a graph whose outputs are keys and values of each layer, under these names with a prefix. */
async function cachesOf(
  { config }: State,
  session: Session,
  feeds: Readonly<Record<string, Arrays>>,
  prefix: string,
): Promise<LayerArrays> {
  const layers = Array.from({ length: config.layers }, (_, layer) => layer)
  const names = (kind: string): string[] => layers.map((layer) => `${prefix}${kind}.${layer}`)
  const outputs = await session.run(feeds, [...names('key'), ...names('value')])
  return {
    keys: names('key').map((name) => floats(outputs[name])),
    values: names('value').map((name) => floats(outputs[name])),
  }
}

function floats(output: Output | undefined): Float32Array {
  if (output?.data instanceof Float32Array) return output.data
  throw new AppError('engine', 'decode: expected float32 output')
}

async function run(state: State, rows: readonly (Row | null)[], plan: RunPlan): Promise<Chunk> {
  const { params, cache, sessions } = state
  const session = await sessions.decode(
    rows.length,
    cache.capacity,
    plan.unroll,
    stopsOf(params).length,
    choiceOf(params),
  )
  discard(state.fresh)
  const weights = rows.length === 1 ? state.aloneWeights : state.weights
  const feeds = { ...weights, ...chunkFeeds(state, rows, plan) }
  const outputs = await session.run(feeds, ['tokens', 'logprobs', 'fresh'])
  state.fresh = floats(outputs['fresh'])
  return chunkOf(state, outputs, rows.length, plan)
}

/** Never empty: no token has id -1. */
function stopsOf({ stop }: SamplingParams): readonly number[] {
  return stop.length === 0 ? [-1] : stop
}

export function choiceOf({ temperature, topP, topK }: SamplingParams): Choice {
  if (temperature === 0) return 'greedy'
  return topP < 1 || topK > 0 ? 'filtered' : 'plain'
}

function chunkFeeds(
  { params, cache }: State,
  slots: readonly (Row | null)[],
  plan: RunPlan,
): Record<string, Arrays> {
  const feeds: Record<string, Arrays> = {
    ids: BigInt64Array.from(slots, (active) => BigInt(active?.next ?? 0)),
    lengths: Int32Array.from(slots, (active) => active?.length ?? 0),
    // An empty slot is done at once.
    limits: Int32Array.from(slots, (active) => active?.limit ?? 0),
    stops: BigInt64Array.from(stopsOf(params), BigInt),
    inverseTemperature: Float32Array.of(params.temperature === 0 ? 1 : 1 / params.temperature),
    topP: Float32Array.of(params.topP),
    topK: BigInt64Array.of(BigInt(params.topK > 0 ? params.topK : 2 ** 31)),
    trips: BigInt64Array.of(BigInt(plan.trips)),
    uniforms: chunkUniforms(slots, iterationsOf(slots.length, plan.unroll), plan.unroll),
  }
  cache.keys.forEach((array, layer) => (feeds[`key.${layer}`] = array))
  cache.values.forEach((array, layer) => (feeds[`value.${layer}`] = array))
  return feeds
}

/** Token number n of a row uses draw n of its stream; [iterations, slots, unroll]. */
export function chunkUniforms(
  slots: readonly (Row | null)[],
  iterations: number,
  unroll: number,
): Float32Array {
  const draws = new Float32Array(iterations * slots.length * unroll)
  slots.forEach((active, slot) => {
    if (active === null) return
    for (let step = 0; step < iterations * unroll; step += 1) {
      draws[placeOf(step, slot, slots.length, unroll)] = uniform(active.key, active.taken + step)
    }
  })
  return draws
}

/** Where [iterations, slots, unroll] has a step of a slot. */
function placeOf(step: number, slot: number, slots: number, unroll: number): number {
  return (Math.floor(step / unroll) * slots + slot) * unroll + (step % unroll)
}

function chunkOf(
  { cache, append }: State,
  outputs: Readonly<Record<string, Output>>,
  slots: number,
  { unroll }: RunPlan,
): Chunk {
  const ids = outputs['tokens']
  if (!(ids?.data instanceof BigInt64Array)) {
    throw new AppError('engine', 'decode: expected int64 tokens')
  }
  const tokens = ids.data
  const logprobs = floats(outputs['logprobs'])
  const fresh = floats(outputs['fresh'])
  const steps = (ids.dims[0] ?? 0) * unroll
  const width = fresh.length / (steps * slots)
  const place = (step: number, slot: number): number => placeOf(step, slot, slots, unroll)
  return {
    steps,
    read: (step, slot) => {
      const at = place(step, slot)
      return { token: Number(tokens[at]), logprob: logprobs[at] ?? 0 }
    },
    keep: (step, slot, position) => append(cache, slot, position, fresh, place(step, slot) * width),
  }
}
