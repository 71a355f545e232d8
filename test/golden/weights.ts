/**
 * Weights and numbers from an integer hash: the twin of test/golden/make/common.py, so that golden files need not
 * ship weights. Tensor number i is the i-th of tensorNames(config).
 */
import type { DecoderConfig } from '../../electron/model/config.ts'
import { elementCount, tensorNames, type TensorSpec } from '../../electron/model/tensors.ts'

const WEIGHT_SCALE = 0.3
const NORM_SCALE = 0.1

/** The weights of a golden decoder; perturb > 0: those of its reference policy. */
export function goldenWeights(config: DecoderConfig, perturb = 0): Map<string, Float32Array> {
  return new Map(
    tensorNames(config).map((spec, index) => [spec.name, tensorValues(spec, index, perturb)]),
  )
}

/** `count` numbers of a stream in [-1, 1), exact in float32. */
export function uniform(stream: number, count: number): Float64Array {
  const key = mix(stream + 1)
  return Float64Array.from({ length: count }, (_, i) => (mix(key ^ i) >>> 8) / 2 ** 23 - 1)
}

function tensorValues(spec: TensorSpec, index: number, perturb: number): Float32Array {
  const count = elementCount(spec.shape)
  const own = uniform(index, count)
  const other = perturb === 0 ? null : uniform(1000 + index, count)
  const isNorm = spec.kind === 'vector' && !spec.name.endsWith('.bias')
  return Float32Array.from(own, (x, i) => {
    const value = x + perturb * (other?.[i] ?? 0)
    return isNorm ? 1 + NORM_SCALE * value : WEIGHT_SCALE * value
  })
}

/** murmur3's 32-bit finaliser. */
function mix(seed: number): number {
  let x = seed >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b)
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35)
  return (x ^ (x >>> 16)) >>> 0
}
