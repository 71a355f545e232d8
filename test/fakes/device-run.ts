/**
 * One optimizer step and some answers on a device, as JSON: what the comparison of devices runs, on the CPU in the
 * test's own process and on the other device in a child.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Datum } from '../../electron/engine/datum.ts'
import type { SamplingClient } from '../../electron/engine/engine.ts'
import { createLocalEngine, type LocalOptions } from '../../electron/engine/local.ts'
import { readTensors, readTensorTable } from '../../electron/model/safetensors.ts'

export type DeviceRunResult = {
  readonly device: string
  readonly fallback: string | null
  readonly gradNorm: number
  readonly metrics: Readonly<Record<string, number>>
  readonly logprobs: readonly number[]
  /** By request: tokens and their log-probs. */
  readonly answers: readonly { readonly tokens: number[]; readonly logprobs: number[] }[]
  /** Trained tensors and their moments after the step. */
  readonly state: Readonly<Record<string, number[]>>
}

const ADAM = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.01,
  gradClipNorm: 1,
}

function datum(length: number, shift: number): Datum {
  const fill = (value: (at: number) => number): Float32Array =>
    Float32Array.from({ length }, (_, at) => value(at))
  return {
    tokens: Int32Array.from({ length }, (_, at) => (at * 7 + shift) % 37),
    targets: Int32Array.from({ length }, (_, at) => (at < 4 ? -1 : (at * 11 + shift) % 37)),
    logprobs: fill(() => -3),
    advantages: fill((at) => Math.sin(shift * 3 + at)),
    clipLow: 0.2,
    clipHigh: 0.3,
  }
}

async function answersOf(
  sampler: SamplingClient,
  temperature: number,
): Promise<DeviceRunResult['answers']> {
  const requests = [
    { prompt: [1, 2, 3, 4, 5], numSamples: 2, seed: 1 },
    { prompt: [9], numSamples: 1, seed: 2 },
  ]
  const params = { maxTokens: 8, temperature, topP: 1, topK: -1, stop: [] }
  const found = await sampler.sample(requests, params)
  return found.flat().map(({ tokens, logprobs }) => ({
    tokens: [...tokens],
    logprobs: [...logprobs],
  }))
}

/** Trains the model of a folder by one step, in `home`, and samples from it. lora: adapters beside 4-bit weights. */
export async function deviceRun(
  device: LocalOptions['device'],
  model: string,
  home: string,
  lora: boolean,
): Promise<DeviceRunResult> {
  const engine = createLocalEngine({
    device,
    workers: 1,
    batch: { tokens: 32, row: 32 },
    ...(lora
      ? {
          model: {
            lora: { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'], seed: 3 },
            base: '4-bit',
            cache: join(home, '4-bit'),
          },
        }
      : {}),
  })
  try {
    const client = await engine.createTrainingClient(model)
    const { outputs, metrics } = await client.forwardBackward([datum(12, 0), datum(18, 1)], 'ppo')
    const { gradNorm } = await client.optimStep(ADAM)
    const answers = await answersOf(await client.saveWeightsForSampler(), lora ? 0.7 : 1)
    mkdirSync(home, { recursive: true })
    const place = join(home, device)
    await client.saveState(place)
    const { fallback, device: used } = engine.stats()
    const state: Record<string, number[]> = {}
    const table = await readTensorTable(join(place, 'moments.safetensors'))
    const tensors = await readTensors([...table.values()])
    for (const [name, numbers] of tensors) state[name] = [...numbers]
    return {
      device: used,
      fallback,
      gradNorm,
      metrics,
      logprobs: outputs.flatMap(({ logprobs }) => [...logprobs]),
      answers,
      state,
    }
  } finally {
    await engine.close()
  }
}
