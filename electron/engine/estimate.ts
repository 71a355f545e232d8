/**
 * What a configuration will take of memory, before any of it is taken: a pure function of shapes. Activations come
 * from the graphs themselves, built without numbers and walked as the runtime walks them (graph/liveness.ts).
 * Not here: what is free (host/memory-check.ts).
 */
import { BLOCK } from '../graph/blocks.ts'
import { keptBytes, peakBytes } from '../graph/liveness.ts'
import type { DecoderConfig } from '../model/config.ts'
import { DTYPE_BYTES } from '../model/dtype.ts'
import { type LoraSpec, trainableTensors } from '../model/lora.ts'
import { type Base, type BaseTensor, FED, type WeightSource } from '../model/parameters.ts'
import { isQuantised } from '../model/quantise.ts'
import { elementCount, tensorNames, type TensorSpec } from '../model/tensors.ts'
import { rowLength } from './batch.ts'
import { prefillGraph } from './decode-graph.ts'
import { PREFILL_TOKENS } from './prefill.ts'
import { DEVICE_GROUP } from './pieces.ts'
import { cacheTokenBytes, capacityFor, DEVICE_CACHES, slotsFor } from './sampling-plan.ts'
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
  /** Where all of it lies. CUDA runs the CPU's graphs. */
  readonly device: 'cpu' | 'webgpu'
  /** Whether that device keeps frozen weights and caches in half precision. */
  readonly half: boolean
}

/** Bytes. */
export type MemoryEstimate = {
  /** Frozen weights in mapped files, or fed ones, of all workers. */
  readonly weights: number
  /** What is trained besides fed weights. */
  readonly adapters: number
  /** Sums of gradients, and what workers exchange. */
  readonly gradients: number
  /** Moments, and what an update holds beside them. */
  readonly optimizer: number
  /** The most that forward and backward pass hold at once. */
  readonly activations: number
  /** Keys and values of generation. */
  readonly cache: number
  /** What generation holds besides them. */
  readonly generation: number
  /** The process itself and the runtime. */
  readonly runtime: number
  /** The most at once: where memory is given back, training or generation. */
  readonly total: number
}

const FLOAT = 4
/** Node, the runtime's code, graphs of several thousand nodes; measured. */
const RUNTIME_BYTES = 200 * 2 ** 20

export function estimateMemory(plan: MemoryPlan): MemoryEstimate {
  const parts = plan.device === 'cpu' ? onCpu(plan) : onDevice(plan)
  const { activations, cache, generation, ...state } = parts
  const lasting = Object.values(state).reduce((sum, bytes) => sum + bytes, 0)
  // Arenas of fed models keep both peaks, and so does a device; mapped models give theirs back.
  const isKept = plan.device !== 'cpu' || plan.lora === null
  const making = cache + generation
  const passing = isKept ? activations + making : Math.max(activations, making)
  return { ...parts, total: lasting + passing }
}

type Parts = Omit<MemoryEstimate, 'total'>

function onCpu(plan: MemoryPlan): Parts {
  const { config, lora } = plan
  const workers = lora === null ? plan.workers : 1
  return {
    weights: weightBytes(plan, workers) + workers * referenceBytes(plan),
    ...stateBytes(plan, workers),
    activations: workers * trainingBytes(plan, peakBytes),
    cache: cacheNeed(plan, FLOAT),
    generation: workers * generationBytes(config, sourceOf(plan), plan),
    runtime: RUNTIME_BYTES,
  }
}

/** Values the size of logits that the draw of a token holds. */
const LOGITS = 6

/** One worker, everything once; new state comes out beside the old, and buffers are kept by their size. */
function onDevice(plan: MemoryPlan): Parts {
  const { config, lora, half, samples } = plan
  const trained = bytesOf(trainableTensors(config, lora), FLOAT)
  const source = sourceOf(plan)
  const { rows, length } = prefillShape(plan)
  const prefill = overLayers(config, (few) =>
    keptBytes(prefillGraph(few, rows, length, 'webgpu', source, true)),
  )
  return {
    weights: deviceWeightBytes(plan) + referenceBytes(plan),
    adapters: lora === null ? 0 : trained,
    gradients: 2 * trained,
    optimizer: 2 * trained + 3 * Math.min(trained, DEVICE_GROUP * FLOAT),
    activations: trainingBytes(plan, keptBytes),
    cache: DEVICE_CACHES * cacheNeed(plan, half ? FLOAT / 2 : FLOAT),
    generation: prefill + LOGITS * slotsFor(samples) * config.vocabSize * FLOAT,
    runtime: RUNTIME_BYTES,
  }
}

function deviceWeightBytes({ config, lora, base, half }: MemoryPlan): number {
  const specs = tensorNames(config)
  if (lora === null) return bytesOf(specs, FLOAT)
  return specs.reduce((sum, spec) => {
    const numbers = elementCount(spec.shape)
    if (base === 'stored' || !isQuantised(spec)) return sum + numbers * (half ? FLOAT / 2 : FLOAT)
    return sum + numbers / 2 + (numbers / BLOCK) * FLOAT
  }, 0)
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

/** Weights that KL terms refer to, where what is trained has changed them. */
const referenceBytes = ({ config, lora, kl }: MemoryPlan): number =>
  lora === null && kl ? bytesOf(tensorNames(config), FLOAT) : 0

/** Each worker: gradient sums, and a copy of them that every run hands back; moments are shared out. */
function stateBytes({ config, lora }: MemoryPlan, workers: number) {
  const trained = bytesOf(trainableTensors(config, lora), FLOAT)
  const exchanged = workers > 1 ? trained : 0
  return {
    adapters: lora === null ? 0 : workers * trained,
    gradients: workers * (2 * trained + exchanged),
    optimizer: 2 * trained,
  }
}

function trainingBytes(plan: MemoryPlan, bytes: typeof peakBytes): number {
  const { recompute, kl, device } = plan
  const shape = largestGrid(plan)
  const loss = { loss: 'ppo', kl, entropy: true, dualClip: false } as const
  const isOutside = (name: string): boolean => name.startsWith('next.')
  return overLayers(plan.config, (config) => {
    const trained = { config, source: sourceOf({ ...plan, config }), recompute }
    return bytes(gradientGraph(trained, shape, loss, device, true), isOutside)
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

function cacheNeed(
  { config, prompt, response, samples, cacheBytes }: MemoryPlan,
  elementBytes: number,
): number {
  const each = capacityFor(prompt + response) * cacheTokenBytes(config, elementBytes)
  return Math.min(slotsFor(samples) * each, Math.max(cacheBytes, each))
}

/** The largest grid of prompts. */
function prefillShape({ prompt }: MemoryPlan) {
  const length = Math.min(PREFILL_TOKENS, 2 ** Math.ceil(Math.log2(Math.max(64, prompt))))
  return { rows: Math.max(1, Math.floor(PREFILL_TOKENS / length)), length }
}

/** Prefill, or a step of decoding with the casts that it needs. */
function generationBytes(config: DecoderConfig, source: WeightSource, plan: MemoryPlan): number {
  const { samples, castOnce } = plan
  const { rows, length } = prefillShape(plan)
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

function sourceOf({ config, lora, base, device, half }: MemoryPlan): WeightSource {
  if (lora === null) return FED
  const dtype = half ? 'float16' : 'float32'
  const kept: DecoderConfig = device === 'cpu' ? config : { ...config, dtype }
  return { kind: 'stored', base: emptyBase(kept, base), lora, castOnce: false }
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
