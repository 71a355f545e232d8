/**
 * One layer of the decoder over a cache, in as few kernels as may be: norms are fused with the sum before them.
 * Inference only: WebGPU does not write the second output of the fused norm, which training would need.
 * Not here: attention (cached-attention.ts), weights (model/parameters.ts), graphs of layers (piece-graph.ts,
 * device-graphs.ts).
 */
import { type Attributes, emit, emitOne, type Graph, type Shaped } from '../graph/graph.ts'
import { add, cast, mul } from '../graph/ops.ts'
import { concat, reshape } from '../graph/ops-layout.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { Weights } from '../model/parameters.ts'

/** Keys and values of one layer, [B, Hk, capacity, headDim] each. */
export type LayerCache = { readonly k: Value; readonly v: Value }

/** Attention of a layer: q, k and v side by side [M, (H + 2 Hk) * headDim], before rotation -> [M, H * headDim]. */
export type Attend = (
  g: Graph,
  qkv: Value,
  past: LayerCache,
) => { readonly mixed: Value; readonly cache: LayerCache }

const CONTRIB = 'com.microsoft'

/** x [M, D] over the root of its mean square, times weight. */
export function norm(g: Graph, x: Value, weight: Value, eps: number): Value {
  const attributes: Attributes = {
    axis: { kind: 'int', value: -1 },
    epsilon: { kind: 'float', value: eps },
    stash_type: { kind: 'int', value: 1 },
  }
  return emitOne(g, 'SimplifiedLayerNormalization', [x, weight], x, { attributes })
}

/** The norm of x + y, and the sum. */
function sumNorm(g: Graph, x: Value, y: Value, weight: Value, eps: number): [Value, Value] {
  const attributes: Attributes = { epsilon: { kind: 'float', value: eps } }
  const options = { attributes, domain: CONTRIB }
  const none: Shaped = { dtype: 'float32', shape: [0] }
  const outputs = [x, none, none, x]
  const [normal, , , sum] = emit(
    g,
    'SkipSimplifiedLayerNormalization',
    [x, y, weight],
    outputs,
    options,
  )
  if (normal === undefined || sum === undefined) throw new Error('norm: two outputs expected')
  return [normal, sum]
}

/** hidden [M, D] and what is to be added to it; M = rows times length. */
export type Stream = { readonly hidden: Value; readonly added: Value | null }

/** What all layers of a graph share. */
export type LayerContext = {
  readonly config: DecoderConfig
  readonly weights: Weights
  readonly attend: Attend
}

/** The layer's keys and values appended; mixed [M, H * headDim]: what attention gives; hidden: the stream as one. */
type Attended = { readonly cache: LayerCache; readonly mixed: Value; readonly hidden: Value }

const nameOf = (layer: number, name: string): string => `model.layers.${layer}.${name}`

export function attendLayer(
  g: Graph,
  context: LayerContext,
  layer: number,
  stream: Stream,
  past: LayerCache,
): Attended {
  const { config, weights } = context
  const vector = (name: string): Value =>
    cast(g, weights.vector(g, nameOf(layer, name)), stream.hidden.dtype)
  const [x, hidden] = normed(g, stream, vector('input_layernorm.weight'), config.rmsEps)
  const qkv = projections(g, context, layer, vector, x)
  return { ...context.attend(g, qkv, past), hidden }
}

export function cachedLayer(
  g: Graph,
  context: LayerContext,
  layer: number,
  stream: Stream,
  past: LayerCache,
): { readonly stream: Stream; readonly cache: LayerCache } {
  const { config, weights } = context
  const { cache, mixed, hidden } = attendLayer(g, context, layer, stream, past)
  const project = (name: string, x: Value): Value => weights.project(g, nameOf(layer, name), x)
  const after = weights.vector(g, nameOf(layer, 'post_attention_layernorm.weight'))
  const attended = project('self_attn.o_proj.weight', mixed)
  const [normal, sum] = sumNorm(g, hidden, attended, cast(g, after, hidden.dtype), config.rmsEps)
  const gate = project('mlp.gate_proj.weight', normal)
  const up = project('mlp.up_proj.weight', normal)
  const added = project('mlp.down_proj.weight', mul(g, silu(g, gate), up))
  return { stream: { hidden: sum, added }, cache }
}

/** The norm of a stream, and the stream as one value. */
export function normed(
  g: Graph,
  { hidden, added }: Stream,
  weight: Value,
  eps: number,
): [Value, Value] {
  if (added === null) return [norm(g, hidden, weight, eps), hidden]
  return sumNorm(g, hidden, added, weight, eps)
}

function silu(g: Graph, x: Value): Value {
  const attributes: Attributes = { alpha: { kind: 'float', value: 1 } }
  return emitOne(g, 'QuickGelu', [x], x, { attributes, domain: CONTRIB })
}

/** q, k and v side by side, [M, (H + 2 Hk) * headDim], before rotation. */
function projections(
  g: Graph,
  { config, weights }: LayerContext,
  layer: number,
  vector: (name: string) => Value,
  x: Value,
): Value {
  const parts = (['q', 'k', 'v'] as const).map((name) => {
    const product = weights.project(g, nameOf(layer, `self_attn.${name}_proj.weight`), x)
    if (!config.qkNorm || name === 'v') return product
    return headNorm(g, config, product, vector(`self_attn.${name}_norm.weight`))
  })
  const all = concat(g, parts, 1)
  if (!config.attentionBias) return all
  const biases = (['q', 'k', 'v'] as const).map((name) => vector(`self_attn.${name}_proj.bias`))
  return add(g, all, concat(g, biases, 0))
}

/** x [M, n * headDim], each head normed by itself (Qwen3). */
function headNorm(g: Graph, { headDim, rmsEps }: DecoderConfig, x: Value, weight: Value): Value {
  const perHead = reshape(g, x, [sizeAt(x, 0), sizeAt(x, 1) / headDim, headDim])
  return reshape(g, norm(g, perHead, weight, rmsEps), x.shape)
}
