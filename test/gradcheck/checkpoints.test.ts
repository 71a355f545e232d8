/** Regions that are computed again in the backward pass: the same gradients, and less memory. */
import { describe, expect, it } from 'vitest'
import { gradients } from '../../electron/graph/autodiff.ts'
import {
  checkpointed,
  createGraph,
  type Graph,
  input,
  only,
  output,
} from '../../electron/graph/graph.ts'
import { peakBytes } from '../../electron/graph/liveness.ts'
import { add, exp, mul, sigmoid, softmax, sumAll } from '../../electron/graph/ops.ts'
import { concat, slice } from '../../electron/graph/ops-layout.ts'
import { matmul } from '../../electron/graph/ops-matmul.ts'
import type { Value } from '../../electron/graph/value.ts'
import { check, type Row } from './check.ts'

const once = (
  g: Graph,
  moving: Value[],
  trained: Value[],
  build: (values: readonly Value[]) => Value,
): Value =>
  only(
    checkpointed(g, moving, trained, (values) => [build(values)]),
    'region',
  )

const row = (name: string, shapes: readonly (readonly number[])[], build: Row['build']): Row => ({
  name,
  operands: shapes.map((shape) => ({ shape })),
  build,
})

function two(values: readonly Value[]): [Value, Value] {
  const [a, b] = values
  if (a === undefined || b === undefined) throw new Error('two operands')
  return [a, b]
}

const ROWS: readonly Row[] = [
  row(
    'a region of what moves and what is trained',
    [
      [3, 4],
      [4, 4],
    ],
    (g, values) => {
      const [x, w] = two(values)
      return once(g, [x], [w], ([y = x]) => mul(g, sigmoid(g, matmul(g, y, w)), y))
    },
  ),
  row(
    'a value that goes in and goes on',
    [
      [3, 3],
      [3, 3],
    ],
    (g, values) => {
      const [x, w] = two(values)
      return add(
        g,
        once(g, [x], [w], ([y = x]) => exp(g, matmul(g, y, w))),
        x,
      )
    },
  ),
  row(
    'regions within a region',
    [
      [4, 3],
      [3, 3],
    ],
    (g, values) => {
      const [x, w] = two(values)
      return once(g, [x], [w], ([y = x]) => {
        const halves = [0, 2].map((from) =>
          once(g, [slice(g, y, 0, from, from + 2)], [w], ([part = y]) =>
            softmax(g, matmul(g, part, w)),
          ),
        )
        return mul(g, concat(g, halves, 0), y)
      })
    },
  ),
  row(
    'one tensor trained in several regions',
    [
      [2, 3],
      [3, 3],
    ],
    (g, values) => {
      const [x, w] = two(values)
      const step = (from: Value): Value =>
        once(g, [from], [w], ([y = from]) => sigmoid(g, matmul(g, y, w)))
      return step(step(step(x)))
    },
  ),
]

describe('a checkpoint', () => {
  it.each(ROWS)('$name: gradients agree with differences', async (one) => {
    const found = await check(one, 3)
    expect(found.differences).toBeLessThan(1e-8)
    expect(found.cpu).toBeLessThan(2e-5)
    expect(found.webgpu).toBeLessThan(2e-5)
  })

  it('keeps what goes into its regions and no more', () => {
    const peak = (kept: boolean): number => {
      const g = createGraph('cpu')
      const w = input(g, 'w', 'float32', [64, 64])
      let x = input(g, 'x', 'float32', [64, 64])
      for (let layer = 0; layer < 8; layer += 1) {
        const wide = (y: Value): Value => sigmoid(g, exp(g, sigmoid(g, exp(g, matmul(g, y, w)))))
        x = kept ? wide(x) : once(g, [x], [w], ([y = x]) => wide(y))
      }
      gradients(g, sumAll(g, x), [w]).forEach((gradient) => {
        if (gradient !== null) output(g, gradient, 'd w')
      })
      return peakBytes(g)
    }
    expect(peak(false)).toBeLessThan(0.6 * peak(true))
  })
})
