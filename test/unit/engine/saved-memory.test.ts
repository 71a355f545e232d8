/** What saves memory changes no result: stretches of logits and of attention, and nodes in another order. */
import { describe, expect, test } from 'vitest'
import { openSession } from '../../../electron/engine/session.ts'
import { spotStats } from '../../../electron/engine/spot-stats.ts'
import { gradients } from '../../../electron/graph/autodiff.ts'
import { constant, createGraph, type Graph, input, output } from '../../../electron/graph/graph.ts'
import { executionOrder, peakBytes } from '../../../electron/graph/liveness.ts'
import { add, mul, sumAll } from '../../../electron/graph/ops.ts'
import { scheduled } from '../../../electron/graph/schedule.ts'
import type { Value } from '../../../electron/graph/value.ts'
import type { DecoderConfig } from '../../../electron/model/config.ts'
import { hiddenStates, treeMask, treeMaskParts } from '../../../electron/model/decoder.ts'
import { FED, type Weights, weightsIn } from '../../../electron/model/parameters.ts'
import { tensorNames } from '../../../electron/model/tensors.ts'
import { toGraphLayout } from '../../../electron/engine/weights.ts'
import { TINY, tinyWeights } from '../../fakes/tiny-model.ts'
import { CPU } from './engines.ts'

const LENGTH = 12
const CONFIG: DecoderConfig = { ...TINY, heads: 4, kvHeads: 2, layers: 2 }
const TARGETS = Array.from({ length: LENGTH }, (_, at) => (5 * at + 3) % CONFIG.vocabSize)
const NAMES = tensorNames(CONFIG).map(({ name }) => name)

/** Gradients of a loss over hidden states, whatever the loss. */
async function gradientsOf(
  build: (g: Graph, weights: Weights, mask: (size: number) => Value) => Value,
): Promise<Record<string, Float32Array>> {
  const g = createGraph('cpu')
  const weights = weightsIn(g, CONFIG, FED)
  const plane = (name: string): Value => input(g, name, 'float32', [1, LENGTH])
  const [documents, branches] = [plane('documents'), plane('branches')]
  const ids = input(g, 'ids', 'int64', [LENGTH])
  const positions = input(g, 'positions', 'int64', [1, LENGTH])
  const loss = build(g, weights, (size) => {
    const mask =
      size < LENGTH ? treeMaskParts(documents, branches, size) : treeMask(g, documents, branches)
    return hiddenStates(g, CONFIG, weights, { ids, positions, mask }, size < LENGTH)
  })
  const targets = weights.trainable('')
  gradients(g, loss, targets).forEach((gradient, index) => {
    if (gradient !== null) output(g, gradient, `d.${NAMES[index] ?? ''}`)
  })
  const order = (index: number): number => Math.floor(index / 2)
  const session = await openSession(g, 'saved', CPU)
  const outputs = await session.run(
    {
      ...toGraphLayout(tensorNames(CONFIG), tinyWeights(CONFIG)),
      ids: BigInt64Array.from({ length: LENGTH }, (_, at) => BigInt((7 * at) % CONFIG.vocabSize)),
      positions: BigInt64Array.from({ length: LENGTH }, (_, at) => BigInt(at)),
      documents: Float32Array.from({ length: LENGTH }, (_, at) => (at < 8 ? 0 : 1)),
      branches: Float32Array.from({ length: LENGTH }, (_, at) => (at < 4 ? 0 : order(at) % 3)),
    },
    g.outputs.map(({ name }) => name),
  )
  await session.release()
  return Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { data }]) =>
      data instanceof Float32Array ? [[name, data]] : [],
    ),
  )
}

function expectClose(
  found: Readonly<Record<string, Float32Array>>,
  expected: Readonly<Record<string, Float32Array>>,
): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [name, want] of Object.entries(expected)) {
    const scale = want.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6)
    const worst = want.reduce(
      (most, x, i) => Math.max(most, Math.abs(x - (found[name]?.[i] ?? NaN))),
      0,
    )
    expect([name, worst / scale < 1e-5]).toEqual([name, true])
  }
}

describe('a stretch at a time', () => {
  const squares = (size: number) =>
    gradientsOf((g, _weights, hidden) => {
      const states = hidden(size)
      return sumAll(g, mul(g, states, states))
    })

  test.each([5, 4, 1])(
    'attention over %i queries at a time gives the same gradients',
    async (size) => {
      expectClose(await squares(size), await squares(LENGTH))
    },
  )

  test.each([5, 3])('logits of %i positions at a time give the same gradients', async (rows) => {
    const loss = (count: number) =>
      gradientsOf((g, weights, hidden) => {
        const policy = { weights, hidden: hidden(LENGTH) }
        const targets = constant(g, 'int64', [LENGTH], TARGETS)
        const { logprobs, entropy } = spotStats(g, CONFIG, policy, null, targets, count)
        return sumAll(g, add(g, mul(g, logprobs, logprobs), entropy))
      })
    expectClose(await loss(rows), await loss(LENGTH))
  })
})

describe('the order of nodes', () => {
  test('nodes that no output needs are left out, those that read no node come first', () => {
    const g = createGraph('cpu')
    const x = input(g, 'x', 'float32', [2])
    const sum = add(g, mul(g, x, x), add(g, x, x))
    mul(g, sum, sum)
    output(g, sum, 'y')
    const { nodes } = scheduled(g)
    expect(nodes.map(({ op }) => op)).toEqual(['Mul', 'Add', 'Add', 'Identity'])
    expect(executionOrder(scheduled(g)).map(({ op }) => op)).toEqual([
      'Add',
      'Mul',
      'Add',
      'Identity',
    ])
    // Two products of 8 bytes; the sum takes the place of one, and its name is a view.
    expect(peakBytes(g)).toBe(16)
  })
})
