/** What the estimate of memory leaves out changes nothing: numbers of constants, and layers beyond the third. */
import { expect, test } from 'vitest'
import { emptyBase, estimateMemory, type MemoryPlan } from '../../../electron/engine/estimate.ts'
import { gradientGraph, type LossOptions } from '../../../electron/engine/train-graph.ts'
import { peakBytes } from '../../../electron/graph/liveness.ts'
import type { DecoderConfig } from '../../../electron/model/config.ts'
import { LORA_TARGETS } from '../../../electron/model/lora.ts'
import { FED, type WeightSource } from '../../../electron/model/parameters.ts'
import { TINY } from '../../fakes/tiny-model.ts'

const LAYERS = 5
const LONG = 2_048
const CONFIG: DecoderConfig = {
  ...TINY,
  layers: LAYERS,
  maxPositions: 4_096,
  vocabSize: 20_000,
  heads: 8,
}
const LORA = { rank: 4, alpha: 8, targets: LORA_TARGETS }
const PLAN: MemoryPlan = {
  config: CONFIG,
  lora: LORA,
  base: 'stored',
  recompute: true,
  kl: false,
  workers: 1,
  batch: { tokens: LONG, row: 128 },
  prompt: LONG / 2,
  response: LONG / 2,
  samples: 1,
  cacheBytes: 2 ** 20,
  castOnce: false,
  device: 'cpu',
  half: false,
}

test.each<[string, Partial<MemoryPlan>]>([
  ['adapters, layers computed again', {}],
  ['adapters in 4 bits, with KL', { base: '4-bit', kl: true }],
  ['every weight', { lora: null, recompute: false }],
  ['every weight, layers computed again, with KL', { lora: null, kl: true }],
])('a walk of all layers finds the same: %s', (_, given) => {
  const plan = { ...PLAN, ...given }
  const { base, lora, recompute, kl } = plan
  const source: WeightSource =
    lora === null ? FED : { kind: 'stored', base: emptyBase(CONFIG, base), lora, castOnce: false }
  const shape = { rows: 1, length: LONG, positions: LONG / 2 }
  const loss: LossOptions = { loss: 'ppo', kl, entropy: true, dualClip: false }
  const whole = gradientGraph({ config: CONFIG, source, recompute }, shape, loss, 'cpu')
  const peak = peakBytes(whole, (name) => name.startsWith('next.'))
  expect(estimateMemory(plan).activations).toBe(peak)
})
