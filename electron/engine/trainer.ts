/**
 * Training state of one worker: weights, moments and gradient sums, updated in place.
 * With several workers each holds a full copy and sums everybody's gradients in the same order, so that all
 * stay equal bit for bit.
 */
import type { Graph } from '../graph/graph.ts'
import type { DecoderConfig } from '../model/config.ts'
import type { AdamParams } from './engine.ts'
import type { GridWork, GridStats } from './protocol.ts'
import {
  openSession,
  type Arrays,
  type Feeds,
  type Session,
  type SessionOptions,
} from './session.ts'
import {
  accumulatorName,
  ADAM_SCALARS,
  firstName,
  gradientGraph,
  type LossOptions,
  secondName,
  statsGraph,
  updateGraph,
} from './train-graph.ts'
import { type WeightArrays, zeroArrays } from './weights.ts'

/** Sessions kept per worker; each owns its own arena, so the number bounds memory. */
const MAX_SESSIONS = 6

export type Trainer = {
  readonly config: DecoderConfig
  readonly weights: WeightArrays
  readonly first: WeightArrays
  readonly second: WeightArrays
  readonly accumulate: (work: GridWork) => Promise<GridStats>
  readonly forward: (work: GridWork) => Promise<GridStats>
  /** Copies the gradient sums into shared memory, for the others. */
  readonly publish: (shared: Float32Array) => void
  /** Sums the published gradients, clips, steps, clears. Returns the norm before clipping. */
  readonly update: (
    published: readonly Float32Array[],
    params: AdamParams,
    step: number,
  ) => Promise<number>
}

/** reference: weights of the policy that KL terms refer to. */
export function createTrainer(
  config: DecoderConfig,
  weights: WeightArrays,
  reference: () => WeightArrays,
  options: SessionOptions,
): Trainer {
  const sums = zeroArrays(config)
  const first = zeroArrays(config)
  const second = zeroArrays(config)
  const names = Object.keys(weights)
  const cache = sessionCache(options)
  const target = options.device === 'webgpu' ? 'webgpu' : 'cpu'

  const stats = async (work: GridWork, from: WeightArrays, full: boolean): Promise<GridStats> => {
    const key = `stats ${shapeKey(work)} ${full}`
    const session = await cache(key, () => statsGraph(config, work.shape, target, full))
    const wanted = full ? ['distribution'] : ['logprobs', 'entropy']
    return floats(await session.run({ ...from, ...gridFeeds(work) }, wanted))
  }

  const accumulate = async (work: GridWork): Promise<GridStats> => {
    const options = lossOptions(work)
    const feeds: Record<string, Arrays> = { ...weights, ...gridFeeds(work), ...work.inputs }
    if (options.kl)
      feeds['reference'] = (await stats(work, reference(), true))['distribution'] ?? EMPTY
    const key = `gradient ${shapeKey(work)} ${JSON.stringify(options)}`
    const session = await cache(key, () => gradientGraph(config, work.shape, options, target))
    const inPlace: Record<string, Arrays> = {}
    for (const name of names) {
      const array = sums[name] ?? EMPTY
      feeds[accumulatorName(name)] = array
      inPlace[`next.${accumulatorName(name)}`] = array
    }
    return floats(await session.run(feeds, wantedStats(options), inPlace))
  }

  const update: Trainer['update'] = async (published, params, step) => {
    addPublished(sums, published)
    const session = await cache('update', () => updateGraph(config, target))
    const feeds: Record<string, Arrays> = adamScalars(params, step)
    const inPlace: Record<string, Arrays> = {}
    for (const name of names) {
      const state = { [name]: weights, [firstName(name)]: first, [secondName(name)]: second }
      for (const [key, arrays] of Object.entries(state)) {
        feeds[key] = arrays[name] ?? EMPTY
        inPlace[`next.${key}`] = arrays[name] ?? EMPTY
      }
      feeds[accumulatorName(name)] = sums[name] ?? EMPTY
    }
    const { norm } = await session.run(feeds, ['norm'], inPlace)
    for (const name of names) sums[name]?.fill(0)
    return Number(norm?.data[0])
  }

  return {
    config,
    weights,
    first,
    second,
    accumulate,
    forward: (work) => stats(work, weights, false),
    publish: (shared) => publishSums(sums, shared),
    update,
  }
}

const EMPTY = new Float32Array(0)

type Cache = (key: string, build: () => Graph) => Promise<Session>

/** Keeps the last few sessions; the one unused for longest goes first. */
export function sessionCache(options: SessionOptions, limit = MAX_SESSIONS): Cache {
  const sessions = new Map<string, Session>()
  return async (key, build) => {
    const known = sessions.get(key)
    const session = known ?? (await openSession(build(), key, options))
    sessions.delete(key)
    sessions.set(key, session)
    const [oldest] = sessions
    if (sessions.size > limit && oldest !== undefined) {
      sessions.delete(oldest[0])
      await oldest[1].release()
    }
    return session
  }
}

function shapeKey({ shape }: GridWork): string {
  return `${shape.rows}x${shape.length} of ${shape.positions}`
}

function lossOptions({ loss, inputs }: GridWork): LossOptions {
  return { loss, kl: 'klWeight' in inputs, entropy: 'entropyWeight' in inputs }
}

function wantedStats({ loss, kl }: LossOptions): string[] {
  const wanted = ['loss', 'logprobs', 'entropy']
  if (kl) wanted.push('kl')
  if (loss === 'ppo') wanted.push('ratio')
  return wanted
}

function gridFeeds(work: GridWork): Feeds {
  const { ids, sequence, documents, branches, rows, targets } = work
  return { ids, positions: sequence, documents, branches, rows, targets }
}

function floats(outputs: Readonly<Record<string, { readonly data: Arrays }>>): GridStats {
  const stats: Record<string, Float32Array> = {}
  for (const [name, { data }] of Object.entries(outputs)) {
    if (data instanceof Float32Array) stats[name] = data
  }
  return stats
}

function adamScalars(params: AdamParams, step: number): Record<string, Arrays> {
  const { learningRate, beta1, beta2, eps, weightDecay, gradClipNorm } = params
  const values = {
    learningRate,
    decay: 1 - learningRate * weightDecay,
    beta1,
    beta2,
    correction1: 1 - beta1 ** step,
    correction2: 1 - beta2 ** step,
    eps,
    maxNorm: gradClipNorm > 0 ? gradClipNorm : Number.MAX_VALUE,
  }
  const largest = 3.4e38
  return Object.fromEntries(
    ADAM_SCALARS.map((name) => [name, Float32Array.of(Math.min(values[name], largest))]),
  )
}

function publishSums(sums: WeightArrays, shared: Float32Array): void {
  let offset = 0
  for (const array of Object.values(sums)) {
    shared.set(array, offset)
    offset += array.length
  }
}

/** sums become the published ones added in the order given: the same bits in every worker. */
function addPublished(sums: WeightArrays, published: readonly Float32Array[]): void {
  const [base, ...others] = published
  if (base === undefined) return
  let offset = 0
  for (const array of Object.values(sums)) {
    array.set(base.subarray(offset, offset + array.length))
    for (const other of others) {
      for (let index = 0; index < array.length; index += 1) {
        array[index] = (array[index] ?? 0) + (other[offset + index] ?? 0)
      }
    }
    offset += array.length
  }
}
