/**
 * What a configuration will take of memory, before any of it is taken: a pure function of shapes. Activations come
 * from the graphs themselves, built without numbers and walked as the runtime walks them (graph/liveness.ts).
 * Not here: what is free (host/memory-check.ts).
 */
import { peakBytes } from '../graph/liveness.ts'
import type { DecoderConfig } from '../model/config.ts'
import { DTYPE_BYTES } from '../model/dtype.ts'
import { type LoraSpec, trainableTensors } from '../model/lora.ts'
import { type Base, type BaseTensor, FED, type WeightSource } from '../model/parameters.ts'
import { isQuantised } from '../model/quantise.ts'
import { elementCount, tensorNames, type TensorSpec } from '../model/tensors.ts'
import { rowLength } from './batch.ts'
import { prefillGraph } from './decode-graph.ts'
import { PREFILL_TOKENS } from './prefill.ts'
import { cacheTokenBytes, capacityFor, slotsFor } from './sampling-plan.ts'
import { gradientGraph, type GridShape } from './train-graph.ts'

export type MemoryPlan = {
  readonly config: DecoderConfig
  /** null: every weight is trained. */
  readonly lora: LoraSpec | null
  readonly base: 'stored' | '4-bit'
  readonly recompute: boolean
  /** KL to the weights that training began from. */
  readonly kl: boolean
  readonly workers: number
  /** Tokens of a micro-batch, and of the shortest row. */
  readonly batch: { readonly tokens: number; readonly row: number }
  readonly prompt: number
  readonly response: number
  /** Sequences that are sampled in one call. */
  readonly samples: number
  /** What keys and values may take; generation makes do with less. */
  readonly cacheBytes: number
  /** Casts of stored weights are made once per run of generation. */
  readonly castOnce: boolean
}

/** Bytes. */
export type MemoryEstimate = {
  /** Frozen weights in mapped files, or fed ones, of all workers. */
  readonly weights: number
  /** What is trained besides fed weights, its gradients, moments, and what workers exchange. */
  readonly state: number
  /** The most that forward and backward pass hold at once. */
  readonly training: number
  /** The same of generation, and within it keys and values. */
  readonly generation: number
  readonly cache: number
  /** The process itself and the runtime. */
  readonly runtime: number
  /** The most at once. */
  readonly total: number
}

const FLOAT = 4
/** Node, the runtime's code, graphs of several thousand nodes; measured. */
const RUNTIME_BYTES = 200 * 2 ** 20

export function estimateMemory(plan: MemoryPlan): MemoryEstimate {
  const { config, lora } = plan
  const workers = lora === null ? plan.workers : 1
  const weights = weightBytes(plan, workers)
  const state = stateBytes(plan, workers)
  const training = workers * trainingBytes(plan)
  const cache = cacheNeed(plan)
  const generation = cache + workers * generationBytes(config, sourceOf(plan), plan)
  // Arenas of fed models keep both peaks; mapped ones give theirs back.
  const passing = lora === null ? training + generation : Math.max(training, generation)
  const total = weights + state + passing + RUNTIME_BYTES
  return { weights, state, training, generation, cache, runtime: RUNTIME_BYTES, total }
}

const bytesOf = (specs: readonly TensorSpec[], each: number): number =>
  specs.reduce((sum, { shape }) => sum + elementCount(shape) * each, 0)

function weightBytes({ config, lora, base }: MemoryPlan, workers: number): number {
  const specs = tensorNames(config)
  if (lora === null) return workers * bytesOf(specs, FLOAT)
  return specs.reduce((sum, spec) => {
    const numbers = elementCount(spec.shape)
    if (base === 'stored' || !isQuantised(spec)) return sum + numbers * DTYPE_BYTES[config.dtype]
    return sum + numbers / 2 + (numbers / 32) * (FLOAT + 0.5)
  }, 0)
}

/** Each worker: gradient sums, and a copy of them that every run hands back; moments are shared out. */
function stateBytes({ config, lora, kl }: MemoryPlan, workers: number): number {
  const trained = bytesOf(trainableTensors(config, lora), FLOAT)
  const reference = lora === null && kl ? trained : 0
  const exchanged = workers > 1 ? trained : 0
  const own = lora === null ? 0 : trained
  return workers * (own + 2 * trained + reference + exchanged) + 2 * trained
}

