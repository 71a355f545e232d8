/**
 * The local engine's generation against the plain decoder graph and against itself in other batches.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Datum } from '../../electron/engine/datum.ts'
import type {
  Engine,
  SampledSequence,
  SampleRequest,
  SamplingClient,
  SamplingParams,
  TrainingClient,
} from '../../electron/engine/engine.ts'
import { createLocalEngine } from '../../electron/engine/local.ts'
import { argMax, fullForward, softmax } from '../fakes/full-forward.ts'
import { TINY, tinyWeights, writeModel } from '../fakes/tiny-model.ts'
import { readGolden } from '../golden/decoders.ts'
import { goldenWeights } from '../golden/weights.ts'

const engine = createLocalEngine({ device: 'cpu', workers: 2 })
const solo = createLocalEngine({ device: 'cpu', workers: 1 })
const engines: Engine[] = [engine, solo]
afterAll(() => Promise.all(engines.map((one) => one.close())))

const WEIGHTS = tinyWeights(TINY)
let model = ''
/** TINY over two workers, and over one. */
let client: SamplingClient
let single: SamplingClient
beforeAll(async () => {
  model = await writeModel(TINY, WEIGHTS)
  client = await engine.createSamplingClient(model)
  single = await solo.createSamplingClient(model)
})

const PARAMS: SamplingParams = { maxTokens: 20, temperature: 1, topP: 1, topK: -1, stop: [] }
const GREEDY: SamplingParams = { ...PARAMS, temperature: 0 }

/** Prompt number `index`: 1 to 40 tokens of the vocabulary. */
function prompt(index: number): number[] {
  return Array.from({ length: 1 + ((index * 7) % 40) }, (_, at) => (index * 13 + at * 5 + 3) % 37)
}

const request = (index: number, numSamples = 1): SampleRequest => ({
  prompt: prompt(index),
  numSamples,
  seed: 100 + index,
})

const plain = ({ tokens, stopReason }: SampledSequence) => ({ tokens: [...tokens], stopReason })

/** Everything but the log-probs, whose last bits may depend on the batch. */
const tokensOf = (found: readonly (readonly SampledSequence[])[]) =>
  found.map((sequences) => sequences.map(plain))

describe.each(['llama', 'llama-tied', 'llama3-rope', 'qwen2', 'qwen3'])('%s', (name) => {
  const { config } = readGolden(name)
  const weights = goldenWeights(config)
  const requests = [0, 1, 2, 3, 4, 5].map((index) => request(index))
  const own = createLocalEngine({ device: 'cpu', workers: 1 })
  let trainer: TrainingClient
  let sampler: SamplingClient
  beforeAll(async () => {
    trainer = await own.createTrainingClient(await writeModel(config, weights))
    sampler = await trainer.saveWeightsForSampler()
  })
  afterAll(() => own.close())

  test('greedy takes the argmax of the full forward pass at every step', async () => {
    const found = await sampler.sample(requests, GREEDY)
    for (const [index, [sequence]] of found.entries()) {
      const tokens = [...(sequence?.tokens ?? [])]
      const logits = await fullForward(config, weights, [...prompt(index), ...tokens])
      const start = prompt(index).length - 1
      expect(tokens).toEqual(tokens.map((_, at) => argMax(logits[start + at] ?? [])))
      tokens.forEach((token, at) => {
        const p = softmax(logits[start + at] ?? new Float32Array(0))[token] ?? Number.NaN
        expect(Math.abs((sequence?.logprobs[at] ?? Number.NaN) - Math.log(p))).toBeLessThan(1e-4)
      })
    }
  })

  test.each([
    ['plain', {}],
    ['tempered and filtered', { temperature: 0.6, topK: 12, topP: 0.9 }],
  ])('log-probs are those of the trainer, untempered: %s', async (_name, changes) => {
    const found = await sampler.sample(requests, { ...PARAMS, ...changes })
    const data = found.flatMap((sequences, index) =>
      sequences.map((sequence) => datumOf(requests[index]?.prompt ?? [], sequence)),
    )
    const { outputs } = await trainer.forward(data)
    data.forEach(({ targets, logprobs }, index) => {
      targets.forEach((target, at) => {
        if (target < 0) return
        const difference = (outputs[index]?.logprobs[at] ?? Number.NaN) - (logprobs?.[at] ?? 0)
        expect(Math.abs(difference)).toBeLessThan(1e-4)
      })
    })
  })
})

