/**
 * Generation of one worker: continuous batching over slots. Each prompt is prefilled once for all its samples;
 * finished rows leave after every chunk and waiting ones take their slots; the batch shrinks at the end. Where the
 * cache would outgrow its budget, the rows that have least to lose wait and are taken up again later.
 * Not here: caches and graphs (cpu-decoder.ts, device-decoder.ts), sizes (sampling-plan.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { Chunk, DecodeBatch, Decoder, Row } from './decoder.ts'
import type { SamplingParams } from './engine.ts'
import type { GenerationTally, RowResult, RowWork } from './protocol.ts'
import { hashKey } from './random.ts'
import { capacityFor, planRun, type RunPlan, slotsFor, slotsWithin } from './sampling-plan.ts'

export type SampleControl = {
  /** Asked before every chunk of decoding and every piece of a long prompt. */
  readonly cancelled: () => boolean
  /** Told after every chunk how many rows are finished. */
  readonly progress: (done: number) => void
}

export type Sampled = { readonly rows: readonly RowResult[]; readonly tally: GenerationTally }

export type Sampler = (
  rows: readonly RowWork[],
  params: SamplingParams,
  control: SampleControl,
) => Promise<Sampled>

/** A row that waits, perhaps for the second time: then it has tokens already. */
type Pending = {
  readonly work: RowWork
  /** What its cache has to hold before it can go on, the token to feed last. */
  readonly sequence: readonly number[]
  readonly tokens: number[]
  readonly logprobs: number[]
}

type Active = Row & {
  readonly work: RowWork
  readonly tokens: number[]
  readonly logprobs: number[]
}

type Job = {
  readonly config: DecoderConfig
  readonly decoder: Decoder
  readonly batch: DecodeBatch
  readonly params: SamplingParams
  /** Rows not yet started, next one last. */
  readonly waiting: Pending[]
  readonly slots: (Active | null)[]
  readonly results: RowResult[]
  readonly tally: { -readonly [Name in keyof GenerationTally]: GenerationTally[Name] }
}

export function createSampler(config: DecoderConfig, decoder: Decoder): Sampler {
  return async (rows, params, control) => {
    const check = (): void => {
      if (control.cancelled()) throw new AppError('cancelled', 'cancelled')
    }
    const waiting = rows
      .toReversed()
      .map((work): Pending => ({ work, sequence: work.prompt, tokens: [], logprobs: [] }))
    const longest = rows.reduce((most, row) => Math.max(most, limitOf(row, params)), 0)
    const job: Job = {
      config,
      decoder,
      batch: await decoder.open({ params, positions: longest + 1, check }),
      params,
      waiting,
      slots: Array.from({ length: firstSize(decoder, waiting) }, () => null),
      results: [],
      tally: { promptTokens: 0, prefillMs: 0, newTokens: 0, decodeMs: 0 },
    }
    try {
      return await runJob(job, check, control.progress)
    } finally {
      job.batch.close()
    }
  }
}

function firstSize(decoder: Decoder, waiting: readonly Pending[]): number {
  const first = waiting.at(-1)?.sequence.length ?? 1
  return Math.min(slotsFor(waiting.length), slotsWithin(decoder, capacityFor(first)))
}

async function runJob(
  job: Job,
  check: () => void,
  progress: (done: number) => void,
): Promise<Sampled> {
  const { results, slots, tally } = job
  await job.batch.resize([], { slots: slots.length, capacity: 0 })
  await refill(job)
  while (slots.some((slot) => slot !== null)) {
    check()
    const plan = await makeRoom(job)
    results.push(...(await runChunk(job, plan)))
    progress(results.length)
    await widen(job)
    await refill(job)
    await shrink(job)
  }
  return { rows: results, tally }
}

/** The prompt's last token is fed by the first step, so the cache starts one short. */
function limitOf(row: RowWork, params: SamplingParams): number {
  return row.prompt.length - 1 + params.maxTokens
}

async function refill(job: Job): Promise<void> {
  const { slots, waiting, batch, tally } = job
  const begun = performance.now()
  for (;;) {
    const work = waiting.at(-1)
    const free = slots.flatMap((row, slot) => (row === null ? [slot] : []))
    if (work === undefined || free.length === 0) break
    if (!hasRoom(job, work)) break
    const same = takeSame(waiting, free.length)
    const taken = free.slice(0, same.length)
    const upcoming = [work, ...waiting.toReversed()].map(({ sequence }) => sequence)
    tally.promptTokens += await batch.prepare(upcoming)
    await reserve(job, work.sequence.length)
    await batch.place(taken, work.sequence)
    if (waiting.at(-1)?.sequence !== work.sequence) batch.forget(work.sequence)
    same.forEach((pending, index) => (slots[taken[index] ?? 0] = start(job, pending)))
  }
  tally.prefillMs += performance.now() - begun
}

/** Rows with the sequence of the next one, at most `count`. */
function takeSame(waiting: Pending[], count: number): Pending[] {
  const first = waiting.at(-1)?.sequence
  const same: Pending[] = []
  while (same.length < count && waiting.at(-1)?.sequence === first) {
    const next = waiting.pop()
    if (next === undefined) break
    same.push(next)
  }
  return same
}

/** Whether a batch of this size may hold a sequence that long. A lone row always may. */
function hasRoom({ decoder, slots }: Job, { sequence }: Pending): boolean {
  const busy = slots.filter((row) => row !== null).length
  return busy === 0 || slots.length <= slotsWithin(decoder, capacityFor(sequence.length + 1))
}

