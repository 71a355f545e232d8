/**
 * The draw of the next token where cumulative sums over a whole vocabulary are slow and sorting is slower: sums of
 * blocks first, then within one block; the nucleus by halving an interval of thresholds. The same distribution as
 * draw.ts; greedy and plain draws give the same token but for rounding, filtered ones walk the tokens in the order of
 * the vocabulary and not of their weight, so that a seed gives another of the same tokens. All in int32, since WebGPU
 * has hardly an op for int64.
 */
import { constant, emitOne, type Graph, scalar } from '../graph/graph.ts'
import {
  add,
  and,
  cast,
  div,
  exp,
  less,
  minimum,
  mul,
  not,
  reduceMax,
  reduceSum,
  sub,
} from '../graph/ops.ts'
import { softmax, where } from '../graph/ops.ts'
import { concat, gather, gatherLast, reshape, zerosLike } from '../graph/ops-layout.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { Choice } from './draw.ts'

/** Scalars [1, 1] float32. topK: a large number for none. */
export type DeviceDraw = {
  readonly inverseTemperature: Value
  readonly topP: Value
  readonly topK: Value
}

/** Halvings of the interval of thresholds, which begins SPREAD nats wide: what it ends at is float32's resolution. */
const HALVINGS = 24
const SPREAD = 32

/** The next token of every row, int32 [B, 1]. logits [B, V]; draw [B, 1] is uniform in (0, 1). */
export function chooseOnDevice(
  g: Graph,
  choice: Choice,
  inputs: DeviceDraw,
  logits: Value,
  draw: Value,
): Value {
  if (choice === 'greedy') return argMax(g, logits)
  const tempered = mul(g, logits, inputs.inverseTemperature)
  if (choice === 'plain') return inverseCdf(g, softmax(g, tempered), draw)
  const shifted = sub(g, tempered, reduceMax(g, tempered, [1]))
  const weights = filtered(g, shifted, inputs)
  return inverseCdf(g, weights, mul(g, draw, reduceSum(g, weights, [1])))
}

/** The first of the largest, as the largest of numbers that fall with the column: ArgMax gives int64. */
function argMax(g: Graph, logits: Value): Value {
  const columns = sizeAt(logits, 1)
  const number = (x: number): Value => constant(g, 'float32', [1, 1], [x])
  const falling = Float32Array.from({ length: columns }, (_, column) => columns - column)
  const isLargest = not(g, less(g, logits, reduceMax(g, logits, [1])))
  const places = where(g, isLargest, constant(g, 'float32', [1, columns], falling), number(0))
  return cast(g, sub(g, number(columns), reduceMax(g, places, [1])), 'int32')
}

/** The entry in which the running sum of weights [B, V] passes point [B, 1]. */
function inverseCdf(g: Graph, weights: Value, point: Value): Value {
  const [rows, columns] = [sizeAt(weights, 0), sizeAt(weights, 1)]
  const width = Math.ceil(Math.sqrt(columns))
  const count = Math.ceil(columns / width)
  const blocks = reshape(g, padded(g, weights, count * width), [rows, count, width])
  const sums = reduceSum(g, blocks, [2], false)
  const block = passed(g, cumulative(g, sums), point)
  const before = sub(g, gatherLast(g, cumulative(g, sums), block), gatherLast(g, sums, block))
  const first = constant(
    g,
    'int32',
    [rows, 1],
    range(rows).map((row) => row * count),
  )
  const flat = reshape(g, blocks, [rows * count, width])
  const chosen = reshape(g, gather(g, flat, add(g, block, first)), [rows, width])
  const within = passed(g, cumulative(g, chosen), sub(g, point, before))
  const token = add(g, mul(g, block, constant(g, 'int32', [1, 1], [width])), within)
  return minimum(g, token, constant(g, 'int32', [1, 1], [columns - 1]))
}

/** How many of sums [B, N] lie below point, int32 [B, 1], at most N - 1: sums may end below 1 by rounding. */
function passed(g: Graph, sums: Value, point: Value): Value {
  const below = reduceSum(g, cast(g, less(g, sums, point), 'int32'), [1])
  return minimum(g, below, constant(g, 'int32', [1, 1], [sizeAt(sums, 1) - 1]))
}

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

function padded(g: Graph, x: Value, columns: number): Value {
  const missing = columns - sizeAt(x, 1)
  if (missing === 0) return x
  return concat(g, [x, zerosLike(g, { ...x, shape: [sizeAt(x, 0), missing] })], 1)
}

function cumulative(g: Graph, x: Value): Value {
  return emitOne(g, 'CumSum', [x, scalar(g, 'int64', 1)], x)
}

/**
 * Weights of the tokens that are kept, not normalised: those with less than topP of the mass, and fewer than topK
 * tokens, above them. shifted [B, V]: tempered logits, 0 at most.
 */
function filtered(g: Graph, shifted: Value, { topP, topK }: DeviceDraw): Value {
  const number = (x: number): Value => constant(g, 'float32', [1, 1], [x])
  const all = exp(g, shifted)
  const share = div(g, all, reduceSum(g, all, [1]))
  const rows = { ...shifted, shape: [sizeAt(shifted, 0), 1] }
  let low = add(g, zerosLike(g, rows), number(-SPREAD))
  let high = zerosLike(g, rows)
  for (let turn = 0; turn < HALVINGS; turn += 1) {
    const middle = mul(g, add(g, low, high), number(0.5))
    const above = cast(g, less(g, middle, shifted), 'float32')
    const mass = reduceSum(g, mul(g, share, above), [1])
    const fits = and(g, less(g, mass, topP), less(g, reduceSum(g, above, [1]), topK))
    high = where(g, fits, middle, high)
    low = where(g, fits, low, middle)
  }
  return where(g, not(g, less(g, shifted, low)), share, number(0))
}
