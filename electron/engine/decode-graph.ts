/**
 * Decoding with a cache: one ONNX Loop whose body runs several steps of the decoder and the draw.
 * Caches go in and never come out, since every output is copied: new keys and values are scan outputs, which the
 * caller writes into its caches. Not here: attention (decode-attention.ts), the draw (draw.ts).
 */
import {
  type Attributes,
  constant,
  createGraph,
  emit,
  type Graph,
  input,
  output,
  type Target,
} from '../graph/graph.ts'
import {
  add,
  cast,
  equal,
  less,
  logSoftmax,
  minimum,
  not,
  or,
  reduceMax,
  scale,
} from '../graph/ops.ts'
import { concat, gather, gatherLast, reshape, split } from '../graph/ops-layout.ts'
import { plainProduct } from '../graph/ops-matmul.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import {
  cacheStates,
  feedForward,
  headNorm,
  type LayerWeights,
  layerWeights,
  project,
  type RopeConstants,
  ropeConstants,
  treeMask,
} from '../model/decoder.ts'
import { FED, type Weights, type WeightSource, weightsIn } from '../model/parameters.ts'
import { normed, type Stream } from './cached-layer.ts'
import {
  carriesCaches,
  decodeAttention,
  type LayerCache,
  type StepAttention,
} from './decode-attention.ts'
import { type Choice, choose, type DrawInputs } from './draw.ts'

export type DecodeShape = {
  readonly batch: number
  /** Longest sequence that the cache holds. */
  readonly capacity: number
  /** Iterations of the Loop and steps within each. */
  readonly iterations: number
  readonly unroll: number
  readonly stops: number
  readonly choice: Choice
}

/** Keys and values of packed prompts: outputs key.L and value.L, [B, Hk, T, D]. bare: shapes only. */
export function prefillGraph(
  config: DecoderConfig,
  rows: number,
  length: number,
  target: Target,
  source: WeightSource = FED,
  bare = false,
): Graph {
  const g = createGraph(target, '', bare)
  const weights = weightsIn(g, config, source)
  const documents = input(g, 'documents', 'float32', [rows, length])
  const branches = input(g, 'branches', 'float32', [rows, length])
  const ids = input(g, 'ids', 'int64', [rows * length])
  const positions = input(g, 'positions', 'int64', [rows, length])
  const mask = treeMask(g, documents, branches)
  cacheStates(g, config, weights, { ids, positions, mask }).forEach(({ k, v }, layer) => {
    output(g, k, `key.${layer}`)
    output(g, v, `value.${layer}`)
  })
  return g
}

/** What the Loop carries from iteration to iteration. ids [B, 1]; lengths: tokens in the cache, int32 [B]; done bool [B]. */
type Carried = {
  readonly ids: Value
  readonly lengths: Value
  readonly done: Value
  readonly caches: readonly LayerCache[]
}

/** Values of the outer graph that every step reads. */
type Fixed = DrawInputs & {
  readonly weights: Weights
  /** Of the outer graph. */
  readonly caches: readonly LayerCache[]
  /** q, k and v side by side, [D, (H + 2 Hk) * headDim], and their bias, of each layer; null: three products. */
  readonly qkv: readonly ({ readonly weight: Value; readonly bias: Value | null } | null)[]
  readonly tables: RopeConstants
  readonly stops: Value
  readonly limits: Value
}

/**
 * Inputs: weights, ids int64 [B, 1] (each row's next token), lengths int32 [B], limits int32 [B] (a row ends when its
 * cache holds that many), stops int64 [K], trips int64 [] (iterations at most), uniforms [iterations, B, unroll],
 * key.L and value.L [B, Hk, capacity, D].
 * Outputs of n iterations: tokens int64 and logprobs [n, B, unroll], fresh [n, B, 1, unroll * L * freshLayout.size]:
 * what each step adds to the cache. The Loop ends when all rows are done; what a row has after its end means nothing.
 * Every node counts: a small model's step is as many microseconds as it has nodes. So values keep the rank that the
 * next step wants, and what steps bring is joined once per iteration.
 */
