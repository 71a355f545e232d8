/**
 * The golden decoders as typed data: made by test/golden/make/decoders.py in float64 PyTorch.
 */
import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import type { Datum } from '../../electron/engine/datum.ts'
import type { DecoderConfig } from '../../electron/model/config.ts'
import { parseConfig } from '../../electron/model/config-json.ts'

export const GOLDEN_NAMES = ['llama', 'llama-tied', 'llama3-rope', 'qwen2', 'qwen3'] as const

const numbers = v.array(v.number())
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
    v.object({
      tokens: numbers,
      targets: numbers,
      weights: numbers,
      logprobs: numbers,
      advantages: numbers,
      klWeight: numbers,
      entropyWeight: numbers,
      clipLow: v.number(),
      clipHigh: v.number(),
    }),
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
    params: v.object({
      learningRate: v.number(),
      beta1: v.number(),
      beta2: v.number(),
      eps: v.number(),
      weightDecay: v.number(),
      gradClipNorm: v.number(),
    }),
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
  return rows.map((row) => {
    const sequence = { tokens: Int32Array.from(row.tokens), targets: Int32Array.from(row.targets) }
    if (loss === 'cross_entropy') return { ...sequence, weights: Float32Array.from(row.weights) }
    return {
      ...sequence,
      logprobs: Float32Array.from(row.logprobs),
      advantages: Float32Array.from(row.advantages),
      klWeight: Float32Array.from(row.klWeight),
      entropyWeight: Float32Array.from(row.entropyWeight),
      clipLow: row.clipLow,
      clipHigh: row.clipHigh,
    }
  })
}
