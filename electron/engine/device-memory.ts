/**
 * Tensors on a graphics device and the small graphs that move them: in, out, zeros. Sessions are kept by key.
 * Not here: the runtime (device.ts), what is computed with them.
 */
import { AppError } from '../contract/errors.ts'
import { createGraph, type Graph, input, output } from '../graph/graph.ts'
import { add, cast } from '../graph/ops.ts'
import { reshape, zerosLike } from '../graph/ops-layout.ts'
import { elementCount } from '../graph/value.ts'
import type { Device, DeviceFeeds, DeviceRun, DeviceSession, DeviceTensor } from './device.ts'
import type { Precision } from './cached-attention.ts'

/** Sessions kept: they hold programs, not tensors. */
const MAX_SESSIONS = 96

export type DeviceMemory = {
  /** Runs the graph of that key; build is asked the first time. The outputs named in `kept` stay on the device. */
  readonly run: (
    key: string,
    build: () => Graph,
    kept: readonly string[],
    feeds: DeviceFeeds,
  ) => Promise<DeviceRun>
  /** A copy of numbers on the device. */
  readonly upload: (
    numbers: Float32Array,
    shape: readonly number[],
    precision: Precision,
  ) => Promise<DeviceTensor>
  /** A copy of bytes on the device, of more than one axis. */
  readonly uploadBytes: (bytes: Uint8Array, shape: readonly number[]) => Promise<DeviceTensor>
  /** A copy of a float32 tensor on the host. */
  readonly download: (tensor: DeviceTensor) => Promise<Float32Array>
  readonly zeros: (shape: readonly number[], precision: Precision) => Promise<DeviceTensor>
  /** Whether the device computes in float16. Asked once. */
  readonly hasHalf: () => Promise<boolean>
  readonly close: () => Promise<void>
}

export function deviceMemory(device: Device): DeviceMemory {
  const session = sessionsOf(device)
  const run: DeviceMemory['run'] = async (key, build, kept, feeds) =>
    (await session.open(key, build, kept)).run(feeds)
  /** A graph with one input x and one output y that stays. */
  const one = async (
    key: string,
    build: (g: Graph) => void,
    x: Float32Array | Uint8Array,
  ): Promise<DeviceTensor> => {
    const graph = (): Graph => {
      const g = createGraph('webgpu')
      build(g)
      return g
    }
    return keptOf(await run(key, graph, ['y'], { x }), 'y')
  }
  let half: Promise<boolean> | null = null
  return {
    run,
    upload: (numbers, shape, precision) =>
      one(
        `upload ${precision} ${shape.join('x')}`,
        (g) => output(g, cast(g, input(g, 'x', 'float32', shape), precision), 'y'),
        numbers,
      ),
    uploadBytes: (bytes, shape) =>
      one(
        `upload uint8 ${shape.join('x')}`,
        // Of all that moves bytes, the device has this alone.
        (g) => output(g, reshape(g, input(g, 'x', 'uint8', [bytes.length]), shape), 'y'),
        bytes,
      ),
    zeros: (shape, precision) =>
      one(
        `zeros ${precision} ${shape.join('x')}`,
        (g) => {
          // An output needs an input to depend on: a graph of constants would be computed on the CPU.
          const zero = cast(
            g,
            input(
              g,
              'x',
              'float32',
              shape.map(() => 1),
            ),
            precision,
          )
          output(g, add(g, zero, zerosLike(g, { name: '', dtype: precision, shape })), 'y')
        },
        new Float32Array(1),
      ),
    download: (tensor) => download(run, tensor),
    hasHalf: () => (half ??= probeHalf(run)),
    close: session.close,
  }
}

async function download(run: DeviceMemory['run'], tensor: DeviceTensor): Promise<Float32Array> {
  const { shape } = tensor
  const graph = (): Graph => {
    const g = createGraph('webgpu')
    output(g, input(g, 'x', 'float32', shape), 'y')
    return g
  }
  const { read } = await run(`download ${shape.join('x')}`, graph, [], { x: tensor })
  const numbers = read['y']?.data
  if (numbers instanceof Float32Array && numbers.length === elementCount(shape)) return numbers
  throw new AppError('engine', `download: expected float32 [${shape.join(', ')}]`)
}

/** Only running tells: sessions with float16 are made whatever the device is. */
async function probeHalf(run: DeviceMemory['run']): Promise<boolean> {
  const graph = (): Graph => {
    const g = createGraph('webgpu')
    const x = cast(g, input(g, 'x', 'float32', [4]), 'float16')
    output(g, cast(g, add(g, x, x), 'float32'), 'y')
    return g
  }
  try {
    const { read } = await run('half', graph, [], { x: Float32Array.of(1, 2, 3, 4) })
    return read['y']?.data[3] === 8
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'engine') return false
    throw thrown
  }
}

/** The output of that name, which stays on the device. */
export function keptOf({ kept }: DeviceRun, name: string): DeviceTensor {
  const found = kept[name]
  if (found === undefined) throw new AppError('engine', `device: no output ${name}`)
  return found
}

function sessionsOf(device: Device) {
  const sessions = new Map<string, DeviceSession>()
  return {
    open: async (key: string, build: () => Graph, kept: readonly string[]) => {
      const known = sessions.get(key)
      const session = known ?? (await device.open(build(), key, kept))
      sessions.delete(key)
      sessions.set(key, session)
      const [oldest] = sessions
      if (sessions.size > MAX_SESSIONS && oldest !== undefined) {
        sessions.delete(oldest[0])
        await oldest[1].release()
      }
      return session
    },
    close: async () => {
      for (const session of sessions.values()) await session.release()
      sessions.clear()
    },
  }
}

export function disposeAll(tensors: Iterable<DeviceTensor>): void {
  for (const tensor of tensors) tensor.dispose()
}