function datumOf(tokens: readonly number[], answer: SampledSequence): Datum {
  const all = [...tokens, ...answer.tokens]
  const length = all.length - 1
  const first = tokens.length - 1
  const targets = new Int32Array(length).fill(-1)
  targets.set(answer.tokens, first)
  const logprobs = new Float32Array(length)
  logprobs.set(answer.logprobs, first)
  return { tokens: Int32Array.from(all.slice(0, length)), targets, logprobs }
}

describe('batches', () => {
  // More rows than slots, answers of many lengths: slots are refilled, then the batch shrinks.
  const many = Array.from({ length: 90 }, (_, index) => request(index))
  const params = { ...PARAMS, maxTokens: 40, stop: [2, 7] }

  test('a row gets the same tokens alone as among ninety', async () => {
    const together = await single.sample(many, params)
    const alone: SampledSequence[][] = []
    for (const one of many) alone.push(...(await single.sample([one], params)))
    expect(tokensOf(together)).toEqual(tokensOf(alone))
    const off = together.flat().flatMap(({ logprobs }, row) => {
      const [other] = alone[row] ?? []
      return [...logprobs].map((one, at) => Math.abs(one - (other?.logprobs[at] ?? Number.NaN)))
    })
    expect(Math.max(...off)).toBeLessThan(1e-5)
    const lengths = new Set(together.flat().map(({ tokens }) => tokens.length))
    expect(lengths.size).toBeGreaterThan(10)
  })

  test('the number of workers does not change the tokens', async () => {
    expect(tokensOf(await client.sample(many, params))).toEqual(
      tokensOf(await single.sample(many, params)),
    )
  })

  test('the same call gives the same bits, log-probs included', async () => {
    expect(await client.sample(many, params)).toEqual(await client.sample(many, params))
  })

  test('samples of one request are those of the request repeated, and differ', async () => {
    const [eight = []] = await client.sample([request(3, 8)], params)
    const [three = []] = await client.sample([request(3, 3)], params)
    expect(eight.slice(0, 3).map(plain)).toEqual(three.map(plain))
    expect(new Set(eight.map(({ tokens }) => tokens.join(' '))).size).toBeGreaterThan(6)
  })

  test('other seeds give other tokens', async () => {
    const seeds = Array.from({ length: 8 }, (_, seed) => ({ ...request(3), seed }))
    const found = await client.sample(seeds, params)
    expect(new Set(found.flat().map(({ tokens }) => tokens.join(' '))).size).toBeGreaterThan(6)
  })

  test('no requests and no samples give nothing', async () => {
    expect(await client.sample([], PARAMS)).toEqual([])
    const found = await client.sample([request(1, 0), request(2, 2), request(3, 0)], PARAMS)
    expect(found.map((sequences) => sequences.length)).toEqual([0, 2, 0])
  })
})

