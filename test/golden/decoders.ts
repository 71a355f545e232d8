/**
 * The golden decoders as typed data: made by test/golden/make/decoders.py in float64 PyTorch.
 */
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Datum } from '../../electron/engine/datum.ts'
import type { DecoderConfig } from '../../electron/model/config.ts'
import { parseConfig } from '../../electron/model/config-json.ts'
import { AdamwParams, numbers, policyDatum, PolicyRow } from './parts.ts'

export const GOLDEN_NAMES = ['llama', 'llama-tied', 'llama3-rope', 'qwen2', 'qwen3'] as const

const perTensor = <T extends v.GenericSchema>(schema: T) => v.record(v.string(), schema)

const Loss = v.looseObject({
  loss: v.number(),
  gradNorm: v.number(),
  gradients: perTensor(v.object({ norm: v.number(), values: numbers })),
})

const Golden = v.object({
  config: v.unknown(),
  perturb: v.number(),
  rows: v.array(
    v.object({ ...PolicyRow.entries, weights: numbers }),
  ),
  outputs: v.array(v.object({ logits: v.array(numbers), logprobs: numbers, entropy: numbers })),
  samples: perTensor(numbers),
  losses: v.object({
    cross_entropy: Loss,
    ppo: v.object({
      ...Loss.entries,
      klSum: v.number(),
      entropySum: v.number(),
      clippedTokens: v.number(),
      ratioMax: v.number(),
    }),
  }),
  adamw: v.object({
    params: AdamwParams,
    steps: v.array(
      v.object({
        loss: v.picklist(['cross_entropy', 'ppo']),
        lossSum: v.number(),
        gradNorm: v.number(),
        weights: perTensor(numbers),
      }),
    ),
  }),
})

export type Golden = Omit<v.InferOutput<typeof Golden>, 'config'> & {
  readonly name: string
  readonly config: DecoderConfig
}

export function readGolden(name: string): Golden {
  const path = new URL(`decoder-${name}.json`, import.meta.url)
  const golden = v.parse(Golden, JSON.parse(readFileSync(path, 'utf8')))
  return { ...golden, name, config: parseConfig(golden.config, name) }
}

/** The rows of a golden file as data of one loss. */
export function goldenData({ rows }: Golden, loss: 'cross_entropy' | 'ppo'): Datum[] {
  if (loss === 'ppo') return rows.map(policyDatum)
  return rows.map(({ tokens, targets, weights }) => ({
    tokens: Int32Array.from(tokens),
    targets: Int32Array.from(targets),
    weights: Float32Array.from(weights),
  }))
}
