/**
 * A TrainingClient without a model: responses come from a script, weights are a digest of all updates so far,
 * so that any difference in any training sequence shows in every later response. Tokens are UTF-16 codes.
 */
import { createHash } from 'node:crypto'
import type { Datum } from '../../electron/engine/datum.ts'
import type { SamplingClient, TrainingClient } from '../../electron/engine/engine.ts'
import type { PromptPart, TextCodec } from '../../electron/model/chat.ts'
import { randomOf } from '../../electron/selfplay/random.ts'
import type { Random } from '../../electron/selfplay/random.ts'

/** What the model writes for a prompt; the stop token follows. */
export type Script = (prompt: string, random: Random) => string

export const STOP = 0

export const characterCodec: TextCodec = {
  vocabSize: 65_536,
  stopIds: [STOP],
  encode: (parts: readonly PromptPart[]) => {
    const text = parts.map((part) => part.text).join('')
    return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at))
  },
  decode: (tokens) =>
    Array.from(tokens)
      .filter((token, at) => token !== STOP || at < tokens.length - 1)
      .map((token) => String.fromCharCode(token))
      .join(''),
}

export type FakeClient = TrainingClient & {
  /** Prompts sampled from, as text, in order. */
  readonly asked: string[]
  /** Data of every forwardBackward. */
  readonly trained: (readonly Datum[])[]
  readonly rates: number[]
  weights: string
}

export function fakeClient(script: Script, weights = 'start'): FakeClient {
  const saved = new Map<string, string>()
  let pending = ''
  const outputsOf = (data: readonly Datum[]) =>
    data.map(({ targets }) => ({
      logprobs: Float32Array.from(targets, (target) => (target < 0 ? 0 : -0.5)),
      entropy: Float32Array.from(targets, (target) => (target < 0 ? 0 : 0.5)),
    }))
  const client: FakeClient = {
    asked: [],
    trained: [],
    rates: [],
    weights,
    forward: (data) => Promise.resolve({ outputs: outputsOf(data), metrics: {} }),
    forwardBackward: (data, _loss, options) => {
      client.trained.push(data)
      pending += data.map(digestOf).join()
      options?.onProgress?.(data.length, data.length)
      const tokens = data.reduce(
        (sum, { targets }) => sum + targets.filter((t) => t >= 0).length,
        0,
      )
      const metrics = { lossSum: 1, klSum: 2, entropySum: tokens / 2, tokens, ratioMax: 1 }
      return Promise.resolve({ outputs: outputsOf(data), metrics })
    },
    optimStep: (params) => {
      client.rates.push(params.learningRate)
      client.weights = sha(client.weights + pending + JSON.stringify(params))
      pending = ''
      return Promise.resolve({ gradNorm: 1 })
    },
    saveWeightsForSampler: () => Promise.resolve(sampler(script, client.weights, client.asked)),
    saveState: (directory) => Promise.resolve(void saved.set(directory, client.weights)),
    loadState: (directory) => {
      client.weights = saved.get(directory) ?? client.weights
      return Promise.resolve()
    },
  }
  return client
}

function sampler(script: Script, weights: string, asked: string[]): SamplingClient {
  return {
    sample: (requests, params, options) => {
      options?.onProgress?.(0, requests.length)
      const all = requests.map(({ prompt, numSamples, seed }) => {
        const text = characterCodec.decode(prompt)
        asked.push(text)
        return Array.from({ length: numSamples }, (_, sample) => {
          const random = randomOf('model', weights, seed, sample)
          const codes = characterCodec.encode([{ text: script(text, random), trusted: false }])
          const tokens = [...codes, STOP].slice(0, params.maxTokens)
          const cut = codes.length + 1 > params.maxTokens
          return {
            tokens: Int32Array.from(tokens),
            logprobs: Float32Array.from(tokens, () => -random()),
            stopReason: cut ? ('length' as const) : ('stop' as const),
          }
        })
      })
      return Promise.resolve(all)
    },
  }
}

function digestOf(datum: Datum): string {
  return sha(JSON.stringify(Object.entries(datum).map(([key, value]) => [key, plain(value)])))
}

function plain(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? Buffer.from(value.buffer).toString('hex') : value
}

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
