/**
 * The decoder as graph nodes, over whole rows of tokens: Llama, Qwen2 and Qwen3 differ by two flags of the config.
 * Weights are graph inputs under their Hugging Face names; matrices stand transposed, as [in, out].
 * Not here: losses (graph/loss.ts) and decoding with a cache (engine/decode-graph.ts).
 */
import { constant, type Graph, input } from '../graph/graph.ts'
import { attention, rmsNorm, rotary, swiglu } from '../graph/layers.ts'
import { add, and, equal, lessOrEqual, or, where } from '../graph/ops.ts'
import { gather, reshape, transpose } from '../graph/ops-layout.ts'
import { matmul } from '../graph/ops-matmul.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from './config.ts'
import { ropeTables } from './rope.ts'
import { tensorNames, type TensorSpec } from './tensors.ts'

/** Looks a weight up by its Hugging Face name. */
export type Weights = (name: string) => Value

/** Shape of a weight in our graphs: projections are stored transposed, [in, out]. */
export function graphShape(spec: TensorSpec): readonly number[] {
  return spec.kind === 'matrix' ? spec.shape.toReversed() : spec.shape
}

/** Declares every weight as an input of g, called inputName(its name). */
export function weightInputs(
  g: Graph,
  config: DecoderConfig,
  inputName: (name: string) => string = (name) => name,
): Weights {
  const values = new Map(
    tensorNames(config).map((spec) => [
      spec.name,
      input(g, inputName(spec.name), 'float32', graphShape(spec)),
    ]),
  )
  return (name) => {
    const value = values.get(name)
    if (value === undefined) throw new Error(`${name}: no such weight`)
    return value
  }
}

export type RowInputs = {
  /** Token ids int64 [B * T]. */
  readonly ids: Value
  /** Position of each token within its sequence, int64 [B, T]. */
  readonly positions: Value
  /** Attention mask to add, [B, 1, T, T]. */
  readonly mask: Value
}

/**
 * Who sees whom: token i sees token j <= i of the same document when j is in the trunk (branch 0) or in i's own
 * branch. Packed rows are several documents; one prompt with several answers is a trunk with branches.
 * documents and branches float32 [B, T] -> [B, 1, T, T] of 0 and -1e9.
 */
export function treeMask(g: Graph, documents: Value, branches: Value): Value {
  const [batch, length] = [sizeAt(documents, 0), sizeAt(documents, 1)]
  const query = [batch, 1, length, 1]
  const key = [batch, 1, 1, length]
  const order = Float32Array.from({ length }, (_, index) => index)
  const earlier = lessOrEqual(
    g,
    constant(g, 'float32', [1, 1, 1, length], order),
    constant(g, 'float32', [1, 1, length, 1], order),
  )
  const sameDocument = equal(g, reshape(g, documents, query), reshape(g, documents, key))
  const keyBranch = reshape(g, branches, key)
  const trunk = equal(g, keyBranch, constant(g, 'float32', [1, 1, 1, 1], [0]))
  const own = equal(g, reshape(g, branches, query), keyBranch)
  const visible = and(g, and(g, sameDocument, earlier), or(g, trunk, own))
  const pick = (number: number): Value => constant(g, 'float32', [1, 1, 1, 1], [number])
  return where(g, visible, pick(0), pick(-1e9))
}

/** Hidden states after the final norm, [B * T, D]. */
export function hiddenStates(
  g: Graph,
  config: DecoderConfig,
  weights: Weights,
  rows: RowInputs,
): Value {
  const tables = ropeConstants(g, config, sizeAt(rows.positions, 1))
  let hidden = gather(g, weights('model.embed_tokens.weight'), rows.ids)
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = layerWeights(weights, layer)
    const heads = projections(g, config, at, hidden, rows, tables)
    hidden = decoderLayer(g, config, at, hidden, heads, rows)
  }
  return rmsNorm(g, hidden, weights('model.norm.weight'), config.rmsEps)
}

/** Rotated keys and values of every layer, [B, Hk, T, D] each: what a decoder with a cache starts from. */
export function cacheStates(
  g: Graph,
  config: DecoderConfig,
  weights: Weights,
  rows: RowInputs,
): { readonly k: Value; readonly v: Value }[] {
  const tables = ropeConstants(g, config, sizeAt(rows.positions, 1))
  let hidden = gather(g, weights('model.embed_tokens.weight'), rows.ids)
  return Array.from({ length: config.layers }, (_, layer) => {
    const at = layerWeights(weights, layer)
    const heads = projections(g, config, at, hidden, rows, tables)
    const last = layer === config.layers - 1
    if (!last) hidden = decoderLayer(g, config, at, hidden, heads, rows)
    return heads
  })
}

