/**
 * Reverse-mode autodiff: one walk over the tape, backwards, through the table of rules.
 * Gradients of broadcast operands are summed back to the operand's shape here and nowhere else.
 */
import { repeatedAxes } from './broadcast.ts'
import { GRADIENTS } from './gradients.ts'
import { expectShape, type Graph, scalar, type TapeEntry } from './graph.ts'
import { add, reduceSum } from './ops.ts'
import { expand, reshape } from './ops-layout.ts'
import { elementCount, expectKind, isFloat, sameShape, show, type Value } from './value.ts'

/**
 * Appends to g the gradients of loss with respect to targets; seed is d loss, default 1 for one element.
 * A target that the loss does not depend on gets null. Throws when a rule is missing, naming the op.
 */
export function gradients(
  g: Graph,
  loss: Value,
  targets: readonly Value[],
  seed?: Value,
): (Value | null)[] {
  for (const value of [loss, ...targets]) expectKind('gradients', value, 'float')
  if (seed !== undefined) expectShape('gradients: seed', seed, loss.shape)
  else if (elementCount(loss.shape) !== 1) {
    throw new RangeError(`gradients: expected one element or a seed, got ${show(loss)}`)
  }
  const needed = reachable(g.tape, targets)
  const grads = new Map<string, Value>()
  grads.set(loss.name, seed ?? expand(g, scalar(g, loss.dtype, 1), loss.shape))
  for (const entry of g.tape.toReversed()) backward(g, entry, needed, grads)
  return targets.map((target) => grads.get(target.name) ?? null)
}

/** Names of values on a path from a target: only these need a gradient. */
function reachable(tape: readonly TapeEntry[], targets: readonly Value[]): ReadonlySet<string> {
  const names = new Set(targets.map((target) => target.name))
  for (const entry of tape) {
    if (!entry.inputs.some((value) => value !== null && names.has(value.name))) continue
    for (const value of entry.outputs) if (isFloat(value)) names.add(value.name)
  }
  return names
}

function backward(
  g: Graph,
  entry: TapeEntry,
  needed: ReadonlySet<string>,
  grads: Map<string, Value>,
): void {
  const upstream = entry.outputs.map((value) => grads.get(value.name) ?? null)
  if (upstream.every((value) => value === null)) return
  const wanted = entry.inputs.map((value) => value !== null && needed.has(value.name))
  if (!wanted.includes(true)) return
  const rule = GRADIENTS[entry.rule]
  if (rule === undefined) throw new Error(`${entry.rule}: no gradient rule`)
  const found = rule({ g, entry, upstream, wanted })
  entry.inputs.forEach((value, index) => {
    if (value === null || wanted[index] !== true) return
    const grad = found[index]
    if (grad == null) throw new Error(`${entry.rule}: no gradient for input ${index}`)
    accumulate(g, grads, value, unbroadcast(g, grad, value.shape))
  })
}

function accumulate(g: Graph, grads: Map<string, Value>, value: Value, grad: Value): void {
  const known = grads.get(value.name)
  grads.set(value.name, known === undefined ? grad : add(g, known, grad))
}

/** Sums grad over the axes along which a value of this shape was repeated. */
export function unbroadcast(g: Graph, grad: Value, shape: readonly number[]): Value {
  if (sameShape(grad.shape, shape)) return grad
  const axes = repeatedAxes(shape, grad.shape)
  return reshape(g, axes.length === 0 ? grad : reduceSum(g, grad, axes), shape)
}
