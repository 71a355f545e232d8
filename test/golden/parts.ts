/**
 * What every golden file holds: sequences with what a policy loss takes, and the settings of AdamW.
 */
import * as v from 'valibot'
import type { Datum } from '../../electron/engine/datum.ts'

export const numbers = v.array(v.number())

const row = {
  tokens: numbers,
  targets: numbers,
  logprobs: numbers,
  advantages: numbers,
  klWeight: numbers,
  entropyWeight: numbers,
  clipLow: v.number(),
  clipHigh: v.number(),
}
export const PolicyRow = v.object(row)

export const AdamwParams = v.object({
  learningRate: v.number(),
  beta1: v.number(),
  beta2: v.number(),
  eps: v.number(),
  weightDecay: v.number(),
  gradClipNorm: v.number(),
})

export function policyDatum(row: v.InferOutput<typeof PolicyRow>): Datum {
  return {
    tokens: Int32Array.from(row.tokens),
    targets: Int32Array.from(row.targets),
    logprobs: Float32Array.from(row.logprobs),
    advantages: Float32Array.from(row.advantages),
    klWeight: Float32Array.from(row.klWeight),
    entropyWeight: Float32Array.from(row.entropyWeight),
    clipLow: row.clipLow,
    clipHigh: row.clipHigh,
  }
}
