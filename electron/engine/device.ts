/**
 * Sessions on a graphics device, whose tensors stay there between runs. Every node has to run on it: a graph with one
 * that would fall back to the CPU is refused. A device that is lost stays lost until its process ends.
 * Not here: the CPU's sessions (session.ts), what is computed.
 *
 * The runtime's traps, each kept out here: reading a device tensor aborts the process, so outputs that are read are
 * outputs of the CPU; writing in place is ignored, so new state comes out as new tensors; a device tensor given to
 * a session of another provider is read as garbage, so only these sessions take them.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-node'
import { AppError, messageOf } from '../contract/errors.ts'
import type { Graph } from '../graph/graph.ts'
import { modelBytes } from '../graph/proto.ts'
import type { DType } from '../graph/value.ts'
import {
  type Arrays,
  type Output,
  readOutputs,
  makeTensor,
  type Runtime,
  SESSION_OPTIONS,
} from './session.ts'

/** A tensor in the memory of the device. Whoever holds it disposes of it, once. */
export type DeviceTensor = {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly tensor: Tensor
  readonly dispose: () => void
}

export type DeviceTensors = Readonly<Record<string, DeviceTensor>>
export type DeviceFeeds = Readonly<Record<string, Arrays | Uint8Array | DeviceTensor>>

/** read: outputs copied to the host; kept: those that stay on the device. */
export type DeviceRun = {
  readonly read: Readonly<Record<string, Output>>
  readonly kept: DeviceTensors
}

export type DeviceSession = {
  readonly run: (feeds: DeviceFeeds) => Promise<DeviceRun>
  readonly release: () => Promise<void>
}

export type Device = {
  /** Compiles g; the outputs named in `kept` stay on the device. */
  readonly open: (g: Graph, name: string, kept: readonly string[]) => Promise<DeviceSession>
}

/** What a session asks for besides the options of every session. */
const WEBGPU: InferenceSession.SessionOptions = {
  // Static shapes: buffers of exact size are found again; buckets would round large ones up.
  executionProviders: [{ name: 'webgpu', storageBufferCacheMode: 'simple' }],
}

export function createDevice(runtime: Runtime): Device {
  /** Why the device is gone. */
  const gone: { why: AppError | null } = { why: null }
  return {
    open: async (g, name, kept) => {
      if (gone.why !== null) throw gone.why
      const session = await create(runtime, g, name, kept, gone)
      return {
        run: (feeds) => run(runtime, session, g, name, kept, feeds, gone),
        release: () => session.release(),
      }
    },
  }
}

/** The device of the installed runtime. */
export async function openDevice(): Promise<Device> {
  const runtime = await import('onnxruntime-node')
  return createDevice(runtime)
}

type Gone = { why: AppError | null }

async function create(
  { InferenceSession: factory }: Runtime,
  g: Graph,
  name: string,
  kept: readonly string[],
  gone: Gone,
): Promise<InferenceSession> {
  try {
    return await factory.create(modelBytes(g, name), {
      ...SESSION_OPTIONS,
      ...WEBGPU,
      preferredOutputLocation: Object.fromEntries(
        g.outputs.map((value) => [value.name, kept.includes(value.name) ? 'gpu-buffer' : 'cpu']),
      ),
      // What goes wrong is thrown, and half precision is asked for by trying it.
      logSeverityLevel: 4,
      extra: { session: { ...SESSION_OPTIONS.extra.session, disable_cpu_ep_fallback: '1' } },
    })
  } catch (cause) {
    throw failure(`${name}: refused by the device`, cause, gone)
  }
}

async function run(
  { Tensor: constructor }: Runtime,
  session: InferenceSession,
  g: Graph,
  name: string,
  kept: readonly string[],
  feeds: DeviceFeeds,
  gone: Gone,
): Promise<DeviceRun> {
  if (gone.why !== null) throw gone.why
  const bound = Object.fromEntries(
    g.inputs.map(({ name: key, shape }) => {
      const feed = feeds[key]
      if (feed === undefined) throw new AppError('engine', `${name}: no feed for ${key}`)
      return [key, 'tensor' in feed ? feed.tensor : makeTensor(constructor, feed, shape)]
    }),
  )
  try {
    const result = await session.run(bound)
    return {
      read: readOutputs(
        result,
        g.outputs.map(nameOf).filter((one) => !kept.includes(one)),
        name,
      ),
      kept: Object.fromEntries(kept.map((key) => [key, keptTensor(result, key, name)])),
    }
  } catch (cause) {
    throw failure(`${name}: failed on the device`, cause, gone)
  }
}

const nameOf = ({ name }: { readonly name: string }): string => name

function keptTensor(
  result: InferenceSession.OnnxValueMapType,
  key: string,
  name: string,
): DeviceTensor {
  const tensor = result[key]
  if (tensor?.location !== 'gpu-buffer') {
    throw new AppError('engine', `${name}: expected ${key} on the device`)
  }
  return wrap(tensor)
}

function wrap(tensor: Tensor): DeviceTensor {
  const { type, dims } = tensor
  if (!isKept(type)) {
    throw new AppError('engine', `device: no tensors of ${type}`)
  }
  return { dtype: type, shape: dims, tensor, dispose: () => tensor.dispose() }
}

const KEPT = ['float32', 'float16', 'int32', 'int64', 'uint8'] as const

function isKept(type: string): type is (typeof KEPT)[number] {
  return KEPT.some((known) => known === type)
}

/** What drivers and Dawn say once a device is gone: every later wait for a buffer fails. */
const LOST =
  /device\W+(is |was |has been )?(lost|removed|hung)|DEVICE_LOST|MapAsyncStatus|DXGI_ERROR/i
/** A buffer could not be made: Dawn prints why, and the first use fails. */
const FULL =
  /out of (device )?memory|Invalid Buffer|Failed to create GPU buffer|OUT_OF_DEVICE_MEMORY/i

/** No driver, or one that WebGPU refuses. */
const ABSENT = /get a WebGPU (adapter|device)|No supported adapters/i

function failure(what: string, cause: unknown, gone: Gone): AppError {
  if (cause instanceof AppError) return cause
  const said = messageOf(cause)
  if (ABSENT.test(said)) {
    return new AppError('engine', 'expected a graphics adapter with a driver, found none', {
      cause,
    })
  }
  if (LOST.test(said)) {
    gone.why = new AppError('device', `the graphics device was lost: ${firstLine(said)}`, { cause })
    return gone.why
  }
  const reason = FULL.test(said) ? 'its memory or its largest buffer is too small' : said
  return new AppError('engine', `${what}: ${firstLine(reason)}`, { cause })
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? ''