function trainingBytes(plan: MemoryPlan): number {
  const { recompute, kl } = plan
  const shape = largestGrid(plan)
  const loss = { loss: 'ppo', kl, entropy: true, dualClip: false } as const
  const isOutside = (name: string): boolean => name.startsWith('next.')
  return overLayers(plan.config, (config) => {
    const trained = { config, source: sourceOf({ ...plan, config }), recompute }
    return peakBytes(gradientGraph(trained, shape, loss, 'cpu', true), isOutside)
  })
}

/** Layers are alike: from the third on each adds what the third does, and graphs of many take a second to walk. */
function overLayers(config: DecoderConfig, peak: (config: DecoderConfig) => number): number {
  if (config.layers <= 3) return peak(config)
  const [two, three] = [peak({ ...config, layers: 2 }), peak({ ...config, layers: 3 })]
  return three + (config.layers - 3) * (three - two)
}

/** The micro-batch that takes most: rows of the micro-batch, or one row of the longest sequence. */
function largestGrid({ config, prompt, response, batch }: MemoryPlan): GridShape {
  const longest = Math.min(prompt + response, config.maxPositions)
  const length = Math.min(
    rowLength(longest, batch),
    longest > batch.tokens ? Infinity : batch.tokens,
  )
  const rows = Math.max(1, Math.floor(batch.tokens / length))
  return { rows, length, positions: Math.max(1, Math.ceil((rows * length) / 2)) }
}

function cacheNeed({ config, prompt, response, samples, cacheBytes }: MemoryPlan): number {
  const each = capacityFor(prompt + response) * cacheTokenBytes(config, FLOAT)
  return Math.min(slotsFor(samples) * each, Math.max(cacheBytes, each))
}

/** Prefill, or a step of decoding with the casts that it needs. */
function generationBytes(
  config: DecoderConfig,
  source: WeightSource,
  { prompt, samples, castOnce }: MemoryPlan,
): number {
  const length = Math.min(PREFILL_TOKENS, 2 ** Math.ceil(Math.log2(Math.max(64, prompt))))
  const rows = Math.max(1, Math.floor(PREFILL_TOKENS / length))
  const own = source.kind === 'fed' ? FED : { ...source, castOnce: false }
  const prefill = overLayers(config, (few) =>
    peakBytes(prefillGraph(few, rows, length, 'cpu', own, true)),
  )
  const logits = 4 * Math.min(64, samples) * config.vocabSize * FLOAT
  return Math.max(prefill, logits) + castBytes(config, source, castOnce)
}

function castBytes(config: DecoderConfig, source: WeightSource, castOnce: boolean): number {
  if (source.kind === 'fed') {
    // Joined projections of q, k and v.
    const qkv = (config.heads + 2 * config.kvHeads) * config.headDim * config.hiddenSize
    return config.layers * qkv * FLOAT
  }
  const isCast = ({ name }: TensorSpec): boolean => {
    const tensor = source.base[name]
    return tensor?.kind === 'plain' && tensor.dtype !== 'float32'
  }
  const sizes = tensorNames(config)
    .filter(isCast)
    .map((spec) => elementCount(spec.shape) * FLOAT)
  const head = config.vocabSize * config.hiddenSize * FLOAT
  return castOnce
    ? sizes.reduce((sum, size) => sum + size, 0)
    : Math.max(0, ...sizes.filter((size) => size !== head)) + (sizes.length > 0 ? head : 0)
}

function sourceOf({ config, lora, base }: MemoryPlan): WeightSource {
  if (lora === null) return FED
  return { kind: 'stored', base: emptyBase(config, base), lora, castOnce: false }
}

/** Stands for the files that a base would map: only kinds and types matter here. */
export function emptyBase(config: DecoderConfig, kind: MemoryPlan['base']): Base {
  const place = { file: '', offset: 0, length: 0 }
  return Object.fromEntries(
    tensorNames(config).map((spec): [string, BaseTensor] => [
      spec.name,
      kind === '4-bit' && isQuantised(spec)
        ? { kind: 'blocks', codes: place, scales: place, zeros: place }
        : { kind: 'plain', dtype: config.dtype, place },
    ]),
  )
}
