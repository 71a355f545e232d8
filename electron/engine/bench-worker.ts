/**
 * One thread of the peak measurement: square float32 products for some time, then their rate. Told by workerData.
 */
import { parentPort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { createGraph, input, output } from '../graph/graph.ts'
import { matmul } from '../graph/ops-matmul.ts'
import { openSession } from './session.ts'

const Order = v.object({ size: v.number(), milliseconds: v.number() })

/** Floating-point operations per second of this thread's CPU time. */
async function productRate(size: number, milliseconds: number): Promise<number> {
  const g = createGraph('cpu')
  const square = (name: string) => input(g, name, 'float32', [size, size])
  const b = square('b')
  output(g, matmul(g, matmul(g, square('a'), b), b), 'c')
  const session = await openSession(g, 'products', { threads: 1, device: 'cpu' })
  const feeds = {
    a: new Float32Array(size * size).fill(0.5),
    b: new Float32Array(size * size).fill(0.25),
  }
  await session.run(feeds, ['c'])
  const start = process.threadCpuUsage()
  let operations = 0
  let seconds = 0
  while (seconds * 1000 < milliseconds) {
    await session.run(feeds, ['c'])
    operations += 2 * 2 * size ** 3
    const { user, system } = process.threadCpuUsage(start)
    seconds = (user + system) / 1e6
  }
  await session.release()
  return operations / seconds
}

const { size, milliseconds } = v.parse(Order, workerData)
parentPort?.postMessage(await productRate(size, milliseconds))
