/**
 * For every exported op a way to draw one random, valid use of it: what the property tests of shapes and of the
 * protobuf bytes iterate over.
 */
import * as fc from 'fast-check'
import { constant, type Graph, input } from '../../../electron/graph/graph.ts'
import * as layers from '../../../electron/graph/layers.ts'
import * as ops from '../../../electron/graph/ops.ts'
import * as layout from '../../../electron/graph/ops-layout.ts'
import * as products from '../../../electron/graph/ops-matmul.ts'
import { type DType, elementCount, type Value } from '../../../electron/graph/value.ts'

/** Draws from an arbitrary, as fc.gen() hands out. */
export type Draw = <T>(arbitrary: fc.Arbitrary<T>) => T
export type OpCase = (g: Graph, draw: Draw) => Value[]

const size = fc.integer({ min: 1, max: 4 })
const sizes = (minLength: number, maxLength: number) => fc.array(size, { minLength, maxLength })
const float = fc.constantFrom<DType>('float32', 'float64')
const numeric = fc.constantFrom<DType>('float32', 'float64', 'int32', 'int64')

function fresh(g: Graph, dtype: DType, shape: readonly number[]): Value {
  return input(g, `in${g.inputs.length}`, dtype, shape)
}

/** Two shapes that broadcast: axes of one full shape dropped in front or shrunk to 1. */
export function broadcastPair(draw: Draw): [number[], number[]] {
  const full = draw(sizes(0, 4))
  const narrowed = (other: readonly boolean[]): number[] => {
    const kept = draw(fc.integer({ min: 0, max: full.length }))
    const start = full.length - kept
    return full.slice(start).map((n, axis) => (other[axis + start] ? n : 1))
  }
  const shrunk = full.map(() => draw(fc.constantFrom('none', 'first', 'second')))
  return [
    narrowed(shrunk.map((which) => which !== 'first')),
    narrowed(shrunk.map((which) => which !== 'second')),
  ]
}

type Binary = (g: Graph, a: Value, b: Value) => Value

const binary =
  (op: Binary, dtypes: fc.Arbitrary<DType>): OpCase =>
  (g, draw) => {
    const dtype = draw(dtypes)
    const [a, b] = broadcastPair(draw)
    return [op(g, fresh(g, dtype, a), fresh(g, dtype, b))]
  }

const unary =
  (op: (g: Graph, x: Value) => Value, dtypes: fc.Arbitrary<DType>, minRank = 0): OpCase =>
  (g, draw) => [op(g, fresh(g, draw(dtypes), draw(sizes(minRank, 4))))]

type Reduction = (g: Graph, x: Value, axes: readonly number[], keepDims?: boolean) => Value

const reduction =
  (op: Reduction, dtypes: fc.Arbitrary<DType>): OpCase =>
  (g, draw) => {
    const shape = draw(sizes(0, 4))
    const axes = shape.map((_, axis) => (draw(fc.boolean()) ? axis : axis - shape.length))
    const least = Math.min(1, axes.length)
    const some = draw(fc.subarray(axes, { minLength: least }))
    return [op(g, fresh(g, draw(dtypes), shape), some, draw(fc.boolean()))]
  }

function indices(g: Graph, draw: Draw, shape: readonly number[], below: number): Value {
  const count = elementCount(shape)
  const each = fc.integer({ min: 0, max: below - 1 })
  const numbers = draw(fc.array(each, { minLength: count, maxLength: count }))
  return constant(g, 'int64', shape, numbers)
}

const bool = fc.constant<DType>('bool')

