/**
 * Adapters over mapped weights against PyTorch in float64, whole and in 4 bits, with and without saved memory.
 */
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openModel } from '../../../electron/engine/open-model.ts'
import { toGraphLayout } from '../../../electron/engine/weights.ts'
import { writeAdapter } from '../../../electron/model/adapter-folder.ts'
import { openCheckpoint, readWeights, writeCheckpoint } from '../../../electron/model/checkpoint.ts'
import { adapterTensors } from '../../../electron/model/lora.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { writeModel } from '../../fakes/tiny-model.ts'
import {
  goldenAdapters,
  LORA_GOLDEN_NAMES,
  loraData,
  type LoraGolden,
  readLoraGolden,
} from '../../golden/lora.ts'
import { goldenWeights } from '../../golden/weights.ts'
import { LIMITS, norm, soloOver, type SoloTrainer } from './engines.ts'

function worst(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length)
  const scale = Math.max(1e-3, ...expected.map(Math.abs))
  return Math.max(...expected.map((x, i) => Math.abs((found[i] ?? Number.NaN) - x))) / scale
}

async function trainerOf(
  golden: LoraGolden,
  recompute = false,
  dtype: 'float32' | 'float16' | 'bfloat16' = 'float32',
): Promise<SoloTrainer> {
  const { config, spec, blocks } = golden
  const folder = join(temporaryFolder(), 'model')
  const weights = goldenWeights(config)
  await writeCheckpoint(folder, config, weights, { dtype, tokenizerFrom: null })
  const options = {
    lora: { ...spec, seed: 1 },
    base: blocks ? '4-bit' : 'stored',
    recompute,
    cache: temporaryFolder(),
  } as const
  const { source } = await openModel(folder, options, true)
  const arrays = toGraphLayout(adapterTensors(config, spec), goldenAdapters(golden))
  return soloOver({ config, source, recompute }, arrays, LIMITS)
}

describe.each(LORA_GOLDEN_NAMES)('%s', (name) => {
  const golden = readLoraGolden(name)

  test('log-probs, KL and the gradients of adapters are those of PyTorch', async () => {
    const trainer = await trainerOf(golden)
    const { outputs, metrics } = await trainer.forwardBackward(loraData(golden), 'ppo')
    outputs.forEach(({ logprobs }, index) => {
      expect(worst(logprobs, golden.logprobs[index] ?? [])).toBeLessThan(1e-4)
    })
    expect(worst([metrics['lossSum'] ?? 0], [golden.loss])).toBeLessThan(1e-4)
    expect(worst([metrics['klSum'] ?? 0], [golden.klSum])).toBeLessThan(1e-4)
    const found = trainer.gradients()
    expect(Object.keys(found)).toEqual(Object.keys(golden.gradients))
    for (const [tensor, want] of Object.entries(golden.gradients)) {
      const gradient = found[tensor] ?? new Float32Array(0)
      expect(worst([norm(gradient)], [want.norm])).toBeLessThan(1e-4)
      const values = want.at.map((at) => (gradient[at] ?? Number.NaN) / want.norm)
      expect(
        worst(
          values,
          want.values.map((x) => x / want.norm),
        ),
      ).toBeLessThan(1e-3)
    }
  })

  test('two clipped AdamW steps move the adapters as PyTorch does', async () => {
    const trainer = await trainerOf(golden, true)
    for (const step of golden.adamw.steps) {
      await trainer.forwardBackward(loraData(golden), 'ppo')
      const gradNorm = await trainer.optimStep(golden.adamw.params)
      expect(worst([gradNorm], [step.gradNorm])).toBeLessThan(1e-4)
      for (const [tensor, want] of Object.entries(step.weights)) {
        const at = golden.gradients[tensor]?.at ?? []
        const values = at.map((index) => trainer.weights[tensor]?.[index] ?? Number.NaN)
        expect(worst(values, want)).toBeLessThan(1e-4)
      }
    }
  })
})

test('layers computed again give the gradients of layers kept, to the bit', async () => {
  const golden = readLoraGolden('qwen2')
  const [kept, again] = [await trainerOf(golden), await trainerOf(golden, true)]
  await kept.forwardBackward(loraData(golden), 'ppo')
  await again.forwardBackward(loraData(golden), 'ppo')
  expect(again.gradients()).toEqual(kept.gradients())
})

test.each([
  // Half precision rounds weights to 2^-11, bfloat16 to 2^-8.
  ['float16', 2e-3],
  ['bfloat16', 2e-2],
] as const)(
  '%s weights are read as they are stored, within their rounding',
  async (dtype, most) => {
    const golden = readLoraGolden('llama')
    const trainer = await trainerOf(golden, false, dtype)
    const { outputs } = await trainer.forward(loraData(golden))
    outputs.forEach(({ logprobs }, index) => {
      expect(worst(logprobs, golden.logprobs[index] ?? [])).toBeLessThan(most)
    })
  },
)

test('4 bits differ from whole weights by what their blocks round', async () => {
  const [whole, small] = [readLoraGolden('llama'), readLoraGolden('llama-4bit')]
  const difference = worst(small.logprobs.flat(), whole.logprobs.flat())
  expect(difference).toBeGreaterThan(1e-3)
  expect(difference).toBeLessThan(0.25)
})

test('an adapter folder is its model: the same log-probs mapped and merged', async () => {
  const golden = readLoraGolden('qwen3')
  const { config, spec } = golden
  const base = await writeModel(config, goldenWeights(config))
  const folder = join(temporaryFolder(), 'adapter')
  await writeAdapter(folder, { config, spec, base, values: goldenAdapters(golden) })
  const { directory, adapter } = await openCheckpoint(folder)
  expect([directory, adapter?.spec]).toEqual([base, spec])
  const merged = await writeModel(config, await readWeights(folder))
  const options = { lora: null, base: 'stored', recompute: false, cache: '' } as const
  const data = loraData(golden)
  for (const [place, storage] of [
    [folder, 'mapped'],
    [folder, 'fed'],
    [merged, 'mapped'],
  ] as const) {
    const { source, weights } = await openModel(place, { ...options, storage }, false)
    const trainer = soloOver({ config, source, recompute: false }, weights, LIMITS)
    const { outputs } = await trainer.forward(data)
    outputs.forEach(({ logprobs }, index) => {
      expect(worst(logprobs, golden.logprobs[index] ?? [])).toBeLessThan(1e-4)
    })
  }
})
