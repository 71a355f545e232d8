/**
 * The optimizer steps from one step's episodes: quarantine, advantages, datums, gradient.
 * A quarantined episode, and whatever was made from its task, reaches neither a baseline nor a batch.
 * Not here: rewards (the recipe), clipping and AdamW themselves (engine).
 */
import type { RunConfig } from '../contract/config.ts'
import type { Episode } from '../contract/episode.ts'
import type { Datum, DatumOutput } from '../engine/datum.ts'
import type { Progress, TrainingClient } from '../engine/engine.ts'
import { advantages } from './advantage.ts'
import type { Advantage } from './advantage.ts'
import { datumOf, hasGradient, trainedTokens } from './datums.ts'
import type { TrainSample } from './datums.ts'
import { episodeOf } from './episode.ts'
import type { Scored } from './episode.ts'
import { randomOf, shuffled } from './random.ts'
import type { Forest } from './recipe.ts'
import { seenMetrics, seenTokens } from './seen.ts'
import type { Seen } from './seen.ts'
import { learningRateAt } from './schedule.ts'

export type Admit = (episode: Episode) => boolean

/** One scored response on its way through the update. */
export type Item = {
  readonly scored: Scored
  readonly episode: Episode
  readonly quarantined: boolean
  readonly moments: Advantage | null
  /** What the engine saw of it; null when it was not in the batch. */
  readonly seen: DatumOutput | null
}

export type Updated = {
  readonly items: readonly Item[]
  readonly metrics: Readonly<Record<string, number>>
}

export type UpdateOptions = {
  readonly step: number
  readonly config: RunConfig
  readonly client: TrainingClient
  readonly signal: AbortSignal
  readonly onProgress: Progress
}

/** Every scored response with its quarantine decided. */
export function admitted(
  forest: Forest,
  step: number,
  promptVersion: string,
  admit: Admit,
): Item[] {
  const all: Scored[] = [...forest.proposals, ...forest.solutions]
  const own = all.map((scored) => {
    const episode = episodeOf(step, promptVersion, scored)
    return { scored, episode, quarantined: !admit(episode), moments: null, seen: null }
  })
  const tasks = new Set(
    own.flatMap(({ episode, quarantined }) =>
      quarantined && episode.purpose === 'propose' && episode.task !== null ? [episode.task] : [],
    ),
  )
  return own.map((item) =>
    tasks.has(item.episode.task ?? '') ? { ...item, quarantined: true } : item,
  )
}

export async function update(items: readonly Item[], options: UpdateOptions): Promise<Updated> {
  const estimated = withAdvantages(items, options.config)
  const samples = new Map(
    estimated.flatMap((item): [Item, TrainSample][] => {
      const sample = sampleOf(item)
      return sample === null ? [] : [[item, sample]]
    }),
  )
  const total = trainedTokens([...samples.values()])
  const batch = [...samples].filter(([, sample]) => hasGradient(sample, options.config))
  const { outputs, metrics } = await descend(batch, total, options)
  const seen = new Map(outputs.map((output) => [output.item, output]))
  const trained = new Set(batch.map(([item]) => item))
  return {
    items: estimated.map((item) => withSeen(item, trained.has(item), seen.get(item) ?? null)),
    metrics: { ...metrics, ...seenMetrics([...seen.values()].map(compared)) },
  }
}

function withSeen(item: Item, trained: boolean, seen: Passes | null): Item {
  const { episode } = item
  if (seen === null) return { ...item, episode: { ...episode, trained }, seen: null }
  const tokens = seenTokens(episode, seen.last)
  return { ...item, episode: { ...episode, trained, seen: tokens }, seen: seen.first }
}

const compared = ({ item: { episode }, first, last }: Passes): Seen => ({ ...episode, first, last })

/** Probes that only measure have no advantage; proposals have one for display even when not trained. */
function withAdvantages(items: readonly Item[], config: RunConfig): Item[] {
  const counted = items.filter(({ scored, quarantined, episode }) => {
    const compared = scored.trains || episode.purpose !== 'probe'
    return scored.reward !== null && !quarantined && compared
  })
  const samples = counted.map(({ scored, episode }) => ({
    reward: episode.reward,
    length: episode.tokens.length,
    centre: scored.centre,
    scale: scored.scale,
  }))
  const found = advantages(samples, config.advNorm)
  const moments = new Map(counted.map((item, at) => [item, found[at] ?? null]))
  return items.map((item) => {
    const own = moments.get(item) ?? null
    return { ...item, moments: own, episode: { ...item.episode, advantage: own?.advantage ?? 0 } }
  })
}