const OPS: Readonly<Record<keyof typeof ops, OpCase>> = {
  add: binary(ops.add, numeric),
  sub: binary(ops.sub, numeric),
  mul: binary(ops.mul, numeric),
  div: binary(ops.div, numeric),
  minimum: binary(ops.minimum, numeric),
  maximum: binary(ops.maximum, numeric),
  less: binary(ops.less, numeric),
  lessOrEqual: binary(ops.lessOrEqual, numeric),
  equal: binary(ops.equal, fc.oneof(numeric, bool)),
  and: binary(ops.and, bool),
  or: binary(ops.or, bool),
  neg: unary(ops.neg, numeric),
  exp: unary(ops.exp, float),
  log: unary(ops.log, float),
  sqrt: unary(ops.sqrt, float),
  reciprocal: unary(ops.reciprocal, float),
  sigmoid: unary(ops.sigmoid, float),
  not: unary(ops.not, bool),
  cast: (g, draw) => {
    const dtypes = fc.oneof(numeric, bool)
    return [ops.cast(g, fresh(g, draw(dtypes), draw(sizes(0, 3))), draw(dtypes))]
  },
  addNumber: unary((g, x) => ops.addNumber(g, x, 3), numeric),
  scale: unary((g, x) => ops.scale(g, x, 3), numeric),
  where: (g, draw) => {
    const dtype = draw(numeric)
    const [a, b] = broadcastPair(draw)
    const condition = draw(fc.constantFrom(a, b, []))
    return [ops.where(g, fresh(g, 'bool', condition), fresh(g, dtype, a), fresh(g, dtype, b))]
  },
  clip: (g, draw) => {
    const shape = draw(sizes(1, 3))
    const [low, high] = [draw(fc.constantFrom(shape, [])), draw(fc.constantFrom(shape, [1]))]
    const dtype = draw(numeric)
    return [ops.clip(g, fresh(g, dtype, shape), fresh(g, dtype, low), fresh(g, dtype, high))]
  },
  reduceSum: reduction(ops.reduceSum, numeric),
  reduceMean: reduction(ops.reduceMean, float),
  reduceMax: reduction(ops.reduceMax, numeric),
  reduceSumSquare: reduction(ops.reduceSumSquare, float),
  sumAll: unary(ops.sumAll, numeric),
  softmax: unary(ops.softmax, float, 1),
  logSoftmax: unary(ops.logSoftmax, float, 1),
}

const axisOf = (draw: Draw, shape: readonly number[]): number =>
  draw(fc.integer({ min: -shape.length, max: shape.length - 1 }))

const at = (shape: readonly number[], axis: number): number => shape.at(axis) ?? 1

const LAYOUT: Readonly<Record<keyof typeof layout, OpCase>> = {
  reshape: (g, draw) => {
    const shape = draw(sizes(0, 4))
    const target = draw(fc.shuffledSubarray(shape, { minLength: shape.length }))
    const guessed = target.length === 0 ? [-1] : target.with(0, -1)
    return [
      layout.reshape(g, fresh(g, draw(numeric), shape), draw(fc.constantFrom(target, guessed))),
    ]
  },
  transpose: (g, draw) => {
    const shape = draw(sizes(0, 4))
    const axes = shape.map((_, axis) => axis)
    const order = draw(fc.shuffledSubarray(axes, { minLength: axes.length }))
    return [layout.transpose(g, fresh(g, draw(numeric), shape), order)]
  },
  expand: (g, draw) => {
    const shape = draw(sizes(0, 4))
    const dropped = draw(fc.integer({ min: 0, max: shape.length }))
    const narrow = shape.slice(dropped).map((n) => draw(fc.constantFrom(1, n)))
    return [layout.expand(g, fresh(g, draw(numeric), narrow), shape)]
  },
  concat: (g, draw) => {
    const shape = draw(sizes(1, 3))
    const axis = axisOf(draw, shape)
    const dtype = draw(numeric)
    const parts = draw(sizes(1, 3)).map((n) => {
      const index = axis < 0 ? axis + shape.length : axis
      return fresh(g, dtype, shape.with(index, n))
    })
    return [layout.concat(g, parts, axis)]
  },
  split: (g, draw) => {
    const shape = draw(sizes(1, 3))
    const axis = axisOf(draw, shape)
    const parts = draw(sizes(1, 3))
    const whole = shape.with(
      axis < 0 ? axis + shape.length : axis,
      parts.reduce((a, b) => a + b),
    )
    return layout.split(g, fresh(g, draw(numeric), whole), parts, axis)
  },
  slice: (g, draw) => {
    const shape = draw(sizes(1, 3))
    const axis = axisOf(draw, shape)
    const start = draw(fc.integer({ min: 0, max: at(shape, axis) - 1 }))
    const end = draw(fc.integer({ min: start + 1, max: at(shape, axis) }))
    return [layout.slice(g, fresh(g, draw(numeric), shape), axis, start, end)]
  },
  gather: (g, draw) => {
    const shape = draw(sizes(1, 3))
    return [
      layout.gather(
        g,
        fresh(g, draw(numeric), shape),
        indices(g, draw, draw(sizes(0, 2)), at(shape, 0)),
      ),
    ]
  },
  gatherLast: (g, draw) => {
    const shape = draw(sizes(1, 3))
    const which = indices(g, draw, [...shape.slice(0, -1), draw(size)], at(shape, -1))
    return [layout.gatherLast(g, fresh(g, draw(numeric), shape), which)]
  },
  scatterRows: (g, draw) => {
    const [outer, inner, rows] = [draw(sizes(0, 2)), draw(sizes(0, 2)), draw(size)]
    const updates = fresh(g, draw(numeric), [...outer, ...inner])
    return [layout.scatterRows(g, rows, indices(g, draw, outer, rows), updates)]
  },
  scatterLast: (g, draw) => {
    const shape = draw(sizes(1, 3))
    const which = [...shape.slice(0, -1), draw(fc.integer({ min: 1, max: at(shape, -1) }))]
    const updates = fresh(g, draw(numeric), which)
    return [layout.scatterLast(g, shape, indices(g, draw, which, at(shape, -1)), updates)]
  },
  zerosLike: (g, draw) => [layout.zerosLike(g, fresh(g, draw(numeric), draw(sizes(0, 3))))],
}

