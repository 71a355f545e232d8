/**
 * Attention over a cache that the new tokens are appended to, in two lowerings. Fused: one op that rotates, appends
 * and attends; rows of any lengths. Plain: products and a softmax, for pieces of one sequence on devices whose fused op
 * is wrong: WebGPU's, for 32 tokens and more, wants groups of 16 threads at least and says nothing where it has fewer.
 * Not here: which devices those are (device-check.ts), the rest of a layer (cached-layer.ts).
 */
import { type Attributes, constant, emit, type Graph, input, type Shaped } from '../graph/graph.ts'
import { rotaryNode } from '../graph/layers.ts'
import { add, cast, lessOrEqual, scale, softmax, where } from '../graph/ops.ts'
import { gather, reshape, split, transpose } from '../graph/ops-layout.ts'
import { matmul } from '../graph/ops-matmul.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import { ropeTables } from '../model/rope.ts'
import type { Attend } from './cached-layer.ts'

/** Element type of weights, activations and caches. */
export type Precision = 'float32' | 'float16'

/** lengths int32 [rows]: the last position of each row; total int32 []: positions up to the end of the longest. */
export type Span = { readonly lengths: Value; readonly total: Value }

type Tables = { readonly cos: Value; readonly sin: Value }

function tablesIn(g: Graph, config: DecoderConfig, positions: number, dtype: Precision): Tables {
  const { cos, sin } = ropeTables(config, positions)
  const shape = [positions, config.headDim / 2]
  const table = (numbers: Float32Array): Value =>
    cast(g, constant(g, 'float32', shape, numbers), dtype)
  return { cos: table(cos), sin: table(sin) }
}

/** M tokens are `rows` sequences of as many each. */
export function fusedAttend(
  g: Graph,
  config: DecoderConfig,
  rows: number,
  capacity: number,
  { lengths, total }: Span,
  precision: Precision,
): Attend {
  const { heads, kvHeads, headDim } = config
  const { cos, sin } = tablesIn(g, config, capacity, precision)
  const attributes: Attributes = {
    num_heads: { kind: 'int', value: heads },
    kv_num_heads: { kind: 'int', value: kvHeads },
    do_rotary: { kind: 'int', value: 1 },
    scale: { kind: 'float', value: 1 / Math.sqrt(headDim) },
  }
  const options = { attributes, domain: 'com.microsoft' }
  return (at, qkv, past) => {
    const each = sizeAt(qkv, 0) / rows
    const packed = reshape(at, qkv, [rows, each, sizeAt(qkv, 1)])
    const result: Shaped = { dtype: qkv.dtype, shape: [rows, each, heads * headDim] }
    const inputs = [packed, null, null, past.k, past.v, lengths, total, cos, sin]
    const outputs = [result, past.k, past.v]
    const [mixed, k, v] = emit(at, 'GroupQueryAttention', inputs, outputs, options)
    if (mixed === undefined || k === undefined || v === undefined) {
      throw new Error('GroupQueryAttention: three outputs expected')
    }
    return { mixed: reshape(at, mixed, [rows * each, heads * headDim]), cache: { k, v } }
  }
}

/**
 * Declares the inputs of plainPieceFeeds: where in the cache the piece of T tokens lies.
 * Scores of all heads are one tensor [H, T, capacity].
 */
export function plainPieceAttend(
  g: Graph,
  config: DecoderConfig,
  length: number,
  capacity: number,
  precision: Precision,
): Attend {
  const { heads, kvHeads, headDim } = config
  const { cos, sin } = tablesIn(g, config, capacity, precision)
  const positions = input(g, 'positions', 'int64', [1, length])
  const source = input(g, 'source', 'int32', [capacity])
  const fresh = input(g, 'fresh', 'float32', [1, 1, capacity, 1])
  const number = (x: number): Value => constant(g, 'float32', [1, 1, 1, 1], [x])
  const isFresh = lessOrEqual(g, number(0.5), fresh)
  const order = Float32Array.from({ length: capacity }, (_, index) => index)
  const ends = input(g, 'ends', 'float32', [1, 1, length, 1])
  const visible = lessOrEqual(g, constant(g, 'float32', [1, 1, 1, capacity], order), ends)
  const mask = where(g, visible, number(0), number(-1e9))
  const tall = [1, kvHeads, (heads / kvHeads) * length]
  return (at, qkv, past) => {
    const sizes = [(heads + kvHeads) * headDim, kvHeads * headDim]
    const [qk, v] = pair(split(at, reshape(at, qkv, [1, length, sizeAt(qkv, 1)]), sizes, 2))
    const turned = rotaryNode(at, qk, positions, cos, sin)
    const [q, k] = pair(split(at, turned, [heads * headDim, kvHeads * headDim], 2))
    const put = (cache: Value, rows: Value): Value => {
      const spread = gather(at, reshape(at, rows, [length, kvHeads * headDim]), source)
      const perHead = transpose(
        at,
        reshape(at, spread, [1, capacity, kvHeads, headDim]),
        [0, 2, 1, 3],
      )
      return where(at, isFresh, perHead, cache)
    }
    const cache = { k: put(past.k, k), v: put(past.v, v) }
    const queries = transpose(at, reshape(at, q, [1, length, heads, headDim]), [0, 2, 1, 3])
    const scores = matmul(at, reshape(at, queries, [...tall, headDim]), cache.k, { transB: true })
    const square = scale(at, cast(at, scores, 'float32'), 1 / Math.sqrt(headDim))
    const weights = softmax(at, add(at, reshape(at, square, [1, heads, length, capacity]), mask))
    const cells = cast(at, reshape(at, weights, [...tall, capacity]), qkv.dtype)
    const mixed = reshape(at, matmul(at, cells, cache.v), [1, heads, length, headDim])
    const rows = transpose(at, mixed, [0, 2, 1, 3])
    return { mixed: reshape(at, rows, [length, heads * headDim]), cache }
  }
}

/** A piece of `length` tokens that begins at position `start`. */
export function plainPieceFeeds(start: number, length: number, capacity: number) {
  const inside = (at: number): boolean => at >= start && at < start + length
  const slots = Array.from({ length: capacity }, (_, at) => at)
  return {
    positions: BigInt64Array.from({ length }, (_, at) => BigInt(start + at)),
    source: Int32Array.from(slots, (at) => (inside(at) ? at - start : 0)),
    fresh: Float32Array.from(slots, (at) => Number(inside(at))),
    ends: Float32Array.from({ length }, (_, at) => start + at),
  }
}

function pair(values: readonly Value[]): [Value, Value] {
  const [first, second] = values
  if (first === undefined || second === undefined) throw new Error('expected two parts')
  return [first, second]
}
