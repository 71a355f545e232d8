/**
 * One optimizer step from one step's episodes: quarantine, advantages, datums, gradient.
 * A quarantined episode, and whatever was made from its task, reaches neither a baseline nor a batch.
 * Not here: rewards (the recipe), clipping and AdamW themselves (engine).
 */
import type { RunConfig } from '../contract/config.ts'
import type { Episode } from '../contract/episode.ts'
import type { DatumOutput } from '../engine/datum.ts'
import type { Progress, TrainingClient } from '../engine/engine.ts'
import { advantages } from './advantage.ts'
import type { Advantage } from './advantage.ts'
import { datumOf, hasGradient, trainedTokens } from './datums.ts'
import type { TrainSample } from './datums.ts'
import { episodeOf } from './episode.ts'
import type { Scored } from './episode.ts'
import type { Forest } from './recipe.ts'
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
  const seen = new Map(batch.map(([item], at) => [item, outputs[at] ?? null]))
  return {
    items: estimated.map((item) => ({
      ...item,
      episode: { ...item.episode, trained: seen.has(item) },
      seen: seen.get(item) ?? null,
    })),
    metrics,
  }
}

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

type Descent = { readonly outputs: readonly DatumOutput[]; readonly metrics: Updated['metrics'] }

async function descend(
  batch: readonly (readonly [Item, TrainSample])[],
  total: number,
  options: UpdateOptions,
): Promise<Descent> {
  const { client, config, signal, onProgress, step } = options
  const learningRate = learningRateAt(step, config)
  const sizes = { 'update/learningRate': learningRate, 'update/sequences': batch.length }
  if (batch.length === 0) return { outputs: [], metrics: { ...sizes, 'update/tokens': 0 } }
  const data = batch.map(([, sample]) => datumOf(sample, total, config))
  const result = await client.forwardBackward(data, 'ppo', { signal, onProgress })
  const { gradNorm } = await client.optimStep({
    learningRate,
    beta1: config.beta1,
    beta2: config.beta2,
    eps: config.adamEps,
    weightDecay: config.weightDecay,
    gradClipNorm: config.gradClip,
  })
  const sum = (name: string) => result.metrics[name] ?? 0
  const tokens = Math.max(1, sum('tokens'))
  const penalised = batch.filter(([, { klWeight }]) => klWeight !== 0)
  const klTokens = trainedTokens(penalised.map(([, sample]) => sample))
  return {
    outputs: result.outputs,
    metrics: {
      ...sizes,
      'update/tokens': sum('tokens'),
      'update/loss': sum('lossSum'),
      'update/entropy': sum('entropySum') / tokens,
      'update/clipped': sum('clippedTokens') / tokens,
      'update/ratioMax': sum('ratioMax'),
      'update/gradNorm': gradNorm,
      ...(klTokens === 0 ? {} : { 'update/kl': sum('klSum') / klTokens }),
    },
  }
}
