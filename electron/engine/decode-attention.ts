/**
 * Attention of one new token per row over a cache, as graph nodes, in two lowerings. One or a few rows: the fused op,
 * since calls cost most. Many rows: plain products over the cache as it was when the run began, which is never
 * copied, and over the few tokens since; the fused op copies the whole cache at every step.
 */
import { type Attributes, constant, emit, type Graph, scalar, type Shaped } from '../graph/graph.ts'
import { rotaryNode } from '../graph/layers.ts'
import { add, cast, less, softmax, where } from '../graph/ops.ts'
import { concat, reshape, split } from '../graph/ops-layout.ts'
import { matmul } from '../graph/ops-matmul.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { RopeConstants } from '../model/decoder.ts'

/** Keys and values of one layer, [B, Hk, capacity, headDim] each. */
export type LayerCache = { readonly k: Value; readonly v: Value }

/** Attention of one step for a layer: q, k and v side by side, [B, 1, (H + 2 Hk) * headDim] -> [B, 1, H * headDim]. */
export type StepAttention = (qkv: Value, layer: number) => Value

export type DecodeAttention = {
  /** The next step. lengths int32 [B]: tokens of each row before it. */
  readonly next: (lengths: Value) => StepAttention
  /** What a later iteration of the Loop has to be given: the caches as they are now, or nothing. */
  readonly carried: () => readonly LayerCache[]
}

/** Rows from which plain products are faster. */
const PLAIN_FROM = 8

/** Whether the Loop carries the caches: otherwise it can have one iteration only. */
export function carriesCaches(batch: number): boolean {
  return batch < PLAIN_FROM
}

/** caches: those carried, or those of the outer graph; lengths int32 [B]: what they hold. */
export function decodeAttention(
  g: Graph,
  config: DecoderConfig,
  tables: RopeConstants,
  caches: readonly LayerCache[],
  lengths: Value,
): DecodeAttention {
  return carriesCaches(sizeAt(lengths, 0))
    ? fusedAttention(g, config, tables, caches)
    : plainAttention(g, config, tables, caches, lengths)
}

function fusedAttention(
  g: Graph,
  config: DecoderConfig,
  tables: RopeConstants,
  caches: readonly LayerCache[],
): DecodeAttention {
  let latest = [...caches]
  return {
    next: (lengths) => {
      const past = latest
      latest = []
      return (qkv, layer) => {
        const { mixed, present } = fusedStep(g, config, tables, lengths, qkv, layerOf(past, layer))
        latest[layer] = present
        return mixed
      }
    },
    carried: () => latest,
  }
}

function fusedStep(
  g: Graph,
  { heads, kvHeads, headDim }: DecoderConfig,
  tables: RopeConstants,
  lengths: Value,
  qkv: Value,
  past: LayerCache,
): { readonly mixed: Value; readonly present: LayerCache } {
  const attributes: Attributes = {
    num_heads: { kind: 'int', value: heads },
    kv_num_heads: { kind: 'int', value: kvHeads },
    do_rotary: { kind: 'int', value: 1 },
    scale: { kind: 'float', value: 1 },
  }
  const total = scalar(g, 'int32', sizeAt(past.k, 2))
  const mixedShape: Shaped = { dtype: qkv.dtype, shape: [sizeAt(qkv, 0), 1, heads * headDim] }
  const [mixed, k, v] = emit(
    g,
    'GroupQueryAttention',
    [qkv, null, null, past.k, past.v, lengths, total, tables.cos, tables.sin],
    [mixedShape, past.k, past.v],
    { attributes, domain: 'com.microsoft' },
  )
  if (mixed === undefined || k === undefined || v === undefined) {
    throw new Error('GroupQueryAttention: three outputs expected')
  }
  return { mixed, present: { k, v } }
}

function plainAttention(
  g: Graph,
  config: DecoderConfig,
  tables: RopeConstants,
  caches: readonly LayerCache[],
  start: Value,
): DecodeAttention {
  const { heads, kvHeads, headDim } = config
  const batch = sizeAt(start, 0)
  const mask = lengthMask(g, start, sizeAt(layerOf(caches, 0).k, 2))
  /** Keys and values of the steps since, [B, Hk, steps, headDim]. */
  const recent: LayerCache[] = []
  const grow = (cache: Value | undefined, fresh: Value): Value => {
    const row = reshape(g, fresh, [batch, kvHeads, 1, headDim])
    return cache === undefined ? row : concat(g, [cache, row], 2)
  }
  return {
    next: (lengths) => {
      const positions = reshape(g, cast(g, lengths, 'int64'), [batch, 1])
      return (qkv, layer) => {
        const [qk, v] = pair(split(g, qkv, [(heads + kvHeads) * headDim, kvHeads * headDim], 2))
        const turned = rotaryNode(g, qk, positions, tables.cos, tables.sin)
        const [q, k] = pair(split(g, turned, [heads * headDim, kvHeads * headDim], 2))
        const fresh = { k: grow(recent[layer]?.k, k), v: grow(recent[layer]?.v, v) }
        recent[layer] = fresh
        const rows = reshape(g, q, [batch, kvHeads, heads / kvHeads, headDim])
        const mixed = twoPart(g, rows, layerOf(caches, layer), fresh, mask)
        return reshape(g, mixed, [batch, 1, heads * headDim])
      }
    },
    carried: () => [],
  }
}

/** Attention of q [B, Hk, G, D] over the old cache, masked, and the new one as if they were one. */
function twoPart(g: Graph, q: Value, old: LayerCache, fresh: LayerCache, mask: Value): Value {
  const past = add(g, matmul(g, q, old.k, { transB: true }), mask)
  const now = matmul(g, q, fresh.k, { transB: true })
  const weights = softmax(g, concat(g, [past, now], 3))
  const [far, near] = pair(split(g, weights, [sizeAt(past, 3), sizeAt(now, 3)], 3))
  return add(g, matmul(g, far, old.v), matmul(g, near, fresh.v))
}

/** 0 before each row's length, far below from there on: [B, 1, 1, capacity]. */
function lengthMask(g: Graph, lengths: Value, capacity: number): Value {
  const order = Array.from({ length: capacity }, (_, index) => index)
  const all = constant(g, 'int32', [1, 1, 1, capacity], order)
  const own = reshape(g, lengths, [sizeAt(lengths, 0), 1, 1, 1])
  const pick = (number: number): Value => constant(g, 'float32', [1, 1, 1, 1], [number])
  return where(g, less(g, all, own), pick(0), pick(-1e9))
}

function layerOf(caches: readonly LayerCache[], layer: number): LayerCache {
  const found = caches[layer]
  if (found === undefined) throw new Error(`layer ${layer}: no cache`)
  return found
}

function pair(values: readonly Value[]): [Value, Value] {
  const [first, second] = values
  if (first === undefined || second === undefined) throw new Error('expected two parts')
  return [first, second]
}
