/**
 * Specs to responses: one sample() call for all specs of a phase.
 * Not here: prompts (the recipes), reading (prompts/).
 */
import { AppError } from '../contract/errors.ts'
import type { RunConfig } from '../contract/config.ts'
import type { Progress, SampledSequence, SampleRequest, SamplingClient } from '../engine/engine.ts'
import type { PromptPart, TextCodec } from '../model/chat.ts'
import type { PromptSet } from './prompts/prompts.ts'
import { seedOf } from './random.ts'
import type { EpisodeSpec, Prompt, Response } from './recipe.ts'

export type Player = {
  readonly sampler: SamplingClient
  readonly codec: TextCodec
  readonly prompts: PromptSet
  readonly config: RunConfig
  readonly signal: AbortSignal
}

/** Parts and prefill as one prompt. */
export function promptOf(
  codec: TextCodec,
  prompts: PromptSet,
  parts: readonly PromptPart[],
): Prompt {
  const prefill = prompts.prefill === '' ? [] : [{ text: prompts.prefill, trusted: false }]
  const all = [...parts, ...prefill]
  return { text: all.map((part) => part.text).join(''), tokens: codec.encode(all) }
}

/** All samples of all specs, in order. The same whatever else is asked for in the same call. */
export async function play(
  player: Player,
  step: number,
  specs: readonly EpisodeSpec[],
  onProgress: Progress,
): Promise<Response[]> {
  if (specs.length === 0) return []
  const { config, codec, signal } = player
  const requests = specs.map((spec): SampleRequest => {
    const seed = seedOf(config.seed, step, spec.role, spec.kind, spec.index)
    return { prompt: spec.prompt.tokens, numSamples: spec.samples, seed }
  })
  const params = {
    maxTokens: config.maxResponse,
    temperature: config.temperature,
    topP: config.topP,
    topK: config.topK,
    stop: codec.stopIds,
  }
  const sampled = await player.sampler.sample(requests, params, { signal, onProgress })
  return specs.flatMap((spec, at) => {
    const sequences = sampled[at] ?? []
    if (sequences.length !== spec.samples) throw miscounted(spec, sequences.length)
    const seed = requests[at]?.seed ?? 0
    return sequences.map((sequence, j) => responseOf(player, step, spec, seed, j, sequence))
  })
}

function responseOf(
  { codec, prompts }: Player,
  step: number,
  spec: EpisodeSpec,
  seed: number,
  sample: number,
  sequence: SampledSequence,
): Response {
  const response = codec.decode(sequence.tokens)
  return {
    id: `${step}/${spec.role}/${spec.kind}/${spec.index + sample}`,
    spec,
    seed,
    text: prompts.prefill + response,
    response,
    tokens: [...sequence.tokens],
    logprobs: [...sequence.logprobs],
    stopReason: sequence.stopReason,
  }
}

function miscounted(spec: EpisodeSpec, found: number): AppError {
  const name = `${spec.role}/${spec.kind}/${spec.index}`
  return new AppError(
    'engine',
    `sample ${name}: expected ${spec.samples} sequences, found ${found}`,
  )
}
