/**
 * The golden adapters as typed data: made by test/golden/make/lora.py in float64 PyTorch.
 */
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Datum } from '../../electron/engine/datum.ts'
import type { DecoderConfig } from '../../electron/model/config.ts'
import { parseConfig } from '../../electron/model/config-json.ts'
import { adapterTensors, LORA_TARGETS, type LoraSpec } from '../../electron/model/lora.ts'
import { elementCount } from '../../electron/model/tensors.ts'
import { AdamwParams, numbers, policyDatum, PolicyRow } from './parts.ts'
import { uniform } from './weights.ts'

export const LORA_GOLDEN_NAMES = ['llama', 'qwen2', 'qwen3', 'llama-4bit'] as const

const Golden = v.object({
  config: v.unknown(),
  rank: v.number(),
  alpha: v.number(),
  scale: v.number(),
  blocks: v.boolean(),
  rows: v.array(
    PolicyRow,
  ),
  logprobs: v.array(numbers),
  loss: v.number(),
  klSum: v.number(),
  gradients: v.record(v.string(), v.object({ norm: v.number(), at: numbers, values: numbers })),
  adamw: v.object({
    params: AdamwParams,
    steps: v.array(
      v.object({
        loss: v.number(),
        gradNorm: v.number(),
        weights: v.record(v.string(), numbers),
      }),
    ),
  }),
})

export type LoraGolden = Omit<v.InferOutput<typeof Golden>, 'config'> & {
  readonly config: DecoderConfig
  readonly spec: LoraSpec
}

export function readLoraGolden(name: string): LoraGolden {
  const path = new URL(`lora-${name}.json`, import.meta.url)
  const golden = v.parse(Golden, JSON.parse(readFileSync(path, 'utf8')))
  const { rank, alpha } = golden
  const spec = { rank, alpha, targets: LORA_TARGETS }
  return { ...golden, config: parseConfig(golden.config, name), spec }
}

/** The adapters that the golden numbers belong to: factor number i is stream 3000 + i. */
export function goldenAdapters({ config, spec, scale }: LoraGolden): Map<string, Float32Array> {
  return new Map(
    adapterTensors(config, spec).map(({ name, shape }, index) => [
      name,
      Float32Array.from(uniform(3000 + index, elementCount(shape)), (x) => scale * x),
    ]),
  )
}

export function loraData({ rows }: LoraGolden): Datum[] {
  return rows.map(policyDatum)
}
