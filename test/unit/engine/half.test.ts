/**
 * Generation in half precision: the graphs that a device with float16 is given, run on the CPU's provider, against the
 * same graphs in float32. Bounds: half precision has 11 bits, and errors grow with depth.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { expect, test } from 'vitest'
import type { Precision } from '../../../electron/engine/cached-attention.ts'
import { deviceDecodeGraph } from '../../../electron/engine/device-graphs.ts'
import { halfWeights, residentInputs } from '../../../electron/engine/device-weights.ts'
import { emptyBase } from '../../../electron/engine/estimate.ts'
import { type PieceLowering, pieceGraph } from '../../../electron/engine/piece-graph.ts'
import { plainPieceFeeds } from '../../../electron/engine/cached-attention.ts'
import type { Graph, Node } from '../../../electron/graph/graph.ts'
import { modelBytes } from '../../../electron/graph/proto.ts'
import { DTYPE_NUMBERS, elementCount, type Value } from '../../../electron/graph/value.ts'
import type { LoraSpec } from '../../../electron/model/lora.ts'
import type { Weights } from '../../../electron/model/parameters.ts'
import { uniforms } from '../../../electron/model/random.ts'
import { TINY } from '../../fakes/tiny-model.ts'

const CONFIG = { ...TINY, family: 'qwen2', attentionBias: true, heads: 4, kvHeads: 2 } as const
const LORA: LoraSpec = { rank: 2, alpha: 4, targets: ['q_proj', 'down_proj'] }
const SLOTS = 2
const CAPACITY = 32
const STEPS = 2

const LENGTH = 16

/** The same numbers in either precision: what half precision holds exactly. */
function numbersOf({ name, shape, dtype }: Value): Tensor {
  const spread = name.includes('norm') ? 1 : name.endsWith('.scales') ? 0.05 : 0.3
  const values = uniforms(elementCount(shape), 7, name, dtype === 'uint8' ? 128 : spread)
  if (dtype === 'uint8')
    return new Tensor(
      'uint8',
      Uint8Array.from(values, (x) => x + 128),
      shape,
    )
  return new Tensor('float32', Float32Array.from(Float16Array.from(values)), shape)
}

/** Casts at the edges of a graph: under Node 24 the runtime's binding reads no float16 from JavaScript. */
function wideEdges(g: Graph): Graph {
  const cast = (from: Value, to: Value): Node => ({
    op: 'Cast',
    domain: '',
    inputs: [from],
    outputs: [to],
    attributes: { to: { kind: 'int', value: DTYPE_NUMBERS[to.dtype] } },
  })
  const widen = (value: Value): Value =>
    value.dtype === 'float16' ? { ...value, name: `wide.${value.name}`, dtype: 'float32' } : value
  const [inputs, outputs] = [g.inputs.map(widen), g.outputs.map(widen)]
  const changed = (values: readonly Value[], wide: readonly Value[]) =>
    values.flatMap((value, at) => {
      const other = wide[at]
      return other === undefined || other === value ? [] : [{ value, other }]
    })
  const before = changed(g.inputs, inputs).map(({ value, other }) => cast(other, value))
  const after = changed(g.outputs, outputs).map(({ value, other }) => cast(value, other))
  return { ...g, inputs, outputs, nodes: [...before, ...g.nodes, ...after] }
}

const plainName = (name: string): string => name.replace(/^wide\./, '')

async function run(graph: Graph, given: Readonly<Record<string, Tensor>>) {
  const g = wideEdges(graph)
  const session = await InferenceSession.create(modelBytes(g, 'half'), {
    graphOptimizationLevel: 'basic',
    logSeverityLevel: 3,
  })
  const feeds = Object.fromEntries(
    g.inputs.map((value) => {
      const name = plainName(value.name)
      return [value.name, given[name] ?? numbersOf({ ...value, name })]
    }),
  )
  const results = await session.run(feeds)
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [plainName(name), tensor]),
  )
}

const int32 = (numbers: readonly number[], shape: readonly number[]): Tensor =>
  new Tensor('int32', Int32Array.from(numbers), shape)
const one = (x: number): Tensor => new Tensor('float32', Float32Array.of(x), [1, 1])

type Kind = 'stored' | '4-bit'

/** Weights as halfWeights declares them; in float32 everything is. */
const weightsOf =
  (precision: Precision, kind: Kind) =>
  (g: Graph): Weights =>
    halfWeights(g, CONFIG, { base: emptyBase(CONFIG, kind), lora: LORA }, precision)

async function decoded(precision: Precision, kind: Kind) {
  const shape = { slots: SLOTS, capacity: CAPACITY, steps: STEPS, choice: 'greedy' } as const
  const g = deviceDecodeGraph(CONFIG, weightsOf(precision, kind), shape, precision)
  return run(residentInputs(g), {
    ids: int32([3, 4], [SLOTS, 1]),
    lengths: int32([5, 11], [SLOTS]),
    limits: int32([30, 30], [SLOTS]),
    total: int32([CAPACITY], []),
    uniforms: new Tensor('float32', new Float32Array(STEPS * SLOTS).fill(0.5), [STEPS, SLOTS]),
    inverseTemperature: one(1),
    topP: one(1),
    topK: one(1e9),
  })
}

test.each(['stored', '4-bit'] as const)(
  'a run of decoding agrees with single precision: %s',
  async (kind) => {
    const [half, single] = [await decoded('float16', kind), await decoded('float32', kind)]
    expect(half['tokens.0']?.data).toEqual(single['tokens.0']?.data)
    const found = Array.from(half['logprobs']?.data ?? [], Number)
    const wanted = Array.from(single['logprobs']?.data ?? [], Number)
    expect(found).toHaveLength(STEPS * SLOTS)
    found.forEach((x, at) => expect(Math.abs(x - (wanted[at] ?? 0))).toBeLessThan(0.02))
  },
)

async function prefilled(precision: Precision, attention: PieceLowering['attention']) {
  const lowering = { target: 'webgpu', precision, attention } as const
  const g = pieceGraph(
    CONFIG,
    weightsOf(precision, 'stored'),
    { length: LENGTH, capacity: CAPACITY },
    lowering,
  )
  const { positions, source, fresh, ends } = plainPieceFeeds(8, LENGTH, CAPACITY)
  const results = await run(g, {
    ids: new Tensor(
      'int64',
      BigInt64Array.from({ length: LENGTH }, (_, at) => BigInt(at)),
      [1, LENGTH],
    ),
    lengths: int32([8 + LENGTH - 1], [1]),
    total: int32([8 + LENGTH], []),
    positions: new Tensor('int64', positions, [1, LENGTH]),
    source: new Tensor('int32', source, [CAPACITY]),
    fresh: new Tensor('float32', fresh, [1, 1, CAPACITY, 1]),
    ends: new Tensor('float32', ends, [1, 1, LENGTH, 1]),
  })
  const last = results[`next.value.${CONFIG.layers - 1}`]
  const numbers = Array.from(last?.data ?? [], Number)
  const size = CAPACITY * CONFIG.headDim
  // What lies behind the piece means nothing.
  return numbers.filter((_, at) => at % size < (8 + LENGTH) * CONFIG.headDim)
}

test.each(['fused', 'plain'] as const)('a piece of a prompt agrees: %s attention', async (kind) => {
  const [half, single] = [await prefilled('float16', kind), await prefilled('float32', 'fused')]
  expect(half).toHaveLength(single.length)
  half.forEach((x, at) => expect(Math.abs(x - (single[at] ?? 0))).toBeLessThan(0.02))
})
