/**
 * How much memory a run of a graph takes besides its inputs and constants: nodes in the order in which ONNX Runtime
 * runs them, every value alive from its node to its last reader. Pure; what estimates of memory rest on.
 * Source of the order: onnxruntime 1.30, Graph::ReverseDFSFrom as GraphViewer calls it (from the last leaf back,
 * later inputs first).
 */
import type { Graph, Node } from './graph.ts'
import { namesRead, scheduled } from './schedule.ts'
import { type DType, elementCount, type Value } from './value.ts'

const BYTES: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
  uint8: 1,
  uint4: 0.5,
}

export const bytesOf = ({ dtype, shape }: Value): number => elementCount(shape) * BYTES[dtype]

/** Outputs that are their first input under another name. */
const VIEWS: ReadonlySet<string> = new Set(['Reshape', 'Identity', 'Squeeze', 'Unsqueeze'])
/** Outputs that may take the place of an input of the same size which nobody reads any more. */
const IN_PLACE: ReadonlySet<string> = new Set([
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Neg',
  'Exp',
  'Log',
  'Sqrt',
  'Reciprocal',
  'Sigmoid',
  'Softmax',
  'LogSoftmax',
  'ScatterND',
  'ScatterElements',
])

/** Nodes in the order in which they run. */
export function executionOrder(g: Graph): Node[] {
  const producers = new Map<string, number>()
  g.nodes.forEach((node, index) => node.outputs.forEach(({ name }) => producers.set(name, index)))
  const read = new Set<number>()
  const reads = g.nodes.map((node) => {
    const from: number[] = []
    for (const name of namesRead(node)) {
      const producer = producers.get(name)
      if (producer === undefined) continue
      from.push(producer)
      read.add(producer)
    }
    return from.sort((a, b) => a - b)
  })
  const stack = g.nodes.flatMap((_, index) => (read.has(index) ? [] : [{ index, done: false }]))
  const entered = new Set<number>()
  const order: Node[] = []
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { index, done } = top
    const node = g.nodes[index]
    if (node === undefined || (!done && entered.has(index))) continue
    if (done) {
      order.push(node)
      continue
    }
    entered.add(index)
    stack.push({ index, done: true })
    for (const from of reads[index] ?? []) stack.push({ index: from, done: false })
  }
  return order
}

/** The most bytes alive at once. outside: names of outputs that are written into memory of the caller. */
export function peakBytes(g: Graph, outside: (name: string) => boolean = () => false): number {
  let now = 0
  let peak = 0
  watchRun(g, outside, {
    born: (bytes) => (now += bytes),
    gone: (bytes) => (now -= bytes),
    ran: (node) => (peak = Math.max(peak, now + bodyPeak(node))),
  })
  return peak
}

/** The same where memory is kept by size for the next value of that very size, as a device's buffers are. */
export function keptBytes(g: Graph, outside: (name: string) => boolean = () => false): number {
  const alive = new Map<number, number>()
  const most = new Map<number, number>()
  const change = (bytes: number, by: number): void => {
    const count = (alive.get(bytes) ?? 0) + by
    alive.set(bytes, count)
    most.set(bytes, Math.max(count, most.get(bytes) ?? 0))
  }
  watchRun(g, outside, {
    born: (bytes) => change(bytes, 1),
    gone: (bytes) => change(bytes, -1),
    ran: () => {},
  })
  return [...most].reduce((sum, [bytes, count]) => sum + bytes * count, 0)
}

type Watch = {
  readonly born: (bytes: number) => void
  readonly gone: (bytes: number) => void
  /** A node has run: its outputs are there, and its inputs still are. */
  readonly ran: (node: Node) => void
}

/** One run of a graph, as it takes and gives back memory. */
function watchRun(given: Graph, outside: (name: string) => boolean, watch: Watch): void {
  const g = scheduled(given)
  const order = executionOrder(g)
  const { roots, last } = lifetimes(g, order)
  const alive = new Map<string, number>()
  const end = (name: string): void => {
    const bytes = alive.get(name)
    if (bytes !== undefined) watch.gone(bytes)
    alive.delete(name)
  }
  const dying = Map.groupBy(last, ([, at]) => at)
  order.forEach((node, at) => {
    const reused = takenOver(node, at, last, alive)
    for (const value of node.outputs) {
      if (roots.has(value.name) || outside(value.name)) continue
      const bytes = bytesOf(value)
      if (reused !== null && bytes === alive.get(reused)) end(reused)
      alive.set(value.name, bytes)
      watch.born(bytes)
    }
    watch.ran(node)
    for (const [name] of dying.get(at) ?? []) end(name)
  })
}

/** roots: values that are views of others; last: when each value that owns memory is read for the last time. */
function lifetimes(g: Graph, order: readonly Node[]) {
  const roots = new Map<string, string>()
  const last = new Map<string, number>()
  const owner = (name: string): string => roots.get(name) ?? name
  order.forEach((node, at) => {
    const [first] = node.inputs
    if (VIEWS.has(node.op) && first != null) {
      for (const { name } of node.outputs) roots.set(name, owner(first.name))
    }
    for (const { name } of node.outputs) if (!roots.has(name)) last.set(name, at)
    for (const name of namesRead(node)) if (last.has(owner(name))) last.set(owner(name), at)
  })
  for (const { name } of g.outputs) if (last.has(owner(name))) last.set(owner(name), order.length)
  return { roots, last }
}

/** The input whose memory the node's output takes, if any. */
function takenOver(
  node: Node,
  at: number,
  last: ReadonlyMap<string, number>,
  alive: ReadonlyMap<string, number>,
): string | null {
  if (!IN_PLACE.has(node.op)) return null
  const [size] = node.outputs.map(bytesOf)
  const found = node.inputs.find(
    (value) => value !== null && alive.get(value.name) === size && last.get(value.name) === at,
  )
  return found?.name ?? null
}

/** A Loop holds what one turn of its body does. */
function bodyPeak(node: Node): number {
  return Object.values(node.attributes).reduce(
    (sum, attribute) => (attribute.kind === 'graph' ? sum + peakBytes(attribute.value) : sum),
    0,
  )
}
