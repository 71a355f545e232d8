import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createGraph,
  type Graph,
  input,
  output,
  type Target,
} from '../../../electron/graph/graph.ts'
import { attention, rmsNorm, rotary, silu, swiglu } from '../../../electron/graph/layers.ts'
import * as ops from '../../../electron/graph/ops.ts'
import * as layout from '../../../electron/graph/ops-layout.ts'
import { matmul } from '../../../electron/graph/ops-matmul.ts'
import { elementCount, type Value } from '../../../electron/graph/value.ts'
import {
  type Numbers,
  numbersOf,
  relativeError,
  runGraph,
  seeded,
} from '../../gradcheck/harness.ts'

type Operand = readonly [shape: readonly number[], numbers: Numbers, dtype?: 'float32' | 'int64']

const random = seeded(21)
const noise = (...shape: number[]): Operand => [
  shape,
  Array.from({ length: elementCount(shape) }, () => Math.fround(3 * random() - 1.5)),
]
const whole = (shape: readonly number[], numbers: Numbers): Operand => [shape, numbers, 'int64']

async function evaluate(
  target: Target,
  operands: readonly Operand[],
  build: (g: Graph, ...values: [Value, Value, Value, Value]) => Value | Value[],
): Promise<number[]> {
  const g = createGraph(target)
  const values = operands.map(([shape, , dtype = 'float32'], index) =>
    input(g, `x${index}`, dtype, shape),
  )
  const [a, b = a, c = a, d = a] = values
  if (a === undefined || b === undefined || c === undefined || d === undefined)
    throw new Error('no operand')
  const results = [build(g, a, b, c, d)].flat()
  results.forEach((value, index) => output(g, value, `y${index}`))
  const feeds = Object.fromEntries(operands.map(([, numbers], index) => [`x${index}`, numbers]))
  const found = await runGraph(g, feeds)
  return results.flatMap((_, index) => numbersOf(found, `y${index}`))
}

const at = (numbers: Numbers, index: number): number => numbers[index] ?? NaN
const rowsOf = (numbers: Numbers, size: number): number[][] =>
  Array.from({ length: numbers.length / size }, (_, row) =>
    numbers.slice(row * size, (row + 1) * size),
  )
const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
const total = (numbers: Numbers): number => numbers.reduce((a, b) => a + b, 0)

function softmaxOf(row: Numbers): number[] {
  const shift = Math.max(...row)
  const exps = row.map((x) => Math.exp(x - shift))
  return exps.map((x) => x / total(exps))
}

