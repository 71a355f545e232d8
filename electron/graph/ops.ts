/**
 * Elementwise and reducing ops. Shapes are inferred and checked as nodes are added.
 * Not here: ops that move data (ops-layout.ts), products of matrices (ops-matmul.ts).
 */
import { broadcastShapes } from './broadcast.ts'
import { emitOne, type Graph, int64s, scalar } from './graph.ts'
import { normaliseAxis, show, type Value } from './value.ts'

function binary(op: string, result?: 'bool') {
  return (g: Graph, a: Value, b: Value): Value => {
    if (a.dtype !== b.dtype) throw new TypeError(`${op}: ${show(a)} with ${show(b)}`)
    const dtype = result ?? a.dtype
    return emitOne(g, op, [a, b], { dtype, shape: broadcastShapes(a.shape, b.shape) })
  }
}

function unary(op: string) {
  return (g: Graph, x: Value): Value => emitOne(g, op, [x], x)
}

export const add = binary('Add')
export const sub = binary('Sub')
export const mul = binary('Mul')
export const div = binary('Div')
export const minimum = binary('Min')
export const maximum = binary('Max')
export const less = binary('Less', 'bool')
export const lessOrEqual = binary('LessOrEqual', 'bool')
export const equal = binary('Equal', 'bool')
export const and = binary('And', 'bool')
export const or = binary('Or', 'bool')

export const neg = unary('Neg')
export const exp = unary('Exp')
export const log = unary('Log')
export const sqrt = unary('Sqrt')
export const reciprocal = unary('Reciprocal')
export const sigmoid = unary('Sigmoid')
export const not = unary('Not')

export function cast(g: Graph, x: Value, dtype: Value['dtype']): Value {
  if (x.dtype === dtype) return x
  const numbers = {
    float32: 1,
    int32: 6,
    int64: 7,
    bool: 9,
    float16: 10,
    float64: 11,
    bfloat16: 16,
  }
  const attributes = { to: { kind: 'int', value: numbers[dtype] } } as const
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
  const shape = broadcastShapes(condition.shape, broadcastShapes(yes.shape, no.shape))
  return emitOne(g, 'Where', [condition, yes, no], { dtype: yes.dtype, shape })
}

/** Limits x to [low, high]; composed from Min and Max, which both targets have. */
export function clip(g: Graph, x: Value, low: Value, high: Value): Value {
  return minimum(g, maximum(g, x, low), high)
}

function reduction(op: string) {
  return (g: Graph, x: Value, axes: readonly number[], keepDims = true): Value => {
    const normal = axes.map((axis) => normaliseAxis(axis, x.shape.length))
    const shape = x.shape.flatMap((size, axis) =>
      normal.includes(axis) ? (keepDims ? [1] : []) : [size],
    )
    const attributes = { keepdims: { kind: 'int', value: keepDims ? 1 : 0 } } as const
    return emitOne(g, op, [x, int64s(g, normal)], { dtype: x.dtype, shape }, { attributes })
  }
}

export const reduceSum = reduction('ReduceSum')
export const reduceMean = reduction('ReduceMean')
export const reduceMax = reduction('ReduceMax')
export const reduceSumSquare = reduction('ReduceSumSquare')

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
  const attributes = { axis: { kind: 'int', value: -1 } } as const
  return emitOne(g, 'Softmax', [x], x, { attributes })
}

/** Over the last axis; max, exp, sum and log on WebGPU, where the op would fall back to the CPU. */
export function logSoftmax(g: Graph, x: Value): Value {
  if (g.target === 'cpu') {
    return emitOne(g, 'LogSoftmax', [x], x, { attributes: { axis: { kind: 'int', value: -1 } } })
  }
  const shifted = sub(g, x, reduceMax(g, x, [-1]))
  return sub(g, shifted, log(g, reduceSum(g, exp(g, shifted), [-1])))
}