describe('ends', () => {
  test('without stop ids every row has exactly maxTokens', async () => {
    for (const maxTokens of [1, 15, 16, 17, 33]) {
      const found = await client.sample([request(1, 3), request(4, 2)], { ...PARAMS, maxTokens })
      for (const { tokens, logprobs, stopReason } of found.flat()) {
        expect([tokens.length, logprobs.length, stopReason]).toEqual([
          maxTokens,
          maxTokens,
          'length',
        ])
      }
    }
  })

  test('a stop id ends its row, is part of it, and changes nothing before it', async () => {
    const free = await client.sample([request(1, 20), request(4, 20)], PARAMS)
    const stop = [2, 7, 11]
    const found = await client.sample([request(1, 20), request(4, 20)], { ...PARAMS, stop })
    const expected = free.map((sequences) =>
      sequences.map(({ tokens }) => {
        const end = tokens.findIndex((token) => stop.includes(token))
        if (end < 0) return { tokens: [...tokens], stopReason: 'length' }
        return { tokens: Array.from(tokens.subarray(0, end + 1)), stopReason: 'stop' }
      }),
    )
    expect(tokensOf(found)).toEqual(expected)
    const reasons = new Set(found.flat().map(({ stopReason }) => stopReason))
    expect(reasons).toEqual(new Set(['stop', 'length']))
  })

  test('prompt and answer may fill the context to the last position', async () => {
    const full = { ...request(1), prompt: Array.from({ length: 200 }, (_, at) => at % 40) }
    const params = { ...GREEDY, maxTokens: TINY.maxPositions - 200 }
    const [[found] = []] = await client.sample([full], params)
    expect(found?.tokens.length).toBe(56)
    const logits = await fullForward(TINY, WEIGHTS, [...full.prompt, ...(found?.tokens ?? [])])
    expect(found?.tokens.at(-1)).toBe(argMax(logits.at(-2) ?? []))
  })
})

/** Frequencies of the first token over many samples of one prompt. */
async function frequencies(changes: Partial<SamplingParams>, count: number): Promise<number[]> {
  const [found = []] = await client.sample([request(5, count)], {
    ...PARAMS,
    ...changes,
    maxTokens: 1,
  })
  const counts = Array.from({ length: TINY.vocabSize }, () => 0)
  for (const { tokens } of found) counts[tokens[0] ?? -1] = (counts[tokens[0] ?? -1] ?? 0) + 1
  return counts.map((x) => x / count)
}

const normalised = (weights: readonly number[]): number[] => {
  const sum = weights.reduce((a, b) => a + b, 0)
  return weights.map((x) => x / sum)
}

/** Pearson's statistic per degree of freedom; about 1 where the samples follow `expected`. */
function misfit(found: readonly number[], expected: readonly number[], count: number): number {
  const live = expected.filter((p) => p > 0).length
  const parts = expected.map((p, i) => (p > 0 ? ((found[i] ?? 0) - p) ** 2 / p : 0))
  return (parts.reduce((a, b) => a + b, 0) * count) / Math.max(1, live - 1)
}

describe('distributions', () => {
  const COUNT = 4000
  let logits: Float32Array
  beforeAll(async () => {
    logits = (await fullForward(TINY, WEIGHTS, prompt(5))).at(-1) ?? new Float32Array(0)
  })

  test.each([0.5, 1, 2])('temperature %f', async (temperature) => {
    const expected = softmax(logits, temperature)
    expect(misfit(await frequencies({ temperature }, COUNT), expected, COUNT)).toBeLessThan(1.8)
  })

  test('topK keeps the K most likely tokens in proportion', async () => {
    const p = softmax(logits)
    const least = p.toSorted((a, b) => b - a)[4] ?? 0
    const expected = normalised(p.map((x) => (x >= least ? x : 0)))
    const found = await frequencies({ topK: 5 }, COUNT)
    expect(found.filter((x) => x > 0).length).toBe(5)
    expect(misfit(found, expected, COUNT)).toBeLessThan(3)
  })

  test('topP keeps the fewest tokens whose mass reaches it, in proportion', async () => {
    const p = softmax(logits)
    const order = p.map((_, i) => i).toSorted((a, b) => (p[b] ?? 0) - (p[a] ?? 0))
    let mass = 0
    const kept = new Set<number>()
    for (const id of order) {
      if (mass >= 0.7) break
      kept.add(id)
      mass += p[id] ?? 0
    }
    const expected = normalised(p.map((x, id) => (kept.has(id) ? x : 0)))
    const found = await frequencies({ topP: 0.7 }, COUNT)
    expect(new Set(found.flatMap((x, id) => (x > 0 ? [id] : [])))).toEqual(kept)
    expect(misfit(found, expected, COUNT)).toBeLessThan(2.5)
  })

  test('topK 1, a tiny topP and a tiny temperature are greedy', async () => {
    const requests = Array.from({ length: 10 }, (_, index) => request(index))
    const greedy = tokensOf(await client.sample(requests, GREEDY))
    for (const changes of [{ topK: 1 }, { topP: 1e-6 }, { temperature: 1e-3 }]) {
      expect(tokensOf(await client.sample(requests, { ...PARAMS, ...changes }))).toEqual(greedy)
    }
  })
})

