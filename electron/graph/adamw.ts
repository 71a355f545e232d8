/**
 * Global-norm clip and AdamW as graph nodes. Scalars are inputs, so that schedules need no new graph.
 * Sources: AdamW arXiv 1711.05101 (decoupled decay); bias correction as in torch.optim.AdamW.
 */
import { expectShape, type Graph, scalar } from './graph.ts'
import { add, addNumber, div, minimum, mul, reduceSumSquare, sqrt, sub } from './ops.ts'
import type { Value } from './value.ts'

/** Scalars [] of one step. */
export type AdamScalars = {
  readonly learningRate: Value
  /** Multiplies decayed weights: 1 - learningRate * weightDecay. */
  readonly decay: Value
  readonly beta1: Value
  readonly beta2: Value
  /** 1 - beta ** step. */
  readonly correction1: Value
  readonly correction2: Value
  readonly eps: Value
  readonly maxNorm: Value
}

export type AdamTensor = {
  readonly weight: Value
  readonly gradient: Value
  readonly first: Value
  readonly second: Value
  /** Norms and biases are not decayed. */
  readonly decayed: boolean
}

export type AdamResult = { readonly weight: Value; readonly first: Value; readonly second: Value }

/** Euclidean norm of all gradients together, []. */
export function globalNorm(g: Graph, gradients: readonly Value[]): Value {
  const squares = gradients.map((x) =>
    reduceSumSquare(
      g,
      x,
      x.shape.map((_, axis) => axis),
      false,
    ),
  )
  const [first, ...rest] = squares
  if (first === undefined) throw new RangeError('globalNorm: no gradients')
  return sqrt(
    g,
    rest.reduce((sum, square) => add(g, sum, square), first),
  )
}

/** Factor that brings the norm down to maxNorm. Depends on every gradient: this makes updates in place safe. */
export function clipFactor(g: Graph, norm: Value, maxNorm: Value): Value {
  const one = scalar(g, norm.dtype, 1)
  return minimum(g, one, div(g, maxNorm, addNumber(g, norm, 1e-6)))
}

/** One AdamW update of one tensor, its gradient multiplied by factor first. */
export function adamw(g: Graph, tensor: AdamTensor, factor: Value, s: AdamScalars): AdamResult {
  const { shape } = tensor.weight
  expectShape('adamw: gradient', tensor.gradient, shape)
  expectShape('adamw: first', tensor.first, shape)
  expectShape('adamw: second', tensor.second, shape)
  expectShape('adamw: factor', factor, [])
  const gradient = mul(g, tensor.gradient, factor)
  const first = blend(g, s.beta1, tensor.first, gradient)
  const second = blend(g, s.beta2, tensor.second, mul(g, gradient, gradient))
  const spread = add(g, sqrt(g, div(g, second, s.correction2)), s.eps)
  const step = div(g, mul(g, first, div(g, s.learningRate, s.correction1)), spread)
  const kept = tensor.decayed ? mul(g, tensor.weight, s.decay) : tensor.weight
  return { weight: sub(g, kept, step), first, second }
}

/** beta * old + (1 - beta) * new. */
function blend(g: Graph, beta: Value, old: Value, fresh: Value): Value {
  return add(g, fresh, mul(g, beta, sub(g, old, fresh)))
}
