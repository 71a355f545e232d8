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
import { rmsNorm } from '../graph/layers.ts'
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
  headNorm,
  type LayerWeights,
  layerWeights,
  mlp,
  project,
  type RopeConstants,
  ropeConstants,
  treeMask,
} from '../model/decoder.ts'
import { FED, type Weights, type WeightSource, weightsIn } from '../model/parameters.ts'
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

/** What the Loop carries from iteration to iteration. lengths: tokens in the cache, int32 [B]; done bool [B]. */
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
 * Inputs: weights, ids int64 [B] (each row's next token), lengths int32 [B], limits int32 [B] (a row ends when its
 * cache holds that many), stops int64 [K], trips int64 [] (iterations at most), uniforms [iterations, unroll, B],
 * key.L and value.L [B, Hk, capacity, D].
 * Outputs per step taken: tokens int64 and logprobs [n, unroll, B], fresh [n, unroll, B, L * freshLayout.size]: what
 * the step adds to the cache. The Loop ends when all rows are done; what a row has after its end means nothing.
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
    ids: input(g, 'ids', 'int64', [batch]),
    lengths: input(g, 'lengths', 'int32', [batch]),
    done: constant(g, 'bool', [batch], nobody),
    caches: carriesCaches(batch) ? caches : [],
  }
  const uniforms = input(g, 'uniforms', 'float32', [iterations, unroll, batch])
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
  const ids = carry({ ...start.ids, name: 'ids' })
  const lengths = carry({ ...start.lengths, name: 'lengths' })
  const before = carry({ ...start.done, name: 'done' })
  const own = start.caches.map(({ k, v }) => ({ k: carry(k), v: carry(v) }))
  const caches = own.length > 0 ? own : fixed.caches
  const attention = decodeAttention(g, config, fixed.tables, caches, lengths)
  const draws = gather(g, uniforms, turn)
  const scans: Scans[] = []
  let rows: Rows = { ids, lengths }
  for (const draw of split(
    g,
    draws,
    Array.from({ length: unroll }, () => 1),
    0,
  )) {
    const step = decodeStep(g, config, shape, fixed, rows, attention.next(rows.lengths), draw)
    rows = step.rows
    scans.push(step.scans)
  }
  const tokens = stack(g, scans, (scan) => scan.tokens)
  const done = or(g, before, isOver(g, tokens, rows.lengths, fixed))
  output(
    g,
    cast(g, reduceMax(g, cast(g, not(g, done), 'int32'), [0], false), 'bool'),
    'body_continue',
  )
  flat({ ...rows, done, caches: attention.carried() }).forEach((value, index) =>
    output(g, value, `body_next_${index}`),
  )
  output(g, tokens, 'body_tokens')
  output(
    g,
    stack(g, scans, ({ logprobs }) => logprobs),
    'body_logprobs',
  )
  output(
    g,
    stack(g, scans, ({ fresh }) => fresh),
    'body_fresh',
  )
  return g
}

/** A value of each step, one below the other: n times [...shape] -> [n, ...shape]. */
function stack(g: Graph, scans: readonly Scans[], read: (scan: Scans) => Value): Value {
  const rows = scans.map(read).map((value) => reshape(g, value, [1, ...value.shape]))
  return concat(g, rows, 0)
}

/** Which rows have taken a stop id in this iteration or are full, bool [B]. tokens int64 [unroll, B]. */
function isOver(g: Graph, tokens: Value, lengths: Value, { stops, limits }: Fixed): Value {
  const [unroll, batch] = [sizeAt(tokens, 0), sizeAt(tokens, 1)]
  const count = sizeAt(stops, 0)
  const hits = equal(g, reshape(g, tokens, [1, unroll, batch]), reshape(g, stops, [count, 1, 1]))
  const stopped = reduceMax(g, cast(g, hits, 'int32'), [0, 1], false)
  return or(g, cast(g, stopped, 'bool'), not(g, less(g, lengths, limits)))
}

/** ids int64 [B] to feed, lengths int32 [B] of what came before. */
type Rows = { readonly ids: Value; readonly lengths: Value }

/** One token for every row: through the layers with the cache, then the draw. Activations are [B, 1, D]. */
function decodeStep(
  g: Graph,
  config: DecoderConfig,
  { batch, choice }: DecodeShape,
  fixed: Fixed,
  rows: Rows,
  attend: StepAttention,
  draw: Value,
): { readonly rows: Rows; readonly scans: Scans } {
  const { weights } = fixed
  const ids = reshape(g, rows.ids, [batch, 1])
  let hidden = weights.embed(g, ids)
  const fresh = fixed.qkv.map((fused, layer) => {
    const at = layerWeights(weights, layer)
    const qkv = projected(g, config, at, hidden, fused)
    const mixed = at.project(g, 'self_attn.o_proj.weight', attend(qkv, layer))
    const attended = add(g, hidden, mixed)
    hidden = add(g, attended, mlp(g, config, at, attended))
    return qkv
  })
  const normal = rmsNorm(g, hidden, weights.vector(g, 'model.norm.weight'), config.rmsEps)
  const logits = weights.unembed(g, reshape(g, normal, [batch, config.hiddenSize]))
  const chosen = choose(g, choice, fixed, logits, draw)
  const picked = gatherLast(g, logSoftmax(g, logits), reshape(g, chosen, [batch, 1]))
  const added = concat(g, fresh, -1)
  // A row that is over stays where it is, so that it never writes behind its cache.
  const next = add(g, rows.lengths, constant(g, 'int32', [1], [1]))
  return {
    rows: { ids: chosen, lengths: minimum(g, next, fixed.limits) },
    scans: {
      tokens: chosen,
      logprobs: reshape(g, picked, [batch]),
      fresh: reshape(g, added, [batch, sizeAt(added, -1)]),
    },
  }
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

/** q, k and v of a layer side by side, before rotation, [B, 1, freshLayout.size]. */
function projected(
  g: Graph,
  config: DecoderConfig,
  at: LayerWeights,
  hidden: Value,
  fused: Fixed['qkv'][number],
): Value {
  const x = rmsNorm(g, hidden, at.vector(g, 'input_layernorm.weight'), config.rmsEps)
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
