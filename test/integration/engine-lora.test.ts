/**
 * Adapters through the engine's threads: trained, saved as a PEFT folder, taken up again bit for bit, sampled from,
 * and long data beyond the micro-batch.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Datum } from '../../electron/engine/datum.ts'
import type {
  AdamParams,
  Engine,
  SampleRequest,
  SamplingClient,
} from '../../electron/engine/engine.ts'
import { createLocalEngine } from '../../electron/engine/local.ts'
import type { ModelOptions } from '../../electron/engine/open-model.ts'
import { MODEL_FOLDER } from '../../electron/engine/state-folder.ts'
import { LORA_TARGETS } from '../../electron/model/lora.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { TINY, tinyWeights, writeModel } from '../fakes/tiny-model.ts'

const engines: Engine[] = []
afterAll(() => Promise.all(engines.map((engine) => engine.close())))

const LORA: Partial<ModelOptions> = {
  lora: { rank: 2, alpha: 4, targets: LORA_TARGETS, seed: 7 },
  recompute: true,
}
const ADAM: AdamParams = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  gradClipNorm: 1,
}

function engineOf(model: Partial<ModelOptions>): Engine {
  const batch = { tokens: 32, row: 32 }
  const engine = createLocalEngine({ device: 'cpu', workers: 2, batch, model })
  engines.push(engine)
  return engine
}

/** A sequence of that many tokens; the longest is far beyond the micro-batch. */
function datum(length: number, seed: number): Datum {
  const ids = Array.from({ length: length + 1 }, (_, at) => (seed + at * 7) % TINY.vocabSize)
  return {
    tokens: Int32Array.from(ids.slice(0, -1)),
    targets: Int32Array.from(ids.slice(1), (id, at) => (at < 4 ? -1 : id)),
    logprobs: new Float32Array(length).fill(-3),
    advantages: Float32Array.from({ length }, (_, at) => Math.sin(seed + at) / 10),
    klWeight: new Float32Array(length).fill(0.01),
  }
}

const DATA = [datum(12, 1), datum(30, 2), datum(100, 3)]
const REQUEST: SampleRequest = { prompt: [1, 2, 3, 4, 5], numSamples: 2, seed: 3 }

/** Tokens and log-probs of each sequence. */
async function sampled(client: SamplingClient): Promise<number[][]> {
  const params = { maxTokens: 6, temperature: 1, topP: 1, topK: -1, stop: [] }
  const [sequences = []] = await client.sample([REQUEST], params)
  return sequences.map(({ tokens, logprobs }) => [...tokens, ...logprobs])
}

const bytesOf = (state: string): Buffer[] =>
  [join(MODEL_FOLDER, 'adapter_model.safetensors'), 'moments.safetensors', 'engine.json'].map(
    (name) => readFileSync(join(state, name)),
  )

test('a run of adapters goes on from its checkpoint to the bit, and its folder samples as it did', async () => {
  const model = await writeModel(TINY, tinyWeights(TINY))
  const folder = temporaryFolder()
  const [first, second] = await Promise.all(
    [engineOf(LORA), engineOf(LORA)].map((engine) => engine.createTrainingClient(model)),
  )
  if (first === undefined || second === undefined) throw new Error('two clients')
  const step = async (client: typeof first): Promise<void> => {
    const { metrics } = await client.forwardBackward(DATA, 'ppo')
    expect(metrics['tokens']).toBe(142 - 12)
    await client.optimStep(ADAM)
  }
  await step(first)
  await first.saveState(join(folder, 'one'))
  await step(first)
  await first.saveState(join(folder, 'two'))
  await second.loadState(join(folder, 'one'))
  await step(second)
  await second.saveState(join(folder, 'again'))
  expect(bytesOf(join(folder, 'again'))).toEqual(bytesOf(join(folder, 'two')))

  const trained = await sampled(await first.saveWeightsForSampler())
  const adapter = join(folder, 'two', MODEL_FOLDER)
  const reader = engineOf({})
  expect(await sampled(await reader.createSamplingClient(adapter))).toEqual(trained)
  expect(await sampled(await reader.createSamplingClient(model))).not.toEqual(trained)
})

test('adapters in 4 bits train too, and a state of other adapters is refused', async () => {
  const model = await writeModel(TINY, tinyWeights(TINY))
  const folder = temporaryFolder()
  const small = await engineOf({ ...LORA, base: '4-bit', cache: folder }).createTrainingClient(
    model,
  )
  const { outputs } = await small.forward(DATA)
  expect(outputs.every(({ logprobs }) => logprobs.some((x) => x < 0))).toBe(true)
  await small.forwardBackward(DATA, 'ppo')
  expect((await small.optimStep(ADAM)).gradNorm).toBeGreaterThan(0)
  await small.saveState(join(folder, 'state'))
  const lora = { rank: 4, alpha: 4, targets: LORA_TARGETS, seed: 7 }
  const other = await engineOf({ lora }).createTrainingClient(model)
  await expect(other.loadState(join(folder, 'state'))).rejects.toThrow('found another')
})
