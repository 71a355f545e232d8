/**
 * Training state of one worker: all weights, gradient sums of what it has seen, moments of its own pieces.
 * One optimizer step: publish (give the others their parts of the sums), reduce (add theirs, in worker order),
 * update (clip and AdamW of the own pieces), adopt (take everybody's new weights). All workers end up equal.
 */
import type { Target } from '../graph/graph.ts'
import { trainableTensors } from '../model/lora.ts'
import type { TensorSpec } from '../model/tensors.ts'
import type { AdamParams } from './engine.ts'
import { type Piece, piecesOf, viewOf } from './pieces.ts'
import type { GridStats, GridWork, MomentPiece } from './protocol.ts'
import type { Arrays, Feeds, Output, SessionOptions } from './session.ts'
import { type SessionCache, sessionCache } from './session-cache.ts'
import {
  accumulatorName,
  ADAM_SCALARS,
  gradientGraph,
  type LossOptions,
  referenceName,
  statsGraph,
  type Trained,
  updateGraph,
} from './train-graph.ts'
import { type WeightArrays, zeroArrays } from './weights.ts'

export type StepParams = {
  readonly params: AdamParams
  /** From 1. */
  readonly step: number
  /** Of all gradients together, before clipping. */
  readonly norm: number
}

/** Memory that all workers see: one set of arrays per worker. Holds gradient sums, then new weights. */
export type Shared = { readonly arrays: readonly WeightArrays[]; readonly own: number }

export type Trainer = {
  readonly weights: WeightArrays
  /** Sums of what accumulate has seen since the last step. */
  readonly gradients: WeightArrays
  readonly accumulate: (work: GridWork) => Promise<GridStats>
  readonly forward: (work: GridWork) => Promise<GridStats>
  /** Forgets the gradients seen since the last step. */
  readonly clear: () => void
  readonly publish: () => void
  /** Returns the sum of squares over the own pieces. */
  readonly reduce: () => number
  readonly update: (step: StepParams) => Promise<void>
  readonly adopt: () => void
  readonly moments: () => readonly MomentPiece[]
  /** Moments of whole tensors; the own pieces are taken. */
  readonly restore: (weights: WeightArrays, first: WeightArrays, second: WeightArrays) => void
}

/** Sessions kept where each may hold gigabytes. */
const FEW_SESSIONS = 3

/** weights: what is trained. readReference: the policy that KL terms refer to, asked once and only if fed. */
export function createTrainer(
  trained: Trained,
  weights: WeightArrays,
  shared: Shared,
  options: SessionOptions,
  readReference: () => Promise<WeightArrays>,
): Trainer {
  const state = initialState(trained, weights, shared, options, readReference)
  const { sums, pieces } = state
  return {
    weights,
    gradients: sums,
    accumulate: (work) => accumulate(state, work),
    forward: (work) => forward(state, work),
    clear: () => clear(sums),
    publish: () => {
      for (const { piece } of state.foreign) copyPiece(sums, state.mine, piece)
    },
    reduce: () => reducePieces(sums, pieces, shared),
    update: (step) => update(state, step),
    adopt: () => {
      for (const { owner, piece } of state.foreign) copyPiece(owner, weights, piece)
      clear(sums)
    },
    moments: () =>
      pieces.map(({ piece: { name, from }, first, second }) => ({ name, from, first, second })),
    restore: (newWeights, first, second) => {
      for (const [name, array] of Object.entries(weights)) array.set(newWeights[name] ?? EMPTY)
      for (const own of pieces) {
        own.first.set(viewOf(first, own.piece))
        own.second.set(viewOf(second, own.piece))
      }
      clear(sums)
    },
  }
}

type OwnPiece = {
  readonly piece: Piece
  readonly first: Float32Array
  readonly second: Float32Array
}

type State = {
  readonly trained: Trained
  readonly weights: WeightArrays
  /** Weights of the reference policy, under the names of the graph; none where they are stored. */
  readonly reference: () => Promise<WeightArrays>
  readonly sums: WeightArrays
  readonly pieces: readonly OwnPiece[]
  /** Pieces that others update, and where those publish. */
  readonly foreign: readonly { readonly owner: WeightArrays; readonly piece: Piece }[]
  /** Where this worker publishes. */
  readonly mine: WeightArrays
  readonly session: SessionCache
  readonly target: Target
}

/** What training changes. */
export function specsOf({ config, source }: Trained): TensorSpec[] {
  return trainableTensors(config, source.kind === 'stored' ? source.lora : null)
}

function initialState(
  trained: Trained,
  weights: WeightArrays,
  { arrays, own }: Shared,
  options: SessionOptions,
  readReference: () => Promise<WeightArrays>,
): State {
  const specs = specsOf(trained)
  const pieces = arrays.map((_, worker) => piecesOf(specs, worker, arrays.length))
  const isStored = trained.source.kind === 'stored'
  let reference: Promise<WeightArrays> | null = isStored ? Promise.resolve({}) : null
  return {
    trained,
    weights,
    reference: () =>
      (reference ??= readReference().then((arrays) => renamed(arrays, referenceName))),
    sums: zeroArrays(specs),
    pieces: (pieces[own] ?? []).map((piece) => ({
      piece,
      first: new Float32Array(piece.to - piece.from),
      second: new Float32Array(piece.to - piece.from),
    })),
    foreign: arrays.flatMap((owner, worker) =>
      worker === own ? [] : (pieces[worker] ?? []).map((piece) => ({ owner, piece })),
    ),
    mine: arrays[own] ?? {},
    session: sessionCache(options, isStored ? FEW_SESSIONS : undefined),
    target: options.device === 'webgpu' ? 'webgpu' : 'cpu',
  }
}

