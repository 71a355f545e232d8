/**
 * Token losses over logits. Every loss is a sum over positions; weights and advantages carry all normalisation.
 * Sources: PPO clip arXiv 1707.06347 eq. 7; importance sampling and token-sum convention: Tinker losses page.
 */
import { expectShape, type Graph } from './graph.ts'
import {
  addNumber,
  clip,
  equal,
  exp,
  logSoftmax,
  maximum,
  minimum,
  mul,
  neg,
  reduceSum,
  sub,
  sumAll,
  where,
} from './ops.ts'
import { gatherLast, reshape, zerosLike } from './ops-layout.ts'
import { sizeAt, type Value } from './value.ts'

/** Distribution statistics at M positions: log-probs [M, V], the target's log-prob [M], entropy in nats [M]. */
export type TokenStats = {
  readonly distribution: Value
  readonly logprobs: Value
  readonly entropy: Value
}

/** What the losses of single tokens read. */
export type TokenNumbers = Pick<TokenStats, 'logprobs'>

/**
 * logits [M, V], targets int64 [M] or, as WebGPU wants them since it has no int64 Reshape, [M, 1]. Any id within
 * the vocabulary where there is no target: its weight is 0.
 */
export function tokenStats(g: Graph, logits: Value, targets: Value): TokenStats {
  const rows = sizeAt(logits, 0)
  expectShape('tokenStats: logits', logits, [rows, sizeAt(logits, -1)])
  const distribution = logSoftmax(g, logits)
  const picked = gatherLast(g, distribution, reshape(g, targets, [rows, 1]))
  const surprise = mul(g, exp(g, distribution), distribution)
  return {
    distribution,
    logprobs: reshape(g, picked, [rows]),
    entropy: neg(g, reduceSum(g, surprise, [-1], false)),
  }
}

/** Sum of -weight log p. weights [M]. */
export function crossEntropy(g: Graph, stats: TokenNumbers, weights: Value): Value {
  expectShape('crossEntropy: weights', weights, stats.logprobs.shape)
  return neg(g, sumAll(g, mul(g, stats.logprobs, weights)))
}

export type PolicyInputs = {
  /** Log-probs under the sampling policy [M]. */
  readonly old: Value
  /** Advantage times every normalisation [M]; 0 where there is nothing to learn. */
  readonly advantages: Value
}

/** p / p_old at each position; 1 where the advantage is 0, so that padding cannot overflow. */
export function ratios(g: Graph, stats: TokenNumbers, { old, advantages }: PolicyInputs): Value {
  expectShape('ratios: old', old, stats.logprobs.shape)
  expectShape('ratios: advantages', advantages, stats.logprobs.shape)
  const difference = sub(g, stats.logprobs, old)
  const zero = zerosLike(g, { ...advantages, shape: [1] })
  const idle = equal(g, advantages, zero)
  return exp(g, where(g, idle, zero, difference))
}

/** Sum of -ratio advantage. */
export function importanceSampling(g: Graph, stats: TokenNumbers, inputs: PolicyInputs): Value {
  return neg(g, sumAll(g, mul(g, ratios(g, stats, inputs), inputs.advantages)))
}

export type ClipInputs = PolicyInputs & {
  readonly clipLow: Value
  readonly clipHigh: Value
  /** Bound c on how much one position with a negative advantage may cost, [M]. */
  readonly dualClip?: Value
}

/**
 * Sum of -min(ratio A, clip(ratio, 1 - low, 1 + high) A); low and high are per position [M]. With a dual clip the
 * term is at least c A where A < 0. Source: arXiv 1912.09729, eq. 5.
 */
export function ppoClip(
  g: Graph,
  stats: TokenNumbers,
  inputs: ClipInputs,
): { loss: Value; ratio: Value } {
  const ratio = ratios(g, stats, inputs)
  expectShape('ppoClip: clipLow', inputs.clipLow, ratio.shape)
  expectShape('ppoClip: clipHigh', inputs.clipHigh, ratio.shape)
  const low = addNumber(g, neg(g, inputs.clipLow), 1)
  const high = addNumber(g, inputs.clipHigh, 1)
  const bounded = mul(g, clip(g, ratio, low, high), inputs.advantages)
  const clipped = minimum(g, mul(g, ratio, inputs.advantages), bounded)
  return { loss: neg(g, sumAll(g, dualBounded(g, clipped, inputs))), ratio }
}

/** Where A >= 0 the term is not negative and the bound, 0, changes nothing. */
function dualBounded(g: Graph, term: Value, { advantages, dualClip }: ClipInputs): Value {
  if (dualClip === undefined) return term
  expectShape('ppoClip: dualClip', dualClip, term.shape)
  const negative = minimum(g, advantages, zerosLike(g, { ...advantages, shape: [1] }))
  return maximum(g, term, mul(g, dualClip, negative))
}

/** KL(policy || reference) in nats at each position [M]; reference log-probs [M, V]. */
export function klToReference(g: Graph, stats: TokenStats, reference: Value): Value {
  expectShape('klToReference: reference', reference, stats.distribution.shape)
  const difference = sub(g, stats.distribution, reference)
  return reduceSum(g, mul(g, exp(g, stats.distribution), difference), [-1], false)
}
