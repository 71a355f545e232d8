/**
 * A decoder's first weights: normal matrices and embedding, norms 1, biases 0. Same seed, same bits.
 * Every tensor has a random stream of its own (its name), so adding a layer changes no other tensor.
 */
import type { DecoderConfig } from './config.ts'
import { normals } from './random.ts'
import { elementCount, tensorNames, type TensorSpec } from './tensors.ts'

export type InitOptions = {
  /** An integer from 0 to 2 ** 53 - 1. */
  readonly seed: number
  /** Standard deviation of projections. */
  readonly std?: number
  /** Standard deviation of the token embedding; default std. */
  readonly embeddingStd?: number
}

/** Weights by name, in the order of tensorNames. */
export function initialWeights(
  config: DecoderConfig,
  { seed, std = 0.02, embeddingStd = std }: InitOptions,
): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>()
  for (const spec of tensorNames(config)) {
    weights.set(spec.name, initialTensor(spec, seed, std, embeddingStd))
  }
  return weights
}

function initialTensor(
  { name, shape, kind }: TensorSpec,
  seed: number,
  std: number,
  embeddingStd: number,
): Float32Array {
  const length = elementCount(shape)
  if (kind === 'vector') return new Float32Array(length).fill(name.endsWith('.bias') ? 0 : 1)
  return normals(length, seed, name, kind === 'embedding' ? embeddingStd : std)
}
