import { describe, expect, it } from 'vitest'
import { gradients } from '../../electron/graph/autodiff.ts'
import { createGraph, type Graph, input, output } from '../../electron/graph/graph.ts'
import { attention } from '../../electron/graph/layers.ts'
import {
  add,
  clip,
  equal,
  exp,
  maximum,
  minimum,
  mul,
  reduceMax,
  reduceSumSquare,
  sumAll,
} from '../../electron/graph/ops.ts'
import { elementCount, type Value } from '../../electron/graph/value.ts'
import { appendForward, contraction, operandNumbers } from './check.ts'
import { numbersOf, relativeError, runGraph } from './harness.ts'
import { ROWS } from './rows.ts'

function two(op: (g: Graph, a: Value, b: Value) => Value): {
  g: Graph
  loss: Value
  a: Value
  b: Value
} {
  const g = createGraph('cpu')
  const a = input(g, 'a', 'float32', [3])
  const b = input(g, 'b', 'float32', [3])
  return { g, loss: sumAll(g, op(g, a, b)), a, b }
}

async function slopes(
  op: (g: Graph, a: Value, b: Value) => Value,
  a: number[],
  b: number[],
): Promise<number[][]> {
  const built = two(op)
  const found = gradients(built.g, built.loss, [built.a, built.b])
  found.forEach((gradient, index) => {
    if (gradient !== null) output(built.g, gradient, `d${index}`)
  })
  const results = await runGraph(built.g, { a, b })
  return [numbersOf(results, 'd0'), numbersOf(results, 'd1')]
}

describe('gradients', () => {
  it('gives the first operand the whole gradient where Min or Max tie', async () => {
    expect(await slopes(minimum, [1, 2, 3], [1, 1, 4])).toEqual([
      [1, 0, 1],
      [0, 1, 0],
    ])
    expect(await slopes(maximum, [1, 2, 3], [1, 1, 4])).toEqual([
      [1, 1, 0],
      [0, 0, 1],
    ])
  })

  it('passes through a clip that holds its value exactly at the boundary', async () => {
    const limited = (g: Graph, a: Value, b: Value): Value => clip(g, a, b, mul(g, b, b))
    expect(await slopes(limited, [2, 4, 5], [2, 2, 2])).toEqual([
      [1, 1, 0],
      [0, 0, 4],
    ])
  })

  it('adds up every use of a value', async () => {
    const op = (g: Graph, a: Value, b: Value): Value => add(g, mul(g, a, b), mul(g, a, a))
    expect(await slopes(op, [1, 2, 3], [4, 5, 6])).toEqual([
      [6, 9, 12],
      [1, 2, 3],
    ])
  })

  it('can be taken of gradients', async () => {
    const { g, loss, a } = two((h, x, y) => mul(h, exp(h, x), y))
    const [first] = gradients(g, loss, [a])
    if (first == null) throw new Error('no first gradient')
    const [second] = gradients(g, reduceSumSquare(g, first, [0]), [a])
    if (second == null) throw new Error('no second gradient')
    output(g, second, 'second')
    const results = await runGraph(g, { a: [0, 0, 1], b: [1, 2, 3] })
    const expected = [2, 8, 18 * Math.exp(2)]
    expect(relativeError(numbersOf(results, 'second'), expected)).toBeLessThan(1e-6)
  })

  it('gives null for a target that the loss does not depend on', () => {
    const { g, loss, a } = two((h, x) => exp(h, x))
    const stranger = input(g, 'stranger', 'float32', [1])
    expect(gradients(g, loss, [stranger, a])[0]).toBeNull()
  })

  it('gives the seed for the loss itself', () => {
    const { g, loss } = two(mul)
    const seed = input(g, 'seed', 'float32', [])
    expect(gradients(g, loss, [loss], seed)).toEqual([seed])
  })

  it('adds no node for values that no target reaches', () => {
    const { g, loss } = two(mul)
    const stranger = input(g, 'stranger', 'float32', [1])
    const before = g.nodes.length
    gradients(g, loss, [stranger])
    expect(g.nodes.length).toBe(before)
  })

  it('refuses an op without a rule, naming it', () => {
    const { g, loss, a } = two((h, x) => reduceMax(h, x, [0]))
    expect(() => gradients(g, loss, [a])).toThrow('ReduceMax: no gradient rule')
  })

  it('refuses an operand that its rule leaves out instead of taking its gradient for 0', () => {
    const g = createGraph('cpu')
    const [q, mask] = [
      input(g, 'q', 'float32', [1, 1, 2, 4]),
      input(g, 'mask', 'float32', [1, 1, 2, 2]),
    ]
    const loss = sumAll(g, attention(g, q, q, q, mask))
    expect(() => gradients(g, loss, [mask])).toThrow('attention: no gradient for input 3')
  })

  it('refuses a loss of several elements without a seed, and what is no float', () => {
    const { g, a, b } = two(mul)
    expect(() => gradients(g, a, [a])).toThrow('expected one element or a seed, got float32[3]')
    const seed = input(g, 'seed', 'float32', [2])
    expect(() => gradients(g, a, [a], seed)).toThrow('expected [3], got float32[2]')
    expect(() => gradients(g, equal(g, a, b), [a])).toThrow('expected float, got bool[3]')
    expect(() => gradients(g, sumAll(g, a), [equal(g, a, b)])).toThrow('expected float')
  })

  const rows = Object.entries(ROWS).flatMap(([rule, of]) =>
    of.filter((row) => row.operands.length > 1).map((row) => ({ rule, row })),
  )

  it.each(rows)('$rule: $row.name is the same for one target at a time', async ({ row }) => {
    const numbers = operandNumbers(row, 3)
    const g = createGraph('cpu')
    const { y, feeds, operands } = appendForward(g, row, 'float32', numbers)
    const seed = input(g, 'seed', 'float32', y.shape)
    const together = gradients(g, y, operands, seed)
    const alone = operands.map((operand) => gradients(g, y, [operand], seed)[0])
    together.forEach((value, index) => value !== null && output(g, value, `together${index}`))
    alone.forEach((value, index) => value != null && output(g, value, `alone${index}`))
    const results = await runGraph(g, { ...feeds, seed: contraction(y, 3) })
    for (const index of operands.keys()) {
      expect(numbersOf(results, `alone${index}`)).toHaveLength(
        elementCount(operands[index]?.shape ?? []),
      )
      expect(numbersOf(results, `alone${index}`)).toEqual(numbersOf(results, `together${index}`))
    }
  })
})
