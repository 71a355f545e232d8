/**
 * The smallest use of a provider: a session of one node, run once.
 */
import { AppError } from '../contract/errors.ts'
import { createGraph, input, output } from '../graph/graph.ts'
import { add } from '../graph/ops.ts'
import { openSession, type SessionOptions } from './session.ts'

/** Throws where the provider cannot be loaded: without this the first run would find out. */
export async function touch(options: SessionOptions): Promise<void> {
  const g = createGraph('cpu')
  const x = input(g, 'x', 'float32', [1])
  output(g, add(g, x, x), 'y')
  const session = await openSession(g, 'a first session', options).catch((cause: unknown) => {
    throw new AppError('engine', 'its provider cannot be loaded', { cause })
  })
  await session.run({ x: Float32Array.of(1) }, ['y'])
  await session.release()
}
