/**
 * Reverse-mode autodiff: one walk over the tape, backwards, through the table of rules.
 * Gradients of broadcast operands are summed back to the operand's shape here and nowhere else.
 */
import { repeatedAxes } from './broadcast.ts'
import { GRADIENTS } from './gradients.ts'
import { expectShape, type Graph, scalar, type TapeEntry } from './graph.ts'
import { add, reduceSum, scale } from './ops.ts'
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
  const grads = new Map<string, Value>()
  grads.set(loss.name, seed ?? expand(g, scalar(g, loss.dtype, 1), loss.shape))
  return walk(g, g.tape, targets, grads)
}

/** grads: what is known, by name; one gradient per target comes back. */
function walk(
  g: Graph,
  tape: readonly TapeEntry[],
  targets: readonly Value[],
  grads: Map<string, Value>,
): (Value | null)[] {
  const needed = reachable(tape, targets)
  for (const entry of tape.toReversed()) backward(g, entry, needed, grads)
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
  const found = gradientsOf(g, entry, upstream, wanted)
  entry.inputs.forEach((value, index) => {
    if (value === null || wanted[index] !== true) return
    const grad = found[index]
    // A checkpoint names all that it may depend on.
    if (grad == null && entry.rebuild !== undefined) return
    if (grad == null) throw new Error(`${entry.rule}: no gradient for input ${index}`)
    accumulate(g, grads, value, unbroadcast(g, grad, value.shape))
  })
}

function gradientsOf(
  g: Graph,
  entry: TapeEntry,
  upstream: readonly (Value | null)[],
  wanted: readonly boolean[],
): readonly (Value | null)[] {
  if (entry.rebuild !== undefined) return throughCheckpoint(g, entry, upstream, wanted)
  const rule = GRADIENTS[entry.rule]
  if (rule === undefined) throw new Error(`${entry.rule}: no gradient rule`)
  return rule({ g, entry, upstream, wanted })
}

/** Computes the region again, on a stretch of tape of its own, and goes back through that. */
function throughCheckpoint(
  g: Graph,
  { inputs, outputs, rebuild }: TapeEntry,
  upstream: readonly (Value | null)[],
  wanted: readonly boolean[],
): (Value | null)[] {
  const first = upstream.find((value) => value !== null)
  if (rebuild === undefined || first == null) return []
  const values = inputs.filter((value) => value !== null)
  const held = values.slice(0, rebuild.moving).map((value) => heldBack(g, value, first))
  const from = g.tape.length
  const again = rebuild.build(held)
  const tape = g.tape.slice(from)
  const grads = new Map<string, Value>()
  outputs.forEach((_, index) => {
    const seed = upstream[index]
    const value = again[index]
    if (seed != null && value !== undefined) accumulate(g, grads, value, seed)
  })
  const now = values.map((value, index) => held[index] ?? value)
  walk(
    g,
    tape,
    now.filter((_, index) => wanted[index] === true),
    grads,
  )
  return now.map((value) => grads.get(value.name) ?? null)
}

/** value, not to be had before `after` is: otherwise a runtime may compute it early and keep it. */
function heldBack(g: Graph, value: Value, after: Value): Value {
  const axes = after.shape.map((_, axis) => axis)
  return add(g, value, scale(g, reduceSum(g, after, axes, false), 0))
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
