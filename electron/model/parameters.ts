/**
 * A decoder's weights as graph nodes: fed as inputs, or frozen in files that the runtime maps (any stored type, or
 * 4 bits), with adapters beside them. Not here: what the decoder does with them (decoder.ts), files (base.ts).
 */
import { BLOCK, type BlockMatrix, blockProduct } from '../graph/blocks.ts'
import { constant, type Graph, input, type Stored, stored } from '../graph/graph.ts'
import { add, cast, scale } from '../graph/ops.ts'
import { gather, reshape } from '../graph/ops-layout.ts'
import { matmul, plainProduct } from '../graph/ops-matmul.ts'
import { sizeAt, type Value } from '../graph/value.ts'
import type { DecoderConfig, WeightDType } from './config.ts'
import { adapterNames, adapterTensors, isAdapted, type LoraSpec } from './lora.ts'
import { tensorNames, type TensorSpec } from './tensors.ts'

/** Where one frozen tensor lies. Blocks: 4-bit codes, a scale for each, and the zero points (graph/blocks.ts). */
export type BaseTensor =
  | { readonly kind: 'plain'; readonly dtype: WeightDType; readonly place: Stored }
  | {
      readonly kind: 'blocks'
      readonly codes: Stored
      readonly scales: Stored
      readonly zeros: Stored
    }

/** Frozen weights by Hugging Face name, matrices [out, in] as in the files. */
export type Base = Readonly<Record<string, BaseTensor>>

/** Where a graph's weights come from. Plain data: it crosses threads. */
export type WeightSource =
  | {
      readonly kind: 'fed'
      /** The weights themselves, in the layout of graphs, where a graph is to hold them: as wide as its products want. */
      readonly held?: Readonly<Record<string, Float32Array>>
    }
  | {
      readonly kind: 'stored'
      readonly base: Base
      /** Adapters, fed under the names of adapterTensors. */
      readonly lora: LoraSpec | null
      /** Casts to float32 once per run, for graphs that loop: costs a float32 copy while they run. */
      readonly castOnce: boolean
    }

export const FED: WeightSource = { kind: 'fed' }

export type Weights = {
  /** A norm or a bias. */
  readonly vector: (g: Graph, name: string) => Value
  /** x [..., K] times the projection of that name -> [..., N]; its bias is not added. */
  readonly project: (g: Graph, name: string, x: Value) => Value
  /** Rows of the token table: ids [...I] -> [...I, D]. */
  readonly embed: (g: Graph, ids: Value) => Value
  /** Hidden rows [M, D] -> logits [M, V]. */
  readonly unembed: (g: Graph, hidden: Value) => Value
  /** The projection as a value [in, out], where nothing but a product with it is meant. */
  readonly whole: (name: string) => Value | null
  /** What training changes, under a prefix of the names, in the order of trainableTensors. */
  readonly trainable: (prefix: string) => readonly Value[]
  /** The same model without its adapters; null where nothing is frozen. */
  readonly frozen: Weights | null
}

const EMBEDDING = 'model.embed_tokens.weight'
const HEAD = 'lm_head.weight'

/** Shape of a fed weight: projections are transposed, [in, out]. */
export function graphShape(spec: TensorSpec): readonly number[] {
  return spec.kind === 'matrix' ? spec.shape.toReversed() : spec.shape
}

/** The weights of source as values of g, inputs under inputName(their name). */
export function weightsIn(
  g: Graph,
  config: DecoderConfig,
  source: WeightSource,
  inputName: (name: string) => string = (name) => name,
): Weights {
  if (source.kind === 'fed') {
    const { held } = source
    const specs = tensorNames(config)
    return fedWeights(
      config,
      held === undefined ? declared(g, specs, inputName) : constants(g, specs, held),
    )
  }
  const frozen = storedWeights(g, config, source.base, source.castOnce)
  return source.lora === null ? frozen : withAdapters(g, config, frozen, source.lora, inputName)
}

function declared(
  g: Graph,
  specs: readonly TensorSpec[],
  inputName: (name: string) => string,
): ReadonlyMap<string, Value> {
  return new Map(
    specs.map((spec) => [spec.name, input(g, inputName(spec.name), 'float32', graphShape(spec))]),
  )
}

function constants(
  g: Graph,
  specs: readonly TensorSpec[],
  held: Readonly<Record<string, Float32Array>>,
): ReadonlyMap<string, Value> {
  return new Map(
    specs.map((spec) => [
      spec.name,
      constant(g, 'float32', graphShape(spec), known(held[spec.name], spec.name)),
    ]),
  )
}

