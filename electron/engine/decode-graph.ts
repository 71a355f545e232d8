/**
 * Decoding with a cache: one ONNX Loop whose body runs several steps of GroupQueryAttention and sampling.
 * A Loop copies its carried caches once per iteration; steps unrolled inside the body update them in place.
 * The cache never leaves the runtime: new keys and values come out as scan outputs and are written back by the caller.
 */
import {
  type Attributes,
  constant,
  createGraph,
  emit,
  emitOne,
  type Graph,
  input,
  output,
  scalar,
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
  mul,
  not,
  or,
  reduceMax,
  reduceSum,
  softmax,
} from '../graph/ops.ts'
import { concat, gather, gatherLast, reshape } from '../graph/ops-layout.ts'
import { matmul } from '../graph/ops-matmul.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import {
  cacheStates,
  headNorm,
  layerWeights,
  logitsOf,
  mlp,
  project,
  type RopeConstants,
  ropeConstants,
  treeMask,
  weightInputs,
  type Weights,
} from '../model/decoder.ts'

export type Choice = 'greedy' | 'plain' | 'filtered'

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

/** Keys and values of packed prompts: outputs key.L and value.L, [B, Hk, T, D]. */
export function prefillGraph(
  config: DecoderConfig,
  rows: number,
  length: number,
  target: Target,
): Graph {
  const g = createGraph(target)
  const weights = weightInputs(g, config)
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

/** What the Loop carries from step to step. lengths: tokens in the cache, int32 [B]; done bool [B]. */
type Carried = {
  readonly ids: Value
  readonly lengths: Value
  readonly done: Value
  readonly keys: readonly Value[]
  readonly values: readonly Value[]
}

/** Values of the outer graph that every step reads. */
type Fixed = {
  readonly weights: Weights
  readonly tables: RopeConstants
  readonly stops: Value
  readonly limits: Value
  readonly inverseTemperature: Value
  readonly topP: Value
  readonly topK: Value
}

/**
 * Inputs: weights, ids int64 [B] (each row's next token), lengths int32 [B], limits int32 [B] (a row ends when its
 * cache holds that many), stops int64 [K], uniforms [iterations, unroll, B], key.L and value.L [B, Hk, capacity, D].
 * Outputs per step taken: tokens int64 and logprobs [n, unroll, B], fresh [n, unroll, B, L * 2 * Hk * D]: the step's
 * unrotated keys and values of every layer.
 */
export function decodeGraph(config: DecoderConfig, shape: DecodeShape, target: Target): Graph {
  const g = createGraph(target)
  const { batch, capacity, iterations, unroll } = shape
  const cache = (name: string, layer: number): Value =>
    input(g, `${name}.${layer}`, 'float32', [batch, config.kvHeads, capacity, config.headDim])
  const layers = Array.from({ length: config.layers }, (_, layer) => layer)
  const fixed: Fixed = {
    weights: weightInputs(g, config),
    tables: ropeConstants(g, config, capacity),
    stops: input(g, 'stops', 'int64', [shape.stops]),
    limits: input(g, 'limits', 'int32', [batch]),
    inverseTemperature: input(g, 'inverseTemperature', 'float32', []),
    topP: input(g, 'topP', 'float32', [1, 1]),
    topK: input(g, 'topK', 'int64', [1, 1]),
  }
  const start: Carried = {
    ids: input(g, 'ids', 'int64', [batch]),
    lengths: input(g, 'lengths', 'int32', [batch]),
    done: constant(
      g,
      'bool',
      [batch],
      Array.from({ length: batch }, () => 0),
    ),
    keys: layers.map((layer) => cache('key', layer)),
    values: layers.map((layer) => cache('value', layer)),
  }
  const uniforms = input(g, 'uniforms', 'float32', [iterations, unroll, batch])
  const body = loopBody(g, config, shape, fixed, start, uniforms)
  const scans = emitLoop(g, shape, start, body)
  output(g, scans.tokens, 'tokens')
  output(g, scans.logprobs, 'logprobs')
  output(g, scans.fresh, 'fresh')
  return g
}

const flat = (carried: Carried): Value[] => [
  carried.ids,
  carried.lengths,
  carried.done,
  ...carried.keys,
  ...carried.values,
]

type Scans = { readonly tokens: Value; readonly logprobs: Value; readonly fresh: Value }

function emitLoop(g: Graph, shape: DecodeShape, start: Carried, body: Graph): Scans {
  const attributes: Attributes = { body: { kind: 'graph', value: body } }
  const trips = scalar(g, 'int64', shape.iterations)
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
  const turn = input(g, 'body_turn', 'int64', [])
  input(g, 'body_go', 'bool', [])
  const carry = (value: Value): Value => input(g, `body_${value.name}`, value.dtype, value.shape)
  let carried: Carried = {
    ids: carry({ ...start.ids, name: 'ids' }),
    lengths: carry({ ...start.lengths, name: 'lengths' }),
    done: carry({ ...start.done, name: 'done' }),
    keys: start.keys.map(carry),
    values: start.values.map(carry),
  }
  const draws = reshape(g, gather(g, uniforms, turn), [shape.unroll * shape.batch])
  const steps: Scans[] = []
  for (let step = 0; step < shape.unroll; step += 1) {
    const rows = Array.from({ length: shape.batch }, (_, row) => step * shape.batch + row)
    const draw = gather(g, draws, constant(g, 'int64', [shape.batch], rows))
    const taken = decodeStep(g, config, shape, fixed, carried, draw)
    carried = taken.carried
    steps.push(taken.scans)
  }
  const going = reduceMax(g, cast(g, not(g, carried.done), 'int32'), [0], false)
  output(g, cast(g, going, 'bool'), 'body_continue')
  flat(carried).forEach((value, index) => output(g, value, `body_next_${index}`))
  output(
    g,
    stack(
      g,
      steps.map(({ tokens }) => tokens),
    ),
    'body_tokens',
  )
  output(
    g,
    stack(
      g,
      steps.map(({ logprobs }) => logprobs),
    ),
    'body_logprobs',
  )
  output(
    g,
    stack(
      g,
      steps.map(({ fresh }) => fresh),
    ),
    'body_fresh',
  )
  return g
}

/** n values of one shape -> [n, ...shape]. */
function stack(g: Graph, values: readonly Value[]): Value {
  return concat(
    g,
    values.map((value) => reshape(g, value, [1, ...value.shape])),
    0,
  )
}

type Step = { readonly carried: Carried; readonly scans: Scans }

/** One token for every row: through the layers with the cache, then the draw. */
function decodeStep(
  g: Graph,
  config: DecoderConfig,
  shape: DecodeShape,
  fixed: Fixed,
  carried: Carried,
  draw: Value,
): Step {
  const { batch } = shape
  const { weights } = fixed
  let hidden = gather(g, weights('model.embed_tokens.weight'), carried.ids)
  const keys: Value[] = []
  const values: Value[] = []
  const fresh: Value[] = []
  for (let layer = 0; layer < config.layers; layer += 1) {
    const at = layerWeights(weights, layer)
    const cached = cachedAttention(g, config, at, hidden, layer, carried, fixed, batch)
    keys.push(cached.present.k)
    values.push(cached.present.v)
    fresh.push(cached.fresh.k, cached.fresh.v)
    const attended = add(g, hidden, matmul(g, cached.mixed, at('self_attn.o_proj.weight')))
    hidden = add(g, attended, mlp(g, config, at, attended))
  }
  const normal = rmsNorm(g, hidden, weights('model.norm.weight'), config.rmsEps)
  const logits = logitsOf(g, config, weights, normal)
  const chosen = choose(g, shape, fixed, logits, draw)
  // A finished row stays where it is, so that it never writes behind its cache.
  const lengths = add(g, carried.lengths, cast(g, not(g, carried.done), 'int32'))
  const full = not(g, less(g, lengths, fixed.limits))
  const done = or(g, carried.done, or(g, full, isStop(g, chosen, fixed.stops)))
  const distribution = logSoftmax(g, logits)
  const picked = gatherLast(g, distribution, reshape(g, chosen, [batch, 1]))
  return {
    carried: { ids: chosen, lengths, done, keys, values },
    scans: { tokens: chosen, logprobs: reshape(g, picked, [batch]), fresh: concat(g, fresh, 1) },
  }
}

function isStop(g: Graph, ids: Value, stops: Value): Value {
  const batch = sizeAt(ids, 0)
  const hits = equal(g, reshape(g, ids, [batch, 1]), reshape(g, stops, [1, sizeAt(stops, 0)]))
  return cast(g, reduceMax(g, cast(g, hits, 'int32'), [1], false), 'bool')
}

type Cached = {
  readonly mixed: Value
  readonly present: { readonly k: Value; readonly v: Value }
  /** Before rotation, [B, Hk * D]. */
  readonly fresh: { readonly k: Value; readonly v: Value }
}

function cachedAttention(
  g: Graph,
  config: DecoderConfig,
  at: Weights,
  hidden: Value,
  layer: number,
  carried: Carried,
  { tables }: Fixed,
  batch: number,
): Cached {
  const { heads, kvHeads, headDim } = config
  const x = rmsNorm(g, hidden, at('input_layernorm.weight'), config.rmsEps)
  const perHead = (name: 'q' | 'k', count: number): Value => {
    const split = reshape(g, project(g, config, at, `${name}_proj`, x), [batch, count, headDim])
    return reshape(g, headNorm(g, config, at, `${name}_norm`, split), [batch, 1, count * headDim])
  }
  const q = perHead('q', heads)
  const k = perHead('k', kvHeads)
  const v = reshape(g, project(g, config, at, 'v_proj', x), [batch, 1, kvHeads * headDim])
  const [pastK, pastV] = [carried.keys[layer], carried.values[layer]]
  if (pastK === undefined || pastV === undefined) throw new Error(`layer ${layer}: no cache`)
  const total = scalar(g, 'int32', sizeAt(pastK, 2))
  const attributes: Attributes = {
    num_heads: { kind: 'int', value: heads },
    kv_num_heads: { kind: 'int', value: kvHeads },
    do_rotary: { kind: 'int', value: 1 },
  }
  const [mixed, presentK, presentV] = emit(
    g,
    'GroupQueryAttention',
    [q, k, v, pastK, pastV, carried.lengths, total, tables.cos, tables.sin],
    [q, pastK, pastV],
    { attributes, domain: 'com.microsoft' },
  )
  if (mixed === undefined || presentK === undefined || presentV === undefined) {
    throw new Error('GroupQueryAttention: three outputs expected')
  }
  const row = [batch, kvHeads * headDim]
  return {
    mixed: reshape(g, mixed, [batch, heads * headDim]),
    present: { k: presentK, v: presentV },
    fresh: { k: reshape(g, k, row), v: reshape(g, v, row) },
  }
}

/** The next token of every row, int64 [B]. draw [B] is uniform in (0, 1). */
function choose(g: Graph, shape: DecodeShape, fixed: Fixed, logits: Value, draw: Value): Value {
  if (shape.choice === 'greedy') return argMax(g, logits)
  const weights = softmax(g, mul(g, logits, fixed.inverseTemperature))
  if (shape.choice === 'plain') return inverseCdf(g, weights, draw)
  return filteredDraw(g, weights, fixed, draw)
}

function argMax(g: Graph, logits: Value): Value {
  const attributes: Attributes = {
    axis: { kind: 'int', value: 1 },
    keepdims: { kind: 'int', value: 0 },
  }
  const result = { dtype: 'int64', shape: [sizeAt(logits, 0)] } as const
  return emitOne(g, 'ArgMax', [logits], result, { attributes })
}

/** Number of entries whose cumulative weight is below the draw, capped against rounding. */
function inverseCdf(g: Graph, weights: Value, draw: Value): Value {
  const [rows, columns] = [sizeAt(weights, 0), sizeAt(weights, 1)]
  const sums = cumulative(g, weights)
  const below = cast(g, less(g, sums, reshape(g, draw, [rows, 1])), 'int32')
  const count = reduceSum(g, below, [1], false)
  return cast(g, minimum(g, count, constant(g, 'int32', [1], [columns - 1])), 'int64')
}

function cumulative(g: Graph, x: Value): Value {
  return emitOne(g, 'CumSum', [x, scalar(g, 'int64', 1)], x)
}

/** Draw among the topK most likely whose preceding mass is below topP, in order of weight. */
function filteredDraw(g: Graph, weights: Value, fixed: Fixed, draw: Value): Value {
  const [rows, columns] = [sizeAt(weights, 0), sizeAt(weights, 1)]
  const attributes: Attributes = { axis: { kind: 'int', value: 1 } }
  const ids = { dtype: 'int64', shape: weights.shape } as const
  const count = constant(g, 'int64', [1], [columns])
  const [sorted, order] = emit(g, 'TopK', [weights, count], [weights, ids], { attributes })
  if (sorted === undefined || order === undefined) throw new Error('TopK: two outputs expected')
  const ranks = constant(
    g,
    'int64',
    [1, columns],
    Float32Array.from({ length: columns }, (_, i) => i),
  )
  const sums = cumulative(g, sorted)
  const before = add(g, sums, mul(g, sorted, scalar(g, 'float32', -1)))
  const inNucleus = cast(g, less(g, before, fixed.topP), 'float32')
  const inTop = cast(g, less(g, ranks, fixed.topK), 'float32')
  const kept = mul(g, sorted, mul(g, inNucleus, inTop))
  const mass = reduceSum(g, kept, [1])
  const rank = inverseCdf(g, kept, mul(g, reshape(g, mass, [rows]), draw))
  return reshape(g, gatherLast(g, order, reshape(g, rank, [rows, 1])), [rows])
}
