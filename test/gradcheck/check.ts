/**
 * Compares gradients of a small graph with central differences of its forward pass.
 * The output y is contracted with fixed random weights in JavaScript, in float64, so that all of the Jacobian takes part.
 */
import { gradients } from '../../electron/graph/autodiff.ts'
import { createGraph, type Graph, input, output, type Target } from '../../electron/graph/graph.ts'
import { type DType, elementCount, type Value } from '../../electron/graph/value.ts'
import {
  type Feeds,
  type Numbers,
  numbersOf,
  openGraph,
  relativeError,
  runGraph,
  seeded,
} from './harness.ts'

export type Operand = {
  readonly shape: readonly number[]
  /** From a uniform number in [0, 1) and the element's index. Default: -1.5 to 1.5. */
  readonly from?: (uniform: number, index: number) => number
}

export type Row = {
  readonly name: string
  readonly operands: readonly Operand[]
  readonly build: (g: Graph, operands: readonly Value[]) => Value
  /** No float64 kernel: differences are taken in float32 with this step. */
  readonly float32Step?: number
}

export type Checked = {
  /** Against central differences. */
  readonly differences: number
  /** float32 gradients of the cpu and webgpu lowerings, on the CPU provider, against the finest gradients. */
  readonly cpu: number
  readonly webgpu: number
}

const FLOAT64_STEP = 1e-4

/** The largest relative errors of one row. */
export async function check(row: Row, seed: number): Promise<Checked> {
  const numbers = operandNumbers(row, seed)
  const dtype = row.float32Step === undefined ? 'float64' : 'float32'
  const finest = await analytic(row, dtype, 'cpu', numbers, seed)
  const numeric = await differences(row, dtype, numbers, seed)
  return {
    differences: worst(finest, numeric),
    cpu: worst(await analytic(row, 'float32', 'cpu', numbers, seed), finest),
    webgpu: worst(await analytic(row, 'float32', 'webgpu', numbers, seed), finest),
  }
}

/** Numbers of every operand, rounded to float32 so that every element type sees the same ones. */
export function operandNumbers(row: Row, seed: number): number[][] {
  const random = seeded(seed)
  return row.operands.map(({ shape, from = (uniform) => 3 * uniform - 1.5 }) =>
    Array.from({ length: elementCount(shape) }, (_, index) => Math.fround(from(random(), index))),
  )
}

/** Weights of the contraction with y. */
export function contraction(y: Value, seed: number): number[] {
  const random = seeded(seed + 1)
  return Array.from({ length: elementCount(y.shape) }, () => Math.fround(2 * random() - 1))
}

export type Appended = {
  readonly y: Value
  readonly feeds: Feeds
  readonly names: readonly string[]
  readonly operands: readonly Value[]
}

/** Adds the row's forward pass to g, its inputs named after prefix. */
export function appendForward(
  g: Graph,
  row: Row,
  dtype: DType,
  numbers: readonly Numbers[],
  prefix = '',
): Appended {
  const names = row.operands.map((_, index) => `${prefix}x${index}`)
  const operands = row.operands.map(({ shape }, index) =>
    input(g, `${prefix}x${index}`, dtype, shape),
  )
  const feeds = Object.fromEntries(names.map((name, index) => [name, numbers[index] ?? []]))
  return { y: row.build(g, operands), feeds, names, operands }
}

/** Adds forward and backward pass; the gradients become outputs `d NAME`. */
export function appendGradients(
  g: Graph,
  row: Row,
  dtype: DType,
  numbers: readonly Numbers[],
  seed: number,
  prefix = '',
): Appended {
  const forward = appendForward(g, row, dtype, numbers, prefix)
  const upstream = input(g, `${prefix}upstream`, forward.y.dtype, forward.y.shape)
  gradients(g, forward.y, forward.operands, upstream).forEach((gradient, index) => {
    if (gradient === null) throw new Error(`${row.name}: operand ${index} has no gradient`)
    output(g, gradient, `d ${prefix}x${index}`)
  })
  const feeds = { ...forward.feeds, [upstream.name]: contraction(forward.y, seed) }
  return { ...forward, feeds }
}

async function analytic(
  row: Row,
  dtype: DType,
  target: Target,
  numbers: readonly Numbers[],
  seed: number,
): Promise<number[][]> {
  const g = createGraph(target)
  const { feeds, names } = appendGradients(g, row, dtype, numbers, seed)
  const results = await runGraph(g, feeds)
  return names.map((name) => numbersOf(results, `d ${name}`))
}

/** Fourth-order central differences in each element. */
async function differences(
  row: Row,
  dtype: DType,
  numbers: readonly Numbers[],
  seed: number,
): Promise<number[][]> {
  const g = createGraph('cpu')
  const { y, feeds, names } = appendForward(g, row, dtype, numbers)
  output(g, y, 'y')
  const weights = contraction(y, seed)
  const runner = await openGraph(g)
  const loss = async (name: string, index: number, x: number): Promise<number> => {
    const moved = { ...feeds, [name]: (feeds[name] ?? []).with(index, x) }
    const found = numbersOf(await runner.run(moved), 'y')
    return found.reduce((sum, value, at) => sum + value * (weights[at] ?? NaN), 0)
  }
  const step = row.float32Step ?? FLOAT64_STEP
  const slope = async (name: string, index: number, x: number): Promise<number> => {
    const near = (await loss(name, index, x + step)) - (await loss(name, index, x - step))
    const far = (await loss(name, index, x + 2 * step)) - (await loss(name, index, x - 2 * step))
    return (8 * near - far) / (12 * step)
  }
  const slopes: number[][] = []
  for (const name of names) {
    const column: number[] = []
    for (const [index, x] of (feeds[name] ?? []).entries()) column.push(await slope(name, index, x))
    slopes.push(column)
  }
  await runner.release()
  return slopes
}

function worst(found: readonly Numbers[], expected: readonly Numbers[]): number {
  return Math.max(...found.map((numbers, index) => relativeError(numbers, expected[index] ?? [])))
}