function fedWeights(config: DecoderConfig, values: ReadonlyMap<string, Value>): Weights {
  const get = (name: string): Value => known(values.get(name), name)
  return {
    vector: (_g, name) => get(name),
    project: (at, name, x) =>
      x.shape.length === 2 ? matmul(at, x, get(name)) : plainProduct(at, x, get(name)),
    embed: (at, ids) => gather(at, get(EMBEDDING), ids),
    unembed: (at, hidden) =>
      config.tied
        ? matmul(at, hidden, get(EMBEDDING), { transB: true })
        : matmul(at, hidden, get(HEAD)),
    whole: get,
    trainable: (prefix) =>
      [...values].flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : [])),
    frozen: null,
  }
}

function known<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`${name}: no such weight`)
  return found
}

/** outer: the graph that declares; nodes go to the graph that each call names, which may be a Loop's body. */
function storedWeights(
  outer: Graph,
  config: DecoderConfig,
  base: Base,
  castOnce: boolean,
): Weights {
  const specs = new Map(tensorNames(config).map((spec) => [spec.name, spec]))
  const raw = cached((name: string) => plainValue(outer, known(specs.get(name), name), base))
  const cast32 = (g: Graph, name: string): Value => cast(g, raw(name), 'float32')
  const once = cached((name: string) => cast32(outer, name))
  const value = (g: Graph, name: string): Value => (castOnce ? once(name) : cast32(g, name))
  const blocks = cached((name: string) => blockValue(outer, known(specs.get(name), name), base))
  // One cast of the output projection serves all chunks of tokens.
  const head = config.tied ? EMBEDDING : HEAD
  return {
    vector: (_g, name) => once(name),
    project: (g, name, x) => {
      const rows = reshape(g, x, [-1, sizeAt(x, -1)])
      const found = blocks(name)
      const product =
        found === null
          ? matmul(g, rows, value(g, name), { transB: true })
          : blockProduct(g, rows, found)
      return reshape(g, product, [...x.shape.slice(0, -1), sizeAt(product, 1)])
    },
    embed: (g, ids) => cast(g, gather(g, raw(EMBEDDING), ids), 'float32'),
    unembed: (g, hidden) => matmul(g, hidden, once(head), { transB: true }),
    whole: () => null,
    trainable: () => [],
    frozen: null,
  }
}

function cached<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>()
  return (name) => {
    const before = made.get(name)
    if (before !== undefined) return before
    const fresh = make(name)
    made.set(name, fresh)
    return fresh
  }
}

function plainValue(g: Graph, { name, shape }: TensorSpec, base: Base): Value {
  const tensor = known(base[name], name)
  if (tensor.kind !== 'plain') throw new Error(`${name}: expected numbers, found blocks`)
  return stored(g, name, tensor.dtype, shape, tensor.place)
}

/** Names and shapes of the two parts of a tensor in 4 bits. */
export function blockParts({
  name,
  shape: [out = 0, into = 0],
}: Pick<TensorSpec, 'name' | 'shape'>) {
  const width = into / BLOCK
  return {
    codes: { name: `${name}.codes`, shape: [out, width, BLOCK / 2] },
    scales: { name: `${name}.scales`, shape: [out, width] },
  } as const
}

/** The tensor in 4 bits; null where it is stored as numbers. */
export function blockValue(g: Graph, spec: TensorSpec, base: Base): BlockMatrix | null {
  const { name, shape } = spec
  const tensor = known(base[name], name)
  if (tensor.kind !== 'blocks') return null
  const { codes, scales } = blockParts(spec)
  const unpacked = () => ({
    packed: stored(g, `${name}.packed`, 'uint4', shape, tensor.codes),
    zeros: stored(g, `${name}.zeros`, 'uint4', scales.shape, tensor.zeros),
  })
  return {
    codes: stored(g, codes.name, 'uint8', codes.shape, tensor.codes),
    scales: stored(g, scales.name, 'float32', scales.shape, tensor.scales),
    unpacked: g.target === 'cpu' ? unpacked() : null,
  }
}

function withAdapters(
  g: Graph,
  config: DecoderConfig,
  frozen: Weights,
  lora: LoraSpec,
  inputName: (name: string) => string,
): Weights {
  const values = declared(g, adapterTensors(config, lora), inputName)
  return {
    ...frozen,
    project: (at, name, x) => {
      const product = frozen.project(at, name, x)
      if (!isAdapted(lora, name)) return product
      const { a, b } = adapterNames(name)
      const rows = reshape(at, x, [-1, sizeAt(x, -1)])
      const low = matmul(at, rows, known(values.get(a), a), { transB: true })
      const high = matmul(at, low, known(values.get(b), b), { transB: true })
      const change = reshape(at, scale(at, high, lora.alpha / lora.rank), product.shape)
      return add(at, product, change)
    },
    trainable: (prefix) =>
      [...values].flatMap(([name, value]) => (name.startsWith(prefix) ? [value] : [])),
    frozen,
  }
}
