/**
 * Generation of one worker: continuous batching over slots. Each prompt is prefilled once for all its samples;
 * finished rows leave after every chunk and waiting ones take their slots; the batch shrinks at the end.
 */
import { AppError } from '../contract/errors.ts'
import type { DecoderConfig } from '../model/config.ts'
import { decodeGraph, prefillGraph } from './decode-graph.ts'
import type { Choice } from './draw.ts'
import type { SamplingParams } from './engine.ts'
import {
  type Appender,
  createAppender,
  createCache,
  fillSlot,
  type KvCache,
  moveSlot,
} from './kv-cache.ts'
import { type PrefillCell, planPrefill } from './prefill.ts'
import type { PromptCache } from './kv-cache.ts'
import type { RowResult, RowWork } from './protocol.ts'
import { hashKey, uniform } from './random.ts'
import type { Arrays, Output, Session, SessionOptions } from './session.ts'
import { capacityFor, iterationsOf, planRun, type RunPlan, slotsFor } from './sampling-plan.ts'
import { sessionCache } from './session-cache.ts'
import type { WeightArrays } from './weights.ts'

/** Cells of one prefill grid. */
const PREFILL_TOKENS = 1024

export type SampleControl = {
  /** Asked before every chunk. */
  readonly cancelled: () => boolean
  /** Told after every chunk how many rows are finished. */
  readonly progress: (done: number) => void
}

export type Sampler = (
  rows: readonly RowWork[],
  params: SamplingParams,
  control: SampleControl,
) => Promise<RowResult[]>

/** A row in a slot. length: tokens in the cache; next: the token to feed. */
type Active = {
  readonly work: RowWork
  readonly key: number
  readonly tokens: number[]
  readonly logprobs: number[]
  readonly limit: number
  length: number
  next: number
}

type Batch = { cache: KvCache; readonly slots: (Active | null)[] }

export function createSampler(
  config: DecoderConfig,
  weights: WeightArrays,
  options: SessionOptions,
): Sampler {
  const cache = sessionCache(options)
  const target = options.device === 'webgpu' ? 'webgpu' : 'cpu'
  const sessions: Sessions = {
    prefill: (rows, length) =>
      cache(`prefill ${rows}x${length}`, () => prefillGraph(config, rows, length, target)),
    decode: (batch, capacity, unroll, stops, choice) =>
      cache(`decode ${batch}x${capacity} ${unroll} ${stops} ${choice}`, () =>
        decodeGraph(
          config,
          { batch, capacity, iterations: iterationsOf(batch, unroll), unroll, stops, choice },
          target,
        ),
      ),
  }
  return async (rows, params, control) => {
    const longest = rows.reduce((most, row) => Math.max(most, limitOf(row, params)), 0)
    const job: Job = {
      config,
      weights,
      sessions,
      params,
      append: createAppender(config, longest + 1),
      waiting: rows.toReversed(),
      prompts: new Map(),
      results: [],
    }
    return await runJob(job, control)
  }
}

type Sessions = {
  readonly prefill: (rows: number, length: number) => Promise<Session>
  readonly decode: (
    batch: number,
    capacity: number,
    unroll: number,
    stops: number,
    choice: Choice,
  ) => Promise<Session>
}

type Job = {
  readonly config: DecoderConfig
  readonly weights: WeightArrays
  readonly sessions: Sessions
  readonly params: SamplingParams
  readonly append: Appender
  /** Rows not yet started, next one last. */
  readonly waiting: RowWork[]
  /** Prefilled prompts that rows still wait for. */
  readonly prompts: Map<string, PromptCache>
  readonly results: RowResult[]
}

async function runJob(job: Job, control: SampleControl): Promise<RowResult[]> {
  const { results } = job
  const size = slotsFor(job.waiting.length)
  const batch: Batch = {
    cache: createCache(job.config, size, 0),
    slots: Array.from({ length: size }, () => null),
  }
  await refill(job, batch)
  while (batch.slots.some((slot) => slot !== null)) {
    if (control.cancelled()) throw new AppError('cancelled', 'cancelled')
    results.push(...(await runChunk(job, batch)))
    control.progress(results.length)
    await refill(job, batch)
    shrink(job, batch)
  }
  return results
}

