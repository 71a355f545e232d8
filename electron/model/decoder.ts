/**
 * The decoder as graph nodes, over whole rows of tokens: Llama, Qwen2 and Qwen3 differ by two flags of the config.
 * Not here: where weights come from (parameters.ts), losses (graph/loss.ts) and decoding with a cache (engine/decode-graph.ts).
 */
import { checkpointed, constant, type Graph, only } from '../graph/graph.ts'
import { attention, rmsNorm, rotary, swiglu } from '../graph/layers.ts'
import { add, and, equal, lessOrEqual, or, where } from '../graph/ops.ts'
import { concat, reshape, slice, transpose } from '../graph/ops-layout.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from './config.ts'
import type { Weights } from './parameters.ts'
import { type RopeTables, ropeTables } from './rope.ts'

export type RowInputs = {
  /** Token ids int64 [B * T]. */
  readonly ids: Value
  /** Position of each token within its sequence, int64 [B, T]. */
  readonly positions: Value
  /** Attention mask to add, [B, 1, T, T], or how to make it for some queries at a time. */
  readonly mask: Value | MaskParts
}

/** Attention over stretches of queries: no tensor [H, T, T] exists. */
export type MaskParts = {
  /** Queries at a time. */
  readonly size: number
  /** The mask of queries [from, to) over keys [0, to), [B, 1, to - from, to]. */
  readonly part: (g: Graph, from: number, to: number) => Value
}

/**
 * Who sees whom: token i sees token j <= i of the same document when j is in the trunk (branch 0) or in i's own
 * branch. Packed rows are several documents; one prompt with several answers is a trunk with branches.
 * documents and branches float32 [B, T] -> [B, 1, T, T] of 0 and -1e9.
 */
export function treeMask(g: Graph, documents: Value, branches: Value): Value {
  return maskOf(g, documents, branches, 0, sizeAt(documents, 1))
}

/** The same for `size` queries at a time. */
export function treeMaskParts(documents: Value, branches: Value, size: number): MaskParts {
  return { size, part: (g, from, to) => maskOf(g, documents, branches, from, to) }
}

function maskOf(g: Graph, documents: Value, branches: Value, from: number, to: number): Value {
  const [batch, length] = [sizeAt(documents, 0), sizeAt(documents, 1)]
  const cut = (plane: Value, start: number): Value =>
    to - start === length ? plane : slice(g, plane, 1, start, to)
  const query = [batch, 1, to - from, 1]
  const key = [batch, 1, 1, to]
  const order = (start: number) => (): Float32Array => {
    const numbers = new Float32Array(to - start)
    for (let index = 0; index < numbers.length; index += 1) numbers[index] = start + index
    return numbers
  }
  const earlier = lessOrEqual(
    g,
    constant(g, 'float32', [1, 1, 1, to], order(0)),
    constant(g, 'float32', [1, 1, to - from, 1], order(from)),
  )
  const keys = reshape(g, cut(documents, 0), key)
  const sameDocument = equal(g, reshape(g, cut(documents, from), query), keys)
  const keyBranch = reshape(g, cut(branches, 0), key)
  const trunk = equal(g, keyBranch, constant(g, 'float32', [1, 1, 1, 1], [0]))
  const own = equal(g, reshape(g, cut(branches, from), query), keyBranch)
  const visible = and(g, and(g, sameDocument, earlier), or(g, trunk, own))
  const pick = (number: number): Value => constant(g, 'float32', [1, 1, 1, 1], [number])
  return where(g, visible, pick(0), pick(-1e9))
}

/** Hidden states after the final norm, [B * T, D]. recompute: layers keep only what goes into them. */
export function hiddenStates(
  g: Graph,
  config: DecoderConfig,
  weights: Weights,
  rows: RowInputs,
  recompute = false,
): Value {
  const tables = ropeConstants(g, config, sizeAt(rows.positions, 1))
  let hidden = weights.embed(g, rows.ids)
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = layerWeights(weights, layer)
    const whole = (x: Value): Value =>
      decoderLayer(g, config, at, x, projections(g, config, at, x, rows, tables), rows)
    hidden = recompute
      ? only(
          checkpointed(g, [hidden], at.trainable, ([x = hidden]) => [whole(x)]),
          'layer',
        )
      : whole(hidden)
  }
  return rmsNorm(g, hidden, weights.vector(g, 'model.norm.weight'), config.rmsEps)
}

/** Rotated keys and values of every layer, [B, Hk, T, D] each: what a decoder with a cache starts from. */
export function cacheStates(
  g: Graph,
  config: DecoderConfig,
  weights: Weights,
  rows: RowInputs,
): { readonly k: Value; readonly v: Value }[] {
  const tables = ropeConstants(g, config, sizeAt(rows.positions, 1))
  let hidden = weights.embed(g, rows.ids)
  return Array.from({ length: config.layers }, (_, layer) => {
    const at = layerWeights(weights, layer)
    const heads = projections(g, config, at, hidden, rows, tables)
    const last = layer === config.layers - 1
    if (!last) hidden = decoderLayer(g, config, at, hidden, heads, rows)
    return heads
  })
}

