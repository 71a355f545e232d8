/**
 * Runs small graphs on ONNX Runtime's CPU provider for tests: numbers in, numbers out.
 * Not the product's session (engine/session.ts): this one also knows float64, bool and single optimisation levels.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import type { Graph } from '../../electron/graph/graph.ts'
import { modelBytes } from '../../electron/graph/proto.ts'
import { type DType, elementCount, type Value } from '../../electron/graph/value.ts'

export type Numbers = readonly number[]
export type Feeds = Readonly<Record<string, Numbers>>
export type Result = {
  readonly type: string
  readonly dims: readonly number[]
  readonly numbers: number[]
}

export type Runner = {
  readonly run: (feeds: Feeds) => Promise<Record<string, Result>>
  readonly release: () => Promise<void>
}

export type Level = 'disabled' | 'basic' | 'all'

const ARRAYS: Readonly<Partial<Record<DType, (numbers: Numbers) => Tensor.DataType>>> = {
  float32: (numbers) => Float32Array.from(numbers),
  float64: (numbers) => Float64Array.from(numbers),
  int32: (numbers) => Int32Array.from(numbers),
  int64: (numbers) => BigInt64Array.from(numbers, BigInt),
  bool: (numbers) => Uint8Array.from(numbers),
}

/** Opens a session over g: one thread, so that results repeat. */
export async function openGraph(g: Graph, level: Level = 'disabled'): Promise<Runner> {
  const runtime = await import('onnxruntime-node')
  const session = await runtime.InferenceSession.create(modelBytes(g, 'test'), {
    ...SESSION_OPTIONS,
    graphOptimizationLevel: level,
  })
  return {
    run: async (feeds) => {
      const bound = Object.fromEntries(
        g.inputs.map((value) => [value.name, tensorOf(runtime.Tensor, value, feeds[value.name])]),
      )
      return readAll(await session.run(bound))
    },
    release: () => session.release(),
  }
}

export const SESSION_OPTIONS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  enableMemPattern: false,
  logSeverityLevel: 3,
} as const satisfies InferenceSession.SessionOptions

/** One run of g. */
export async function runGraph(
  g: Graph,
  feeds: Feeds,
  level: Level = 'disabled',
): Promise<Record<string, Result>> {
  const runner = await openGraph(g, level)
  try {
    return await runner.run(feeds)
  } finally {
    await runner.release()
  }
}

type TensorConstructor = new (
  type: Tensor.Type,
  data: Tensor.DataType,
  dims: readonly number[],
) => Tensor

export function tensorOf(
  constructor: TensorConstructor,
  value: Value,
  numbers: Numbers | undefined,
): Tensor {
  const make = ARRAYS[value.dtype]
  if (make === undefined || value.dtype === 'bfloat16') throw new Error(`no ${value.dtype} tensors`)
  if (numbers?.length !== elementCount(value.shape)) {
    throw new Error(`${value.name}: ${numbers?.length} numbers for [${value.shape.join(', ')}]`)
  }
  return new constructor(value.dtype, make(numbers), value.shape)
}

export function readAll(results: InferenceSession.OnnxValueMapType): Record<string, Result> {
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [
      name,
      { type: tensor.type, dims: tensor.dims, numbers: Array.from(tensor.data, Number) },
    ]),
  )
}

/** The numbers of one result. */
export function numbersOf(results: Readonly<Record<string, Result>>, name: string): number[] {
  const result = results[name]
  if (result === undefined) throw new Error(`no output ${name}`)
  return result.numbers
}

/** Uniform numbers in [0, 1) from a seed: mulberry32. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Largest difference, relative to the largest expected magnitude. NaN counts as infinitely wrong. */
export function relativeError(found: Numbers, expected: Numbers): number {
  if (found.length !== expected.length) return Infinity
  const size = Math.max(1e-3, ...expected.map(Math.abs))
  const worst = Math.max(0, ...found.map((x, index) => Math.abs(x - (expected[index] ?? NaN))))
  return Number.isNaN(worst) ? Infinity : worst / size
}
