/**
 * Pieces of prompts over a cache, for the CPU and for graphics devices: a long prompt is prefilled in several runs, and
 * no run holds scores of all pairs of its tokens. Also what such graphs share with those that decode.
 * Not here: the layers (cached-layer.ts), when what is run (cpu-decoder.ts, device-decoder.ts).
 */
import { createGraph, type Graph, input, output, type Target } from '../graph/graph.ts'
import { reshape } from '../graph/ops-layout.ts'
import { elementCount, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { Weights } from '../model/parameters.ts'
import { fusedAttend, plainPieceAttend, type Precision, type Span } from './cached-attention.ts'
import {
  attendLayer,
  cachedLayer,
  type LayerCache,
  type LayerContext,
  type Stream,
} from './cached-layer.ts'

/** Declares the weights of a graph. */
export type WeightsOf = (g: Graph) => Weights

export type CacheShape = { readonly slots: number; readonly capacity: number }

/** Names of the cache tensors of a layer, as inputs; as outputs they have `next.` before them. */
export const cacheNames = (config: DecoderConfig): string[] =>
  ['key', 'value'].flatMap((name) =>
    Array.from({ length: config.layers }, (_, layer) => `${name}.${layer}`),
  )
export const nextName = (name: string): string => `next.${name}`

export function cacheInputs(
  g: Graph,
  { layers, kvHeads, headDim }: DecoderConfig,
  { slots, capacity }: CacheShape,
  precision: Precision,
): LayerCache[] {
  const read = (name: string, layer: number): Value =>
    input(g, `${name}.${layer}`, precision, [slots, kvHeads, capacity, headDim])
  return Array.from({ length: layers }, (_, layer) => ({
    k: read('key', layer),
    v: read('value', layer),
  }))
}

export function cacheOutputs(g: Graph, caches: readonly LayerCache[]): void {
  caches.forEach(({ k, v }, layer) => {
    output(g, k, nextName(`key.${layer}`))
    output(g, v, nextName(`value.${layer}`))
  })
}

/** The embedding of ids int64 [rows, T] as a stream [rows * T, D]. */
export function embedded(g: Graph, { config, weights }: LayerContext, ids: Value): Stream {
  const shape = [elementCount(ids.shape), config.hiddenSize]
  return { hidden: reshape(g, weights.embed(g, ids), shape), added: null }
}

export type PieceShape = { readonly length: number; readonly capacity: number }

export type PieceLowering = {
  readonly target: Target
  readonly precision: Precision
  readonly attention: 'fused' | 'plain'
}

/**
 * A piece of one prompt: its keys and values are appended to the prompt's cache. Inputs: weights, ids int64 [1, T],
 * key.L and value.L [1, Hk, capacity, D], and where the piece lies: for fused attention lengths int32 [1] (its last
 * position) and total int32 [] (positions up to its end), for plain attention those of plainPieceFeeds.
 * Outputs: next.key.L and next.value.L. A piece may end in padding, which is overwritten later.
 */
export function pieceGraph(
  config: DecoderConfig,
  weightsOf: WeightsOf,
  { length, capacity }: PieceShape,
  { target, precision, attention }: PieceLowering,
): Graph {
  const g = createGraph(target)
  const weights = weightsOf(g)
  const attend =
    attention === 'plain'
      ? plainPieceAttend(g, config, length, capacity, precision)
      : fusedAttend(g, config, 1, capacity, spanInputs(g, 1), precision)
  const context: LayerContext = { config, weights, attend }
  let stream = embedded(g, context, input(g, 'ids', 'int64', [1, length]))
  const caches = cacheInputs(g, config, { slots: 1, capacity }, precision)
  const after = caches.map((past, layer) => {
    // Nothing follows the last layer's cache.
    if (layer === config.layers - 1) return attendLayer(g, context, layer, stream, past).cache
    const result = cachedLayer(g, context, layer, stream, past)
    stream = result.stream
    return result.cache
  })
  cacheOutputs(g, after)
  return g
}

export const spanInputs = (g: Graph, rows: number): Span => ({
  lengths: input(g, 'lengths', 'int32', [rows]),
  total: input(g, 'total', 'int32', []),
})
