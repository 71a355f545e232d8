/**
 * The graphs of training: gradients of one micro-batch added to accumulators, statistics without gradients,
 * and the update (norm, clip, AdamW). All shapes are static; a session is made per shape.
 */
import { adamw, clipFactor } from '../graph/adamw.ts'
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
  hiddenStates,
  logitsOf,
  type RowInputs,
  treeMask,
  weightInputs,
  type Weights,
} from '../model/decoder.ts'
import { tensorNames } from '../model/tensors.ts'
import type { LossName } from './datum.ts'
import type { Piece } from './pieces.ts'

/** B rows of T tokens, of which M positions have a target. */
export type GridShape = {
  readonly rows: number
  readonly length: number
  readonly positions: number
}

export type LossOptions = {
  readonly loss: LossName
  /** Whether KL to the reference policy and the entropy bonus take part. */
  readonly kl: boolean
  readonly entropy: boolean
  readonly dualClip: boolean
}

export const accumulatorName = (name: string): string => `grad.${name}`
/** Weights of the reference policy, where KL to it takes part. */
export const referenceName = (name: string): string => `reference.${name}`

/** The micro-batch as graph inputs. rows [M]: the cell of each position with a target, targets [M]: what follows it. */
type GridInputs = RowInputs & { readonly rows: Value; readonly targets: Value }

function gridInputs(g: Graph, { rows: B, length: T, positions: M }: GridShape): GridInputs {
  const plane = (name: string): Value => input(g, name, 'float32', [B, T])
  return {
    ids: input(g, 'ids', 'int64', [B * T]),
    positions: input(g, 'positions', 'int64', [B, T]),
    mask: treeMask(g, plane('documents'), plane('branches')),
    rows: input(g, 'rows', 'int64', [M]),
    targets: input(g, 'targets', 'int64', [M]),
  }
}

function forward(g: Graph, config: DecoderConfig, weights: Weights, grid: GridInputs): TokenStats {
  const hidden = hiddenStates(g, config, weights, grid)
  const logits = logitsOf(g, config, weights, gather(g, hidden, grid.rows))
  return tokenStats(g, logits, grid.targets)
}

/** Log-probs and entropy of every position with a target. */
export function statsGraph(config: DecoderConfig, shape: GridShape, target: Target): Graph {
  const g = createGraph(target)
  const stats = forward(g, config, weightInputs(g, config), gridInputs(g, shape))
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
  const weights = weightInputs(g, config)
  const grid = gridInputs(g, shape)
  const stats = forward(g, config, weights, grid)
  const reference = (): Value =>
    forward(g, config, weightInputs(g, config, referenceName), grid).distribution
  const loss = totalLoss(g, stats, shape.positions, options, reference)
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
  stats: TokenStats,
  M: number,
  options: LossOptions,
  reference: () => Value,
): Value {
  let loss = taskLoss(g, stats, M, options)
  if (options.kl) {
    const kl = klToReference(g, stats, reference())
    output(g, kl, 'kl')
    loss = add(g, loss, sumAll(g, mul(g, kl, input(g, 'klWeight', 'float32', [M]))))
  }
  if (options.entropy) {
    const bonus = mul(g, stats.entropy, input(g, 'entropyWeight', 'float32', [M]))
    loss = sub(g, loss, sumAll(g, bonus))
  }
  return loss
}

function taskLoss(g: Graph, stats: TokenStats, M: number, options: LossOptions): Value {
  const name = options.loss
  const read = (field: string): Value => input(g, field, 'float32', [M])
  if (name === 'cross_entropy') return crossEntropy(g, stats, read('weights'))
  const policy = { old: read('old'), advantages: read('advantages') }
  if (name === 'importance_sampling') return importanceSampling(g, stats, policy)
  const clips = { clipLow: read('clipLow'), clipHigh: read('clipHigh') }
  const dual = options.dualClip ? { dualClip: read('dualClip') } : {}
  const { loss, ratio } = ppoClip(g, stats, { ...policy, ...clips, ...dual })
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
  'norm',
] as const

/** One AdamW step of pieces of tensors, input and output `KIND.i` of piece i; run in place. norm: of all gradients. */
export function updateGraph(pieces: readonly Piece[], target: Target): Graph {
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
  const factor = clipFactor(g, read('norm'), scalars.maxNorm)
  pieces.forEach(({ from, to, decayed }, index) => {
    const take = (kind: string): Value => input(g, `${kind}.${index}`, 'float32', [to - from])
    const tensor = {
      weight: take('weight'),
      gradient: take('gradient'),
      first: take('first'),
      second: take('second'),
      decayed,
    }
    const next = adamw(g, tensor, factor, scalars)
    output(g, next.weight, `next.weight.${index}`)
    output(g, next.first, `next.first.${index}`)
    output(g, next.second, `next.second.${index}`)
  })
  return g
}
