/**
 * Ops that move data without computing: reshape, transpose, slices, gathers and scatters.
 */
import { broadcastShapes } from './broadcast.ts'
import {
  type Attributes,
  constant,
  emit,
  emitOne,
  expectShape,
  type Graph,
  int64s,
  only,
  region,
} from './graph.ts'
import { cast } from './ops.ts'
import {
  elementCount,
  expectKind,
  expectSameDtype,
  normaliseAxis,
  sameShape,
  show,
  sizeAt,
  type Value,
} from './value.ts'

/** One size may be -1: what is left. */
export function reshape(g: Graph, x: Value, sizes: readonly number[]): Value {
  const known = elementCount(sizes.filter((size) => size !== -1))
  const shape = sizes.map((size) => (size === -1 ? elementCount(x.shape) / known : size))
  const positive = shape.every((size) => Number.isInteger(size) && size > 0)
  const guesses = sizes.filter((size) => size === -1).length
  if (!positive || guesses > 1 || elementCount(shape) !== elementCount(x.shape)) {
    throw new RangeError(`reshape: ${show(x)} to [${sizes.join(', ')}]`)
  }
  if (sameShape(shape, x.shape)) return x
  return emitOne(g, 'Reshape', [x, int64s(g, shape)], { dtype: x.dtype, shape })
}

export function transpose(g: Graph, x: Value, order: readonly number[]): Value {
  const permutation = x.shape.every((_, axis) => order.includes(axis))
  if (order.length !== x.shape.length || !permutation) {
    throw new RangeError(`transpose: ${show(x)} by [${order.join(', ')}]`)
  }
  const shape = order.map((axis) => sizeAt(x, axis))
  const attributes = { perm: { kind: 'ints', value: order } } as const
  return emitOne(g, 'Transpose', [x], { dtype: x.dtype, shape }, { attributes })
}

export function expand(g: Graph, x: Value, shape: readonly number[]): Value {
  if (sameShape(x.shape, shape)) return x
  if (!sameShape(broadcastShapes(x.shape, shape, 'expand'), shape)) {
    throw new RangeError(`expand: ${show(x)} to [${shape.join(', ')}]`)
  }
  return emitOne(g, 'Expand', [x, int64s(g, shape)], { dtype: x.dtype, shape })
}

export function concat(g: Graph, parts: readonly Value[], axis: number): Value {
  const [first] = parts
  if (first === undefined) throw new RangeError('concat: nothing to join')
  const at = normaliseAxis(axis, first.shape.length)
  expectSameDtype('concat', ...parts)
  for (const part of parts) {
    const expected = first.shape.map((size, index) => (index === at ? sizeAt(part, at) : size))
    expectShape('concat', part, expected)
  }
  const total = parts.reduce((sum, part) => sum + sizeAt(part, at), 0)
  const shape = first.shape.map((size, index) => (index === at ? total : size))
  const attributes = { axis: { kind: 'int', value: at } } as const
  return emitOne(g, 'Concat', parts, { dtype: first.dtype, shape }, { attributes })
}

export function split(g: Graph, x: Value, sizes: readonly number[], axis: number): Value[] {
  const at = normaliseAxis(axis, x.shape.length)
  const positive = sizes.every((size) => Number.isInteger(size) && size > 0)
  if (!positive || sizes.reduce((sum, size) => sum + size, 0) !== sizeAt(x, at)) {
    throw new RangeError(`split: ${show(x)} into ${sizes.join(' + ')}`)
  }
  const attributes = { axis: { kind: 'int', value: at } } as const
  const outputs = sizes.map((part) => ({
    dtype: x.dtype,
    shape: x.shape.map((size, index) => (index === at ? part : size)),
  }))
  return emit(g, 'Split', [x, int64s(g, sizes)], outputs, { attributes })
}