/** The weights of one layer, by the rest of their names. */
export type LayerWeights = {
  readonly vector: (g: Graph, name: string) => Value
  readonly project: (g: Graph, name: string, x: Value) => Value
  readonly whole: (name: string) => Value | null
  readonly trainable: readonly Value[]
}

export function layerWeights(weights: Weights, layer: number): LayerWeights {
  const prefix = `model.layers.${layer}.`
  return {
    vector: (g, name) => weights.vector(g, prefix + name),
    project: (g, name, x) => weights.project(g, prefix + name, x),
    whole: (name) => weights.whole(prefix + name),
    trainable: weights.trainable(prefix),
  }
}

export type RopeConstants = { readonly cos: Value; readonly sin: Value }

export function ropeConstants(g: Graph, config: DecoderConfig, positions: number): RopeConstants {
  let made: RopeTables | null = null
  const tables = (): RopeTables => (made ??= ropeTables(config, positions))
  const shape = [positions, config.headDim / 2]
  return {
    cos: constant(g, 'float32', shape, () => tables().cos),
    sin: constant(g, 'float32', shape, () => tables().sin),
  }
}

/** x times the projection of that name, plus its bias where the family has one. */
export function project(
  g: Graph,
  config: DecoderConfig,
  at: LayerWeights,
  name: 'q_proj' | 'k_proj' | 'v_proj',
  x: Value,
): Value {
  const product = at.project(g, `self_attn.${name}.weight`, x)
  return config.attentionBias ? add(g, product, at.vector(g, `self_attn.${name}.bias`)) : product
}

/** The norm over each head of q or k that Qwen3 has; x [..., headDim]. */
export function headNorm(
  g: Graph,
  config: DecoderConfig,
  at: LayerWeights,
  name: 'q_norm' | 'k_norm',
  x: Value,
): Value {
  return config.qkNorm ? rmsNorm(g, x, at.vector(g, `self_attn.${name}.weight`), config.rmsEps) : x
}

type Heads = { readonly q: Value; readonly k: Value; readonly v: Value }

/** q [B, H, T, D], k and v [B, Hk, T, D] of a layer, q and k rotated. */
function projections(
  g: Graph,
  config: DecoderConfig,
  at: LayerWeights,
  hidden: Value,
  rows: RowInputs,
  tables: RopeConstants,
): Heads {
  const { heads, kvHeads, headDim } = config
  const x = rmsNorm(g, hidden, at.vector(g, 'input_layernorm.weight'), config.rmsEps)
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
  at: LayerWeights,
  hidden: Value,
  { q, k, v }: Heads,
  rows: RowInputs,
): Value {
  const mixed = transpose(g, attend(g, q, k, v, rows.mask), [0, 2, 1, 3])
  const flat = reshape(g, mixed, [sizeAt(hidden, 0), config.heads * config.headDim])
  const attended = add(g, hidden, at.project(g, 'self_attn.o_proj.weight', flat))
  return add(g, attended, mlp(g, config, at, attended))
}

/** A stretch of queries at a time, each computed again in the backward pass, where the mask comes in parts. */
function attend(g: Graph, q: Value, k: Value, v: Value, mask: RowInputs['mask']): Value {
  if (!('part' in mask)) return attention(g, q, k, v, mask)
  const length = sizeAt(q, 2)
  const parts: Value[] = []
  for (let from = 0; from < length; from += mask.size) {
    const to = Math.min(length, from + mask.size)
    const seen = (x: Value): Value => (to === length ? x : slice(g, x, 2, 0, to))
    const moving = [slice(g, q, 2, from, to), seen(k), seen(v)]
    const part = ([queries, keys, values]: readonly Value[]): Value[] =>
      queries === undefined || keys === undefined || values === undefined
        ? []
        : [attention(g, queries, keys, values, mask.part(g, from, to))]
    parts.push(only(checkpointed(g, moving, [], part), 'attend'))
  }
  return concat(g, parts, 2)
}

/** The feed-forward half of a layer, its norm included. */
function mlp(g: Graph, config: DecoderConfig, at: LayerWeights, hidden: Value): Value {
  const weight = at.vector(g, 'post_attention_layernorm.weight')
  return feedForward(g, at, rmsNorm(g, hidden, weight, config.rmsEps))
}

export function feedForward(g: Graph, at: LayerWeights, normal: Value): Value {
  const gate = at.project(g, 'mlp.gate_proj.weight', normal)
  const up = at.project(g, 'mlp.up_proj.weight', normal)
  return at.project(g, 'mlp.down_proj.weight', swiglu(g, gate, up))
}
