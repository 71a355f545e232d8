/**
 * Elementwise and reducing ops. Shapes are inferred and checked as nodes are added.
 * Not here: ops that move data (ops-layout.ts), products of matrices (ops-matmul.ts).
 */
import { broadcastShapes } from './broadcast.ts'
import { type Attributes, emitOne, type Graph, int64s, only, region, scalar } from './graph.ts'
import {
  type DType,
  DTYPE_NUMBERS,
  expectKind,
  expectSameDtype,
  type Kind,
  normaliseAxis,
  show,
  type Value,
} from './value.ts'

function binary(op: string, kind: Kind, result?: 'bool') {
  return (g: Graph, a: Value, b: Value): Value => {
    expectKind(op, a, kind)
    expectSameDtype(op, a, b)
    const dtype = result ?? a.dtype
    return emitOne(g, op, [a, b], { dtype, shape: broadcastShapes(a.shape, b.shape, op) })
  }
}

function unary(op: string, kind: Kind) {
  return (g: Graph, x: Value): Value => {
    expectKind(op, x, kind)
    return emitOne(g, op, [x], x)
  }
}

export const add = binary('Add', 'number')
export const sub = binary('Sub', 'number')
export const mul = binary('Mul', 'number')
export const div = binary('Div', 'number')
export const minimum = binary('Min', 'number')
export const maximum = binary('Max', 'number')
export const less = binary('Less', 'number', 'bool')
export const lessOrEqual = binary('LessOrEqual', 'number', 'bool')
export const equal = binary('Equal', 'any', 'bool')
export const and = binary('And', 'bool')

export const neg = unary('Neg', 'number')
export const exp = unary('Exp', 'float')
export const log = unary('Log', 'float')
export const sqrt = unary('Sqrt', 'float')
export const reciprocal = unary('Reciprocal', 'float')
export const sigmoid = unary('Sigmoid', 'float')
export const not = unary('Not', 'bool')

const orNode = binary('Or', 'bool')

/** WebGPU has And and Not, but no Or. */
export function or(g: Graph, a: Value, b: Value): Value {
  return g.target === 'cpu' ? orNode(g, a, b) : not(g, and(g, not(g, a), not(g, b)))
}

export function cast(g: Graph, x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x
  const attributes = { to: { kind: 'int', value: DTYPE_NUMBERS[dtype] } } as const
  return emitOne(g, 'Cast', [x], { dtype, shape: x.shape }, { attributes })
}

/** x plus, or times, a number. */
export function addNumber(g: Graph, x: Value, number: number): Value {
  return add(g, x, scalar(g, x.dtype, number))
}

export function scale(g: Graph, x: Value, number: number): Value {
  return number === 1 ? x : mul(g, x, scalar(g, x.dtype, number))
}

/** condition bool, broadcast with both branches. */
export function where(g: Graph, condition: Value, yes: Value, no: Value): Value {
  expectKind('Where', condition, 'bool')
  expectKind('Where', yes, 'number')
  expectSameDtype('Where', yes, no)
  const branches = broadcastShapes(yes.shape, no.shape, 'Where')
  const shape = broadcastShapes(condition.shape, branches, 'Where')
  return emitOne(g, 'Where', [condition, yes, no], { dtype: yes.dtype, shape })
}

/** Limits x to [low, high]; composed from Min and Max, which both targets have. */
export function clip(g: Graph, x: Value, low: Value, high: Value): Value {
  return minimum(g, maximum(g, x, low), high)
}

function reduction(op: string, kind: Kind) {
  return (g: Graph, x: Value, axes: readonly number[], keepDims = true): Value => {
    expectKind(op, x, kind)
    const normal = reducedAxes(op, x, axes)
    const kept = keepDims ? [1] : []
    const shape = x.shape.flatMap((size, axis) => (normal.includes(axis) ? kept : [size]))
    const attributes: Attributes = { keepdims: { kind: 'int', value: keepDims ? 1 : 0 } }
    const result = { dtype: x.dtype, shape }
    // A region because ONNX has the axes as an input while the gradient rule wants them as numbers.
    const build = (): Value => emitOne(g, op, [x, int64s(g, normal)], result, { attributes })
    const axesAttribute: Attributes = { axes: { kind: 'ints', value: normal } }
    return only(
      region(g, op, [x], () => ({ outputs: [build()], attributes: axesAttribute })),
      op,
    )
  }
}

/** ONNX reads an empty list as "all axes": refused, except for a scalar, where both mean the same. */
function reducedAxes(op: string, x: Value, axes: readonly number[]): number[] {
  const normal = axes.map((axis) => normaliseAxis(axis, x.shape.length))
  const distinct = new Set(normal).size === normal.length
  if (distinct && (normal.length > 0 || x.shape.length === 0)) return normal
  throw new RangeError(`${op}: expected distinct axes of ${show(x)}, got [${axes.join(', ')}]`)
}

export const reduceSum = reduction('ReduceSum', 'number')
export const reduceMean = reduction('ReduceMean', 'float')
/** Has no gradient rule. */
export const reduceMax = reduction('ReduceMax', 'number')
export const reduceSumSquare = reduction('ReduceSumSquare', 'number')

/** Sum of all elements, shape []. */
export function sumAll(g: Graph, x: Value): Value {
  return reduceSum(
    g,
    x,
    x.shape.map((_, axis) => axis),
    false,
  )
}

export function softmax(g: Graph, x: Value): Value {
  expectKind('Softmax', x, 'float')
  const attributes = { axis: { kind: 'int', value: -1 } } as const
  return emitOne(g, 'Softmax', [x], x, { attributes })
}

/** Over the last axis; max, exp, sum and log on WebGPU, where the op would fall back to the CPU. */
export function logSoftmax(g: Graph, x: Value): Value {
  expectKind('LogSoftmax', x, 'float')
  if (g.target === 'cpu') {
    return emitOne(g, 'LogSoftmax', [x], x, { attributes: { axis: { kind: 'int', value: -1 } } })
  }
  return only(
    region(g, 'LogSoftmax', [x], () => {
      const shifted = sub(g, x, reduceMax(g, x, [-1]))
      return { outputs: [sub(g, shifted, log(g, reduceSum(g, exp(g, shifted), [-1])))] }
    }),
    'LogSoftmax',
  )
}