function sampleOf({ scored, episode, moments }: Item): TrainSample | null {
  if (moments === null || !scored.trains) return null
  return {
    promptTokens: episode.promptTokens,
    tokens: episode.tokens,
    logprobs: episode.logprobs,
    advantage: moments.advantage * scored.weight,
    klWeight: scored.klWeight,
  }
}

type Pair = readonly [Item, TrainSample]

/** What the first and the last pass over an item gave, before and between their steps. */
type Passes = {
  readonly item: Item
  readonly first: DatumOutput
  readonly last: DatumOutput
}

type Descent = { readonly outputs: readonly Passes[]; readonly metrics: Updated['metrics'] }

/** The optimizer steps of one round. */
async function descend(
  batch: readonly Pair[],
  total: number,
  options: UpdateOptions,
): Promise<Descent> {
  const { config, step } = options
  const learningRate = learningRateAt(step, config)
  const sizes = { 'update/learningRate': learningRate, 'update/sequences': batch.length }
  if (batch.length === 0) return { outputs: [], metrics: { ...sizes, 'update/tokens': 0 } }
  const outputs = new Map<Pair, Passes>()
  const results: Descended[] = []
  for (const part of partsOf(batch, step, config)) {
    // Every optimizer step has its share of the tokens that the mean is over.
    const data = part.map(([, sample]) => datumOf(sample, total / config.minibatches, config))
    // Once weights have changed the round is ended: what is saved belongs to the end of a step.
    const begun = results.length > 0
    const result = await optimizerStep(data, learningRate, options, begun)
    part.forEach((pair, at) => {
      const last = result.outputs[at]
      if (last === undefined) return
      outputs.set(pair, { item: pair[0], first: outputs.get(pair)?.first ?? last, last })
    })
    results.push(result)
  }
  const penalised = batch.filter(([, { klWeight }]) => klWeight !== 0)
  const klTokens = trainedTokens(penalised.map(([, sample]) => sample)) * config.epochs
  return {
    outputs: [...outputs.values()],
    metrics: { ...sizes, ...metricsOf(results, klTokens) },
  }
}

/** The batch of every optimizer step, in order. Answers to one prompt stay together, since they share its cost. */
function partsOf(batch: readonly Pair[], step: number, config: RunConfig): Pair[][] {
  const { epochs, minibatches, seed } = config
  if (minibatches === 1) return Array.from({ length: epochs }, () => [...batch])
  const trees = [...Map.groupBy(batch, ([, { promptTokens }]) => promptTokens.join(' ')).values()]
  return Array.from({ length: epochs }, (_, epoch) => {
    const order = shuffled(trees, randomOf(seed, step, 'update', epoch))
    const parts = Array.from({ length: minibatches }, (): Pair[] => [])
    order.forEach((tree, at) => parts[at % minibatches]?.push(...tree))
    return parts.filter((part) => part.length > 0)
  }).flat()
}

type Descended = {
  readonly outputs: readonly DatumOutput[]
  readonly sums: Readonly<Record<string, number>>
  readonly gradNorm: number
}

async function optimizerStep(
  data: readonly Datum[],
  learningRate: number,
  { client, config, signal, onProgress }: UpdateOptions,
  begun: boolean,
): Promise<Descended> {
  const control = begun ? { onProgress } : { signal, onProgress }
  const { outputs, metrics } = await client.forwardBackward(data, 'ppo', control)
  const { gradNorm } = await client.optimStep({
    learningRate,
    beta1: config.beta1,
    beta2: config.beta2,
    eps: config.adamEps,
    weightDecay: config.weightDecay,
    gradClipNorm: config.gradClip,
  })
  return { outputs, sums: metrics, gradNorm }
}

function metricsOf(results: readonly Descended[], klTokens: number): Record<string, number> {
  const values = (name: string) => results.map(({ sums }) => sums[name] ?? 0)
  const sum = (name: string) => values(name).reduce((total, value) => total + value, 0)
  const tokens = Math.max(1, sum('tokens'))
  // Not every server tells it.
  const norms = results.map(({ gradNorm }) => gradNorm).filter((norm) => !Number.isNaN(norm))
  return {
    'update/tokens': sum('tokens'),
    'update/loss': sum('lossSum'),
    'update/entropy': sum('entropySum') / tokens,
    'update/clipped': sum('clippedTokens') / tokens,
    'update/ratioMax': Math.max(...values('ratioMax')),
    ...(norms.length === 0
      ? {}
      : { 'update/gradNorm': norms.reduce((total, norm) => total + norm, 0) / norms.length }),
    ...(klTokens === 0 ? {} : { 'update/kl': sum('klSum') / klTokens }),
  }
}
