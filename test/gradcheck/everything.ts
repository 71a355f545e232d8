/**
 * One graph that holds the forward and backward pass of every row that WebGPU can run, and an AdamW update: what
 * the comparison of providers runs, since a session per row would take minutes on a software GPU.
 */
import { adamw, clipFactor, globalNorm } from '../../electron/graph/adamw.ts'
import { createGraph, type Graph, input, output, type Target } from '../../electron/graph/graph.ts'
import { appendGradients, operandNumbers, type Row } from './check.ts'
import { type Feeds, type Numbers, seeded } from './harness.ts'
import { lossRows, oldLogprobs } from './losses.ts'
import { ROWS } from './rows.ts'

const SEED = 11

export type Everything = {
  readonly g: Graph
  readonly feeds: Feeds
  /** Prefix of the outputs of a row -> its name. */
  readonly rows: ReadonlyMap<string, string>
  /** Rows left out, since WebGPU has no kernel for what they need. */
  readonly left: readonly string[]
}

type Named = { readonly name: string; readonly row: Row }

function namedRows(): Named[] {
  const rules = Object.entries(ROWS).flatMap(([rule, rows]) =>
    rows.map((row) => ({ name: `${rule}: ${row.name}`, row })),
  )
  const [first] = lossRows([0, 0, 0, 0, 0, 0])
  const logits = first === undefined ? [] : (operandNumbers(first, SEED)[0] ?? [])
  const losses = lossRows(oldLogprobs(logits)).map((row) => ({ name: `loss: ${row.name}`, row }))
  return [...rules, ...losses]
}

/** WebGPU has neither 64-bit floats nor a Reshape of int64. */
export function needsCpu(g: Graph): boolean {
  return g.nodes.some((node) => {
    const [first] = node.inputs
    const dtypes = node.outputs.map((value) => value.dtype)
    return dtypes.includes('float64') || (node.op === 'Reshape' && first?.dtype === 'int64')
  })
}

export function everything(target: Target): Everything {
  const g = createGraph(target)
  const feeds: Record<string, Numbers> = {}
  const rows = new Map<string, string>()
  const left: string[] = []
  for (const [index, { name, row }] of namedRows().entries()) {
    const numbers = operandNumbers(row, SEED)
    const alone = createGraph(target)
    appendGradients(alone, row, 'float32', numbers, SEED)
    if (needsCpu(alone)) {
      left.push(name)
      continue
    }
    const prefix = `row${index}.`
    const { y, feeds: own } = appendGradients(g, row, 'float32', numbers, SEED, prefix)
    output(g, y, `${prefix}y`)
    rows.set(prefix, name)
    Object.assign(feeds, own)
  }
  rows.set('adamw.', 'adamw')
  Object.assign(feeds, appendUpdate(g))
  return { g, feeds, rows, left }
}

/** One clipped AdamW step over two tensors. */
function appendUpdate(g: Graph): Feeds {
  const random = seeded(SEED)
  const feeds: Record<string, Numbers> = {}
  const take = (name: string, shape: readonly number[], from: (x: number) => number) => {
    const count = shape.reduce((product, size) => product * size, 1)
    feeds[`adamw.${name}`] = Array.from({ length: count }, () => from(random()))
    return input(g, `adamw.${name}`, 'float32', shape)
  }
  const tensors = [[4, 3], [5]].map((shape, index) => ({
    weight: take(`weight${index}`, shape, (x) => x - 0.5),
    gradient: take(`gradient${index}`, shape, (x) => 4 * x - 2),
    first: take(`first${index}`, shape, (x) => x - 0.5),
    second: take(`second${index}`, shape, (x) => x),
    decayed: index === 0,
  }))
  const number = (name: string, x: number) => take(name, [], () => x)
  const scalars = {
    learningRate: number('learningRate', 0.01),
    decay: number('decay', 0.999),
    beta1: number('beta1', 0.9),
    beta2: number('beta2', 0.95),
    correction1: number('correction1', 0.19),
    correction2: number('correction2', 0.0975),
    eps: number('eps', 1e-8),
    maxNorm: number('maxNorm', 1),
  }
  const norm = globalNorm(
    g,
    tensors.map(({ gradient }) => gradient),
  )
  output(g, norm, 'adamw.norm')
  const factor = clipFactor(g, norm, scalars.maxNorm)
  tensors.forEach((tensor, index) => {
    const next = adamw(g, tensor, factor, scalars)
    output(g, next.weight, `adamw.next.weight${index}`)
    output(g, next.first, `adamw.next.first${index}`)
    output(g, next.second, `adamw.next.second${index}`)
  })
  return feeds
}