/** Makes room for that many tokens in every slot. */
async function reserve({ batch, slots }: Job, tokens: number): Promise<void> {
  if (batch.shape().capacity >= tokens) return
  const size = { slots: slots.length, capacity: capacityFor(tokens) }
  await batch.resize(busySlots(slots), size)
}

type BusySlot = { readonly slot: number; readonly target: number; readonly length: number }

/** Busy slots where they are. */
function busySlots(slots: readonly (Active | null)[]): BusySlot[] {
  return slots.flatMap((row, slot) =>
    row === null ? [] : [{ slot, target: slot, length: row.length }],
  )
}

/** Moves busy slots together, in their order, into a batch of that size; the rest of the array is empty then. */
async function compact(job: Job, size: number, capacity: number): Promise<void> {
  const { slots, batch } = job
  const busy = busySlots(slots).map((one, target) => ({ ...one, target }))
  await batch.resize(busy, { slots: size, capacity })
  const rows = busy.map(({ slot }) => slots[slot] ?? null)
  slots.splice(0, slots.length, ...rows)
  while (slots.length < size) slots.push(null)
}

function start({ params }: Job, { work, sequence, tokens, logprobs }: Pending): Active {
  return {
    work,
    key: hashKey(work.seed, work.stream),
    tokens,
    logprobs,
    taken: tokens.length,
    limit: limitOf(work, params),
    length: sequence.length - 1,
    next: sequence.at(-1) ?? 0,
  }
}

/** The next run, for which the cache has room: rows that would outgrow the budget are parked before. */
async function makeRoom(job: Job): Promise<RunPlan> {
  const { decoder, slots } = job
  for (;;) {
    const plan = planOf(job)
    const tokens = tokensAfter(slots, plan)
    const allowed = slotsWithin(decoder, capacityFor(tokens))
    if (slots.length > allowed) {
      park(job, allowed)
      await compact(job, allowed, capacityFor(tokens))
      continue
    }
    await reserve(job, tokens)
    return plan
  }
}

/** Sends all but `count` rows back to wait: those with the fewest tokens, which are done again most quickly. */
function park({ slots, waiting }: Job, count: number): void {
  const order = slots
    .flatMap((row, slot) => (row === null ? [] : [{ row, slot }]))
    .toSorted((a, b) => b.row.length - a.row.length || a.slot - b.slot)
  for (const { row, slot } of order.slice(count).toReversed()) {
    const { work, tokens, logprobs } = row
    const sequence = tokens.length === 0 ? work.prompt : [...work.prompt, ...tokens]
    waiting.push({ work, sequence, tokens, logprobs })
    slots[slot] = null
  }
}

/** After long rows have left, a batch that had been made small has room for more of those that wait. */
async function widen(job: Job): Promise<void> {
  const { decoder, slots, waiting } = job
  const next = waiting.at(-1)
  if (next === undefined) return
  const busy = slots.flatMap((row) => row ?? [])
  const longest = Math.max(next.sequence.length, ...busy.map(({ length }) => length + 1))
  const size = Math.min(
    slotsFor(busy.length + waiting.length),
    slotsWithin(decoder, capacityFor(longest)),
  )
  if (size > slots.length) await compact(job, size, capacityFor(longest))
}

async function runChunk(job: Job, plan: RunPlan): Promise<RowResult[]> {
  const { slots, batch, tally } = job
  const begun = performance.now()
  const chunk = await batch.run(slots, plan)
  const found = slots.flatMap((active, slot) => {
    if (active === null) return []
    const before = active.tokens.length
    const result = advance(job, active, slot, chunk)
    tally.newTokens += active.tokens.length - before
    if (result !== null) slots[slot] = null
    return result === null ? [] : [result]
  })
  tally.decodeMs += performance.now() - begun
  return found
}

/** Room that a run needs: a fused attention writes behind what is there, and a row may stand still at its limit. */
function tokensAfter(slots: readonly (Active | null)[], { unroll, trips }: RunPlan): number {
  const ends = slots.map((active) =>
    active === null ? 1 : Math.min(active.length + unroll * trips, active.limit) + 1,
  )
  return Math.max(...ends)
}

function planOf({ config, decoder, params, results, slots }: Job): RunPlan {
  const taken = slots.flatMap((active) => (active === null ? [] : [active.tokens.length]))
  const lengths = [...taken, ...results.map(({ tokens }) => tokens.length)]
  return (decoder.planRun ?? planRun)(config, {
    slots: slots.length,
    remaining: params.maxTokens - Math.max(...taken),
    stops: params.stop.length > 0,
    meanLength: lengths.reduce((sum, length) => sum + length, 0) / lengths.length,
    maxTokens: params.maxTokens,
  })
}

/** Takes a row's part of the chunk; its result once it is finished. */
function advance(
  { params }: Job,
  active: Active,
  slot: number,
  { steps, read, keep }: Chunk,
): RowResult | null {
  for (let step = 0; step < steps; step += 1) {
    const { token, logprob } = read(step, slot)
    active.tokens.push(token)
    active.logprobs.push(logprob)
    active.taken += 1
    if (params.stop.includes(token)) return finish(active, 'stop')
    if (active.tokens.length >= params.maxTokens) return finish(active, 'length')
    keep(step, slot, active.length)
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
async function shrink(job: Job): Promise<void> {
  const { slots, waiting, batch } = job
  if (waiting.length > 0) return
  const busy = slots.filter((slot) => slot !== null).length
  const size = slotsFor(busy)
  if (busy === 0 || size >= slots.length) return
  await compact(job, size, batch.shape().capacity)
}
