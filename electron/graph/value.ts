/**
 * What flows through a graph: a named tensor of known element type and static shape.
 */

export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int32'
  | 'int64'
  | 'bool'
  | 'uint8'
  | 'uint4'

export type Value = {
  readonly name: string
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** Element type numbers of onnx.TensorProto.DataType. */
export const DTYPE_NUMBERS: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
  uint4: 21,
}

const FLOATS: readonly DType[] = ['float32', 'float64', 'float16', 'bfloat16']
const INDICES: readonly DType[] = ['int32', 'int64']

/** What an op takes, in words for its message and as element types. */
const KINDS = {
  float: FLOATS,
  number: [...FLOATS, ...INDICES],
  index: INDICES,
  bool: ['bool'],
  any: [...FLOATS, ...INDICES, 'bool'],
} as const satisfies Readonly<Record<string, readonly DType[]>>

export type Kind = keyof typeof KINDS

export function isFloat(value: Value): boolean {
  return FLOATS.includes(value.dtype)
}

/** Throws unless the element type of value is of this kind. */
export function expectKind(what: string, value: Value, kind: Kind): void {
  const dtypes: readonly DType[] = KINDS[kind]
  if (!dtypes.includes(value.dtype)) {
    throw new TypeError(`${what}: expected ${kind}, got ${show(value)}`)
  }
}

/** Throws unless all values have the element type of the first. */
export function expectSameDtype(what: string, ...values: readonly Value[]): void {
  if (values.some((value) => value.dtype !== values[0]?.dtype)) {
    throw new TypeError(`${what}: expected one element type, got ${values.map(show).join(', ')}`)
  }
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
