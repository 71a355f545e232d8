/**
 * What flows through a graph: a named tensor of known element type and static shape.
 */

export type DType = 'float32' | 'float64' | 'float16' | 'bfloat16' | 'int32' | 'int64' | 'bool'

export type Value = {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** Element type numbers of onnx.TensorProto.DataType. */
export const DTYPE_NUMBERS: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
}

const FLOATS: ReadonlySet<DType> = new Set(['float32', 'float64', 'float16', 'bfloat16'])

export function isFloat(value: Value): boolean {
  return FLOATS.has(value.dtype)
}

export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** Size of one axis; negative axes count from the end. */
export function sizeAt(value: Value, axis: number): number {
  const size = value.shape[normaliseAxis(axis, value.shape.length)]
  if (size === undefined) throw new RangeError(`${value.name}: no axis ${axis} in ${show(value)}`)
  return size
}

export function normaliseAxis(axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(positive) || positive < 0 || positive >= rank) {
    throw new RangeError(`axis ${axis}: expected one of ${rank} axes`)
  }
  return positive
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}

/** `float32[2, 3]`, for error messages. */
export function show(value: Value): string {
  return `${value.dtype}[${value.shape.join(', ')}]`
}