export function decodeGraph(
  config: DecoderConfig,
  shape: DecodeShape,
  target: Target,
  source: WeightSource = FED,
): Graph {
  const g = createGraph(target)
  const { batch, capacity, iterations, unroll } = shape
  if (iterations > 1 && !carriesCaches(batch)) throw new Error('decode: expected one iteration')
  const cache = (name: string, layer: number): Value =>
    input(g, `${name}.${layer}`, 'float32', [batch, config.kvHeads, capacity, config.headDim])
  const layers = Array.from({ length: config.layers }, (_, layer) => layer)
  const weights = weightsIn(g, config, source)
  const caches = layers.map((layer) => ({ k: cache('key', layer), v: cache('value', layer) }))
  const fixed: Fixed = {
    weights,
    caches,
    qkv: layers.map((layer) => fusedProjection(g, config, layerWeights(weights, layer))),
    tables: ropeConstants(g, config, capacity + unroll),
    stops: input(g, 'stops', 'int64', [shape.stops]),
    limits: input(g, 'limits', 'int32', [batch]),
    inverseTemperature: input(g, 'inverseTemperature', 'float32', []),
    topP: input(g, 'topP', 'float32', [1, 1]),
    topK: input(g, 'topK', 'int64', [1, 1]),
  }
  const nobody = Array.from({ length: batch }, () => 0)
  const start: Carried = {
    ids: input(g, 'ids', 'int64', [batch, 1]),
    lengths: input(g, 'lengths', 'int32', [batch]),
    done: constant(g, 'bool', [batch], nobody),
    caches: carriesCaches(batch) ? caches : [],
  }
  const uniforms = input(g, 'uniforms', 'float32', [iterations, batch, unroll])
  const body = loopBody(g, config, shape, fixed, start, uniforms)
  const scans = emitLoop(g, shape, input(g, 'trips', 'int64', []), start, body)
  output(g, scans.tokens, 'tokens')
  output(g, scans.logprobs, 'logprobs')
  output(g, scans.fresh, 'fresh')
  return g
}

const flat = (carried: Carried): Value[] => [
  carried.ids,
  carried.lengths,
  carried.done,
  ...carried.caches.flatMap(({ k, v }) => [k, v]),
]

type Scans = { readonly tokens: Value; readonly logprobs: Value; readonly fresh: Value }

function emitLoop(g: Graph, shape: DecodeShape, trips: Value, start: Carried, body: Graph): Scans {
  const attributes: Attributes = { body: { kind: 'graph', value: body } }
  const carriedOutputs = flat(start)
  const scans = body.outputs.slice(1 + carriedOutputs.length)
  const outputs = [
    ...carriedOutputs,
    ...scans.map(({ dtype, shape: each }) => ({ dtype, shape: [shape.iterations, ...each] })),
  ]
  const results = emit(g, 'Loop', [trips, null, ...flat(start)], outputs, { attributes })
  const [tokens, logprobs, fresh] = results.slice(carriedOutputs.length)
  if (tokens === undefined || logprobs === undefined || fresh === undefined) {
    throw new Error('Loop: three scan outputs expected')
  }
  return { tokens, logprobs, fresh }
}

