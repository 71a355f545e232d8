/**
 * The graphs of training: gradients of one micro-batch added to accumulators, statistics without gradients,
 * and the update (norm, clip, AdamW). All shapes are static; a session is made per shape.
 */
import { adamw, clipFactor } from '../graph/adamw.ts'
import { gradients } from '../graph/autodiff.ts'
import { createGraph, type Graph, input, output, type Target } from '../graph/graph.ts'
import { crossEntropy, importanceSampling, ppoClip } from '../graph/loss.ts'
import { add, mul, sub, sumAll } from '../graph/ops.ts'
import { gather, zerosLike } from '../graph/ops-layout.ts'
import type { Value } from '../graph/value.ts'
import type { DecoderConfig } from '../model/config.ts'
import { hiddenStates, type RowInputs, treeMask, treeMaskParts } from '../model/decoder.ts'
import { trainableTensors } from '../model/lora.ts'
import { FED, type Weights, type WeightSource, weightsIn } from '../model/parameters.ts'
import { attentionRows, headRows } from './chunks.ts'
import type { LossName } from './datum.ts'
import type { Piece } from './pieces.ts'
import { type SpotStats, spotStats } from './spot-stats.ts'

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

/** What is trained, and at which price in memory. */
export type Trained = {
  readonly config: DecoderConfig
  readonly source: WeightSource
  /** Layers are computed again in the backward pass. */
  readonly recompute: boolean
}

export const accumulatorName = (name: string): string => `grad.${name}`
/** Fed weights of the reference policy, where KL to it takes part. */
export const referenceName = (name: string): string => `reference.${name}`

/** The micro-batch as graph inputs. rows [M]: the cell of each position with a target, targets [M]: what follows it. */
type GridInputs = RowInputs & { readonly rows: Value; readonly targets: Value }

function gridInputs(g: Graph, config: DecoderConfig, shape: GridShape): GridInputs {
  const { rows: B, length: T, positions: M } = shape
  const plane = (name: string): Value => input(g, name, 'float32', [B, T])
  // WebGPU has hardly an op for int64.
  const index = g.target === 'webgpu' ? 'int32' : 'int64'
  const ids = input(g, 'ids', index, [B * T])
  const positions = input(g, 'positions', 'int64', [B, T])
  const [documents, branches] = [plane('documents'), plane('branches')]
  const stretch = attentionRows(config, shape)
  const mask =
    stretch < T ? treeMaskParts(documents, branches, stretch) : treeMask(g, documents, branches)
  const [rows, targets] = [input(g, 'rows', index, [M]), input(g, 'targets', index, [M])]
  return { ids, positions, mask, rows, targets }
}

type Forward = { readonly stats: SpotStats; readonly weights: Weights }

/** reference: with KL to the weights that training began from. */
function forward(
  g: Graph,
  { config, source, recompute }: Trained,
  shape: GridShape,
  reference: boolean,
): Forward {
  // A cast at each use: what is cast once lives until the backward pass is done with it.
  const each = source.kind === 'stored' ? { ...source, castOnce: false } : source
  const weights = weightsIn(g, config, each)
  const grid = gridInputs(g, config, shape)
  const spots = (from: Weights): Value =>
    gather(g, hiddenStates(g, config, from, grid, recompute), grid.rows)
  const frozen = (): Weights => weights.frozen ?? weightsIn(g, config, FED, referenceName)
  const policy = { weights, hidden: spots(weights) }
  const other = reference ? frozen() : null
  const old = other === null ? null : { weights: other, hidden: spots(other) }
  return {
    weights,
    stats: spotStats(g, config, policy, old, grid.targets, headRows(config, shape.positions)),
  }
}

/** Log-probs and entropy of every position with a target. */
export function statsGraph(trained: Trained, shape: GridShape, target: Target): Graph {
  const g = createGraph(target)
  const { stats } = forward(g, trained, shape, false)
  output(g, stats.logprobs, 'logprobs')
  output(g, stats.entropy, 'entropy')
  return g
}

/** Adds the gradients of one micro-batch to the accumulators; outputs statistics beside them. bare: shapes only. */
export function gradientGraph(
  trained: Trained,
  shape: GridShape,
  options: LossOptions,
  target: Target,
  bare = false,
): Graph {
  const g = createGraph(target, '', bare)
  const { stats, weights } = forward(g, trained, shape, options.kl)
  const loss = totalLoss(g, stats, shape.positions, options)
  const { config, source } = trained
  const lora = source.kind === 'stored' ? source.lora : null
  const names = trainableTensors(config, lora).map(({ name }) => name)
  const targets = weights.trainable('')
  const found = gradients(g, loss, targets)
  output(g, loss, 'loss')
  output(g, stats.logprobs, 'logprobs')
  output(g, stats.entropy, 'entropy')
  names.forEach((name, index) => {
    const shapeOf = targets[index]?.shape ?? []
    const accumulator = input(g, accumulatorName(name), 'float32', shapeOf)
    const gradient = found[index] ?? zerosLike(g, accumulator)
    output(g, add(g, accumulator, gradient), `next.${accumulatorName(name)}`)
  })
  return g
}

function totalLoss(g: Graph, stats: SpotStats, M: number, options: LossOptions): Value {
  let loss = taskLoss(g, stats, M, options)
  if (stats.kl !== null) {
    output(g, stats.kl, 'kl')
    loss = add(g, loss, sumAll(g, mul(g, stats.kl, input(g, 'klWeight', 'float32', [M]))))
  }
  if (options.entropy) {
    const bonus = mul(g, stats.entropy, input(g, 'entropyWeight', 'float32', [M]))
    loss = sub(g, loss, sumAll(g, bonus))
  }
  return loss
}

function taskLoss(g: Graph, stats: SpotStats, M: number, options: LossOptions): Value {
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

/**
 * One AdamW step of pieces of tensors, input and output `KIND.i` of piece i; run in place. norm: of all gradients.
 * shape: of a piece that is a whole tensor and stays in its own shape.
 */
export function updateGraph(
  pieces: readonly (Piece & { readonly shape?: readonly number[] })[],
  target: Target,
): Graph {
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
  pieces.forEach(({ from, to, decayed, shape = [to - from] }, index) => {
    const take = (kind: string): Value => input(g, `${kind}.${index}`, 'float32', shape)
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
