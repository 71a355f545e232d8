/**
 * The table op -> gradient rule. A rule returns one gradient per input, in the shape of the output where it
 * broadcast (autodiff.ts sums it back), null where there is none.
 * Not here: rules of whole regions such as attention (gradients-layers.ts).
 */
import { LAYER_GRADIENTS } from './gradients-layers.ts'
import type { Graph, TapeEntry } from './graph.ts'
import {
  addNumber,
  cast,
  div,
  exp,
  lessOrEqual,
  mul,
  neg,
  reduceSum,
  scale,
  sub,
  where,
} from './ops.ts'
import {
  concat,
  expand,
  gather,
  gatherLast,
  reshape,
  scatterLast,
  scatterRows,
  split,
  transpose,
  zerosLike,
} from './ops-layout.ts'
import { matmul } from './ops-matmul.ts'
import { elementCount, sizeAt, type Value } from './value.ts'

export type RuleArguments = {
  readonly g: Graph
  readonly entry: TapeEntry
  /** d loss by each output; null where the loss does not depend on it. */
  readonly upstream: readonly (Value | null)[]
  /** Which inputs need a gradient: a rule may skip the others. */
  readonly wanted: readonly boolean[]
}

export type Rule = (args: RuleArguments) => (Value | null)[]

/** A rule of a node with one output, from d output and the values it saw. */
function simple(
  rule: (g: Graph, dy: Value, y: Value, a: Value, b: Value) => (Value | null)[],
): Rule {
  return ({ g, entry, upstream }) => {
    const [dy] = upstream
    const [y] = entry.outputs
    const a = entry.inputs[0] ?? y
    const b = entry.inputs[1] ?? a
    if (dy == null || y === undefined || a == null || b == null) return []
    return rule(g, dy, y, a, b)
  }
}

/** Where two candidates tie, the first operand gets the whole gradient, as in PyTorch's where-based clip. */
function chooseFirst(g: Graph, firstChosen: Value, dy: Value): Value[] {
  const zero = zerosLike(g, { ...dy, shape: [] })
  return [where(g, firstChosen, dy, zero), where(g, firstChosen, zero, dy)]
}

/** A rule of a reduction: repeats d output along the reduced axes, then applies rule. */
function reducing(rule: (g: Graph, dx: Value, y: Value, x: Value) => Value): Rule {
  return ({ g, entry, upstream }) => {
    const [dy] = upstream
    const [y] = entry.outputs
    const [x] = entry.inputs
    const { axes } = entry.attributes
    if (dy == null || y === undefined || x == null || axes?.kind !== 'ints') return []
    const kept = x.shape.map((size, axis) => (axes.value.includes(axis) ? 1 : size))
    return [rule(g, expand(g, reshape(g, dy, kept), x.shape), y, x)]
  }
}

const logSoftmaxRule: Rule = simple((g, dy, y) => [
  sub(g, dy, mul(g, exp(g, y), reduceSum(g, dy, [-1]))),
])

const ELEMENTWISE: Readonly<Record<string, Rule>> = {
  Add: simple((_g, dy) => [dy, dy]),
  Sub: simple((g, dy) => [dy, neg(g, dy)]),
  Mul: simple((g, dy, _y, a, b) => [mul(g, dy, b), mul(g, dy, a)]),
  Div: simple((g, dy, y, _a, b) => [div(g, dy, b), neg(g, div(g, mul(g, dy, y), b))]),
  Min: simple((g, dy, _y, a, b) => chooseFirst(g, lessOrEqual(g, a, b), dy)),
  Max: simple((g, dy, _y, a, b) => chooseFirst(g, lessOrEqual(g, b, a), dy)),
  Neg: simple((g, dy) => [neg(g, dy)]),
  Exp: simple((g, dy, y) => [mul(g, dy, y)]),
  Log: simple((g, dy, _y, a) => [div(g, dy, a)]),
  Sqrt: simple((g, dy, y) => [scale(g, div(g, dy, y), 0.5)]),
  Reciprocal: simple((g, dy, y) => [neg(g, mul(g, dy, mul(g, y, y)))]),
  Sigmoid: simple((g, dy, y) => [mul(g, dy, mul(g, y, addNumber(g, neg(g, y), 1)))]),
  Where: ({ g, entry, upstream }) => {
    const [dy] = upstream
    const [condition] = entry.inputs
    if (dy == null || condition == null) return []
    const zero = zerosLike(g, { ...dy, shape: [] })
    return [null, where(g, condition, dy, zero), where(g, condition, zero, dy)]
  },
}