function loopBody(
  outer: Graph,
  config: DecoderConfig,
  shape: DecodeShape,
  fixed: Fixed,
  start: Carried,
  uniforms: Value,
): Graph {
  const g = createGraph(outer.target, 'body_')
  const { unroll } = shape
  const turn = input(g, 'body_turn', 'int64', [])
  input(g, 'body_go', 'bool', [])
  const carry = (value: Value): Value => input(g, `body_${value.name}`, value.dtype, value.shape)
  let ids = carry({ ...start.ids, name: 'ids' })
  const lengths = carry({ ...start.lengths, name: 'lengths' })
  const before = carry({ ...start.done, name: 'done' })
  const own = start.caches.map(({ k, v }) => ({ k: carry(k), v: carry(v) }))
  const caches = own.length > 0 ? own : fixed.caches
  const attention = decodeAttention(g, config, fixed.tables, caches, lengths)
  const draws = columns(g, gather(g, uniforms, turn), 1)
  const ends = lengthsAfter(g, lengths, fixed.limits, unroll)
  const steps = draws.map((draw, at) => {
    const attend = attention.next(ends[at - 1] ?? lengths)
    const step = decodeStep(g, config, shape, fixed, ids, attend, draw)
    ids = step.token
    return step
  })
  const tokens = joined(g, steps, ({ token }) => [token])
  const last = ends.at(-1) ?? lengths
  const done = or(g, before, isOver(g, tokens, last, fixed))
  output(
    g,
    cast(g, reduceMax(g, cast(g, not(g, done), 'int32'), [0], false), 'bool'),
    'body_continue',
  )
  const next = { ids, lengths: last, done, caches: attention.carried() }
  flat(next).forEach((value, index) => output(g, value, `body_next_${index}`))
  output(g, tokens, 'body_tokens')
  output(
    g,
    joined(g, steps, ({ logprob }) => [logprob]),
    'body_logprobs',
  )
  output(
    g,
    joined(g, steps, ({ fresh }) => fresh),
    'body_fresh',
  )
  return g
}

/** x cut into parts of one along an axis. */
function columns(g: Graph, x: Value, axis: number): Value[] {
  const sizes = Array.from({ length: sizeAt(x, axis) }, () => 1)
  return split(g, x, sizes, axis)
}

/** What each step brings, side by side in the last axis. */
function joined(g: Graph, steps: readonly Step[], read: (step: Step) => readonly Value[]): Value {
  return concat(g, steps.flatMap(read), -1)
}

/**
 * int32 [B] after each of so many steps. A row that is over stays where it is, so that it never writes behind its
 * cache.
 */
function lengthsAfter(g: Graph, lengths: Value, limits: Value, steps: number): Value[] {
  const batch = sizeAt(lengths, 0)
  const taken = Array.from({ length: steps }, (_, step) => step + 1)
  const grown = add(g, constant(g, 'int32', [steps, 1], taken), lengths)
  const flat = reshape(g, minimum(g, grown, limits), [steps * batch])
  return split(
    g,
    flat,
    taken.map(() => batch),
    0,
  )
}

/** Which rows have taken a stop id in this iteration or are full, bool [B]. tokens int64 [B, unroll]. */
function isOver(g: Graph, tokens: Value, lengths: Value, { stops, limits }: Fixed): Value {
  const each = reshape(g, tokens, [...tokens.shape, 1])
  const hits = equal(g, each, stops)
  const stopped = reduceMax(g, cast(g, hits, 'int32'), [1, 2], false)
  return or(g, cast(g, stopped, 'bool'), not(g, less(g, lengths, limits)))
}

/** token int64 and logprob [B, 1]; fresh [B, 1, freshLayout.size] of each layer. */
type Step = { readonly token: Value; readonly logprob: Value; readonly fresh: readonly Value[] }

/** One token for every row: through the layers with the cache, then the draw. Activations are [B, 1, D]. */
function decodeStep(
  g: Graph,
  config: DecoderConfig,
  { batch, choice }: DecodeShape,
  fixed: Fixed,
  ids: Value,
  attend: StepAttention,
  draw: Value,
): Step {
  const { weights } = fixed
  const { rmsEps, hiddenSize } = config
  let stream: Stream = { hidden: weights.embed(g, ids), added: null }
  const fresh = fixed.qkv.map((fused, layer) => {
    const at = layerWeights(weights, layer)
    const [x, before] = normed(g, stream, at.vector(g, 'input_layernorm.weight'), rmsEps)
    const qkv = projected(g, config, at, x, fused)
    const mixed = at.project(g, 'self_attn.o_proj.weight', attend(qkv, layer))
    const after = at.vector(g, 'post_attention_layernorm.weight')
    const [normal, hidden] = normed(g, { hidden: before, added: mixed }, after, rmsEps)
    stream = { hidden, added: feedForward(g, at, normal) }
    return qkv
  })
  const [normal] = normed(g, stream, weights.vector(g, 'model.norm.weight'), rmsEps)
  const logits = weights.unembed(g, reshape(g, normal, [batch, hiddenSize]))
  const token = choose(g, choice, fixed, logits, draw)
  return { token, logprob: gatherLast(g, logSoftmax(g, logits), token), fresh }
}

