/**
 * ONNX Runtime sessions over our graphs: typed feeds in, typed arrays out. The only file that knows the runtime.
 * run() blocks its thread: sessions live in worker threads.
 */
import { dirname } from 'node:path'
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-node'
import { AppError, messageOf } from '../contract/errors.ts'
import { type Graph, storedFiles } from '../graph/graph.ts'
import { modelBytes } from '../graph/proto.ts'
import { scheduled } from '../graph/schedule.ts'

export type Arrays = Float32Array | BigInt64Array | Int32Array
export type Feeds = Readonly<Record<string, Arrays>>

export type Session = {
  /**
   * One run. Outputs named in `inPlace` are written into those arrays; outputs named in `wanted` come back.
   * An array may be feed and fetch at once where the graph reads it before it writes it.
   */
  readonly run: (
    feeds: Feeds,
    wanted: readonly string[],
    inPlace?: Readonly<Record<string, Arrays>>,
  ) => Promise<Record<string, Output>>
  readonly release: () => Promise<void>
}

export type Output = { readonly data: Arrays; readonly dims: readonly number[] }

export type SessionOptions = {
  readonly threads: number
  readonly device: 'cpu' | 'webgpu' | 'cuda'
}

/** What every session asks for. */
export const SESSION_OPTIONS = {
  interOpNumThreads: 1,
  // Higher levels gain nothing on these graphs, compile several times longer, and fuse norms that WebGPU gets wrong.
  graphOptimizationLevel: 'basic',
  // Preplanned memory patterns nearly double the peak for no speed.
  enableMemPattern: false,
  // Errors only: a Loop that stops early is no reason for a warning on every run.
  logSeverityLevel: 3,
  // Peaked softmaxes make denormal numbers, on which a core runs ten times slower.
  extra: { session: { set_denormal_as_zero: '1', intra_op: { allow_spinning: '0' } } },
} as const

const DTYPES = {
  Float32Array: 'float32',
  BigInt64Array: 'int64',
  Int32Array: 'int32',
  Uint8Array: 'uint8',
} as const

/** The part of the runtime that is used; tests have others. */
export type Runtime = {
  readonly InferenceSession: Pick<typeof InferenceSession, 'create'>
  readonly Tensor: TensorConstructor
}

/** Compiles g. Throws AppError('engine') naming the graph when the runtime refuses it. */
export async function openSession(
  g: Graph,
  name: string,
  { threads, device }: SessionOptions,
  given?: Runtime,
): Promise<Session> {
  const runtime = given ?? (await import('onnxruntime-node'))
  const shapes = new Map(g.inputs.map((value) => [value.name, value.shape]))
  const outputs = new Map(g.outputs.map((value) => [value.name, value.shape]))
  const session = await create(runtime.InferenceSession, g, name, threads, device)
  const tensor = (key: string, data: Arrays, shape: readonly number[] | undefined): Tensor => {
    if (shape === undefined) throw new AppError('engine', `${name}: no tensor named ${key}`)
    return makeTensor(runtime.Tensor, data, shape)
  }
  return {
    run: async (feeds, wanted, inPlace = {}) => {
      const bound = mapEntries(feeds, (key, data) => tensor(key, data, shapes.get(key)))
      const fetches: Record<string, Tensor | null> = mapEntries(inPlace, (key, data) =>
        tensor(key, data, outputs.get(key)),
      )
      for (const key of wanted) fetches[key] = null
      const result = await session.run(bound, fetches)
      return readOutputs(result, wanted, name)
    },
    release: () => session.release(),
  }
}

/**
 * What a graph with stored constants needs: the folder of its files, no copies of them in another layout, and no
 * folding, which would keep a float32 copy of each. Sessions of such graphs share the pages of the files.
 */
export function optionsFor(g: Graph): Partial<InferenceSession.SessionOptions> {
  const [file] = storedFiles(g)
  if (file === undefined) return {}
  const { session } = SESSION_OPTIONS.extra
  const stored = {
    model_external_initializers_file_folder_path: dirname(file),
    disable_prepacking: '1',
  }
  return {
    graphOptimizationLevel: 'disabled',
    // An arena keeps its peak, and several sessions would keep theirs at once.
    enableCpuMemArena: false,
    extra: { session: { ...session, ...stored } },
  }
}

function mapEntries<T, R>(
  record: Readonly<Record<string, T>>,
  make: (key: string, value: T) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, make(key, value)]))
}

async function create(
  factory: Runtime['InferenceSession'],
  g: Graph,
  name: string,
  threads: number,
  device: SessionOptions['device'],
): Promise<InferenceSession> {
  try {
    return await factory.create(modelBytes(scheduled(g), name), {
      executionProviders: [device],
      ...SESSION_OPTIONS,
      intraOpNumThreads: threads,
      ...optionsFor(g),
    })
  } catch (cause) {
    throw new AppError('engine', `${name}: refused by ${device}: ${messageOf(cause)}`, { cause })
  }
}

export function makeTensor(
  constructor: new (type: string, data: Arrays | Uint8Array, dims: readonly number[]) => Tensor,
  data: Arrays | Uint8Array,
  shape: readonly number[],
): Tensor {
  const type = dtypeOf(data)
  return new constructor(type, data, shape)
}

function dtypeOf(data: Arrays | Uint8Array): string {
  if (data instanceof Float32Array) return DTYPES.Float32Array
  if (data instanceof Uint8Array) return DTYPES.Uint8Array
  return data instanceof BigInt64Array ? DTYPES.BigInt64Array : DTYPES.Int32Array
}

export function readOutputs(
  result: InferenceSession.OnnxValueMapType,
  wanted: readonly string[],
  name: string,
): Record<string, Output> {
  const outputs: Record<string, Output> = {}
  for (const key of wanted) {
    const found = result[key]
    if (found === undefined || !isArrays(found.data)) {
      throw new AppError('engine', `${name}: no output ${key}`)
    }
    outputs[key] = { data: found.data, dims: found.dims }
  }
  return outputs
}

function isArrays(data: unknown): data is Arrays {
  return data instanceof Float32Array || data instanceof BigInt64Array || data instanceof Int32Array
}