/** x[start:end] along one axis. */
export function slice(g: Graph, x: Value, axis: number, start: number, end: number): Value {
  const at = normaliseAxis(axis, x.shape.length)
  const whole = Number.isInteger(start) && Number.isInteger(end)
  if (!whole || start < 0 || end > sizeAt(x, at) || start >= end) {
    throw new RangeError(`slice: ${start} to ${end} of axis ${axis} of ${show(x)}`)
  }
  const shape = x.shape.map((size, index) => (index === at ? end - start : size))
  const bounds = [int64s(g, [start]), int64s(g, [end]), int64s(g, [at])]
  const attributes: Attributes = {
    axis: { kind: 'int', value: at },
    start: { kind: 'int', value: start },
  }
  return only(
    region(g, 'slice', [x], () => ({
      outputs: [emitOne(g, 'Slice', [x, ...bounds], { dtype: x.dtype, shape })],
      attributes,
    })),
    'slice',
  )
}

/** Rows of x: x [R, ...], indices int64 [...I] -> [...I, ...]. */
export function gather(g: Graph, x: Value, indices: Value): Value {
  expectKind('gather', indices, 'index')
  if (x.shape.length === 0) throw new RangeError(`gather: expected rows, got ${show(x)}`)
  const shape = [...indices.shape, ...x.shape.slice(1)]
  const attributes = { axis: { kind: 'int', value: 0 } } as const
  return emitOne(g, 'Gather', [x, indices], { dtype: x.dtype, shape }, { attributes })
}

/** One element per row along the last axis: x [..., V], indices int64 [..., K] -> [..., K]. */
export function gatherLast(g: Graph, x: Value, indices: Value): Value {
  expectKind('gatherLast', indices, 'index')
  expectShape('gatherLast', indices, [...x.shape.slice(0, -1), sizeAt(indices, -1)])
  const attributes = { axis: { kind: 'int', value: x.shape.length - 1 } } as const
  const result = { dtype: x.dtype, shape: indices.shape }
  return emitOne(g, 'GatherElements', [x, indices], result, { attributes })
}

/**
 * The transpose of gather: zeros [R, ...] plus every row of updates at its index. ScatterND wants int64; int32 is for
 * WebGPU, which can cast but not reshape int64.
 */
export function scatterRows(g: Graph, rows: number, indices: Value, updates: Value): Value {
  expectKind('scatterRows', indices, 'index')
  const inner = updates.shape.slice(indices.shape.length)
  expectShape('scatterRows', updates, [...indices.shape, ...inner])
  const count = elementCount(indices.shape)
  const zeros = zerosLike(g, { ...updates, shape: [rows, ...inner] })
  const where = cast(g, reshape(g, indices, [count, 1]), 'int64')
  const flat = reshape(g, updates, [count, ...inner])
  const attributes = { reduction: { kind: 'string', value: 'add' } } as const
  return emitOne(g, 'ScatterND', [zeros, where, flat], zeros, { attributes })
}

/** The transpose of gatherLast: zeros of the given shape plus updates at their index along the last axis. */
export function scatterLast(
  g: Graph,
  shape: readonly number[],
  indices: Value,
  updates: Value,
): Value {
  expectKind('scatterLast', indices, 'index')
  expectShape('scatterLast', updates, indices.shape)
  expectShape('scatterLast', indices, [...shape.slice(0, -1), sizeAt(indices, -1)])
  const zeros = zerosLike(g, { ...updates, shape })
  const attributes = {
    axis: { kind: 'int', value: shape.length - 1 },
    reduction: { kind: 'string', value: 'add' },
  } as const
  return emitOne(g, 'ScatterElements', [zeros, indices, updates], zeros, { attributes })
}

/** Expanded from one number, so that the model file stays small. */
export function zerosLike(g: Graph, like: Value): Value {
  const one = constant(
    g,
    like.dtype,
    Array.from(like.shape, () => 1),
    [0],
  )
  return expand(g, one, like.shape)
}
