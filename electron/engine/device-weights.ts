/**
 * A model's weights as tensors of a graphics device: each is there once, and every session is fed with it, since
 * constants of a session would be copied for each. Frozen ones may be kept and used in half precision.
 * Not here: where weights come from (open-model.ts), what graphs do with them (model/parameters.ts).
 */
import { open } from 'node:fs/promises'
import { AppError } from '../contract/errors.ts'
import { type Graph, input, type Stored } from '../graph/graph.ts'
import { blockProduct } from '../graph/blocks.ts'
import { add, cast, scale } from '../graph/ops.ts'
import { gather } from '../graph/ops-layout.ts'
import { matmul } from '../graph/ops-matmul.ts'
import type { Value } from '../graph/value.ts'
import { elementCount } from '../graph/value.ts'
import type { DecoderConfig, WeightDType } from '../model/config.ts'
import { decodeInto } from '../model/dtype.ts'
import { adapterNames, adapterTensors, isAdapted, trainableTensors } from '../model/lora.ts'
import {
  type Base,
  blockParts,
  blockValue,
  graphShape,
  type Weights,
  type WeightSource,
  weightsIn,
} from '../model/parameters.ts'
import { tensorNames } from '../model/tensors.ts'
import type { DeviceTensor, DeviceTensors } from './device.ts'
import type { DeviceMemory } from './device-memory.ts'
import type { Precision } from './cached-attention.ts'
import type { WeightsOf } from './piece-graph.ts'
import type { WeightArrays } from './weights.ts'

export type DeviceModel = {
  readonly config: DecoderConfig
  readonly source: WeightSource
  /** Of frozen weights, and of generation where weights are frozen. */
  readonly precision: Precision
  /** How pieces of prompts attend on this device. */
  readonly attention: 'fused' | 'plain'
  /** Weights that never change. */
  readonly frozen: DeviceTensors
  /** Weights that training replaces: every float32 tensor that is fed. */
  readonly trained: Record<string, DeviceTensor>
}

/** What the device is used for: what frozen weights are kept in, and its attention. */
export type Abilities = Pick<DeviceModel, 'precision' | 'attention'>

/** Copies a model to the device, tensor by tensor. */
export async function uploadModel(
  memory: DeviceMemory,
  config: DecoderConfig,
  source: WeightSource,
  weights: WeightArrays,
  { precision, attention }: Abilities,
): Promise<DeviceModel> {
  const trained: Record<string, DeviceTensor> = {}
  const lora = source.kind === 'stored' ? source.lora : null
  const fed = source.kind === 'stored' && lora === null ? [] : trainableTensors(config, lora)
  for (const spec of fed) {
    const numbers = weights[spec.name]
    if (numbers === undefined) throw new AppError('engine', `device: no weights for ${spec.name}`)
    trained[spec.name] = await memory.upload(numbers, graphShape(spec), 'float32')
  }
  if (source.kind === 'fed')
    return { config, source, precision: 'float32', attention, frozen: {}, trained }
  const frozen = await uploadBase(memory, config, source.base, precision)
  return { config, source: keptIn(source, precision), precision, attention, frozen, trained }
}

type StoredSource = Extract<WeightSource, { kind: 'stored' }>

/** The same source, its plain tensors declared in the type that the device keeps them in. */
function keptIn(source: StoredSource, dtype: Precision): StoredSource {
  const base: Base = Object.fromEntries(
    Object.entries(source.base).map(([name, tensor]) => [
      name,
      tensor.kind === 'plain' ? { ...tensor, dtype } : tensor,
    ]),
  )
  return { ...source, base, castOnce: true }
}

async function uploadBase(
  memory: DeviceMemory,
  config: DecoderConfig,
  base: Base,
  precision: Precision,
): Promise<DeviceTensors> {
  const frozen: Record<string, DeviceTensor> = {}
  for (const spec of tensorNames(config)) {
    const { name, shape } = spec
    const tensor = base[name]
    if (tensor === undefined) throw new AppError('engine', `device: no weights for ${name}`)
    if (tensor.kind === 'plain') {
      const numbers = await readNumbers(tensor.place, tensor.dtype, elementCount(shape))
      frozen[name] = await memory.upload(numbers, shape, precision)
      continue
    }
    const { codes, scales } = blockParts(spec)
    const steps = await readNumbers(tensor.scales, 'float32', elementCount(scales.shape))
    frozen[codes.name] = await memory.uploadBytes(await readBytes(tensor.codes), codes.shape)
    frozen[scales.name] = await memory.upload(steps, scales.shape, 'float32')
  }
  return frozen
}

