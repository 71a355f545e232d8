/**
 * Generation at lengths of real tasks: long prompts in pieces, batches that the cache's budget holds, rows that wait
 * when it does not, and cancelling in between.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Engine, SampledSequence, SamplingClient } from '../../electron/engine/engine.ts'
import { createLocalEngine } from '../../electron/engine/local.ts'
import { cacheTokenBytes } from '../../electron/engine/sampling-plan.ts'
import { argMax, fullForward } from '../fakes/full-forward.ts'
import { TINY, tinyWeights, writeModel } from '../fakes/tiny-model.ts'

const CONFIG = { ...TINY, layers: 1, heads: 2, kvHeads: 1, maxPositions: 16_384 } as const
const WEIGHTS = tinyWeights(CONFIG)
const engines: Engine[] = []
let model = ''

async function sampler(cacheBytes?: number): Promise<SamplingClient> {
  const engine = createLocalEngine({
    device: 'cpu',
    workers: 1,
    ...(cacheBytes === undefined ? {} : { cacheBytes }),
  })
  engines.push(engine)
  return await engine.createSamplingClient(model)
}

beforeAll(async () => {
  model = await writeModel(CONFIG, WEIGHTS)
})
afterAll(() => Promise.all(engines.map((engine) => engine.close())))

const PARAMS = { maxTokens: 24, temperature: 1, topP: 1, topK: -1, stop: [] }
const promptOf = (length: number, shift = 0): number[] =>
  Array.from({ length }, (_, at) => (at * at + 3 * at + shift) % 37)
const tokensOf = (found: readonly (readonly SampledSequence[])[]) =>
  found.map((sequences) => sequences.map(({ tokens }) => [...tokens]))

describe('long prompts', () => {
  test('that run in pieces are answered as the full forward pass answers', async () => {
    const prompt = promptOf(1400)
    const client = await sampler()
    const params = { ...PARAMS, temperature: 0, maxTokens: 6 }
    const [[found] = []] = await client.sample([{ prompt, numSamples: 1, seed: 1 }], params)
    const tokens = [...(found?.tokens ?? [])]
    const logits = await fullForward(CONFIG, WEIGHTS, [...prompt, ...tokens])
    expect(tokens).toEqual(tokens.map((_, at) => argMax(logits[prompt.length - 1 + at] ?? [])))
  })

  test('are prefilled once for all their samples, up to 6,144 tokens with 8,096 to come', async () => {
    const client = await sampler()
    const prompt = promptOf(6144)
    const stop = [3, 11]
    const [found = []] = await client.sample([{ prompt, numSamples: 3, seed: 5 }], {
      ...PARAMS,
      maxTokens: 8096,
      stop,
    })
    expect(found.every(({ tokens }) => stop.includes(tokens.at(-1) ?? -1))).toBe(true)
    expect(engines.at(-1)?.stats().generation?.promptTokens).toBe(6143)
  })
})

describe('a small budget', () => {
  const requests = [
    { prompt: promptOf(40), numSamples: 5, seed: 1 },
    { prompt: promptOf(300, 1), numSamples: 3, seed: 2 },
  ]
  const params = { ...PARAMS, maxTokens: 400, stop: [5] }

  test('makes rows wait and go on, and changes no token', async () => {
    const free = await (await sampler()).sample(requests, params)
    // Room for eight rows of 64 tokens, or for one of 512.
    const tight = await sampler(512 * cacheTokenBytes(CONFIG, 4))
    expect(tokensOf(await tight.sample(requests, params))).toEqual(tokensOf(free))
    const lengths = free.flat().map(({ tokens }) => tokens.length)
    expect(Math.max(...lengths)).toBeGreaterThan(64)
  })
})

test('cancelling ends a long prompt between two pieces', async () => {
  const client = await sampler()
  const stop = new AbortController()
  const request = { prompt: promptOf(6000), numSamples: 1, seed: 1 }
  const running = client.sample([request], PARAMS, { signal: stop.signal })
  stop.abort()
  await expect(running).rejects.toMatchObject({ code: 'cancelled' })
})