const REDUCING: Readonly<Record<string, Rule>> = {
  ReduceSum: reducing((_g, dx) => dx),
  ReduceMean: reducing((g, dx, y, x) =>
    scale(g, dx, elementCount(y.shape) / elementCount(x.shape)),
  ),
  ReduceSumSquare: reducing((g, dx, _y, x) => scale(g, mul(g, dx, x), 2)),
  Softmax: simple((g, dy, y) => [mul(g, y, sub(g, dy, reduceSum(g, mul(g, dy, y), [-1])))]),
  LogSoftmax: logSoftmaxRule,
}

const LAYOUT: Readonly<Record<string, Rule>> = {
  Reshape: simple((g, dy, _y, x) => [reshape(g, dy, x.shape)]),
  Expand: simple((_g, dy) => [dy]),
  Transpose: ({ g, entry, upstream }) => {
    const order = entry.attributes['perm']
    const [dy] = upstream
    if (dy == null || order?.kind !== 'ints') return []
    const inverse = order.value.map((_, axis) => order.value.indexOf(axis))
    return [transpose(g, dy, inverse)]
  },
  Concat: ({ g, entry, upstream }) => {
    const [dy] = upstream
    const axis = entry.attributes['axis']
    if (dy == null || axis?.kind !== 'int') return []
    const sizes = entry.inputs.map((part) => (part === null ? 0 : sizeAt(part, axis.value)))
    return split(g, dy, sizes, axis.value)
  },
  Split: ({ g, entry, upstream }) => {
    const axis = entry.attributes['axis']
    if (axis?.kind !== 'int') return []
    const parts = entry.outputs.map((value, index) => upstream[index] ?? zerosLike(g, value))
    return [concat(g, parts, axis.value)]
  },
  Gather: simple((g, dy, _y, x, indices) => [scatterRows(g, sizeAt(x, 0), indices, dy)]),
  GatherElements: simple((g, dy, _y, x, indices) => [scatterLast(g, x.shape, indices, dy)]),
  ScatterND: simple((g, dy, _y, _zeros, indices) => [dy, null, gatherColumn(g, dy, indices)]),
  ScatterElements: simple((g, dy, _y, _zeros, indices) => [dy, null, gatherLast(g, dy, indices)]),
  Cast: simple((g, dy, _y, x) => [cast(g, dy, x.dtype)]),
}

/** Rows of x [R, ...] at indices [N, 1] -> [N, ...]. */
function gatherColumn(g: Graph, x: Value, indices: Value): Value {
  return reshape(g, gather(g, x, indices), [sizeAt(indices, 0), ...x.shape.slice(1)])
}

/** The transpose of a slice: zeros before and after. */
const sliceRule: Rule = ({ g, entry, upstream }) => {
  const [dy] = upstream
  const [x] = entry.inputs
  const { axis, start } = entry.attributes
  if (dy == null || x == null || axis?.kind !== 'int' || start?.kind !== 'int') return []
  const at = axis.value
  const zeros = (count: number): Value[] =>
    count === 0
      ? []
      : [zerosLike(g, { ...x, shape: x.shape.map((size, index) => (index === at ? count : size)) })]
  const after = sizeAt(x, at) - start.value - sizeAt(dy, at)
  return [concat(g, [...zeros(start.value), dy, ...zeros(after)], at)]
}

const matmulRule: Rule = ({ g, entry, upstream, wanted }) => {
  const [dy] = upstream
  const [a, b] = entry.inputs
  if (dy == null || a == null || b == null) return []
  const flag = (name: string): boolean => entry.attributes[name]?.value === 1
  const factor = entry.attributes['alpha']
  const alpha = factor?.kind === 'float' ? factor.value : 1
  const da =
    wanted[0] === true ? leftGradient(g, dy, b, flag('transA'), flag('transB'), alpha) : null
  const db =
    wanted[1] === true ? rightGradient(g, dy, a, flag('transA'), flag('transB'), alpha) : null
  return [da, db]
}

function leftGradient(
  g: Graph,
  dy: Value,
  b: Value,
  ta: boolean,
  tb: boolean,
  alpha: number,
): Value {
  if (ta) return matmul(g, b, dy, { transA: tb, transB: true, alpha })
  return matmul(g, dy, b, { transB: !tb, alpha })
}

function rightGradient(
  g: Graph,
  dy: Value,
  a: Value,
  ta: boolean,
  tb: boolean,
  alpha: number,
): Value {
  if (tb) return matmul(g, dy, a, { transA: true, transB: ta, alpha })
  return matmul(g, a, dy, { transA: !ta, alpha })
}

export const GRADIENTS: Readonly<Record<string, Rule>> = {
  ...ELEMENTWISE,
  ...REDUCING,
  ...LAYOUT,
  ...LAYER_GRADIENTS,
  slice: sliceRule,
  matmul: matmulRule,
}