/**
 * The three projections as one: a small product costs its call more than its arithmetic. q comes out divided by the
 * root of its size, since the runtime's product of one row is several times slower with a factor than without.
 */
function fusedProjection(g: Graph, config: DecoderConfig, at: LayerWeights): Fixed['qkv'][number] {
  const names = ['q_proj', 'k_proj', 'v_proj'] as const
  const part = (read: (name: string) => Value | null): Value | null => {
    const [q, k, v] = names.map((name) => read(`self_attn.${name}`))
    if (q == null || k == null || v == null) return null
    return concat(g, [config.qkNorm ? q : scale(g, q, queryScale(config)), k, v], -1)
  }
  const weight = part((name) => at.whole(`${name}.weight`))
  const bias = config.attentionBias ? part((name) => at.vector(g, `${name}.bias`)) : null
  return weight === null ? null : { weight, bias }
}

const queryScale = ({ headDim }: DecoderConfig): number => 1 / Math.sqrt(headDim)

/** Where a layer's new keys begin within its part of `fresh`, its values following, and how long the part is. */
export function freshLayout({ heads, kvHeads, headDim }: DecoderConfig): {
  readonly keys: number
  readonly size: number
} {
  return { keys: heads * headDim, size: (heads + 2 * kvHeads) * headDim }
}

/** q, k and v of a layer side by side, before rotation, [B, 1, freshLayout.size]; x: the normed stream. */
function projected(
  g: Graph,
  config: DecoderConfig,
  at: LayerWeights,
  x: Value,
  fused: Fixed['qkv'][number],
): Value {
  if (fused === null) return sideBySide(g, config, at, x)
  const product = plainProduct(g, x, fused.weight)
  if (config.qkNorm) return normedHeads(g, config, at, product)
  return fused.bias === null ? product : add(g, product, fused.bias)
}

/** Three products, where the weights are no values that could be joined. */
function sideBySide(g: Graph, config: DecoderConfig, at: LayerWeights, x: Value): Value {
  const q = project(g, config, at, 'q_proj', x)
  const scaled = config.qkNorm ? q : scale(g, q, queryScale(config))
  const parts = [scaled, project(g, config, at, 'k_proj', x), project(g, config, at, 'v_proj', x)]
  const all = concat(g, parts, -1)
  return config.qkNorm ? normedHeads(g, config, at, all) : all
}

/** q and k of a fused product [B, 1, N] normed head by head (Qwen3). */
function normedHeads(g: Graph, config: DecoderConfig, at: LayerWeights, all: Value): Value {
  const { heads, kvHeads, headDim } = config
  const sizes = [heads, kvHeads, kvHeads].map((count) => count * headDim)
  const [q, k, v] = split(g, all, sizes, 2)
  if (q === undefined || k === undefined || v === undefined) throw new Error('split: three parts')
  const normed = (name: 'q_norm' | 'k_norm', part: Value): Value => {
    const perHead = reshape(g, part, [sizeAt(part, 0), sizeAt(part, 2) / headDim, headDim])
    return reshape(g, headNorm(g, config, at, name, perHead), part.shape)
  }
  return concat(g, [scale(g, normed('q_norm', q), queryScale(config)), normed('k_norm', k), v], 2)
}
