/**
 * The key-value cache of a batch of slots, outside the runtime between chunks: [slots, Hk, capacity, D] per layer.
 * Not here: attention (decode-graph.ts), when slots are filled (sampler.ts).
 */
import type { DecoderConfig } from '../model/config.ts'
import { ropeTables } from '../model/rope.ts'
import { freshLayout } from './decode-graph.ts'
import type { BatchSize, SlotMove } from './decoder.ts'

export type KvCache = {
  readonly slots: number
  readonly capacity: number
  readonly keys: Float32Array[]
  readonly values: Float32Array[]
}

export function createCache(config: DecoderConfig, slots: number, capacity: number): KvCache {
  const size = slots * config.kvHeads * capacity * config.headDim
  const layers = (): Float32Array[] =>
    Array.from({ length: config.layers }, () => new Float32Array(size))
  return { slots, capacity, keys: layers(), values: layers() }
}

/** Where the cache of one prompt lies within a prefilled grid: outputs [rows, Hk, length, D] of each layer. */
export type PromptCache = {
  readonly keys: readonly Float32Array[]
  readonly values: readonly Float32Array[]
  readonly length: number
  readonly row: number
  readonly start: number
  readonly count: number
}

/** Copies a prompt's keys and values into the beginning of a slot. */
export function fillSlot(
  config: DecoderConfig,
  cache: KvCache,
  slot: number,
  prompt: PromptCache,
): void {
  const { kvHeads, headDim } = config
  const size = prompt.count * headDim
  for (let layer = 0; layer < config.layers; layer += 1) {
    for (let head = 0; head < kvHeads; head += 1) {
      const from = ((prompt.row * kvHeads + head) * prompt.length + prompt.start) * headDim
      const to = (slot * kvHeads + head) * cache.capacity * headDim
      cache.keys[layer]?.set(prompt.keys[layer]?.subarray(from, from + size) ?? [], to)
      cache.values[layer]?.set(prompt.values[layer]?.subarray(from, from + size) ?? [], to)
    }
  }
}

/** A cache of that size with rows moved to their new slots. Layer by layer: the old one is gone afterwards. */
export function resizeCache(
  { kvHeads, headDim }: DecoderConfig,
  old: KvCache,
  moves: readonly SlotMove[],
  { slots, capacity }: BatchSize,
): KvCache {
  const renewed = (arrays: Float32Array[]): Float32Array[] =>
    arrays.map((source, layer) => {
      const target = new Float32Array(slots * kvHeads * capacity * headDim)
      for (const { slot, target: place, length } of moves) {
        for (let head = 0; head < kvHeads; head += 1) {
          const from = (slot * kvHeads + head) * old.capacity * headDim
          const to = (place * kvHeads + head) * capacity * headDim
          target.set(source.subarray(from, from + length * headDim), to)
        }
      }
      arrays[layer] = EMPTY
      discard(source)
      return target
    })
  return { slots, capacity, keys: renewed(old.keys), values: renewed(old.values) }
}

const EMPTY = new Float32Array(0)

/**
 * Gives back the memory of an array that nobody reads any more. Left to the collector, the arrays of a few runs make it
 * go through the whole heap, which takes a sixth of the time of decoding.
 */
export function discard({ buffer }: Float32Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0)
}

export type Appender = (
  cache: KvCache,
  slot: number,
  position: number,
  fresh: Float32Array,
  offset: number,
) => void

/**
 * Writes the keys and values of one decoded token, as decodeGraph gives them (all layers, keys unrotated, at
 * offset), to a position of a slot, rotating the keys.
 */
export function createAppender(config: DecoderConfig, positions: number): Appender {
  const { kvHeads, headDim, layers } = config
  const { cos, sin } = ropeTables(config, positions)
  const half = headDim / 2
  const layout = freshLayout(config)
  return (cache, slot, position, fresh, offset) => {
    for (let layer = 0; layer < layers; layer += 1) {
      const keys = cache.keys[layer]
      const values = cache.values[layer]
      if (keys === undefined || values === undefined) continue
      let at = offset + layer * layout.size + layout.keys
      for (let head = 0; head < kvHeads; head += 1, at += headDim) {
        const to = ((slot * kvHeads + head) * cache.capacity + position) * headDim
        rotateInto(keys, to, fresh, at, cos, sin, position * half, half)
      }
      for (let head = 0; head < kvHeads; head += 1, at += headDim) {
        const to = ((slot * kvHeads + head) * cache.capacity + position) * headDim
        values.set(fresh.subarray(at, at + headDim), to)
      }
    }
  }
}

function rotateInto(
  target: Float32Array,
  to: number,
  source: Float32Array,
  at: number,
  cos: Float32Array,
  sin: Float32Array,
  table: number,
  half: number,
): void {
  for (let index = 0; index < half; index += 1) {
    const a = source[at + index] ?? 0
    const b = source[at + half + index] ?? 0
    const c = cos[table + index] ?? 0
    const s = sin[table + index] ?? 0
    target[to + index] = a * c - b * s
    target[to + half + index] = b * c + a * s
  }
}
