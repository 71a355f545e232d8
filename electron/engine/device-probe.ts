/**
 * What each kind of device of this machine does when it is asked to compute a little: in a process of its own, since a
 * driver's fault ends the process.
 * Not here: what the adapters are called (adapters.ts), what a model makes of a device (device-check.ts).
 */
import type { DeviceReport } from '../contract/workbench.ts'
import { AppError, messageOf } from '../contract/errors.ts'
import { createGraph, type Graph, input, output } from '../graph/graph.ts'
import { sumAll } from '../graph/ops.ts'
import { expand } from '../graph/ops-layout.ts'
import { matmul } from '../graph/ops-matmul.ts'
import { touch } from './touch.ts'
import { openDevice } from './device.ts'
import { type DeviceMemory, deviceMemory, keptOf } from './device-memory.ts'

export async function probeDevices(): Promise<DeviceReport[]> {
  return [await probeWebGpu(), await probeCuda()]
}

const UNKNOWN = { half: false, largestBufferBytes: null, gigaflops: null }

async function probeWebGpu(): Promise<DeviceReport> {
  try {
    const memory = deviceMemory(await openDevice())
    const gigaflops = await speed(memory)
    const half = await memory.hasHalf()
    const largestBufferBytes = await largestBuffer(memory)
    return { device: 'webgpu', usable: true, why: '', half, largestBufferBytes, gigaflops }
  } catch (thrown) {
    return { device: 'webgpu', usable: false, why: messageOf(thrown), ...UNKNOWN }
  }
}

async function probeCuda(): Promise<DeviceReport> {
  try {
    await touch({ threads: 1, device: 'cuda' })
    return { device: 'cuda', usable: true, why: '', ...UNKNOWN }
  } catch (thrown) {
    return { device: 'cuda', usable: false, why: messageOf(thrown), ...UNKNOWN }
  }
}

const SIZE = 512

/** Of a product of matrices, the second time: the first one compiles. Also proves that results are right. */
async function speed(memory: DeviceMemory): Promise<number> {
  const graph = (): Graph => {
    const g = createGraph('webgpu')
    const x = input(g, 'x', 'float32', [SIZE, SIZE])
    output(g, sumAll(g, matmul(g, x, x)), 'y')
    return g
  }
  const feeds = {
    x: await memory.upload(new Float32Array(SIZE ** 2).fill(1), [SIZE, SIZE], 'float32'),
  }
  let took = 0
  for (let turn = 0; turn < 2; turn += 1) {
    const begun = performance.now()
    const { read } = await memory.run('speed', graph, [], feeds)
    took = performance.now() - begun
    const found = Number(read['y']?.data[0])
    if (Math.abs(found / SIZE ** 3 - 1) > 1e-4) {
      throw new AppError('engine', `a product of matrices: expected ${SIZE ** 3}, found ${found}`)
    }
  }
  feeds.x.dispose()
  return (2 * SIZE ** 3) / took / 1e6
}

const MIB = 2 ** 20
/** What is tried: a tensor cannot be larger than the largest buffer of the device. */
const BUFFERS_MIB = [64, 128, 256, 512, 1024, 2048, 4095] as const

async function largestBuffer(memory: DeviceMemory): Promise<number | null> {
  let largest: number | null = null
  for (const mib of BUFFERS_MIB) {
    if (!(await holds(memory, mib))) break
    largest = mib * MIB
  }
  return largest
}

async function holds(memory: DeviceMemory, mib: number): Promise<boolean> {
  const graph = (): Graph => {
    const g = createGraph('webgpu')
    output(g, expand(g, input(g, 'x', 'float32', [1, 1]), [mib, MIB / 4]), 'y')
    return g
  }
  try {
    const feeds = { x: Float32Array.of(1) }
    keptOf(await memory.run(`hold ${mib}`, graph, ['y'], feeds), 'y').dispose()
    return true
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'engine') return false
    throw thrown
  }
}
