/**
 * For each gradient rule the small graphs that exercise it. Numbers are kept away from kinks and poles.
 */
import { type BlockMatrix, blockProduct } from '../../electron/graph/blocks.ts'
import { constant, type Graph } from '../../electron/graph/graph.ts'
import { attention, rmsNorm, rotary, swiglu } from '../../electron/graph/layers.ts'
import {
  add,
  and,
  cast,
  clip,
  div,
  equal,
  exp,
  less,
  lessOrEqual,
  log,
  logSoftmax,
  maximum,
  minimum,
  mul,
  neg,
  not,
  or,
  reciprocal,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  scale,
  sigmoid,
  softmax,
  sqrt,
  sub,
  sumAll,
  where,
} from '../../electron/graph/ops.ts'
import {
  concat,
  expand,
  gather,
  gatherLast,
  reshape,
  scatterLast,
  scatterRows,
  slice,
  split,
  transpose,
} from '../../electron/graph/ops-layout.ts'
import { matmul } from '../../electron/graph/ops-matmul.ts'
import { elementCount, type Value } from '../../electron/graph/value.ts'
import type { Operand, Row } from './check.ts'

type Shape = readonly number[]

const any = (...shape: Shape): Operand => ({ shape })
const positive = (...shape: Shape): Operand => ({ shape, from: (uniform) => 0.5 + uniform })
/** Away from 0 on either side. */
const awayFromZero = (...shape: Shape): Operand => ({
  shape,
  from: (uniform) => (uniform < 0.5 ? -0.5 - uniform : uniform),
})
/** Whole tenths plus an offset: two operands with different offsets never come closer than 0.02. */
const stepped =
  (offset: number) =>
  (...shape: Shape): Operand => ({
    shape,
    from: (uniform) => Math.round(20 * uniform - 10) / 10 + offset,
  })

function row(
  name: string,
  operands: readonly Operand[],
  build: (g: Graph, ...operands: [Value, Value, Value]) => Value,
): Row {
  return {
    name,
    operands,
    build: (g, values) => {
      const [a, b = a, c = a] = values
      if (a === undefined || b === undefined || c === undefined) throw new Error('no operand')
      return build(g, a, b, c)
    },
  }
}

type Binary = (g: Graph, a: Value, b: Value) => Value

/** Same shape, each kind of broadcasting, and an operand with itself. */
function broadcasts(op: Binary, left = any, right = any): Row[] {
  const pairs: [Shape, Shape][] = [
    [
      [2, 3],
      [2, 3],
    ],
    [[2, 3], [3]],
    [[3], [2, 3]],
    [
      [2, 1, 3],
      [4, 1],
    ],
    [
      [1, 3],
      [2, 1],
    ],
    [[], [2, 2]],
    [[2, 2], []],
    [[1], []],
    [[1, 1], [1]],
  ]
  return pairs.map(([a, b]) =>
    row(`[${a.join()}] with [${b.join()}]`, [left(...a), right(...b)], op),
  )
}

const unary = (op: (g: Graph, x: Value) => Value, make = any): Row[] => [
  row('a matrix', [make(2, 3)], op),
  row('a scalar', [make()], op),
]

type Reduction = (g: Graph, x: Value, axes: readonly number[], keepDims?: boolean) => Value

function reductions(op: Reduction): Row[] {
  const axes = [[0], [-1], [1], [0, 2], [0, 1, 2]]
  return [true, false].flatMap((keep) => [
    ...axes.map((at) =>
      row(`axes ${at.join()} kept ${keep}`, [any(2, 3, 2)], (g, x) => op(g, x, at, keep)),
    ),
    row(`a scalar kept ${keep}`, [any()], (g, x) => op(g, x, [], keep)),
  ])
}

const int64 = (g: Graph, shape: Shape, numbers: readonly number[]): Value =>
  constant(g, 'int64', shape, numbers)

const int32 = (g: Graph, shape: Shape, numbers: readonly number[]): Value =>
  constant(g, 'int32', shape, numbers)

