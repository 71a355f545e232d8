/**
 * The decoder, its losses and its optimizer against PyTorch in float64, through real ONNX Runtime sessions.
 */
import { describe, expect, test } from 'vitest'
import { tensorNames } from '../../../electron/model/tensors.ts'
import { fromGraphLayout } from '../../../electron/engine/weights.ts'
import { fullForward } from '../../fakes/full-forward.ts'
import { GOLDEN_NAMES, goldenData, readGolden } from '../../golden/decoders.ts'
import { goldenWeights } from '../../golden/weights.ts'
import { norm, trainerOf } from './engines.ts'

/** Largest difference of corresponding numbers, against the largest expected one. */
function worst(found: ArrayLike<number>, expected: readonly number[]): number {
  expect(found.length).toBe(expected.length)
  const scale = Math.max(1e-3, ...expected.map(Math.abs))
  return Math.max(...expected.map((x, i) => Math.abs((found[i] ?? Number.NaN) - x))) / scale
}

/** The numbers of a tensor at the golden file's sample places. */
const sampled = (tensor: Float32Array | undefined, at: readonly number[] | undefined): number[] =>
  (at ?? []).map((index) => tensor?.[index] ?? Number.NaN)

describe.each(GOLDEN_NAMES)('%s', (name) => {
  const golden = readGolden(name)
  const { config, samples } = golden

  test('logits are those of PyTorch', async () => {
    for (const [index, { tokens }] of golden.rows.entries()) {
      const expected = golden.outputs[index]?.logits.flat() ?? []
      const logits = await fullForward(config, goldenWeights(config), tokens)
      expect(
        worst(
          logits.flatMap((row) => [...row]),
          expected,
        ),
      ).toBeLessThan(1e-4)
    }
  })

  test('log-probs and entropies of targets are those of PyTorch', async () => {
    const trainer = trainerOf(golden)
    const { outputs } = await trainer.forward(goldenData(golden, 'ppo'))
    outputs.forEach(({ logprobs, entropy }, index) => {
      expect(worst(logprobs, golden.outputs[index]?.logprobs ?? [])).toBeLessThan(1e-5)
      expect(worst(entropy, golden.outputs[index]?.entropy ?? [])).toBeLessThan(1e-5)
    })
  })

  test.each(['cross_entropy', 'ppo'] as const)(
    'gradients of %s are those of PyTorch',
    async (loss) => {
      const trainer = trainerOf(golden)
      const { metrics } = await trainer.forwardBackward(goldenData(golden, loss), loss)
      const expected = golden.losses[loss]
      expect(worst([metrics['lossSum'] ?? 0], [expected.loss])).toBeLessThan(1e-5)
      const found = fromGraphLayout(tensorNames(config), trainer.gradients())
      for (const { name: tensor } of tensorNames(config)) {
        const want = expected.gradients[tensor]
        expect(worst([norm(found.get(tensor) ?? [])], [want?.norm ?? 0])).toBeLessThan(1e-4)
        expect(worst(sampled(found.get(tensor), samples[tensor]), want?.values ?? [])).toBeLessThan(
          1e-4,
        )
      }
    },
  )

  test('metrics of ppo with KL and entropy are those of PyTorch', async () => {
    const trainer = trainerOf(golden)
    const { metrics } = await trainer.forwardBackward(goldenData(golden, 'ppo'), 'ppo')
    const { klSum, entropySum, clippedTokens, ratioMax } = golden.losses.ppo
    const found = [metrics['klSum'], metrics['entropySum'], metrics['ratioMax']]
    expect(worst(found.map(Number), [klSum, entropySum, ratioMax])).toBeLessThan(1e-5)
    expect(metrics['clippedTokens']).toBe(clippedTokens)
  })

  test('weights after two clipped AdamW steps are those of PyTorch', async () => {
    const trainer = trainerOf(golden)
    for (const step of golden.adamw.steps) {
      await trainer.forwardBackward(goldenData(golden, step.loss), step.loss)
      const gradNorm = await trainer.optimStep(golden.adamw.params)
      expect(worst([gradNorm], [step.gradNorm])).toBeLessThan(1e-4)
      const found = fromGraphLayout(tensorNames(config), trainer.weights)
      for (const { name: tensor } of tensorNames(config)) {
        const want = step.weights[tensor] ?? []
        expect(worst(sampled(found.get(tensor), samples[tensor]), want)).toBeLessThan(1e-4)
      }
    }
  })
})
