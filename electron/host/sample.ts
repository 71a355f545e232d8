/**
 * Text of a checkpoint for a prompt: folder, tokenizer and engine put together for a moment.
 * Not here: prompts of tasks (selfplay/prompts), chat templates.
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { SampledSequence } from '../engine/engine.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import { MODEL_FOLDER } from '../engine/state-folder.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { openSampling } from './open-engine.ts'
import { homeDirectory } from './paths.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import type { FolderCodec } from '../model/tokenizer.ts'

export type SampleOrder = {
  readonly model: string
  readonly prompt: string
  readonly n: number
  /** null: what the context leaves, up to DEFAULT_TOKENS. */
  readonly maxTokens: number | null
  /** 0: greedy. */
  readonly temperature: number
  readonly seed: number
  /** Where the folder's model is served; absent: it is computed here. */
  readonly remote?: RemoteEngine
  /** Default: the usual one. */
  readonly home?: string
}

export type Sample = {
  readonly text: string
  /** With the stop token that ended it. */
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
  readonly stopReason: SampledSequence['stopReason']
}

const DEFAULT_TOKENS = 128

export async function sampleText(order: SampleOrder, signal?: AbortSignal): Promise<Sample[]> {
  const folder = modelIn(order.model)
  const config = await readModelConfig(folder)
  const codec = await openTokenizer(folder, config)
  const prompt = promptTokens(codec, order.prompt)
  const maxTokens = longest(order, prompt.length, config.maxPositions)
  const workers = Math.min(order.n, availableParallelism())
  const { remote = null, home = homeDirectory() } = order
  const engine = await openSampling(folder, remote, home, { device: 'cpu', workers })
  try {
    const client = await engine.createSamplingClient(folder)
    const { temperature, n: numSamples, seed } = order
    const [sequences = []] = await client.sample(
      [{ prompt, numSamples, seed }],
      { maxTokens, temperature, topP: 1, topK: -1, stop: codec.stopIds },
      signal === undefined ? {} : { signal },
    )
    return sequences.map((sequence) => sampleOf(codec, sequence))
  } finally {
    await engine.close()
  }
}

/** A checkpoint of training holds its model folder beside the optimizer's state. */
function modelIn(folder: string): string {
  const inner = join(folder, MODEL_FOLDER)
  const isState = !existsSync(join(folder, 'config.json')) && existsSync(inner)
  return isState ? inner : folder
}

/** What the tokenizer puts before any text, unless it has been given. */
function promptTokens(codec: FolderCodec, prompt: string): number[] {
  const opening = prompt.startsWith(codec.opening) ? '' : codec.opening
  const tokens = codec.encode([{ text: opening + prompt, trusted: true }])
  if (tokens.length > 0) return tokens
  throw new AppError('usage', '--prompt: expected a text, found none')
}

function longest({ maxTokens }: SampleOrder, prompt: number, context: number): number {
  const left = context - prompt
  if (left < 1) {
    throw new AppError(
      'usage',
      `--prompt: expected fewer than the model's ${context} positions, found ${prompt} tokens`,
    )
  }
  if (maxTokens === null) return Math.min(DEFAULT_TOKENS, left)
  if (maxTokens <= left) return maxTokens
  throw new AppError(
    'usage',
    `--max-tokens: expected at most ${left}, which ${prompt} prompt tokens leave of ${context} positions, found ${maxTokens}`,
  )
}

function sampleOf(codec: FolderCodec, { tokens, logprobs, stopReason }: SampledSequence): Sample {
  return {
    text: codec.decode(tokens),
    tokens: Array.from(tokens),
    logprobs: Array.from(logprobs),
    stopReason,
  }
}