/** The prompt's last token is fed by the first step, so the cache starts one short. */
function limitOf(row: RowWork, params: SamplingParams): number {
  return row.prompt.length - 1 + params.maxTokens
}

const promptKey = (row: RowWork): string => row.prompt.join(' ')

async function refill(job: Job, batch: Batch): Promise<void> {
  for (let slot = 0; slot < batch.slots.length; slot += 1) {
    if (batch.slots[slot] !== null) continue
    const work = job.waiting.pop()
    if (work === undefined) return
    const key = promptKey(work)
    if (work.prompt.length > 1 && !job.prompts.has(key)) await prefill(job, work)
    const prompt = job.prompts.get(key)
    ensureCapacity(job, batch, work.prompt.length)
    if (prompt !== undefined) fillSlot(job.config, batch.cache, slot, prompt)
    if (job.waiting.at(-1)?.prompt !== work.prompt) job.prompts.delete(key)
    batch.slots[slot] = start(job, work)
  }
}

/** Makes room for that many tokens in every slot. */
function ensureCapacity(job: Job, batch: Batch, tokens: number): void {
  if (batch.cache.capacity >= tokens) return
  const slots = batch.slots.map((active, slot) => ({ active, slot }))
  relocate(job, batch, slots, createCache(job.config, batch.slots.length, capacityFor(tokens)))
}

/** Moves busy slots, in the order given, to a new cache. */
function relocate(
  { config }: Job,
  batch: Batch,
  slots: readonly { readonly active: Active | null; readonly slot: number }[],
  cache: KvCache,
): void {
  slots.forEach(({ active, slot }, target) => {
    if (active !== null) moveSlot(config, batch.cache, slot, cache, target, active.length)
  })
  batch.cache = cache
}

function start(job: Job, work: RowWork): Active {
  return {
    work,
    key: hashKey(work.seed, work.stream),
    tokens: [],
    logprobs: [],
    limit: limitOf(work, job.params),
    length: work.prompt.length - 1,
    next: work.prompt.at(-1) ?? 0,
  }
}

/** Runs the prompts of the next rows, this one first, as far as they fit into one grid. */
async function prefill(job: Job, first: RowWork): Promise<void> {
  const upcoming = [first, ...job.waiting.toReversed()]
  const plan = planPrefill(
    upcoming.map(({ prompt }) => prompt),
    (prompt) => job.prompts.has(prompt.join(' ')),
    PREFILL_TOKENS,
  )
  const session = await job.sessions.prefill(plan.rows, plan.length)
  const names = Array.from({ length: job.config.layers }, (_, layer) => layer)
  const outputs = await session.run({ ...job.weights, ...plan.feeds }, [
    ...names.map((layer) => `key.${layer}`),
    ...names.map((layer) => `value.${layer}`),
  ])
  const keys = names.map((layer) => floats(outputs[`key.${layer}`]))
  const values = names.map((layer) => floats(outputs[`value.${layer}`]))
  for (const cell of plan.cells)
    job.prompts.set(cell.key, promptCache(cell, plan.length, keys, values))
}

function promptCache(
  { row, start, count }: PrefillCell,
  length: number,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
): PromptCache {
  return { keys, values, length, row, start, count }
}

function floats(output: Output | undefined): Float32Array {
  if (output?.data instanceof Float32Array) return output.data
  throw new AppError('engine', 'decode: expected float32 output')
}

async function runChunk(job: Job, batch: Batch): Promise<RowResult[]> {
  const { params } = job
  const size = batch.slots.length
  const plan = planOf(job, batch)
  ensureCapacity(job, batch, tokensAfter(batch, plan))
  const session = await job.sessions.decode(
    size,
    batch.cache.capacity,
    plan.unroll,
    stopsOf(params).length,
    choiceOf(params),
  )
  const outputs = await session.run({ ...job.weights, ...chunkFeeds(job, batch, plan) }, [
    'tokens',
    'logprobs',
    'fresh',
  ])
  const taken = readChunk(outputs, plan)
  return batch.slots.flatMap((active, slot) => {
    if (active === null) return []
    const result = advance(job, batch, active, slot, taken)
    if (result !== null) batch.slots[slot] = null
    return result === null ? [] : [result]
  })
}

/** Never empty: no token has id -1. */
function stopsOf({ stop }: SamplingParams): readonly number[] {
  return stop.length === 0 ? [-1] : stop
}