async function readNumbers(
  place: Stored,
  dtype: WeightDType,
  count: number,
): Promise<Float32Array> {
  const numbers = new Float32Array(count)
  decodeInto(numbers, await readBytes(place), dtype)
  return numbers
}

async function readBytes({ file, offset, length }: Stored): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  const handle = await open(file, 'r')
  try {
    for (let done = 0; done < length;) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done)
      if (bytesRead === 0) throw new AppError('checkpoint', `${file}: ends before its weights do`)
      done += bytesRead
    }
  } finally {
    await handle.close()
  }
  return bytes
}

/** Makes inputs of a graph's constants in files: the device has them as tensors. */
export function residentInputs(g: Graph): Graph {
  for (const [key, one] of g.initializers) {
    if (!('stored' in one)) continue
    g.inputs.push(one.value)
    g.initializers.delete(key)
  }
  return g
}

/** What every session of this model is fed with. */
export const feedsOf = ({ frozen, trained }: DeviceModel): DeviceTensors => ({
  ...frozen,
  ...trained,
})

/** Weights of graphs that generate: in half precision where they are kept so, else as training has them. */
export function generationWeights({ config, source, precision }: DeviceModel): WeightsOf {
  if (source.kind === 'stored' && precision === 'float16') {
    return (g) => halfWeights(g, config, source)
  }
  return (g) => weightsIn(g, config, source)
}

/**
 * Frozen weights [out, in] and adapters, which are float32, as inputs; everything is computed in the type that the
 * frozen ones have, but for products with 4-bit blocks, which sum in float32 on any device.
 */
export function halfWeights(
  g: Graph,
  config: DecoderConfig,
  { base, lora }: Pick<StoredSource, 'base' | 'lora'>,
  dtype: Precision = 'float16',
): Weights {
  const specs = tensorNames(config)
  const blocks = new Map(specs.map((spec) => [spec.name, blockValue(g, spec, base)]))
  const half = new Map(
    specs
      .filter(({ name }) => blocks.get(name) === null)
      .map(({ name, shape }) => [name, input(g, name, dtype, shape)]),
  )
  const adapters = new Map(
    (lora === null ? [] : adapterTensors(config, lora)).map(({ name, shape }) => [
      name,
      cast(g, input(g, name, 'float32', shape), dtype),
    ]),
  )
  const get = (from: ReadonlyMap<string, Value>, name: string): Value => {
    const value = from.get(name)
    if (value === undefined) throw new Error(`${name}: no such weight`)
    return value
  }
  const times = (at: Graph, x: Value, weight: Value): Value =>
    matmul(at, x, weight, { transB: true })
  const frozen = (at: Graph, name: string, x: Value): Value => {
    const matrix = blocks.get(name) ?? null
    if (matrix === null) return times(at, x, get(half, name))
    return cast(at, blockProduct(at, cast(at, x, 'float32'), matrix), dtype)
  }
  const embedding = 'model.embed_tokens.weight'
  return {
    vector: (_g, name) => get(half, name),
    project: (at, name, x) => {
      const product = frozen(at, name, x)
      if (lora === null || !isAdapted(lora, name)) return product
      const { a, b } = adapterNames(name)
      const low = times(at, x, get(adapters, a))
      return add(at, product, scale(at, times(at, low, get(adapters, b)), lora.alpha / lora.rank))
    },
    embed: (at, ids) => gather(at, get(half, embedding), ids),
    unembed: (at, hidden) =>
      times(at, hidden, get(half, config.tied ? embedding : 'lm_head.weight')),
    whole: () => null,
    trainable: () => [],
    frozen: null,
  }
}