const bools = (g: Graph, ...shape: Shape): Value =>
  constant(
    g,
    'bool',
    shape,
    Array.from({ length: elementCount(shape) }, (_, index) => ((index * 7) % 3 === 0 ? 1 : 0)),
  )

function products(): Row[] {
  const flags = [false, true]
  const batches: Shape[] = [[], [2], [2, 3]]
  return flags.flatMap((transA) =>
    flags.flatMap((transB) =>
      batches.map((batch) => {
        const a = transA ? [...batch, 4, 2] : [...batch, 2, 4]
        const b = transB ? [...batch, 3, 4] : [...batch, 4, 3]
        const name = `[${a.join()}]${transA ? "'" : ''} [${b.join()}]${transB ? "'" : ''}`
        return row(name, [any(...a), any(...b)], (g, x, y) =>
          matmul(g, x, y, { transA, transB, alpha: 0.5 }),
        )
      }),
    ),
  )
}

/** 0 where key <= query, else -1e9; for [B, 1, T, T] or [1, 1, T, T]. */
function causal(g: Graph, like: Value, length: number): Value {
  const numbers = Array.from({ length: length * length }, (_, at) =>
    at % length <= Math.floor(at / length) ? 0 : -1e9,
  )
  return constant(g, like.dtype, [1, 1, length, length], numbers)
}

function attentions(): Row[] {
  const heads: [number, number][] = [
    [1, 1],
    [4, 4],
    [4, 2],
    [3, 1],
  ]
  const masked =
    (mask: (g: Graph, q: Value) => Value) => (g: Graph, q: Value, k: Value, v: Value) =>
      attention(g, q, k, v, mask(g, q))
  const open = (g: Graph, q: Value): Value => constant(g, q.dtype, [1, 1, 1, 1], [0])
  return heads.flatMap(([h, hk]) => {
    const operands = [any(2, h, 3, 4), any(2, hk, 3, 4), any(2, hk, 3, 4)]
    return [
      row(
        `${h} over ${hk} heads, causal`,
        operands,
        masked((g, q) => causal(g, q, 3)),
      ),
      row(`${h} over ${hk} heads, no mask`, operands, masked(open)),
    ]
  })
}

function rotations(): Row[] {
  const tables = (g: Graph, x: Value): [Value, Value] => {
    const angles = Array.from({ length: 6 * 2 }, (_, at) => Math.floor(at / 2) * 10 ** (-at % 2))
    return [
      constant(g, x.dtype, [6, 2], angles.map(Math.cos)),
      constant(g, x.dtype, [6, 2], angles.map(Math.sin)),
    ]
  }
  const positions = [0, 1, 2, 5, 3, 3]
  return [1, 3].map((heads) => ({
    ...row(`${heads} heads, positions in any order`, [any(2, heads, 3, 4)], (g, x) =>
      rotary(g, x, int64(g, [2, 3], positions), ...tables(g, x)),
    ),
    float32Step: 1,
  }))
}

const scattered = (g: Graph, updates: Value): Value =>
  scatterRows(g, 4, int64(g, [3], [1, 3, 1]), updates)

/** Rule name -> its rows. */
/** A matrix [3, 64] in 4 bits, its codes and scales by formula. */
function blocksOf(g: Graph): BlockMatrix {
  const codes = Array.from({ length: 192 }, (_, at) => (at * 7 + 3) % 16)
  const bytes = Array.from(
    { length: 96 },
    (_, at) => (codes[2 * at] ?? 0) + 16 * (codes[2 * at + 1] ?? 0),
  )
  const scales = [0.125, -0.0625, 0.25, 0.03125, -0.125, 0.0625]
  const eights = scales.map(() => 8)
  const unpacked = () => ({
    packed: constant(g, 'uint4', [3, 64], codes),
    zeros: constant(g, 'uint4', [3, 2], eights),
  })
  return {
    codes: constant(g, 'uint8', [3, 2, 16], bytes),
    scales: constant(g, 'float32', [3, 2], scales),
    unpacked: g.target === 'cpu' ? unpacked() : null,
  }
}