function choiceOf({ temperature, topP, topK }: SamplingParams): Choice {
  if (temperature === 0) return 'greedy'
  return topP < 1 || topK > 0 ? 'filtered' : 'plain'
}

/** Room that a run needs: a fused attention writes behind what is there, and a row may stand still at its limit. */
function tokensAfter({ slots }: Batch, { unroll, trips }: RunPlan): number {
  const ends = slots.map((active) =>
    active === null ? 1 : Math.min(active.length + unroll * trips, active.limit) + 1,
  )
  return Math.max(...ends)
}

function planOf({ config, params, results }: Job, { slots }: Batch): RunPlan {
  const taken = slots.flatMap((active) => (active === null ? [] : [active.tokens.length]))
  const lengths = [...taken, ...results.map(({ tokens }) => tokens.length)]
  return planRun(config, {
    slots: slots.length,
    remaining: params.maxTokens - Math.max(...taken),
    stops: params.stop.length > 0,
    meanLength: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    maxTokens: params.maxTokens,
  })
}

function chunkFeeds(job: Job, { cache, slots }: Batch, plan: RunPlan): Record<string, Arrays> {
  const { params } = job
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
    uniforms: chunkUniforms(slots, plan),
  }
  cache.keys.forEach((array, layer) => (feeds[`key.${layer}`] = array))
  cache.values.forEach((array, layer) => (feeds[`value.${layer}`] = array))
  return feeds
}

/** Token number n of a row uses draw n of its stream. */
function chunkUniforms(slots: readonly (Active | null)[], { unroll }: RunPlan): Float32Array {
  const steps = iterationsOf(slots.length, unroll) * unroll
  const draws = new Float32Array(steps * slots.length)
  slots.forEach((active, slot) => {
    if (active === null) return
    for (let step = 0; step < steps; step += 1) {
      draws[step * slots.length + slot] = uniform(active.key, active.tokens.length + step)
    }
  })
  return draws
}

type Taken = {
  readonly steps: number
  readonly tokens: BigInt64Array
  readonly logprobs: Float32Array
  readonly fresh: Float32Array
}

function readChunk(outputs: Readonly<Record<string, Output>>, { unroll }: RunPlan): Taken {
  const { tokens, logprobs, fresh } = outputs
  if (!(tokens?.data instanceof BigInt64Array)) {
    throw new AppError('engine', 'decode: expected int64 tokens')
  }
  const steps = (tokens.dims[0] ?? 0) * unroll
  return { steps, tokens: tokens.data, logprobs: floats(logprobs), fresh: floats(fresh) }
}

/** Takes a row's part of the chunk; its result once it is finished. */
function advance(
  job: Job,
  { cache, slots }: Batch,
  active: Active,
  slot: number,
  taken: Taken,
): RowResult | null {
  const width = taken.fresh.length / (taken.steps * slots.length)
  for (let step = 0; step < taken.steps; step += 1) {
    const at = step * slots.length + slot
    const token = Number(taken.tokens[at])
    active.tokens.push(token)
    active.logprobs.push(taken.logprobs[at] ?? 0)
    if (job.params.stop.includes(token)) return finish(active, 'stop')
    if (active.tokens.length >= job.params.maxTokens) return finish(active, 'length')
    job.append(cache, slot, active.length, taken.fresh, at * width)
    active.length += 1
    active.next = token
  }
  return null
}

function finish({ work, tokens, logprobs }: Active, stopReason: 'stop' | 'length'): RowResult {
  return {
    row: work.row,
    tokens: Int32Array.from(tokens),
    logprobs: Float32Array.from(logprobs),
    stopReason,
  }
}

/** Halves the batch while at most half of it is busy and nothing waits. */
function shrink(job: Job, batch: Batch): void {
  if (job.waiting.length > 0) return
  const busy = batch.slots.filter((slot) => slot !== null)
  const size = slotsFor(busy.length)
  if (busy.length === 0 || size >= batch.slots.length) return
  const slots = batch.slots.map((active, slot) => ({ active, slot }))
  const { capacity } = batch.cache
  const kept = slots.filter(({ active }) => active !== null)
  relocate(job, batch, kept, createCache(job.config, size, capacity))
  batch.slots.splice(0, batch.slots.length, ...busy)
  while (batch.slots.length < size) batch.slots.push(null)
}
