/**
 * Sampling at a server: one call per request, many at a time, every sequence checked as it comes.
 * Not here: where a sampler comes from (session.ts, training.ts).
 */
import { AppError, throwIfCancelled } from '../../contract/errors.ts'
import type { DecoderConfig } from '../../model/config.ts'
import { checkParams, checkRequest } from '../check.ts'
import type { SampledSequence, SampleRequest, SamplingClient, SamplingParams } from '../engine.ts'
import { hashKey } from '../random.ts'
import { SMALL_BYTES } from './http.ts'
import type { Session } from './session.ts'
import { Sampled } from './wire.ts'

/** Requests in flight at a time. */
const AT_ONCE = 64
/** Of a token with its log-prob as JSON, generously. */
const TOKEN_BYTES = 64
/** What rounding makes of log 1. */
const ABOVE_ONE = 1e-3

export type Sampler = {
  readonly session: Session
  readonly config: DecoderConfig
  readonly id: string
  readonly isCurrent: () => boolean
}

export function remoteSampler(sampler: Sampler): SamplingClient {
  let number = 0
  return {
    sample: async (requests, params, { signal, onProgress } = {}) => {
      if (!sampler.isCurrent()) {
        throw new AppError('engine', 'sampler: the weights have moved on since it was made')
      }
      checkParams(sampler.config, params)
      requests.forEach((request, index) => checkRequest(sampler.config, request, index, params))
      const started = performance.now()
      let done = 0
      const total = requests.reduce((sum, { numSamples }) => sum + numSamples, 0)
      try {
        return await inFlight(requests, signal, async (request, signal) => {
          const found = await sampleOne(sampler, request, params, number++, signal)
          onProgress?.((done += request.numSamples), total)
          return found
        })
      } finally {
        sampler.session.usage.samplingMs += performance.now() - started
      }
    },
  }
}

/** In order; the first failure calls off the rest. */
async function inFlight<In, Out>(
  items: readonly In[],
  signal: AbortSignal | undefined,
  work: (item: In, signal: AbortSignal) => Promise<Out>,
): Promise<Out[]> {
  throwIfCancelled(signal)
  const failed = new AbortController()
  const both = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const results: Out[] = []
  const queue = items.entries()
  const lane = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item, both)
  }
  const lanes = Array.from({ length: Math.min(AT_ONCE, items.length) }, async () => {
    try {
      await lane()
    } catch (cause) {
      if (!failed.signal.aborted) failed.abort(cause)
    }
  })
  await Promise.all(lanes)
  throwIfCancelled(signal)
  if (failed.signal.aborted) throw failed.signal.reason
  return results
}

async function sampleOne(
  { session, config, id }: Sampler,
  request: SampleRequest,
  params: SamplingParams,
  number: number,
  signal: AbortSignal,
): Promise<SampledSequence[]> {
  const { prompt, numSamples } = request
  if (numSamples === 0) return []
  const found = await session.futures.result({
    path: 'asample',
    body: sampleBody(id, request, params, number),
    schema: Sampled,
    signal,
    maxBytes: SMALL_BYTES + numSamples * params.maxTokens * TOKEN_BYTES,
  })
  const where = session.http.where('asample')
  if (found.sequences.length !== numSamples) {
    throw wrong(where, `${numSamples} sequences`, found.sequences.length)
  }
  session.usage.promptTokens += prompt.length
  return found.sequences.map((sequence, at) => {
    const one = sequenceOf(sequence, config, params, `${where}: sequences.${at}`)
    session.usage.sampledTokens += one.tokens.length
    return one
  })
}

function sampleBody(
  id: string,
  { prompt, numSamples, seed }: SampleRequest,
  { maxTokens, temperature, topP, topK, stop }: SamplingParams,
  number: number,
) {
  return {
    sampling_session_id: id,
    seq_id: number,
    prompt: { chunks: [{ type: 'encoded_text', tokens: Array.from(prompt) }] },
    num_samples: numSamples,
    sampling_params: {
      max_tokens: maxTokens,
      temperature,
      top_p: topP,
      top_k: topK,
      stop: Array.from(stop),
      seed: serverSeed(seed),
    },
    type: 'sample',
  }
}

/** Servers take 31 bits and add the sample's number: neighbouring seeds of ours would share samples. */
export function serverSeed(seed: number): number {
  return hashKey(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0) >>> 1
}

type Received = {
  readonly stop_reason: 'stop' | 'length'
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
}

function sequenceOf(
  { stop_reason: stopReason, tokens, logprobs }: Received,
  { vocabSize }: DecoderConfig,
  { maxTokens, stop }: SamplingParams,
  where: string,
): SampledSequence {
  if (tokens.length > maxTokens) throw wrong(where, `at most ${maxTokens} tokens`, tokens.length)
  if (logprobs.length !== tokens.length) {
    throw wrong(`${where}.logprobs`, `${tokens.length} numbers`, logprobs.length)
  }
  const bad = tokens.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabSize)
  if (bad !== undefined) throw wrong(`${where}.tokens`, `ids from 0 and below ${vocabSize}`, bad)
  const high = logprobs.find((value) => value > ABOVE_ONE)
  if (high !== undefined) throw wrong(`${where}.logprobs`, 'logarithms of probabilities', high)
  // Servers may go on after a stop token of ours that they do not know.
  const end = tokens.findIndex((id) => stop.includes(id))
  const length = end < 0 ? tokens.length : end + 1
  return {
    tokens: Int32Array.from(tokens.slice(0, length)),
    logprobs: Float32Array.from(logprobs.slice(0, length)),
    stopReason: end < 0 ? stopReason : 'stop',
  }
}

function wrong(where: string, expected: string, found: number): AppError {
  return new AppError('engine', `${where}: expected ${expected}, found ${found}`)
}
