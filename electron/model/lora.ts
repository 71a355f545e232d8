/**
 * Low-rank adapters: which tensors they have and their first numbers. y = x W' + alpha / rank (x A') B', W frozen.
 * Names are PEFT's without its prefix. Not here: folders (adapter-folder.ts), graph nodes (parameters.ts).
 * Source: arXiv 2106.09685; first numbers as in PEFT (A uniform within 1 / sqrt(in), B zero).
 */
import { LORA_TARGETS } from '../contract/fields.ts'
import type { DecoderConfig } from './config.ts'
import { uniforms } from './random.ts'
import { tensorNames, type TensorSpec } from './tensors.ts'

export { LORA_TARGETS }
export type LoraTarget = (typeof LORA_TARGETS)[number]

export type LoraSpec = {
  readonly rank: number
  readonly alpha: number
  readonly targets: readonly LoraTarget[]
}

export type AdapterNames = { readonly a: string; readonly b: string }

/** Names of the two factors beside a projection `PATH.weight`. */
export function adapterNames(weight: string): AdapterNames {
  const path = weight.replace(/\.weight$/, '')
  return { a: `${path}.lora_A.weight`, b: `${path}.lora_B.weight` }
}

/** Whether the projection of that name has an adapter. */
export function isAdapted(spec: LoraSpec, weight: string): boolean {
  return spec.targets.some((target) => weight.endsWith(`.${target}.weight`))
}

/** Factors A [rank, in] and B [out, rank] of every adapted projection, in the order of tensorNames. */
export function adapterTensors(config: DecoderConfig, spec: LoraSpec): TensorSpec[] {
  return tensorNames(config).flatMap(({ name, shape }): TensorSpec[] => {
    const [out, into] = shape
    if (!isAdapted(spec, name) || out === undefined || into === undefined) return []
    const { a, b } = adapterNames(name)
    return [
      { name: a, shape: [spec.rank, into], kind: 'adapter' },
      { name: b, shape: [out, spec.rank], kind: 'adapter' },
    ]
  })
}

/** What a run trains: the adapters, or everything. */
export function trainableTensors(config: DecoderConfig, lora: LoraSpec | null): TensorSpec[] {
  return lora === null ? tensorNames(config) : adapterTensors(config, lora)
}

/** First numbers by name; the model computes what it did without adapters. */
export function initialAdapters(
  config: DecoderConfig,
  spec: LoraSpec,
  seed: number,
): Map<string, Float32Array> {
  return new Map(
    adapterTensors(config, spec).map(({ name, shape }) => {
      const [rows = 0, columns = 0] = shape
      const count = rows * columns
      const isA = name.endsWith('.lora_A.weight')
      const values = isA
        ? uniforms(count, seed, name, 1 / Math.sqrt(columns))
        : new Float32Array(count)
      return [name, values]
    }),
  )
}

/** Adds the adapters of a projection, where it has some, to its numbers: W + alpha / rank B A. */
export function merge(
  spec: LoraSpec,
  weight: string,
  values: Float32Array,
  factors: ReadonlyMap<string, Float32Array>,
): void {
  const names = adapterNames(weight)
  const [a, b] = [factors.get(names.a), factors.get(names.b)]
  if (!isAdapted(spec, weight) || a === undefined || b === undefined) return
  const { rank, alpha } = spec
  const into = a.length / rank
  for (let out = 0; out < b.length / rank; out += 1) {
    const row = combined(a, b.subarray(out * rank, (out + 1) * rank))
    const part = values.subarray(out * into, (out + 1) * into)
    row.forEach((x, k) => (part[k] = (part[k] ?? 0) + (alpha / rank) * x))
  }
}

/** Rows of a [R, K], each times its factor, added up. */
function combined(a: Float32Array, factors: Float32Array): Float64Array {
  const into = a.length / factors.length
  const row = new Float64Array(into)
  factors.forEach((factor, r) => {
    for (let k = 0; k < into; k += 1) row[k] = (row[k] ?? 0) + factor * (a[r * into + k] ?? 0)
  })
  return row
}
