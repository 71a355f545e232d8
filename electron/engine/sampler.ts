/**
 * Generation of one worker: continuous batching over slots. Each prompt is prefilled once for all its samples;
 * finished rows leave after every chunk and waiting ones take their slots; the batch shrinks at the end.
 */
import { AppError } from '../contract/errors.ts'
import type { DecoderConfig } from '../model/config.ts'
import { type Choice, decodeGraph, prefillGraph } from './decode-graph.ts'
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
import { sessionCache } from './session-cache.ts'
import type { WeightArrays } from './weights.ts'

/** Slots of a full batch; more rows per step gain little on a CPU core and cost cache. */
const MAX_SLOTS = 32
const UNROLL = 4
const ITERATIONS = 4
const CHUNK = UNROLL * ITERATIONS
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
    decode: (batch, capacity, stops, choice) =>
      cache(`decode ${batch}x${capacity} ${stops} ${choice}`, () =>
        decodeGraph(
          config,
          { batch, capacity, iterations: ITERATIONS, unroll: UNROLL, stops, choice },
          target,
        ),
      ),
  }
  return async (rows, params, control) => {
    const capacity = roundUp(Math.max(...rows.map((row) => limitOf(row, params))) + 1, 32)
    const job: Job = {
      config,
      weights,
      sessions,
      params,
      capacity,
      append: createAppender(config, capacity),
      waiting: rows.toReversed(),
      prompts: new Map(),
    }
    return await runJob(job, control)
  }
}

type Sessions = {
  readonly prefill: (rows: number, length: number) => Promise<Session>
  readonly decode: (
    batch: number,
    capacity: number,
    stops: number,
    choice: Choice,
  ) => Promise<Session>
}

type Job = {
  readonly config: DecoderConfig
  readonly weights: WeightArrays
  readonly sessions: Sessions
  readonly params: SamplingParams
  readonly capacity: number
  readonly append: Appender
  /** Rows not yet started, next one last. */
  readonly waiting: RowWork[]
  /** Prefilled prompts that rows still wait for. */
  readonly prompts: Map<string, PromptCache>
}

async function runJob(job: Job, control: SampleControl): Promise<RowResult[]> {
  const results: RowResult[] = []
  const size = slotsFor(job.waiting.length)
  const batch: Batch = {
    cache: createCache(job.config, size, job.capacity),
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

function slotsFor(rows: number): number {
  let slots = 1
  while (slots < rows && slots < MAX_SLOTS) slots *= 2
  return slots
}

/** The prompt's last token is fed by the first step, so the cache starts one short. */
function limitOf(row: RowWork, params: SamplingParams): number {
  return row.prompt.length - 1 + params.maxTokens
}

export function roundUp(number: number, step: number): number {
  return Math.ceil(number / step) * step
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
    if (prompt !== undefined) fillSlot(job.config, batch.cache, slot, prompt)
    if (job.waiting.at(-1)?.prompt !== work.prompt) job.prompts.delete(key)
    batch.slots[slot] = start(job, work)
  }
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
  const session = await job.sessions.decode(
    size,
    job.capacity,
    stopsOf(params).length,
    choiceOf(params),
  )
  const outputs = await session.run({ ...job.weights, ...chunkFeeds(job, batch) }, [
    'tokens',
    'logprobs',
    'fresh',
  ])
  const taken = readChunk(outputs)
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

function chunkFeeds(job: Job, { cache, slots }: Batch): Record<string, Arrays> {
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
    uniforms: chunkUniforms(slots),
  }
  cache.keys.forEach((array, layer) => (feeds[`key.${layer}`] = array))
  cache.values.forEach((array, layer) => (feeds[`value.${layer}`] = array))
  return feeds
}

/** Token number n of a row uses draw n of its stream. */
function chunkUniforms(slots: readonly (Active | null)[]): Float32Array {
  const draws = new Float32Array(CHUNK * slots.length)
  slots.forEach((active, slot) => {
    if (active === null) return
    for (let step = 0; step < CHUNK; step += 1) {
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

function readChunk(outputs: Readonly<Record<string, Output>>): Taken {
  const { tokens, logprobs, fresh } = outputs
  if (!(tokens?.data instanceof BigInt64Array)) {
    throw new AppError('engine', 'decode: expected int64 tokens')
  }
  const steps = (tokens.dims[0] ?? 0) * UNROLL
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
  const cache = createCache(job.config, size, job.capacity)
  let target = 0
  batch.slots.forEach((active, slot) => {
    if (active === null) return
    moveSlot(job.config, batch.cache, slot, cache, target)
    target += 1
  })
  batch.cache = cache
  batch.slots.splice(0, batch.slots.length, ...busy)
  while (batch.slots.length < size) batch.slots.push(null)
}
