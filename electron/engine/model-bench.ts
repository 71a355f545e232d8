/**
 * A model folder measured on this machine: prefill, decoding and a training step with adapters, in tokens per second,
 * and the most memory that they took beside what the estimate says.
 * Not here: the shapes that are compared with PyTorch (bench.ts).
 */
import { throwIfCancelled } from '../contract/errors.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { LORA_TARGETS } from '../model/lora.ts'
import { parameterCount } from '../model/tensors.ts'
import type { Datum } from './datum.ts'
import type { AdamParams, Engine, SampleRequest } from './engine.ts'
import { estimateMemory, type MemoryPlan } from './estimate.ts'
import { createLocalEngine } from './local.ts'
import { uniform } from './random.ts'
import { watchMemory } from './process-memory.ts'
import { cacheBytesFor } from './sampling-plan.ts'

export type ModelFigure = {
  readonly name: string
  readonly value: number
  readonly unit: 'tokens/s' | 'bytes' | 'share'
  readonly threads: number
}

export type ModelBenchOptions = {
  readonly threads: number
  /** Tokens of the prompt, of its answer, and of the sequence trained on. Default: 512, 32, 512. */
  readonly prompt?: number
  readonly answer?: number
  readonly trained?: number
  readonly signal?: AbortSignal
}

const RANK = 16
const ADAM: AdamParams = {
  learningRate: 1e-5,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  gradClipNorm: 1,
}
const SAMPLING = { temperature: 1, topP: 1, topK: -1, stop: [] } as const
const MEMORY_EVERY_MS = 20
/** Longest row that is trained twice, of which the second time counts. */
const WARMED = 1_024

/** Adapters of rank 16 on all projections, layers computed again, weights as the folder stores them. */
export async function modelBench(
  model: string,
  options: ModelBenchOptions,
): Promise<ModelFigure[]> {
  const { threads, prompt = 512, answer = 32, trained = 512, signal } = options
  const { config } = await openCheckpoint(model)
  const lora = { rank: RANK, alpha: 2 * RANK, targets: LORA_TARGETS }
  const batch = { tokens: trained, row: 128 }
  const cacheBytes = cacheBytesFor(process.availableMemory())
  const engine = createLocalEngine({
    device: 'cpu',
    workers: threads,
    batch,
    model: { lora: { ...lora, seed: 1 }, base: 'stored', recompute: true },
    cacheBytes,
  })
  const plan: MemoryPlan = {
    config,
    lora,
    base: 'stored',
    recompute: true,
    kl: false,
    workers: 1,
    batch,
    prompt: Math.max(prompt, trained - answer),
    response: answer,
    samples: 1,
    cacheBytes,
    castOnce: parameterCount(config) <= 2 ** 30,
    device: 'cpu',
    half: false,
  }
  const expected = estimateMemory(plan)
  const memory = watchMemory(MEMORY_EVERY_MS)
  try {
    const speeds = await measure(engine, model, config, { prompt, answer, trained, signal })
    const peak = memory.peak()
    const figure = (name: string, value: number, unit: ModelFigure['unit']): ModelFigure => ({
      name: `engine.model.${name}`,
      value,
      unit,
      threads,
    })
    return [
      ...Object.entries(speeds).map(([name, value]) => figure(name, value, 'tokens/s')),
      figure('memoryPeak', peak, 'bytes'),
      figure('memoryEstimate', expected.total, 'bytes'),
      figure('memoryOfEstimate', peak / expected.total, 'share'),
    ]
  } finally {
    memory.stop()
    await engine.close()
  }
}

type Sizes = {
  readonly prompt: number
  readonly answer: number
  readonly trained: number
  readonly signal: AbortSignal | undefined
}

async function measure(
  engine: Engine,
  model: string,
  config: DecoderConfig,
  { prompt, answer, trained, signal }: Sizes,
): Promise<{ prefill: number; decode: number; train: number }> {
  const client = await engine.createTrainingClient(model)
  const sampler = await client.saveWeightsForSampler()
  const request: SampleRequest = { prompt: ids(config, 1, prompt), numSamples: 1, seed: 1 }
  const options = signal === undefined ? {} : { signal }
  const sample = (maxTokens: number) =>
    sampler.sample([request], { ...SAMPLING, maxTokens }, options)
  // Sessions are made, and pages read, outside the measurement.
  await sample(2)
  const before = tallyOf(engine)
  await sample(answer)
  const after = tallyOf(engine)
  throwIfCancelled(signal)
  const data = [datum(config, trained)]
  // Beside a long row its session is nothing.
  if (trained <= WARMED) await client.forwardBackward(data, 'cross_entropy', options)
  const start = performance.now()
  await client.forwardBackward(data, 'cross_entropy', options)
  await client.optimStep(ADAM)
  const seconds = (performance.now() - start) / 1e3
  const rate = (tokens: number, ms: number): number => tokens / Math.max(1e-3, ms / 1e3)
  return {
    prefill: rate(after.promptTokens - before.promptTokens, after.prefillMs - before.prefillMs),
    decode: rate(after.newTokens - before.newTokens, after.decodeMs - before.decodeMs),
    train: trained / seconds,
  }
}

const tallyOf = (engine: Engine) =>
  engine.stats().generation ?? { promptTokens: 0, prefillMs: 0, newTokens: 0, decodeMs: 0 }

const ids = ({ vocabSize }: DecoderConfig, key: number, length: number): number[] =>
  Array.from({ length }, (_, index) => Math.floor(uniform(key, index) * vocabSize))

function datum(config: DecoderConfig, length: number): Datum {
  const tokens = ids(config, 2, length + 1)
  return {
    tokens: Int32Array.from(tokens.slice(0, -1)),
    // The second half is learned, as where an answer follows its prompt.
    targets: Int32Array.from(tokens.slice(1), (id, at) => (at < length / 2 ? -1 : id)),
    weights: new Float32Array(length).fill(1 / length),
  }
}