export function layerWeights(weights: Weights, layer: number): Weights {
  return (name) => weights(`model.layers.${layer}.${name}`)
}

/** Logits of hidden rows: [M, D] -> [M, V]. */
export function logitsOf(g: Graph, config: DecoderConfig, weights: Weights, hidden: Value): Value {
  if (!config.tied) return matmul(g, hidden, weights('lm_head.weight'))
  return matmul(g, hidden, weights('model.embed_tokens.weight'), { transB: true })
}

export type RopeConstants = { readonly cos: Value; readonly sin: Value }

export function ropeConstants(g: Graph, config: DecoderConfig, positions: number): RopeConstants {
  const { cos, sin } = ropeTables(config, positions)
  const shape = [positions, config.headDim / 2]
  return { cos: constant(g, 'float32', shape, cos), sin: constant(g, 'float32', shape, sin) }
}

/** x times the projection of that name, plus its bias where the family has one. */
function project(
  g: Graph,
  config: DecoderConfig,
  at: Weights,
  name: 'q_proj' | 'k_proj' | 'v_proj',
  x: Value,
): Value {
  const product = matmul(g, x, at(`self_attn.${name}.weight`))
  return config.attentionBias ? add(g, product, at(`self_attn.${name}.bias`)) : product
}

/** The norm over each head of q or k that Qwen3 has; x [..., headDim]. */
export function headNorm(
  g: Graph,
  config: DecoderConfig,
  at: Weights,
  name: 'q_norm' | 'k_norm',
  x: Value,
): Value {
  return config.qkNorm ? rmsNorm(g, x, at(`self_attn.${name}.weight`), config.rmsEps) : x
}

type Heads = { readonly q: Value; readonly k: Value; readonly v: Value }

/** q [B, H, T, D], k and v [B, Hk, T, D] of a layer, q and k rotated. */
function projections(
  g: Graph,
  config: DecoderConfig,
  at: Weights,
  hidden: Value,
  rows: RowInputs,
  tables: RopeConstants,
): Heads {
  const { heads, kvHeads, headDim } = config
  const x = rmsNorm(g, hidden, at('input_layernorm.weight'), config.rmsEps)
  const [batch, length] = [sizeAt(rows.positions, 0), sizeAt(rows.positions, 1)]
  const split = (flat: Value, count: number): Value =>
    reshape(g, flat, [batch, length, count, headDim])
  const turn = (perHead: Value): Value => transpose(g, perHead, [0, 2, 1, 3])
  const rotate = (name: 'q' | 'k', count: number): Value => {
    const flat = split(project(g, config, at, `${name}_proj`, x), count)
    const normal = turn(headNorm(g, config, at, `${name}_norm`, flat))
    return rotary(g, normal, rows.positions, tables.cos, tables.sin)
  }
  const v = turn(split(project(g, config, at, 'v_proj', x), kvHeads))
  return { q: rotate('q', heads), k: rotate('k', kvHeads), v }
}

function decoderLayer(
  g: Graph,
  config: DecoderConfig,
  at: Weights,
  hidden: Value,
  { q, k, v }: Heads,
  rows: RowInputs,
): Value {
  const mixed = transpose(g, attention(g, q, k, v, rows.mask), [0, 2, 1, 3])
  const flat = reshape(g, mixed, [sizeAt(hidden, 0), config.heads * config.headDim])
  const attended = add(g, hidden, matmul(g, flat, at('self_attn.o_proj.weight')))
  return add(g, attended, mlp(g, config, at, attended))
}

/** The feed-forward half of a layer, its norm included. product: how x meets a weight. */
export function mlp(
  g: Graph,
  config: DecoderConfig,
  at: Weights,
  hidden: Value,
  product: (g: Graph, x: Value, weight: Value) => Value = matmul,
): Value {
  const normal = rmsNorm(g, hidden, at('post_attention_layernorm.weight'), config.rmsEps)
  const gate = product(g, normal, at('mlp.gate_proj.weight'))
  const up = product(g, normal, at('mlp.up_proj.weight'))
  return product(g, swiglu(g, gate, up), at('mlp.down_proj.weight'))
}
