/**
 * The draw of the next token from logits, as graph nodes: greedy, tempered, or filtered by topK and topP.
 * Randomness comes in as numbers in (0, 1). Not here: the decoder (decode-graph.ts).
 */
import { type Attributes, constant, emit, emitOne, type Graph, scalar } from '../graph/graph.ts'
import { add, cast, less, minimum, mul, reduceSum, softmax } from '../graph/ops.ts'
import { gatherLast } from '../graph/ops-layout.ts'
import { sizeAt, type Value } from '../graph/value.ts'

export type Choice = 'greedy' | 'plain' | 'filtered'

/** Scalar inverseTemperature; topP float32 and topK int64 [1, 1]. */
export type DrawInputs = {
  readonly inverseTemperature: Value
  readonly topP: Value
  readonly topK: Value
}

/** The next token of every row, int64 [B, 1]. draw [B, 1] is uniform in (0, 1). */
export function choose(
  g: Graph,
  choice: Choice,
  inputs: DrawInputs,
  logits: Value,
  draw: Value,
): Value {
  if (choice === 'greedy') return argMax(g, logits)
  const weights = softmax(g, mul(g, logits, inputs.inverseTemperature))
  if (choice === 'plain') return inverseCdf(g, weights, draw)
  return filteredDraw(g, weights, inputs, draw)
}

function argMax(g: Graph, logits: Value): Value {
  const attributes: Attributes = {
    axis: { kind: 'int', value: 1 },
    keepdims: { kind: 'int', value: 1 },
  }
  const result = { dtype: 'int64', shape: [sizeAt(logits, 0), 1] } as const
  return emitOne(g, 'ArgMax', [logits], result, { attributes })
}

/** Number of entries whose cumulative weight is below the draw, capped against rounding. */
function inverseCdf(g: Graph, weights: Value, draw: Value): Value {
  const below = cast(g, less(g, cumulative(g, weights), draw), 'int32')
  const count = reduceSum(g, below, [1])
  const last = constant(g, 'int32', [1, 1], [sizeAt(weights, 1) - 1])
  return cast(g, minimum(g, count, last), 'int64')
}

function cumulative(g: Graph, x: Value): Value {
  return emitOne(g, 'CumSum', [x, scalar(g, 'int64', 1)], x)
}

/** Draw among the topK most likely whose preceding mass is below topP, in order of weight. */
function filteredDraw(g: Graph, weights: Value, inputs: DrawInputs, draw: Value): Value {
  const columns = sizeAt(weights, 1)
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
  const inNucleus = cast(g, less(g, before, inputs.topP), 'float32')
  const inTop = cast(g, less(g, ranks, inputs.topK), 'float32')
  const kept = mul(g, sorted, mul(g, inNucleus, inTop))
  const rank = inverseCdf(g, kept, mul(g, reduceSum(g, kept, [1]), draw))
  return gatherLast(g, order, rank)
}