async function accumulate(state: State, work: GridWork): Promise<GridStats> {
  const { trained, weights, sums, target } = state
  const loss = lossOptions(work)
  const key = `gradient ${shapeKey(work)} ${JSON.stringify(loss)}`
  const session = await state.session(key, () => gradientGraph(trained, work.shape, loss, target))
  const feeds = {
    ...weights,
    ...(loss.kl ? await state.reference() : {}),
    ...renamed(sums, accumulatorName),
    ...gridFeeds(work),
    ...work.inputs,
  }
  const inPlace = renamed(sums, (name) => `next.${accumulatorName(name)}`)
  return floats(await session.run(feeds, wantedStats(loss), inPlace))
}

async function forward({ trained, weights, session, target }: State, work: GridWork) {
  const key = `stats ${shapeKey(work)}`
  const { run } = await session(key, () => statsGraph(trained, work.shape, target))
  return floats(await run({ ...weights, ...gridFeeds(work) }, ['logprobs', 'entropy']))
}

async function update(state: State, step: StepParams): Promise<void> {
  const { pieces, weights, sums, mine } = state
  if (pieces.length === 0) return
  const session = await state.session('update', () =>
    updateGraph(
      pieces.map(({ piece }) => piece),
      state.target,
    ),
  )
  const feeds: Record<string, Arrays> = adamScalars(step)
  const inPlace: Record<string, Arrays> = {}
  pieces.forEach(({ piece, first, second }, index) => {
    const moving = { weight: viewOf(weights, piece), first, second }
    for (const [kind, array] of Object.entries(moving)) {
      feeds[`${kind}.${index}`] = array
      inPlace[`next.${kind}.${index}`] = array
    }
    feeds[`gradient.${index}`] = viewOf(sums, piece)
  })
  await session.run(feeds, [], inPlace)
  if (state.foreign.length === 0) return
  for (const { piece } of pieces) copyPiece(weights, mine, piece)
}

function clear(sums: WeightArrays): void {
  for (const array of Object.values(sums)) array.fill(0)
}

function copyPiece(from: WeightArrays, to: WeightArrays, piece: Piece): void {
  viewOf(to, piece).set(viewOf(from, piece))
}

const EMPTY = new Float32Array(0)

function renamed(arrays: WeightArrays, rename: (name: string) => string): WeightArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [rename(name), array]))
}

/** Adds what the other workers published to the own sums, in worker order, and squares the result. */
function reducePieces(
  sums: WeightArrays,
  pieces: readonly OwnPiece[],
  { arrays, own }: Shared,
): number {
  let squares = 0
  for (const { piece } of pieces) {
    const sum = viewOf(sums, piece)
    arrays.forEach((published, worker) => {
      if (worker !== own) addInto(sum, viewOf(published, piece))
    })
    squares += sumOfSquares(sum)
  }
  return squares
}

function addInto(target: Float32Array, source: Float32Array): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] ?? 0) + (source[index] ?? 0)
  }
}

function sumOfSquares(array: Float32Array): number {
  let sum = 0
  for (let index = 0; index < array.length; index += 1) {
    const x = array[index] ?? 0
    sum += x * x
  }
  return sum
}

export function shapeKey({ shape }: GridWork): string {
  return `${shape.rows}x${shape.length} of ${shape.positions}`
}

export function lossOptions({ loss, inputs }: GridWork): LossOptions {
  return {
    loss,
    kl: 'klWeight' in inputs,
    entropy: 'entropyWeight' in inputs,
    dualClip: 'dualClip' in inputs,
  }
}

export function wantedStats({ loss, kl }: LossOptions): string[] {
  const wanted = ['loss', 'logprobs', 'entropy']
  if (kl) wanted.push('kl')
  if (loss === 'ppo') wanted.push('ratio')
  return wanted
}

function gridFeeds(work: GridWork): Feeds {
  const { ids, sequence, documents, branches, rows, targets } = work
  return { ids, positions: sequence, documents, branches, rows, targets }
}

export function floats(outputs: Readonly<Record<string, Output>>): GridStats {
  const stats: Record<string, Float32Array> = {}
  for (const [name, { data }] of Object.entries(outputs)) {
    if (data instanceof Float32Array) stats[name] = data
  }
  return stats
}

/** Infinity is kept out of the graph. */
const LARGEST = 3.4e38

export function adamScalars({ params, step, norm }: StepParams): Record<string, Arrays> {
  const { learningRate, beta1, beta2, eps, weightDecay, gradClipNorm } = params
  const values = {
    learningRate,
    decay: 1 - learningRate * weightDecay,
    beta1,
    beta2,
    correction1: 1 - beta1 ** step,
    correction2: 1 - beta2 ** step,
    eps,
    maxNorm: gradClipNorm > 0 ? gradClipNorm : LARGEST,
    norm,
  }
  return Object.fromEntries(
    ADAM_SCALARS.map((name) => [name, Float32Array.of(Math.min(values[name], LARGEST))]),
  )
}
