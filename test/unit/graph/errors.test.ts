import { describe, expect, it } from 'vitest'
import { adamw, globalNorm } from '../../../electron/graph/adamw.ts'
import {
  constant,
  createGraph,
  type Graph,
  input,
  output,
  region,
} from '../../../electron/graph/graph.ts'
import { attention, rmsNorm, rotary, swiglu } from '../../../electron/graph/layers.ts'
import { crossEntropy, klToReference, ppoClip, tokenStats } from '../../../electron/graph/loss.ts'
import * as ops from '../../../electron/graph/ops.ts'
import * as layout from '../../../electron/graph/ops-layout.ts'
import { matmul } from '../../../electron/graph/ops-matmul.ts'
import type { DType, Value } from '../../../electron/graph/value.ts'

type Misuse = readonly [message: string, use: (g: Graph) => unknown]

/** An input of g. */
function x(g: Graph, dtype: DType, ...shape: number[]): Value {
  return input(g, `in${g.inputs.length}`, dtype, shape)
}
const f = (g: Graph, ...shape: number[]): Value => x(g, 'float32', ...shape)
const n = (g: Graph, ...shape: number[]): Value => x(g, 'int64', ...shape)
const b = (g: Graph, ...shape: number[]): Value => x(g, 'bool', ...shape)

const ELEMENTWISE: readonly Misuse[] = [
  ['Add: cannot broadcast [2, 3] with [2]', (g) => ops.add(g, f(g, 2, 3), f(g, 2))],
  ['Mul: expected one element type, got float32[2], int64[2]', (g) => ops.mul(g, f(g, 2), n(g, 2))],
  ['Sub: expected number, got bool[2]', (g) => ops.sub(g, b(g, 2), b(g, 2))],
  ['And: expected bool, got float32[2]', (g) => ops.and(g, f(g, 2), f(g, 2))],
  ['Exp: expected float, got int64[2]', (g) => ops.exp(g, n(g, 2))],
  ['Not: expected bool, got float32[]', (g) => ops.not(g, f(g))],
  ['Where: expected bool, got float32[2]', (g) => ops.where(g, f(g, 2), f(g, 2), f(g, 2))],
  ['Where: expected one element type', (g) => ops.where(g, b(g, 2), f(g, 2), n(g, 2))],
  ['Where: cannot broadcast [3] with [2]', (g) => ops.where(g, b(g, 3), f(g, 2), f(g, 2))],
  ['Softmax: expected float, got int64[2]', (g) => ops.softmax(g, n(g, 2))],
  ['LogSoftmax: expected float, got int64[2]', (g) => ops.logSoftmax(g, n(g, 2))],
]

const REDUCING: readonly Misuse[] = [
  ['axis 2: expected one of 2 axes', (g) => ops.reduceSum(g, f(g, 2, 3), [2])],
  ['axis -3: expected one of 2 axes', (g) => ops.reduceSum(g, f(g, 2, 3), [-3])],
  [
    'ReduceSum: expected distinct axes of float32[2, 3], got [1, -1]',
    (g) => ops.reduceSum(g, f(g, 2, 3), [1, -1]),
  ],
  [
    'ReduceMax: expected distinct axes of float32[2, 3], got []',
    (g) => ops.reduceMax(g, f(g, 2, 3), []),
  ],
  ['ReduceMean: expected float, got int64[2]', (g) => ops.reduceMean(g, n(g, 2), [0])],
]