export const ROWS: Readonly<Record<string, readonly Row[]>> = {
  blockProduct: [
    {
      ...row('two rows of two blocks', [any(2, 64)], (g, x) => blockProduct(g, x, blocksOf(g))),
      float32Step: 0.125,
    },
  ],
  Add: [...broadcasts(add), row('with itself', [any(2)], (g, x) => add(g, x, x))],
  Sub: [...broadcasts(sub), row('with itself', [any(2)], (g, x) => sub(g, x, scale(g, x, 3)))],
  Mul: [...broadcasts(mul), row('with itself', [any(2)], (g, x) => mul(g, x, x))],
  Div: broadcasts(div, any, awayFromZero),
  Min: [
    ...broadcasts(minimum, stepped(0), stepped(0.03)),
    row('clipped', [stepped(0)(4, 5)], (g, x) => {
      const low = constant(g, x.dtype, [], [-0.53])
      return clip(g, x, low, constant(g, x.dtype, [5], [0.03, 0.53, 0.43, 5, 0.23]))
    }),
    row('clipped by operands', [stepped(0)(4, 5), stepped(-0.53)(5), stepped(0.57)(4, 1)], clip),
  ],
  Max: broadcasts(maximum, stepped(0.03), stepped(0)),
  Neg: unary(neg),
  Exp: unary(exp),
  Log: unary(log, positive),
  Sqrt: unary(sqrt, positive),
  Reciprocal: unary(reciprocal, awayFromZero),
  Sigmoid: unary(sigmoid),
  Where: [
    ...broadcasts((g, a, b) => where(g, bools(g, 2, 1), a, b)).filter((_, at) => at !== 3),
    row('by comparison', [stepped(0)(2, 4), stepped(0.03)(4)], (g, a, b) =>
      where(g, less(g, a, b), mul(g, a, a), exp(g, b)),
    ),
    row('by conditions of conditions', [stepped(0)(4, 6), stepped(0.03)(6)], (g, a, b) => {
      const near = and(g, lessOrEqual(g, a, b), not(g, lessOrEqual(g, a, neg(g, b))))
      const same = equal(g, int32(g, [6], [0, 1, 2, 3, 4, 5]), int32(g, [1], [3]))
      return where(g, or(g, near, or(g, same, bools(g, 4, 1))), mul(g, a, b), exp(g, a))
    }),
    row('a scalar condition', [any(2, 2), any(2)], (g, a, b) => where(g, bools(g), a, b)),
  ],
  ReduceSum: [...reductions(reduceSum), row('all', [any(2, 3)], sumAll)],
  ReduceMean: reductions(reduceMean),
  ReduceSumSquare: reductions(reduceSumSquare),
  Softmax: unary((g, x) => softmax(g, reshape(g, x, [elementCount(x.shape), 1, 1]))).concat(
    row('three axes', [any(2, 2, 3)], softmax),
  ),
  LogSoftmax: [
    row('three axes', [any(2, 2, 3)], logSoftmax),
    row('far from 0', [{ shape: [2, 4], from: (uniform) => 300 + 4 * uniform }], logSoftmax),
  ],
  Reshape: [row('to three axes', [any(2, 6)], (g, x) => reshape(g, x, [2, -1, 2]))],
  Expand: [
    row('a column', [any(2, 1)], (g, x) => expand(g, x, [3, 2, 4])),
    row('a scalar', [any()], (g, x) => expand(g, x, [2, 2])),
  ],
  Transpose: [
    row('a matrix', [any(2, 3)], (g, x) => transpose(g, x, [1, 0])),
    row('a cycle', [any(2, 3, 4)], (g, x) => transpose(g, x, [2, 0, 1])),
    row('heads', [any(2, 3, 2, 2)], (g, x) => transpose(g, x, [0, 2, 1, 3])),
  ],
  Concat: [
    row('three parts', [any(2, 1), any(2, 3), any(2, 2)], (g, a, b, c) => concat(g, [a, b, c], -1)),
    row('one part', [any(2, 2)], (g, a) => concat(g, [a], 0)),
    row('a part twice', [any(2, 2)], (g, a) => concat(g, [a, exp(g, a), a], 0)),
  ],
  Split: [
    row('every part used', [any(2, 6)], (g, x) => {
      const [a = x, b = x, c = x] = split(g, x, [1, 4, 1], 1)
      return mul(g, add(g, a, c), b)
    }),
    row('one part used', [any(5, 2)], (g, x) => exp(g, split(g, x, [2, 2, 1], 0)[1] ?? x)),
  ],
  Gather: [
    row('a row twice', [any(4, 3)], (g, x) => gather(g, x, int64(g, [4], [2, 0, 2, 3]))),
    row('indices of two axes', [any(3, 2)], (g, x) => gather(g, x, int64(g, [2, 2], [1, 1, 0, 1]))),
    row('a column of indices', [any(3, 2)], (g, x) => gather(g, x, int64(g, [3, 1], [2, 2, 0]))),
    row('rows of several axes', [any(3, 2, 2)], (g, x) => gather(g, x, int64(g, [2], [2, 2]))),
    row('of a vector', [any(4)], (g, x) => gather(g, x, int64(g, [3], [3, 3, 0]))),
  ],
  GatherElements: [
    row('one per row', [any(3, 4)], (g, x) => gatherLast(g, x, int64(g, [3, 1], [3, 0, 3]))),
    row('an element twice', [any(2, 4)], (g, x) =>
      gatherLast(g, x, int64(g, [2, 3], [1, 1, 0, 2, 3, 2])),
    ),
    row('three axes', [any(2, 2, 3)], (g, x) =>
      gatherLast(g, x, int64(g, [2, 2, 2], [0, 0, 1, 2, 2, 2, 1, 0])),
    ),
  ],
  ScatterND: [
    row('a row twice', [any(3, 2)], scattered),
    row('a column of indices', [any(3, 1, 2)], (g, x) =>
      scatterRows(g, 4, int64(g, [3, 1], [1, 3, 1]), x),
    ),
    row('indices of two axes', [any(2, 2, 2)], (g, x) =>
      scatterRows(g, 3, int64(g, [2, 2], [0, 2, 2, 2]), x),
    ),
  ],
  ScatterElements: [
    row('an element twice', [any(2, 3)], (g, x) =>
      scatterLast(g, [2, 4], int64(g, [2, 3], [3, 3, 0, 1, 2, 1]), x),
    ),
  ],
  Cast: [
    {
      ...row('float32 to float64 and back', [any(2, 3)], (g, x) => {
        const wide = cast(g, x, 'float64')
        return cast(g, mul(g, wide, wide), 'float32')
      }),
      float32Step: 0.125,
    },
  ],
  slice: [
    row('the middle', [any(2, 5)], (g, x) => slice(g, x, 1, 1, 3)),
    row('the start', [any(4, 2)], (g, x) => slice(g, x, 0, 0, 2)),
    row('the end', [any(2, 4, 2)], (g, x) => slice(g, x, -2, 1, 4)),
    row('all', [any(3)], (g, x) => slice(g, x, 0, 0, 3)),
  ],
  matmul: [
    ...products(),
    row('alpha 1', [any(2, 3), any(3, 2)], (g, a, b) => matmul(g, a, b)),
    row('a square with itself', [any(3, 3)], (g, x) => matmul(g, x, x, { transB: true })),
  ],
  rmsNorm: [
    row('a matrix', [any(3, 4), any(4)], (g, x, w) => rmsNorm(g, x, w, 1e-5)),
    row('heads', [any(2, 2, 3, 4), any(4)], (g, x, w) => rmsNorm(g, x, w, 1e-6)),
    row('a large eps', [any(2, 3), any(3)], (g, x, w) => rmsNorm(g, x, w, 0.5)),
    row('one number per row', [awayFromZero(3, 1), any(1)], (g, x, w) => rmsNorm(g, x, w, 0.1)),
  ],
  rotary: rotations(),
  attention: attentions(),
  swiglu: [
    row('a matrix', [any(2, 3), any(2, 3)], swiglu),
    row('far from 0', [{ shape: [4], from: (uniform) => 40 * uniform - 20 }, any(4)], swiglu),
    row('a gate that is its own factor', [any(3)], (g, x) => swiglu(g, x, x)),
  ],
}
