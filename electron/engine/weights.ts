/**
 * The weights of one worker: arrays in the layout of our graphs, loaded from and saved as Hugging Face tensors.
 * Not here: files (model/checkpoint.ts).
 */
import { elementCount, type TensorSpec } from '../model/tensors.ts'

export type WeightArrays = Record<string, Float32Array>

/** rows x columns, row by row -> columns x rows. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      result[column * rows + row] = values[row * columns + column] ?? 0
    }
  }
  return result
}

/** Hugging Face storage [out, in] to ours [in, out]; vectors, the embedding and adapters are copied. */
export function toGraphLayout(
  specs: readonly TensorSpec[],
  stored: ReadonlyMap<string, Float32Array>,
): WeightArrays {
  return Object.fromEntries(
    specs.map((spec) => [spec.name, flip(spec, stored.get(spec.name), false)]),
  )
}

export function fromGraphLayout(
  specs: readonly TensorSpec[],
  weights: WeightArrays,
): Map<string, Float32Array> {
  return new Map(specs.map((spec) => [spec.name, flip(spec, weights[spec.name], true)]))
}

function flip(spec: TensorSpec, values: Float32Array | undefined, back: boolean): Float32Array {
  if (values === undefined || values.length !== elementCount(spec.shape)) {
    throw new Error(`${spec.name}: expected ${elementCount(spec.shape)} numbers`)
  }
  const [out = 1, into = 1] = spec.shape
  if (spec.kind !== 'matrix') return values.slice()
  return back ? transposed(values, into, out) : transposed(values, out, into)
}

/** Zeros in the shape of every weight. */
export function zeroArrays(specs: readonly TensorSpec[]): WeightArrays {
  return Object.fromEntries(
    specs.map(({ name, shape }) => [name, new Float32Array(elementCount(shape))]),
  )
}

export function copyOf(arrays: WeightArrays): WeightArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.slice()]))
}
