/**
 * A worker that answers every call with a product of two numbers that is subnormal, as the runtime computes it.
 */
import { MessagePort, workerData } from 'node:worker_threads'
import * as v from 'valibot'
import { openSession } from '../../electron/engine/session.ts'
import { createGraph, input, output } from '../../electron/graph/graph.ts'
import { mul } from '../../electron/graph/ops.ts'

const { port } = v.parse(v.object({ port: v.instance(MessagePort) }), workerData)

async function product(): Promise<number> {
  const g = createGraph('cpu')
  const number = (name: string) => input(g, name, 'float32', [1])
  output(g, mul(g, number('a'), number('b')), 'c')
  const session = await openSession(g, 'product', { threads: 1, device: 'cpu' })
  const { c } = await session.run({ a: Float32Array.of(1e-30), b: Float32Array.of(1e-10) }, ['c'])
  await session.release()
  return Number(c?.data[0])
}

port.on('message', async ({ id, call }: { readonly id: number; readonly call: string }) => {
  if (call === 'stop') port.close()
  else port.postMessage({ id, kind: 'done', result: await product() })
})
