/**
 * Logits of whole sequences by the plain decoder graph, without packing, cache or batching: what everything else
 * is compared with.
 */
import { openSession } from '../../electron/engine/session.ts'
import { toGraphLayout } from '../../electron/engine/weights.ts'
import { createGraph, input, output } from '../../electron/graph/graph.ts'
import type { DecoderConfig } from '../../electron/model/config.ts'
import { hiddenStates, treeMask } from '../../electron/model/decoder.ts'
import { FED, weightsIn } from '../../electron/model/parameters.ts'
import { tensorNames } from '../../electron/model/tensors.ts'

/** Logits [V] after each token of one sequence. */
export async function fullForward(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  tokens: readonly number[],
): Promise<Float32Array[]> {
  const T = tokens.length
  const g = createGraph('cpu')
  const named = weightsIn(g, config, FED)
  const plane = (name: string) => input(g, name, 'float32', [1, T])
  const mask = treeMask(g, plane('documents'), plane('branches'))
  const ids = input(g, 'ids', 'int64', [T])
  const positions = input(g, 'positions', 'int64', [1, T])
  const hidden = hiddenStates(g, config, named, { ids, positions, mask })
  output(g, named.unembed(g, hidden), 'logits')
  const session = await openSession(g, 'full', { threads: 1, device: 'cpu' })
  const outputs = await session.run(
    {
      ...toGraphLayout(tensorNames(config), weights),
      ids: BigInt64Array.from(tokens, BigInt),
      positions: BigInt64Array.from(tokens, (_, at) => BigInt(at)),
      documents: new Float32Array(T),
      branches: new Float32Array(T),
    },
    ['logits'],
  )
  await session.release()
  const data = outputs['logits']?.data
  const flat = data instanceof Float32Array ? data : new Float32Array(0)
  const V = config.vocabSize
  return tokens.map((_, at) => flat.slice(at * V, (at + 1) * V))
}

export function softmax(logits: Float32Array, temperature = 1): number[] {
  const top = Math.max(...logits)
  const weights = Array.from(logits, (x) => Math.exp((x - top) / temperature))
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((x) => x / sum)
}

export const argMax = (numbers: ArrayLike<number>): number =>
  Array.from(numbers).reduce((best, x, i, all) => (x > (all[best] ?? -Infinity) ? i : best), 0)