describe('refusals and cancelling', () => {
  test.each([
    ['an empty prompt', { prompt: [] }, {}, 'prompt 0: expected tokens, found none'],
    ['an unknown id', { prompt: [1, 40] }, {}, 'ids from 0 and below 40, found 40'],
    ['a negative id', { prompt: [-1] }, {}, 'found -1'],
    ['half a token', { prompt: [1.5] }, {}, 'found 1.5'],
    ['too many positions', { prompt: prompt(5) }, { maxTokens: 250 }, 'at most 256 positions'],
    ['no new tokens', {}, { maxTokens: 0 }, 'maxTokens: expected a whole number above 0'],
    ['a negative temperature', {}, { temperature: -1 }, 'temperature: expected a number from 0'],
    ['topP 0', {}, { topP: 0 }, 'topP'],
    ['topK 0', {}, { topK: 0 }, 'topK'],
    ['an unknown stop id', {}, { stop: [99] }, 'stop: expected ids below 40, found 99'],
    ['half a sample', { numSamples: 0.5 }, {}, 'numSamples'],
  ])('%s is refused in one sentence', async (_name, part, changes, sentence) => {
    const call = client.sample([{ ...request(2), ...part }], { ...PARAMS, ...changes })
    await expect(call).rejects.toThrow(sentence)
    await expect(call).rejects.toMatchObject({ code: 'engine' })
  })

  test('cancelling takes effect within one chunk and the engine goes on', async () => {
    const abort = new AbortController()
    let calls = 0
    const cancelled = client.sample(
      [request(1, 64)],
      { ...PARAMS, maxTokens: 200 },
      {
        signal: abort.signal,
        onProgress: () => {
          calls += 1
          abort.abort()
        },
      },
    )
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    // One chunk of each worker may have been under way.
    expect(calls).toBeLessThanOrEqual(4)
    expect(tokensOf(await client.sample([request(1)], PARAMS))).toEqual(
      tokensOf(await single.sample([request(1)], PARAMS)),
    )
  })

  test('a signal that has fired before refuses at once', async () => {
    const call = client.sample([request(1)], PARAMS, { signal: AbortSignal.abort() })
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('progress counts rows up to all of them', async () => {
    const seen: [number, number][] = []
    await client.sample([request(1, 70)], PARAMS, { onProgress: (...news) => seen.push(news) })
    expect(seen.at(-1)).toEqual([70, 70])
    expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).toSorted((a, b) => a - b))
  })

  test('a sampler of older weights refuses', async () => {
    const trainer = await engine.createTrainingClient(model)
    const old = await trainer.saveWeightsForSampler()
    await old.sample([request(1)], PARAMS)
    await trainer.optimStep({
      learningRate: 0.1,
      beta1: 0.9,
      beta2: 0.99,
      eps: 1e-8,
      weightDecay: 0.5,
      gradClipNorm: 1,
    })
    await expect(old.sample([request(1)], PARAMS)).rejects.toThrow('the weights have moved on')
    const fresh = await trainer.saveWeightsForSampler()
    expect((await fresh.sample([request(1)], GREEDY)).length).toBe(1)
  })
})