const LAYOUT: readonly Misuse[] = [
  ['reshape: float32[2, 3] to [4]', (g) => layout.reshape(g, f(g, 2, 3), [4])],
  ['reshape: float32[5] to [2, -1]', (g) => layout.reshape(g, f(g, 5), [2, -1])],
  ['reshape: float32[1] to [-1, -1]', (g) => layout.reshape(g, f(g, 1), [-1, -1])],
  ['reshape: float32[4] to [-2, -2]', (g) => layout.reshape(g, f(g, 4), [-2, -2])],
  ['reshape: float32[3] to [0, -1]', (g) => layout.reshape(g, f(g, 3), [0, -1])],
  ['transpose: float32[2, 3] by [0, 0]', (g) => layout.transpose(g, f(g, 2, 3), [0, 0])],
  ['transpose: float32[2, 3] by [0]', (g) => layout.transpose(g, f(g, 2, 3), [0])],
  ['transpose: float32[2, 3] by [-1, 0]', (g) => layout.transpose(g, f(g, 2, 3), [-1, 0])],
  ['expand: float32[2, 3] to [3]', (g) => layout.expand(g, f(g, 2, 3), [3])],
  ['expand: cannot broadcast [2] with [3]', (g) => layout.expand(g, f(g, 2), [3])],
  ['concat: nothing to join', (g) => layout.concat(g, [], 0)],
  [
    'concat: expected [2, 4], got float32[3, 4]',
    (g) => layout.concat(g, [f(g, 2, 3), f(g, 3, 4)], 1),
  ],
  ['concat: expected [2], got float32[2, 1]', (g) => layout.concat(g, [f(g, 2), f(g, 2, 1)], 0)],
  ['concat: expected one element type', (g) => layout.concat(g, [f(g, 2), n(g, 2)], 0)],
  ['split: float32[4] into 1 + 2', (g) => layout.split(g, f(g, 4), [1, 2], 0)],
  ['split: float32[4] into 5 + -1', (g) => layout.split(g, f(g, 4), [5, -1], 0)],
  ['slice: 2 to 5 of axis 0 of float32[4]', (g) => layout.slice(g, f(g, 4), 0, 2, 5)],
  ['slice: 0.5 to 2 of axis 0 of float32[4]', (g) => layout.slice(g, f(g, 4), 0, 0.5, 2)],
  ['gather: expected index, got float32[2]', (g) => layout.gather(g, f(g, 4), f(g, 2))],
  ['gather: expected rows, got float32[]', (g) => layout.gather(g, f(g), n(g, 2))],
  [
    'gatherLast: expected [2, 1], got int64[3, 1]',
    (g) => layout.gatherLast(g, f(g, 2, 4), n(g, 3, 1)),
  ],
  ['gatherLast: expected [2, 4], got int64[4]', (g) => layout.gatherLast(g, f(g, 2, 4), n(g, 4))],
  [
    'scatterRows: expected index, got float32[2]',
    (g) => layout.scatterRows(g, 3, f(g, 2), f(g, 2, 4)),
  ],
  [
    'scatterRows: expected [2, 4], got float32[3, 4]',
    (g) => layout.scatterRows(g, 3, n(g, 2), f(g, 3, 4)),
  ],
  [
    'scatterLast: expected [2, 3], got float32[2, 1]',
    (g) => layout.scatterLast(g, [2, 5], n(g, 2, 3), f(g, 2, 1)),
  ],
]

const REGIONS: readonly Misuse[] = [
  ['matmul: float32[2, 3] times float32[2, 3]', (g) => matmul(g, f(g, 2, 3), f(g, 2, 3))],
  ['matmul: float32[2] times float32[2, 3]', (g) => matmul(g, f(g, 2), f(g, 2, 3))],
  ['matmul: float32[4, 2, 3] times float32[3, 2]', (g) => matmul(g, f(g, 4, 2, 3), f(g, 3, 2))],
  [
    'matmul: float32[2, 3] times float64[3, 2]',
    (g) => matmul(g, f(g, 2, 3), x(g, 'float64', 3, 2)),
  ],
  ['matmul: expected float, got int64[2, 2]', (g) => matmul(g, n(g, 2, 2), n(g, 2, 2))],
  ['rmsNorm: weight: expected [4], got float32[3]', (g) => rmsNorm(g, f(g, 2, 4), f(g, 3), 1e-5)],
  ['swiglu: up: expected [2, 3], got float32[3]', (g) => swiglu(g, f(g, 2, 3), f(g, 3))],
  [
    'expected four axes, got float32[3, 4]',
    (g) => rotary(g, f(g, 3, 4), n(g, 1, 3), f(g, 8, 2), f(g, 8, 2)),
  ],
  [
    'rotary: cos: expected [8, 2], got float32[8, 4]',
    (g) => rotary(g, f(g, 1, 2, 3, 4), n(g, 1, 3), f(g, 8, 4), f(g, 8, 4)),
  ],
  [
    'rotary: positions: expected [1, 3], got int64[3]',
    (g) => rotary(g, f(g, 1, 2, 3, 4), n(g, 3), f(g, 8, 2), f(g, 8, 2)),
  ],
  [
    'attention: float32[1, 4, 2, 8] cannot be grouped over the heads of float32[1, 3, 2, 8]',
    (g) => attention(g, f(g, 1, 4, 2, 8), f(g, 1, 3, 2, 8), f(g, 1, 3, 2, 8), f(g, 1, 1, 2, 2)),
  ],
  [
    'attention: v: expected [1, 2, 2, 8], got float32[1, 1, 2, 8]',
    (g) => attention(g, f(g, 1, 4, 2, 8), f(g, 1, 2, 2, 8), f(g, 1, 1, 2, 8), f(g, 1, 1, 2, 2)),
  ],
  [
    'attention: mask: expected [1, 4, 2, 2], got float32[3, 4, 2, 2]',
    (g) => attention(g, f(g, 1, 4, 2, 8), f(g, 1, 2, 2, 8), f(g, 1, 2, 2, 8), f(g, 3, 1, 2, 2)),
  ],
]