const PRODUCTS: Readonly<Record<keyof typeof products, OpCase>> = {
  matmul: (g, draw) => {
    const [batch, m, k, n] = [draw(sizes(0, 2)), draw(size), draw(size), draw(size)]
    const [transA, transB, dtype] = [draw(fc.boolean()), draw(fc.boolean()), draw(float)]
    const a = fresh(g, dtype, [...batch, ...(transA ? [k, m] : [m, k])])
    const b = fresh(g, dtype, [...batch, ...(transB ? [n, k] : [k, n])])
    return [products.matmul(g, a, b, { transA, transB, alpha: draw(fc.constantFrom(1, 0.5)) })]
  },
  plainProduct: (g, draw) => {
    const [rows, m, k, n] = [draw(sizes(0, 2)), draw(size), draw(size), draw(size)]
    const dtype = draw(float)
    return [products.plainProduct(g, fresh(g, dtype, [...rows, m, k]), fresh(g, dtype, [k, n]))]
  },
  swapLast: unary(products.swapLast, numeric, 2),
}

function rotated(turn: typeof layers.rotary): OpCase {
  return (g, draw) => {
    const [b, h, t] = [draw(size), draw(size), draw(size)]
    const half = draw(fc.constantFrom(2, 4, 8))
    const x = fresh(g, 'float32', [b, h, t, 2 * half])
    const [cos, sin] = [fresh(g, 'float32', [5, half]), fresh(g, 'float32', [5, half])]
    return [turn(g, x, indices(g, draw, [b, t], 5), cos, sin)]
  }
}

const { sizes4: _notAnOp, ...builders } = layers

const LAYERS: Readonly<Record<keyof typeof builders, OpCase>> = {
  rmsNorm: (g, draw) => {
    const [shape, dtype] = [draw(sizes(1, 4)), draw(float)]
    const weight = fresh(g, dtype, shape.slice(-1))
    return [layers.rmsNorm(g, fresh(g, dtype, shape), weight, 1e-5)]
  },
  rotary: rotated(layers.rotary),
  rotaryNode: rotated(layers.rotaryNode),
  attention: (g, draw) => {
    const [b, hk, group, t, d] = [draw(size), draw(size), draw(size), draw(size), draw(size)]
    const dtype = draw(float)
    const kv = [b, hk, t, d]
    const mask = draw(fc.constantFrom([b, 1, t, t], [1, 1, t, t], [1, 1, 1, 1], [t, t]))
    const q = fresh(g, dtype, [b, hk * group, t, d])
    return [layers.attention(g, q, fresh(g, dtype, kv), fresh(g, dtype, kv), fresh(g, dtype, mask))]
  },
  swiglu: (g, draw) => {
    const [shape, dtype] = [draw(sizes(0, 3)), draw(float)]
    return [layers.swiglu(g, fresh(g, dtype, shape), fresh(g, dtype, shape))]
  },
  silu: unary(layers.silu, float),
}

/** Every function that adds nodes to a graph. */
export const OP_CASES: Readonly<Record<string, OpCase>> = {
  ...OPS,
  ...LAYOUT,
  ...PRODUCTS,
  ...LAYERS,
}

/** 1, 2, 3, ... for every input of g: valid for each op's domain, and no division by 0. */
export function countingFeeds(g: Graph): Record<string, number[]> {
  return Object.fromEntries(
    g.inputs.map((value) => [
      value.name,
      Array.from({ length: elementCount(value.shape) }, (_, index) =>
        value.dtype === 'bool' ? index % 2 : 1 + (index % 7),
      ),
    ]),
  )
}
