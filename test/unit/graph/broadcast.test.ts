import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unbroadcast } from '../../../electron/graph/autodiff.ts'
import { broadcastShapes, repeatedAxes } from '../../../electron/graph/broadcast.ts'
import { createGraph, type Graph, input, output } from '../../../electron/graph/graph.ts'
import * as ops from '../../../electron/graph/ops.ts'
import { elementCount, type Value } from '../../../electron/graph/value.ts'
import { numbersOf, runGraph } from '../../gradcheck/harness.ts'
import { broadcastPair, type Draw } from './op-cases.ts'

type Shape = readonly number[]

/** Coordinates of a flat index. */
function unravel(index: number, shape: Shape): number[] {
  let left = index
  return shape
    .toReversed()
    .map((size) => {
      const digit = left % size
      left = Math.floor(left / size)
      return digit
    })
    .toReversed()
}

/** Flat index in a tensor of shape `narrow` of the element that stands at these coordinates of the wide one. */
function sourceOf(coordinates: Shape, narrow: Shape): number {
  const own = coordinates.slice(coordinates.length - narrow.length)
  return narrow.reduce((flat, size, axis) => flat * size + (size === 1 ? 0 : (own[axis] ?? NaN)), 0)
}

function plainBinary(
  op: (x: number, y: number) => number,
  [a, shapeA]: [number[], Shape],
  [b, shapeB]: [number[], Shape],
  wide: Shape,
): number[] {
  return Array.from({ length: elementCount(wide) }, (_, index) => {
    const at = unravel(index, wide)
    return op(a[sourceOf(at, shapeA)] ?? NaN, b[sourceOf(at, shapeB)] ?? NaN)
  })
}

function plainSum(numbers: readonly number[], wide: Shape, narrow: Shape): number[] {
  const sums = Array.from({ length: elementCount(narrow) }, () => 0)
  numbers.forEach((x, index) => {
    const target = sourceOf(unravel(index, wide), narrow)
    sums[target] = (sums[target] ?? NaN) + x
  })
  return sums
}

type Op = readonly [
  string,
  (g: Graph, a: Value, b: Value) => Value,
  (x: number, y: number) => number,
]

const OPS: readonly Op[] = [
  ['add', ops.add, (x, y) => x + y],
  ['sub', ops.sub, (x, y) => x - y],
  ['mul', ops.mul, (x, y) => x * y],
  ['div', ops.div, (x, y) => x / y],
  ['minimum', ops.minimum, Math.min],
  ['maximum', ops.maximum, Math.max],
  ['less', ops.less, (x, y) => Number(x < y)],
  ['lessOrEqual', ops.lessOrEqual, (x, y) => Number(x <= y)],
  ['equal', ops.equal, (x, y) => Number(x === y)],
  ['where', (g, a, b) => ops.where(g, ops.less(g, a, b), a, b), Math.min],
]

const drawOf =
  (gen: fc.GeneratorValue): Draw =>
  (arbitrary) =>
    gen(() => arbitrary)

function wholes(draw: Draw, shape: Shape): number[] {
  const count = elementCount(shape)
  const each = fc.integer({ min: -4, max: 5 }).map((n) => (n < 1 ? n - 1 : n))
  return draw(fc.array(each, { minLength: count, maxLength: count }))
}

describe('broadcasting', () => {
  it.each(OPS)('computes %s like plain loops for random shapes', async (_name, op, plain) => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const draw = drawOf(gen)
        const [a, b] = broadcastPair(draw)
        const feeds = { a: wholes(draw, a), b: wholes(draw, b) }
        const g = createGraph('cpu')
        const y = op(g, input(g, 'a', 'float64', a), input(g, 'b', 'float64', b))
        output(g, y, 'y')
        expect(numbersOf(await runGraph(g, feeds), 'y')).toEqual(
          plainBinary(plain, [feeds.a, a], [feeds.b, b], y.shape),
        )
      }),
      { numRuns: 40, seed: 2 },
    )
  })

  it('is undone by summing to the shape of either source', async () => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (gen) => {
        const draw = drawOf(gen)
        const [narrow, other] = broadcastPair(draw)
        const wide = broadcastShapes(narrow, other)
        const feeds = { wide: wholes(draw, wide) }
        const g = createGraph('cpu')
        const summed = unbroadcast(g, input(g, 'wide', 'float64', wide), narrow)
        output(g, summed, 'sum')
        expect(summed.shape).toEqual(narrow)
        expect(numbersOf(await runGraph(g, feeds), 'sum')).toEqual(
          plainSum(feeds.wide, wide, narrow),
        )
      }),
      { numRuns: 100, seed: 3 },
    )
  })

  it('does not depend on the order of its operands', () => {
    fc.assert(
      fc.property(fc.gen(), (gen) => {
        const [a, b] = broadcastPair(drawOf(gen))
        expect(broadcastShapes(a, b)).toEqual(broadcastShapes(b, a))
      }),
    )
  })

  it('names the axes along which a shape was repeated', () => {
    expect(repeatedAxes([3], [2, 3])).toEqual([0])
    expect(repeatedAxes([2, 1], [4, 2, 5])).toEqual([0, 2])
    expect(repeatedAxes([], [2, 1])).toEqual([0, 1])
    expect(repeatedAxes([1, 3], [1, 3])).toEqual([])
  })

  it('refuses sizes that differ, naming both shapes', () => {
    expect(() => broadcastShapes([2, 3], [4])).toThrow(
      'broadcast: cannot broadcast [2, 3] with [4]',
    )
  })
})