/** One query head at a time, as it is written in the paper. */
function plainAttention(
  [q, k, v, mask]: [Numbers, Numbers, Numbers, Numbers],
  [B, H, Hk, T, D]: [number, number, number, number, number],
): number[] {
  const vector = (x: Numbers, heads: number, b: number, h: number, t: number): Numbers => {
    const start = ((b * heads + h) * T + t) * D
    return x.slice(start, start + D)
  }
  return range(B).flatMap((b) =>
    range(H).flatMap((h) => {
      const kv = Math.floor((h * Hk) / H)
      return range(T).flatMap((t) => {
        const query = vector(q, H, b, h, t)
        const scores = range(T).map((s) => {
          const dot = total(vector(k, Hk, b, kv, s).map((x, index) => x * at(query, index)))
          return dot / Math.sqrt(D) + at(mask, (b * T + t) * T + s)
        })
        const weights = softmaxOf(scores)
        return range(D).map((index) =>
          total(weights.map((weight, s) => weight * at(vector(v, Hk, b, kv, s), index))),
        )
      })
    }),
  )
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

describe.each(['cpu', 'webgpu'] as const)('on %s', (target) => {
  it.each([
    [1, 1],
    [4, 4],
    [4, 2],
    [6, 2],
    [3, 1],
  ])(
    'attention with %i query and %i key heads equals the plain loops, masks included',
    async (H, Hk) => {
      const [B, T, D] = [2, 3, 4]
      const q = noise(B, H, T, D)
      const [k, v] = [noise(B, Hk, T, D), noise(B, Hk, T, D)]
      // Causal in the first row; the second row hides position 0 from position 2 as well.
      const hidden = range(B * T * T).map((index) => {
        const [b, t, s] = [Math.floor(index / (T * T)), Math.floor(index / T) % T, index % T]
        return s > t || (b === 1 && t === 2 && s === 0) ? -1e9 : 0
      })
      const found = await evaluate(target, [q, k, v, [[B, 1, T, T], hidden]], attention)
      const plain = plainAttention([q[1], k[1], v[1], hidden], [B, H, Hk, T, D])
      expect(relativeError(found, plain)).toBeLessThan(1e-6)
    },
  )

  it('rmsNorm divides each row by its root mean square', async () => {
    const [x, weight] = [noise(2, 3, 4), noise(4)]
    const found = await evaluate(target, [x, weight], (g, a, b) => rmsNorm(g, a, b, 0.01))
    const plain = rowsOf(x[1], 4).flatMap((row) => {
      const scale = 1 / Math.sqrt(total(row.map((value) => value * value)) / 4 + 0.01)
      return row.map((value, index) => value * scale * at(weight[1], index))
    })
    expect(relativeError(found, plain)).toBeLessThan(1e-6)
  })

  it('rotary turns element i and i + D / 2 together by the angle of the position', async () => {
    const [B, H, T, D] = [2, 2, 3, 4]
    const x = noise(B, H, T, D)
    const positions = [0, 1, 2, 4, 4, 3]
    const angles = range(5 * 2).map((index) => Math.floor(index / 2) * (index % 2 === 0 ? 1 : 0.01))
    const tables = [[5, 2], angles.map(Math.cos)] as const
    const sines = [[5, 2], angles.map(Math.sin)] as const
    const operands = [x, whole([B, T], positions), tables, sines]
    const found = await evaluate(target, operands, rotary)
    const plain = rowsOf(x[1], D).flatMap((row, index) => {
      const [b, t] = [Math.floor(index / (H * T)), index % T]
      return range(D).map((d) => {
        const angle = at(angles, at(positions, b * T + t) * 2 + (d % 2))
        const other = d < D / 2 ? -at(row, d + D / 2) : at(row, d - D / 2)
        return at(row, d) * Math.cos(angle) + other * Math.sin(angle)
      })
    })
    expect(relativeError(found, plain)).toBeLessThan(1e-6)
  })

  it('silu and swiglu multiply by the sigmoid', async () => {
    const [gate, up] = [noise(2, 5), noise(2, 5)]
    const plain = gate[1].map((x) => x * sigmoid(x))
    expect(relativeError(await evaluate(target, [gate], silu), plain)).toBeLessThan(1e-6)
    const gated = plain.map((x, index) => x * at(up[1], index))
    expect(relativeError(await evaluate(target, [gate, up], swiglu), gated)).toBeLessThan(1e-6)
  })

  it('softmax and its logarithm work along the last axis, at any magnitude', async () => {
    const numbers = [1, 2, 3, -1000, 0, 1000, 88, 89, 90, 5, 5, 5]
    const x: Operand = [[2, 2, 3], numbers]
    const plain = rowsOf(numbers, 3).flatMap(softmaxOf)
    expect(relativeError(await evaluate(target, [x], ops.softmax), plain)).toBeLessThan(1e-6)
    const logs = rowsOf(numbers, 3).flatMap((row) => {
      const shift = Math.max(...row)
      const sum = Math.log(total(row.map((value) => Math.exp(value - shift))))
      return row.map((value) => value - shift - sum)
    })
    const found = await evaluate(target, [x], ops.logSoftmax)
    found.forEach((value, index) => expect(value).toBeCloseTo(at(logs, index), 3))
  })

  it('matmul multiplies matrices of random sizes, transposed or not, in batches or alone', async () => {
    const size = fc.integer({ min: 1, max: 5 })
    const flags = fc.record({ transA: fc.boolean(), transB: fc.boolean(), batched: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(size, size, size, flags, async (M, K, N, { transA, transB, batched }) => {
        const batch = batched ? [2] : []
        const a = noise(...batch, ...(transA ? [K, M] : [M, K]))
        const b = noise(...batch, ...(transB ? [N, K] : [K, N]))
        const options = { transA, transB, alpha: 0.5 }
        const found = await evaluate(target, [a, b], (g, x, y) => matmul(g, x, y, options))
        const plain = range(batched ? 2 : 1).flatMap((n) =>
          range(M * N).map((index) => {
            const [m, column] = [Math.floor(index / N), index % N]
            const left = (k: number): number => n * M * K + (transA ? k * M + m : m * K + k)
            const right = (k: number): number =>
              n * K * N + (transB ? column * K + k : k * N + column)
            return 0.5 * total(range(K).map((k) => at(a[1], left(k)) * at(b[1], right(k))))
          }),
        )
        expect(relativeError(found, plain)).toBeLessThan(1e-6)
      }),
      { numRuns: 30, seed: 6 },
    )
  })
})

describe('moving data', () => {
  const x: Operand = [
    [2, 3],
    [1, 2, 3, 4, 5, 6],
  ]
  const moves: [
    string,
    readonly Operand[],
    (g: Graph, a: Value, b: Value) => Value | Value[],
    Numbers,
  ][] = [
    ['transpose', [x], (g, a) => layout.transpose(g, a, [1, 0]), [1, 4, 2, 5, 3, 6]],
    ['reshape', [x], (g, a) => layout.reshape(g, a, [-1, 2]), [1, 2, 3, 4, 5, 6]],
    ['slice', [x], (g, a) => layout.slice(g, a, 1, 1, 3), [2, 3, 5, 6]],
    ['split', [x], (g, a) => layout.split(g, a, [1, 2], -1), [1, 4, 2, 3, 5, 6]],
    [
      'concat',
      [
        x,
        [
          [2, 1],
          [7, 8],
        ],
      ],
      (g, a, b) => layout.concat(g, [a, b], 1),
      [1, 2, 3, 7, 4, 5, 6, 8],
    ],
    [
      'expand',
      [
        [
          [2, 1],
          [7, 8],
        ],
      ],
      (g, a) => layout.expand(g, a, [2, 2]),
      [7, 7, 8, 8],
    ],
    ['gather', [x, whole([3], [1, 0, 1])], layout.gather, [4, 5, 6, 1, 2, 3, 4, 5, 6]],
    ['gatherLast', [x, whole([2, 2], [2, 2, 0, 1])], layout.gatherLast, [3, 3, 4, 5]],
    [
      'scatterRows',
      [x, whole([2], [2, 2])],
      (g, a, b) => layout.scatterRows(g, 3, b, a),
      [0, 0, 0, 0, 0, 0, 5, 7, 9],
    ],
    [
      'scatterLast',
      [x, whole([2, 3], [3, 0, 3, 1, 1, 1])],
      (g, a, b) => layout.scatterLast(g, [2, 4], b, a),
      [2, 0, 0, 4, 0, 15, 0, 0],
    ],
    ['zerosLike', [x], (g, a) => layout.zerosLike(g, a), [0, 0, 0, 0, 0, 0]],
    ['reduceSum', [x], (g, a) => ops.reduceSum(g, a, [0]), [5, 7, 9]],
    ['reduceMean', [x], (g, a) => ops.reduceMean(g, a, [-1], false), [2, 5]],
    ['reduceMax', [x], (g, a) => ops.reduceMax(g, a, [0, 1]), [6]],
    ['reduceSumSquare', [x], (g, a) => ops.reduceSumSquare(g, a, [1]), [14, 77]],
    ['cast', [[[3], [1.75, -1.75, 0]]], (g, a) => ops.cast(g, a, 'int32'), [1, -1, 0]],
  ]

  it.each(moves)(
    '%s puts every number where it belongs',
    async (_name, operands, build, expected) => {
      expect(await evaluate('cpu', operands, build)).toEqual(expected)
    },
  )
})
