/**
 * The engine's own benchmark: training and generation through createLocalEngine on two model shapes, and the share
 * of the machine's matrix-product peak that training reaches. Measurements are short and interleaved in rounds, so
 * that load from elsewhere hits all alike; each figure is the median of its rounds.
 * Not here: the PyTorch side (test/bench/torch_side.py).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import * as v from 'valibot'
import { throwIfCancelled } from '../contract/errors.ts'
import { writeCheckpoint } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { initialWeights } from '../model/init.ts'
import { parameterCount } from '../model/tensors.ts'
import type { Datum } from './datum.ts'
import type { AdamParams, Engine, SampleRequest, SamplingParams } from './engine.ts'
import { createLocalEngine } from './local.ts'
import { uniform } from './random.ts'

export type EngineFigure = {
  readonly name: string
  readonly value: number
  readonly unit: 'tokens/s' | 'GFLOP/s'
  readonly threads: number
  /** The same per second of CPU time, which load from elsewhere hardly changes. */
  readonly perCpuSecond?: number
  /** Training: its arithmetic per CPU second as a share of what sgemm does in one. */
  readonly shareOfPeak?: number
}

export type EngineBenchOptions = {
  readonly threads: number
  readonly rounds?: number
  /** Shapes to measure; default: both. */
  readonly only?: readonly string[]
  readonly signal?: AbortSignal
}

const LENGTH = 256
const ROWS = 16
const PROMPT = 64
const NEW = 96
const PEAK_SIZE = 1024
const PEAK_MS = 600

const BASE = {
  family: 'llama',
  headDim: 32,
  rmsEps: 1e-6,
  ropeTheta: 10_000,
  ropeScaling: { kind: 'none' },
  tied: true,
  attentionBias: false,
  qkNorm: false,
  maxPositions: 512,
  dtype: 'float32',
  bosId: null,
  eosIds: [],
  padId: null,
} as const

/** Those of test/bench/torch_side.py. */
const SHAPES: Readonly<Record<string, DecoderConfig>> = {
  'd128-L4': {
    ...BASE,
    hiddenSize: 128,
    layers: 4,
    heads: 4,
    kvHeads: 2,
    intermediateSize: 384,
    vocabSize: 512,
  },
  'd256-L6': {
    ...BASE,
    hiddenSize: 256,
    layers: 6,
    heads: 8,
    kvHeads: 4,
    intermediateSize: 768,
    vocabSize: 1024,
  },
}

type Measure = {
  readonly name: string
  readonly tokens: number
  /** Arithmetic per token; null: not compared with the peak. */
  readonly operations: number | null
  readonly run: () => Promise<unknown>
}

type Sample = { readonly perSecond: number; readonly perCpuSecond: number }

/** Takes about rounds x 10 seconds on the shapes given. */
export async function engineBench(options: EngineBenchOptions): Promise<EngineFigure[]> {
  const { threads, rounds = 5, only = Object.keys(SHAPES), signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-bench-'))
  const engine = createLocalEngine({ device: 'cpu', workers: threads })
  try {
    const measures: Measure[] = []
    for (const name of only) {
      const config = SHAPES[name]
      if (config !== undefined) {
        measures.push(...(await shapeMeasures(engine, join(folder, name), name, config)))
      }
    }
    const peaks: number[] = []
    const samples = measures.map((): Sample[] => [])
    for (const measure of measures) await measure.run()
    for (let round = 0; round < rounds; round += 1) {
      peaks.push(await peakRate(threads))
      for (const [index, measure] of measures.entries()) {
        throwIfCancelled(signal)
        samples[index]?.push(await timed(measure))
      }
    }
    const peak = median(peaks)
    return [
      { name: 'engine.sgemm', value: peak / 1e9, unit: 'GFLOP/s', threads },
      ...measures.map((measure, index) => figure(measure, samples[index] ?? [], threads, peak)),
    ]
  } finally {
    await engine.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function figure(
  { name, operations }: Measure,
  samples: readonly Sample[],
  threads: number,
  peak: number,
): EngineFigure {
  const value = median(samples.map(({ perSecond }) => perSecond))
  const perCpuSecond = median(samples.map((sample) => sample.perCpuSecond))
  const row: EngineFigure = { name, value, unit: 'tokens/s', threads, perCpuSecond }
  return operations === null
    ? row
    : { ...row, shareOfPeak: (perCpuSecond * operations) / (peak / threads) }
}

async function timed({ tokens, run }: Measure): Promise<Sample> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await run()
  const { user, system } = process.cpuUsage(cpu)
  return {
    perSecond: tokens / ((performance.now() - start) / 1e3),
    perCpuSecond: tokens / ((user + system) / 1e6),
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

async function shapeMeasures(
  engine: Engine,
  folder: string,
  name: string,
  config: DecoderConfig,
): Promise<Measure[]> {
  const weights = initialWeights(config, { seed: 1 })
  await writeCheckpoint(folder, config, weights, { dtype: 'float32', tokenizerFrom: null })
  const trainer = await engine.createTrainingClient(folder)
  const sampler = await engine.createSamplingClient(folder)
  const data = trainingData(config)
  const train = async (): Promise<void> => {
    await trainer.forwardBackward(data, 'cross_entropy')
    await trainer.optimStep(ADAM)
  }
  const tokens = ROWS * LENGTH
  // Forward and backward of every weight, and of full attention.
  const operations =
    6 * parameterCount(config) + 12 * config.layers * LENGTH * config.heads * config.headDim
  return [
    { name: `engine.train.${name}`, tokens, operations, run: train },
    ...[1, 64].map((batch): Measure => {
      const requests = prompts(config, batch)
      return {
        name: `engine.generate.${name}.B${batch}`,
        tokens: batch * NEW,
        operations: null,
        run: () => sampler.sample(requests, SAMPLING),
      }
    }),
  ]
}

const ADAM: AdamParams = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0.1,
  gradClipNorm: 1,
}

const SAMPLING: SamplingParams = { maxTokens: NEW, temperature: 1, topP: 1, topK: -1, stop: [] }

const randomIds = ({ vocabSize }: DecoderConfig, key: number, length: number): number[] =>
  Array.from({ length }, (_, index) => Math.floor(uniform(key, index) * vocabSize))

function trainingData(config: DecoderConfig): Datum[] {
  return Array.from({ length: ROWS }, (_, row) => {
    const ids = randomIds(config, row, LENGTH + 1)
    return {
      tokens: Int32Array.from(ids.slice(0, -1)),
      targets: Int32Array.from(ids.slice(1)),
      weights: new Float32Array(LENGTH).fill(1 / (ROWS * LENGTH)),
    }
  })
}

function prompts(config: DecoderConfig, batch: number): SampleRequest[] {
  return Array.from({ length: batch }, (_, row) => ({
    prompt: randomIds(config, 1000 + row, PROMPT),
    numSamples: 1,
    seed: row,
  }))
}

/** Square products on every thread at once: operations per CPU second, added up. */
async function peakRate(threads: number): Promise<number> {
  const rates = await Promise.all(Array.from({ length: threads }, () => productRate()))
  return rates.reduce((sum, rate) => sum + rate, 0)
}

function productRate(): Promise<number> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./bench-worker.ts', import.meta.url), {
      workerData: { size: PEAK_SIZE, milliseconds: PEAK_MS },
    })
    worker.on('message', (rate: unknown) => resolve(v.parse(v.number(), rate)))
    worker.on('error', reject)
  })
}
