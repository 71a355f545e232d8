/**
 * Sizes of generation: slots of a batch, length of the cache, steps between two looks at it. Few distinct sizes, so
 * that few sessions are made, and none that depends on time, so that the same call gives the same bits. Pure.
 */
import type { DecoderConfig } from '../model/config.ts'
import { parameterCount } from '../model/tensors.ts'
import { carriesCaches } from './decode-attention.ts'

/** Slots of a batch. */
const SLOTS = [1, 4, 8, 16, 32, 64] as const
/**
 * Steps unrolled in one iteration of the Loop, for short and for long runs. One row: more gain nothing (measured on
 * d128/L4) and take as much longer to compile.
 */
const UNROLLS = { alone: [4], carrying: [4, 16], plain: [4, 8] } as const
/** Steps of the longest run. */
const MAX_STEPS = 64
/** Products of weights and tokens in one run, so that cancelling takes about a second at worst. */
const MAX_WORK = 1e10

export function slotsFor(rows: number): number {
  return SLOTS.find((slots) => slots >= rows) ?? SLOTS[SLOTS.length - 1] ?? 1
}

/** Room for that many tokens: multiples of an eighth of the power of two below, at least of 32. */
export function capacityFor(tokens: number): number {
  const step = Math.max(32, 2 ** Math.floor(Math.log2(tokens)) / 8)
  return Math.ceil(tokens / step) * step
}

/** cacheBytes: what keys and values of one batch may take; tokenBytes: of one token in all layers. */
export type CacheBudget = { readonly cacheBytes: number; readonly tokenBytes: number }

export function cacheTokenBytes(
  { layers, kvHeads, headDim }: DecoderConfig,
  elementBytes: number,
): number {
  return 2 * layers * kvHeads * headDim * elementBytes
}

/** Enough for every batch of the embedded model: there the batch never depends on the machine. */
const LEAST_CACHE_BYTES = 2 ** 30

/**
 * What keys and values may take where so much memory is free: about half of it, as a power of two, so that two starts
 * of one machine make the same batches and give the same bits.
 */
export function cacheBytesFor(freeBytes: number): number {
  return Math.max(LEAST_CACHE_BYTES, 2 ** Math.floor(Math.log2(Math.max(1, freeBytes / 2))))
}

/** How often a device holds its caches while a run makes new ones of old ones: it writes nothing in place. */
export const DEVICE_CACHES = 3

/** What a device with so much free has for them: beside them are weights, and what training has left there. */
export const deviceCacheRoom = (freeBytes: number): number => freeBytes / DEVICE_CACHES / 2

/** Slots of that capacity that the budget holds, one at least. */
export function slotsWithin({ cacheBytes, tokenBytes }: CacheBudget, capacity: number): number {
  const most = cacheBytes / (tokenBytes * capacity)
  return SLOTS.findLast((slots) => slots <= most) ?? 1
}

export type RunState = {
  readonly slots: number
  /** Least number of tokens that a row may still take. */
  readonly remaining: number
  /** Whether rows can end before their limit. */
  readonly stops: boolean
  /** Tokens of rows so far, finished or not: a guess at how long rows get. */
  readonly meanLength: number
  readonly maxTokens: number
}

/** Iterations that the decode graph of such a batch can run. */
export function iterationsOf(slots: number, unroll: number): number {
  return carriesCaches(slots) ? MAX_STEPS / unroll : 1
}

export type RunPlan = { readonly unroll: number; readonly trips: number }

/**
 * Steps of the next run. A finished row idles until the run ends, half a run on average; a run costs some steps by
 * itself: with rows of m tokens and o steps of overhead, sqrt(2 m o) steps waste least.
 */
export function planRun(config: DecoderConfig, state: RunState): RunPlan {
  const { slots, remaining, stops } = state
  const most = Math.min(MAX_STEPS, MAX_WORK / (parameterCount(config) * slots))
  // A batch of one row ends with it: nothing can idle.
  const wanted = stops && slots > 1 ? leastWaste(state) : MAX_STEPS
  const steps = Math.min(most, wanted, remaining)
  const sizes = unrollsOf(slots)
  const unroll = sizes.findLast((size) => size <= steps) ?? sizes[0]
  const trips = steps === remaining ? Math.ceil(steps / unroll) : Math.round(steps / unroll)
  return { unroll, trips: Math.min(Math.max(1, trips), iterationsOf(slots, unroll)) }
}

function unrollsOf(slots: number): readonly [number, ...number[]] {
  if (slots === 1) return UNROLLS.alone
  return carriesCaches(slots) ? UNROLLS.carrying : UNROLLS.plain
}

function leastWaste({ slots, meanLength, maxTokens }: RunState): number {
  const overhead = slots >= 16 ? 0.5 : 1.5
  return Math.sqrt(2 * Math.max(meanLength, maxTokens / 8) * overhead)
}

/** Steps unrolled in one run of a graphics device: its graphs are long, so there are few sizes. */
const DEVICE_STEPS = [4, 16] as const

/** One look at the tokens waits for the device: runs are long but for the last one, and short where rows may end. */
export function planDeviceRun(_config: DecoderConfig, state: RunState): RunPlan {
  const wanted = state.stops ? leastWaste(state) : state.remaining
  const steps = Math.min(wanted, state.remaining)
  return { unroll: DEVICE_STEPS.findLast((size) => size <= steps) ?? DEVICE_STEPS[0], trips: 1 }
}