const stats = (g: Graph) => tokenStats(g, f(g, 3, 5), n(g, 3))

const LOSSES: readonly Misuse[] = [
  [
    'tokenStats: logits: expected [2, 5], got float32[2, 3, 5]',
    (g) => tokenStats(g, f(g, 2, 3, 5), n(g, 6)),
  ],
  ['reshape: int64[4] to [3, 1]', (g) => tokenStats(g, f(g, 3, 5), n(g, 4))],
  // Broadcast, a column of weights would sum over all pairs of positions.
  [
    'crossEntropy: weights: expected [3], got float32[3, 1]',
    (g) => crossEntropy(g, stats(g), f(g, 3, 1)),
  ],
  ['klToReference: reference: expected [3, 5]', (g) => klToReference(g, stats(g), f(g, 5))],
  [
    'ratios: old: expected [3], got float32[3, 1]',
    (g) => {
      const clips = { clipLow: f(g, 3), clipHigh: f(g, 3) }
      return ppoClip(g, stats(g), { old: f(g, 3, 1), advantages: f(g, 3), ...clips })
    },
  ],
  [
    'ppoClip: clipHigh: expected [3], got float32[]',
    (g) => {
      const clips = { clipLow: f(g, 3), clipHigh: f(g) }
      return ppoClip(g, stats(g), { old: f(g, 3), advantages: f(g, 3), ...clips })
    },
  ],
]

const numbers = (g: Graph) => ({
  learningRate: f(g),
  decay: f(g),
  beta1: f(g),
  beta2: f(g),
  correction1: f(g),
  correction2: f(g),
  eps: f(g),
  maxNorm: f(g),
})

const OPTIMISER: readonly Misuse[] = [
  ['globalNorm: no gradients', (g) => globalNorm(g, [])],
  [
    'adamw: gradient: expected [2, 3], got float32[3]',
    (g) => {
      const moments = { first: f(g, 2, 3), second: f(g, 2, 3), decayed: true }
      return adamw(g, { weight: f(g, 2, 3), gradient: f(g, 3), ...moments }, f(g), numbers(g))
    },
  ],
]

const BUILDER: readonly Misuse[] = [
  ['input a: named twice', (g) => [input(g, 'a', 'float32', []), input(g, 'a', 'float32', [])]],
  ['input a: expected sizes, got [2, -1]', (g) => input(g, 'a', 'float32', [2, -1])],
  ['input a: expected sizes, got [0.5]', (g) => input(g, 'a', 'float32', [0.5])],
  ['output y: named twice', (g) => [output(g, f(g, 1), 'y'), output(g, f(g, 1), 'y')]],
  ['output in0: named twice', (g) => output(g, f(g, 1), 'in0')],
  ['constant: 2 numbers for shape [3]', (g) => constant(g, 'float32', [3], [1, 2])],
  ['constant: no encoder for bfloat16', (g) => constant(g, 'bfloat16', [1], [1])],
]

describe('a graph refuses', () => {
  const misuses = [
    ...ELEMENTWISE,
    ...REDUCING,
    ...LAYOUT,
    ...REGIONS,
    ...LOSSES,
    ...OPTIMISER,
    ...BUILDER,
  ]

  it.each(misuses)('%s', (message, use) => {
    expect(() => use(createGraph('cpu'))).toThrow(message)
  })

  it('nothing for long after a region failed: the tape goes on', () => {
    const g = createGraph('cpu')
    const failing = (): never => {
      throw new Error('inside')
    }
    expect(() => region(g, 'any', [], failing)).toThrow('inside')
    ops.exp(g, f(g, 2))
    expect(g.tape.map((entry) => entry.rule)).toEqual(['Exp'])
  })
})
