/**
 * Low-rank adapters: which tensors they have and their first numbers. y = x W' + alpha / rank (x A') B', W frozen.
 * Names are PEFT's without its prefix. Not here: folders (adapter-folder.ts), graph nodes (parameters.ts).
 * Source: arXiv 2106.09685; first numbers as in PEFT (A uniform within 1 / sqrt(in), B zero).
 */
import type { DecoderConfig } from './config.ts'
import { uniforms } from './random.ts'
import { tensorNames, type TensorSpec } from './tensors.ts'

export const LORA_TARGETS = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const
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
