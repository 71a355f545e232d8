/**
 * The graphs of training: gradients of one micro-batch added to accumulators, statistics without gradients,
 * and the update (norm, clip, AdamW). All shapes are static; a session is made per shape.
 */
import { adamw, clipFactor, globalNorm } from '../graph/adamw.ts'
import { gradients } from '../graph/autodiff.ts'
import { createGraph, type Graph, input, output, type Target } from '../graph/graph.ts'
import {
  crossEntropy,
  importanceSampling,
  klToReference,
  ppoClip,
  type TokenStats,
  tokenStats,
} from '../graph/loss.ts'
import { add, mul, sub, sumAll } from '../graph/ops.ts'
import { gather, zerosLike } from '../graph/ops-layout.ts'
import type { Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import {
  graphShape,
  hiddenStates,
  logitsOf,
  treeMask,
  weightInputs,
  type Weights,
} from '../model/decoder.ts'
import { tensorNames } from '../model/tensors.ts'
import type { LossName } from './datum.ts'

/** B rows of T tokens, of which M positions have a target. */
export type GridShape = {
  readonly rows: number
  readonly length: number
  readonly positions: number
}

export type LossOptions = {
  readonly loss: LossName
  /** Whether KL to reference log-probs [M, V] and the entropy bonus take part. */
  readonly kl: boolean
  readonly entropy: boolean
}

export const accumulatorName = (name: string): string => `grad.${name}`
export const firstName = (name: string): string => `first.${name}`
export const secondName = (name: string): string => `second.${name}`

type Forward = { readonly weights: Weights; readonly logits: Value; readonly stats: TokenStats }

function forward(g: Graph, config: DecoderConfig, shape: GridShape): Forward {
  const { rows: B, length: T, positions: M } = shape
  const weights = weightInputs(g, config)
  const mask = treeMask(
    g,
    input(g, 'documents', 'float32', [B, T]),
    input(g, 'branches', 'float32', [B, T]),
  )
  const ids = input(g, 'ids', 'int64', [B * T])
  const positions = input(g, 'positions', 'int64', [B, T])
  const hidden = hiddenStates(g, config, weights, { ids, positions, mask })
  const picked = gather(g, hidden, input(g, 'rows', 'int64', [M]))
  const logits = logitsOf(g, config, weights, picked)
  return { weights, logits, stats: tokenStats(g, logits, input(g, 'targets', 'int64', [M])) }
}

/** Log-probs and entropy of every position with a target; with `full`, the whole distributions [M, V]. */
export function statsGraph(
  config: DecoderConfig,
  shape: GridShape,
  target: Target,
  full: boolean,
): Graph {
  const g = createGraph(target)
  const { stats } = forward(g, config, shape)
  if (full) output(g, stats.distribution, 'distribution')
  output(g, stats.logprobs, 'logprobs')
  output(g, stats.entropy, 'entropy')
  return g
}

/** Adds the gradients of one micro-batch to the accumulators; outputs statistics beside them. */
export function gradientGraph(
  config: DecoderConfig,
  shape: GridShape,
  options: LossOptions,
  target: Target,
): Graph {
  const g = createGraph(target)
  const { weights, stats } = forward(g, config, shape)
  const loss = totalLoss(g, config, stats, shape.positions, options)
  const names = tensorNames(config).map(({ name }) => name)
  const found = gradients(g, loss, names.map(weights))
  output(g, loss, 'loss')
  output(g, stats.logprobs, 'logprobs')
  output(g, stats.entropy, 'entropy')
  names.forEach((name, index) => {
    const accumulator = input(g, accumulatorName(name), 'float32', weights(name).shape)
    const gradient = found[index] ?? zerosLike(g, accumulator)
    output(g, add(g, accumulator, gradient), `next.${accumulatorName(name)}`)
  })
  return g
}

function totalLoss(
  g: Graph,
  config: DecoderConfig,
  stats: TokenStats,
  M: number,
  options: LossOptions,
): Value {
  let loss = taskLoss(g, stats, M, options.loss)
  if (options.kl) {
    const reference = input(g, 'reference', 'float32', [M, config.vocabSize])
    const kl = klToReference(g, stats, reference)
    output(g, kl, 'kl')
    loss = add(g, loss, sumAll(g, mul(g, kl, input(g, 'klWeight', 'float32', [M]))))
  }
  if (options.entropy) {
    const bonus = mul(g, stats.entropy, input(g, 'entropyWeight', 'float32', [M]))
    loss = sub(g, loss, sumAll(g, bonus))
  }
  return loss
}

function taskLoss(g: Graph, stats: TokenStats, M: number, name: LossName): Value {
  const read = (field: string): Value => input(g, field, 'float32', [M])
  if (name === 'cross_entropy') return crossEntropy(g, stats, read('weights'))
  const policy = { old: read('old'), advantages: read('advantages') }
  if (name === 'importance_sampling') return importanceSampling(g, stats, policy)
  const clips = { clipLow: read('clipLow'), clipHigh: read('clipHigh') }
  const { loss, ratio } = ppoClip(g, stats, { ...policy, ...clips })
  output(g, ratio, 'ratio')
  return loss
}

export const ADAM_SCALARS = [
  'learningRate',
  'decay',
  'beta1',
  'beta2',
  'correction1',
  'correction2',
  'eps',
  'maxNorm',
] as const

/** Global norm, clip and AdamW over every tensor; run in place. No decay on norms and biases. */
export function updateGraph(config: DecoderConfig, target: Target): Graph {
  const g = createGraph(target)
  const read = (name: (typeof ADAM_SCALARS)[number]): Value => input(g, name, 'float32', [])
  const scalars = {
    learningRate: read('learningRate'),
    decay: read('decay'),
    beta1: read('beta1'),
    beta2: read('beta2'),
    correction1: read('correction1'),
    correction2: read('correction2'),
    eps: read('eps'),
    maxNorm: read('maxNorm'),
  }
  const tensors = tensorNames(config).map((spec) => {
    const take = (name: string): Value => input(g, name, 'float32', graphShape(spec))
    return {
      name: spec.name,
      weight: take(spec.name),
      gradient: take(accumulatorName(spec.name)),
      first: take(firstName(spec.name)),
      second: take(secondName(spec.name)),
      decayed: spec.kind !== 'vector',
    }
  })
  const norm = globalNorm(
    g,
    tensors.map(({ gradient }) => gradient),
  )
  output(g, norm, 'norm')
  const factor = clipFactor(g, norm, scalars.maxNorm)
  for (const tensor of tensors) {
    const next = adamw(g, tensor, factor, scalars)
    output(g, next.weight, `next.${tensor.name}`)
    output(g, next.first, `next.${firstName(tensor.name)}`)
    output(g, next.second, `next.${secondName(tensor.name)}`)
  }
  return g
}
