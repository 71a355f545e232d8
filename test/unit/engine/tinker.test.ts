/**
 * The remote engine against a server that computes with the local one: the same numbers, whatever happens on the way.
 */
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LORA_TARGETS } from '../../../electron/contract/fields.ts'
import type { RemoteEngine } from '../../../electron/contract/remote.ts'
import type { Datum } from '../../../electron/engine/datum.ts'
import type {
  AdamParams,
  Engine,
  SamplingClient,
  TrainingClient,
} from '../../../electron/engine/engine.ts'
import { createLocalEngine } from '../../../electron/engine/local.ts'
import { serverSeed } from '../../../electron/engine/tinker/sampling.ts'
import { createTinkerEngine, type TinkerOptions } from '../../../electron/engine/tinker/tinker.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { TINY, tinyWeights, writeModel } from '../../fakes/tiny-model.ts'
import { startTinkerServer, type TinkerServer } from '../../fakes/tinker-server.ts'

const KEY = 'tml-secret-0123456789'
const LORA = { rank: 4, seed: 3, targets: LORA_TARGETS }
const ADAM: AdamParams = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  gradClipNorm: 0,
}
const GREEDY = { maxTokens: 6, temperature: 0, topP: 1, topK: -1, stop: [2] }
const WARM = { ...GREEDY, temperature: 1 }

const closing: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of closing.toReversed()) await close()
})

let model = ''
let sums: TinkerServer
let means: TinkerServer
const pauses: number[] = []

beforeAll(async () => {
  model = await writeModel(TINY, tinyWeights(TINY))
  const common = { model, key: KEY }
  sums = await startTinkerServer({ ...common, states: temporaryFolder() })
  means = await startTinkerServer({ ...common, states: temporaryFolder(), reduction: 'seq_mean' })
  closing.push(sums.close, means.close)
})

beforeEach(() => {
  for (const server of [sums, means]) Object.assign(server, { notReady: 0 }).faults.length = 0
  pauses.length = 0
})

function remoteAt(
  { url }: { readonly url: string },
  remote: Partial<RemoteEngine> = {},
  options: Partial<TinkerOptions> = {},
) {
  const server = url === means.url ? ('skyrl-jax' as const) : ('skyrl-ray' as const)
  const engine = createTinkerEngine({
    remote: { url, model: null, server, allowHttp: false, serverAdam: true, ...remote },
    key: KEY,
    lora: LORA,
    pause: (milliseconds) => {
      pauses.push(milliseconds)
      return new Promise((resolve) => setImmediate(resolve))
    },
    ...options,
  })
  closing.push(() => engine.close())
  return engine
}

/** One client at each server and one here, taken back to their beginnings for every test. */
type Kind = 'sums' | 'means' | 'local'
const clients = new Map<Kind, { readonly client: TrainingClient; readonly start: string }>()

async function clientOf(kind: Kind): Promise<TrainingClient> {
  const known = clients.get(kind)
  if (known !== undefined) {
    await known.client.loadState(known.start)
    return known.client
  }
  const engine = kind === 'local' ? localEngine() : remoteAt(kind === 'sums' ? sums : means)
  const client = await engine.createTrainingClient(model)
  const start = join(temporaryFolder(), 'start')
  await client.saveState(start)
  clients.set(kind, { client, start })
  return client
}

function localEngine(): Engine {
  const lora = { ...LORA, alpha: 32 }
  const engine = createLocalEngine({ device: 'cpu', workers: 1, model: { lora } })
  closing.push(() => engine.close())
  return engine
}

/** Prompt of two tokens, answers of different lengths. */
function datum(answer: readonly number[], advantage: number): Datum {
  const all = [5, 6, ...answer]
  const length = all.length - 1
  const targets = Int32Array.from(all.slice(1), (id, at) => (at === 0 ? -1 : id))
  return {
    tokens: Int32Array.from(all.slice(0, length)),
    targets,
    logprobs: new Float32Array(length).fill(-3, 1),
    advantages: new Float32Array(length).fill(advantage, 1),
    clipLow: 0.2,
    clipHigh: 0.28,
  }
}
const DATA = [datum([7, 8, 9], 0.2), datum([9, 3], -0.1), datum([4, 4, 4, 4, 2], 0.3)]

const samplers = new Map<TinkerServer, SamplingClient>()
async function samplerAt(server: TinkerServer): Promise<SamplingClient> {
  const sampler = samplers.get(server) ?? (await remoteAt(server).createSamplingClient(model))
  samplers.set(server, sampler)
  return sampler
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length)
  const worst = Math.max(...Array.from(found, (one, at) => Math.abs(one - (expected[at] ?? 0))))
  expect(worst).toBeLessThan(1e-4)
}

const seenBy = async (client: TrainingClient): Promise<number[]> =>
  (await client.forward(DATA)).outputs.flatMap(({ logprobs }) => [...logprobs])

describe('the numbers of the local engine', () => {
  test('sampling gives the same tokens and log-probs, greedy and not', async () => {
    const remote = await samplerAt(sums)
    const near = await (await clientOf('local')).saveWeightsForSampler()
    for (const params of [GREEDY, WARM]) {
      const requests = [
        { prompt: [5, 6, 7], numSamples: 2, seed: 11 },
        { prompt: [8], numSamples: 1, seed: 12 },
      ]
      const found = await remote.sample(requests, params)
      const seeded = requests.map((one) => ({ ...one, seed: serverSeed(one.seed) }))
      const expected = await near.sample(seeded, params)
      expect(
        found.map((group) => group.map(({ tokens, stopReason }) => [[...tokens], stopReason])),
      ).toEqual(
        expected.map((group) => group.map(({ tokens, stopReason }) => [[...tokens], stopReason])),
      )
      expected.flat().forEach(({ logprobs }, at) => {
        expectClose(found.flat()[at]?.logprobs ?? [], logprobs)
      })
    }
  })

  test.each(['sums', 'means'] as const)(
    'a step at a server of %s moves the weights equally',
    async (kind) => {
      const server = kind === 'sums' ? sums : means
      const remote = await remoteAt(server).createTrainingClient(model)
      const near = await clientOf('local')
      expectClose(await seenBy(remote), await seenBy(near))
      for (const loss of ['ppo', 'importance_sampling'] as const) {
        const far = await remote.forwardBackward(DATA, loss)
        const own = await near.forwardBackward(DATA, loss)
        expect(far.metrics['tokens']).toBe(own.metrics['tokens'])
        expect(far.metrics['clippedTokens']).toBe(own.metrics['clippedTokens'])
        if (loss === 'ppo')
          expectClose([far.metrics['ratioMax'] ?? 0], [own.metrics['ratioMax'] ?? 1])
        const { gradNorm } = await remote.optimStep(ADAM)
        expectClose([gradNorm], [(await near.optimStep(ADAM)).gradNorm])
        expectClose(await seenBy(remote), await seenBy(near))
      }
      const sampler = await remote.saveWeightsForSampler()
      const expected = await near.saveWeightsForSampler()
      const request = [{ prompt: [5, 6], numSamples: 1, seed: 1 }]
      expect((await sampler.sample(request, GREEDY))[0]?.[0]?.tokens).toEqual(
        (await expected.sample(request, GREEDY))[0]?.[0]?.tokens,
      )
    },
  )

  test('cross-entropy keeps its weights at a server of means', async () => {
    const remote = await clientOf('means')
    const near = await clientOf('local')
    const data = DATA.map(({ tokens, targets, advantages }): Datum => ({
      tokens,
      targets,
      weights: advantages ?? new Float32Array(),
    }))
    const far = await remote.forwardBackward(data, 'cross_entropy')
    const own = await near.forwardBackward(data, 'cross_entropy')
    expectClose([far.metrics['lossSum'] ?? 0], [own.metrics['lossSum'] ?? 1])
    expectClose([(await remote.optimStep(ADAM)).gradNorm], [(await near.optimStep(ADAM)).gradNorm])
    expectClose(await seenBy(remote), await seenBy(near))
  })

  test('a saved state goes on as if nothing had been, also from another session', async () => {
    const folder = join(temporaryFolder(), 'state')
    const client = await clientOf('sums')
    await client.forwardBackward(DATA, 'ppo')
    await client.optimStep(ADAM)
    await client.saveState(folder)
    const step = async (one: TrainingClient): Promise<number[]> => {
      await one.forwardBackward(DATA, 'ppo')
      await one.optimStep(ADAM)
      return await seenBy(one)
    }
    const straight = await step(client)
    await client.loadState(folder)
    expect(await step(client)).toEqual(straight)
    const engine = remoteAt(sums)
    const later = await engine.createTrainingClient(join(folder, 'model'))
    await later.loadState(folder)
    expect(await step(later)).toEqual(straight)
    await engine.close()
    await client.loadState(folder)
    const request = [{ prompt: [5], numSamples: 1, seed: 1 }]
    const own = await (await client.saveWeightsForSampler()).sample(request, GREEDY)
    const sampler = await remoteAt(sums).createSamplingClient(join(folder, 'model'))
    expect(await sampler.sample(request, GREEDY)).toEqual(own)
  })

  test('states whose folders are gone and samplers but the newest leave the server', async () => {
    const place = temporaryFolder()
    const client = await clientOf('sums')
    await client.saveState(join(place, 'one'))
    await client.saveWeightsForSampler()
    await client.saveWeightsForSampler()
    rmSync(join(place, 'one'), { recursive: true })
    await client.saveState(join(place, 'two'))
    const deleted = sums.log
      .filter(({ path }) => /checkpoints\/\w+\//.test(path))
      .map(({ path }) => path)
    expect(deleted.slice(-2)).toEqual([
      expect.stringMatching(/\/weights\/step-000000-\d$/),
      expect.stringMatching(/\/sampler_weights\/ss\d+_seq\d$/),
    ])
    expect(existsSync(join(place, 'two', 'model', 'remote.json'))).toBe(true)
  })

  test('a sampler refuses once the weights have moved on', async () => {
    const client = await clientOf('sums')
    const sampler = await client.saveWeightsForSampler()
    await client.forwardBackward(DATA, 'ppo')
    await client.optimStep(ADAM)
    await expect(sampler.sample([{ prompt: [5], numSamples: 1, seed: 1 }], GREEDY)).rejects.toThrow(
      'sampler: the weights have moved on since it was made',
    )
  })
})

describe('what happens on the way', () => {
  const request = [{ prompt: [5, 6], numSamples: 1, seed: 1 }]

  test.each([
    ['a rate limit', 'asample', { kind: 'status', status: 429, retryAfter: '7' }],
    ['a failing server', 'asample', { kind: 'status', status: 500 }],
    ['a server in maintenance', 'retrieve_future', { kind: 'status', status: 503 }],
    ['a lost request', 'asample', { kind: 'drop', when: 'before' }],
    ['a lost answer', 'retrieve_future', { kind: 'drop', when: 'after' }],
    ['JSON that breaks off', 'asample', { kind: 'truncate' }],
    [
      'a queue',
      'retrieve_future',
      { kind: 'answer', body: { type: 'try_again', queue_state: 'active' } },
    ],
  ] as const)('%s only costs time', async (_what, path, fault) => {
    const client = await samplerAt(sums)
    const [[plain] = []] = await client.sample(request, GREEDY)
    pauses.length = 0
    sums.faults.push({ path, fault }, { path, fault })
    expect((await client.sample(request, GREEDY))[0]?.[0]).toEqual(plain)
    expect(sums.faults).toEqual([])
    if (fault.kind === 'status' && fault.status === 429)
      expect(pauses.slice(0, 2)).toEqual([7000, 7000])
  })

  test('a gradient whose answer was lost is added once, a state gets another name', async () => {
    const remote = await clientOf('sums')
    const near = await clientOf('local')
    const drop = { kind: 'drop', when: 'after' } as const
    sums.faults.push({ path: 'forward_backward', fault: drop }, { path: 'optim_step', fault: drop })
    sums.faults.push({ path: 'save_weights', fault: drop })
    sums.faults.push({ path: 'save_weights_for_sampler', fault: drop })
    await remote.forwardBackward(DATA, 'ppo')
    await near.forwardBackward(DATA, 'ppo')
    expectClose([(await remote.optimStep(ADAM)).gradNorm], [(await near.optimStep(ADAM)).gradNorm])
    await remote.saveState(join(temporaryFolder(), 'state'))
    await remote.saveWeightsForSampler()
    expect(sums.faults).toEqual([])
    const names = sums.asked('save_weights').slice(-3)
    expect(names[0]).toEqual(names[1])
    expect(names[2]).not.toEqual(names[1])
  })

  test('a model is not asked for twice when an answer was lost', async () => {
    const engine = remoteAt(sums)
    const before = sums.asked('create_model').length
    sums.faults.push({ path: 'create_model', fault: { kind: 'drop', when: 'after' } })
    await expect(engine.createTrainingClient(model)).rejects.toThrow(
      /create_model: expected an answer, found (ECONNRESET|UND_ERR_SOCKET|a broken connection)/,
    )
    expect(sums.asked('create_model')).toHaveLength(before + 1)
  })

  test('a server that is gone is named after some attempts', async () => {
    const server = await startTinkerServer({ model, states: '' })
    await server.close()
    await expect(remoteAt(server).createSamplingClient(model)).rejects.toThrow(
      `${server.url}/api/v1/get_server_capabilities: expected an answer, found ECONNREFUSED (6 times)`,
    )
    expect(pauses.every((milliseconds) => milliseconds >= 250 && milliseconds <= 30_000)).toBe(true)
  })

  test('a slow future is waited for; one that is never ready can be called off', async () => {
    const client = await samplerAt(sums)
    sums.notReady = 9
    expect(await client.sample(request, GREEDY)).toHaveLength(1)
    expect(pauses.slice(0, 3)).toEqual([50, 75, 112.5])
    sums.notReady = Number.POSITIVE_INFINITY
    const stop = new AbortController()
    const waiting = client.sample(request, GREEDY, { signal: stop.signal })
    stop.abort()
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('a poll that gets no answer is asked again', async () => {
    const late = new AbortController()
    const deadline = () => (late.signal.aborted ? new AbortController().signal : late.signal)
    const client = await remoteAt(sums, {}, { deadline }).createSamplingClient(model)
    sums.faults.push({ path: 'retrieve_future', fault: { kind: 'hang' } })
    const waiting = client.sample(request, GREEDY)
    await expect.poll(() => sums.faults.length, { timeout: 25_000 }).toBe(0)
    late.abort()
    expect(await waiting).toHaveLength(1)
  })

  test('a training call that was called off does not become a step', async () => {
    const client = await clientOf('sums')
    const stop = new AbortController()
    sums.notReady = Number.POSITIVE_INFINITY
    const cut = client.forwardBackward(DATA, 'ppo', { signal: stop.signal })
    await expect.poll(() => pauses.length, { timeout: 25_000 }).toBeGreaterThan(3)
    stop.abort()
    await expect(cut).rejects.toMatchObject({ code: 'cancelled' })
    sums.notReady = 0
    await expect(client.optimStep(ADAM)).rejects.toThrow('expected loadState first')
    await client.saveState(join(temporaryFolder(), 'state'))
  })
})

describe('answers that cannot be used', () => {
  const AT = /^http:\/\/127\.0\.0\.1:\d+\/api\/v1\//
  const sampled = (sequence: object) => ({
    sequences: [{ stop_reason: 'stop', tokens: [7, 2], logprobs: [-1, -1], ...sequence }],
  })

  test.each([
    ['nothing', {}, 'asample: request_id: expected a value, found none'],
    ['a list', 'no', 'asample: answer: expected Object, found "no"'],
    ['a number as id', { request_id: {} }, 'request_id: expected (string | number), found Object'],
  ])('%s of a submission', async (_what, body, sentence) => {
    const client = await samplerAt(sums)
    sums.faults.push({ path: 'asample', fault: { kind: 'answer', body } })
    const failure = client.sample([{ prompt: [5], numSamples: 1, seed: 1 }], GREEDY)
    await expect(failure).rejects.toThrow(sentence)
    await expect(failure).rejects.toThrow(AT)
  })

  test.each([
    ['too few sequences', { sequences: [] }, 'asample: expected 1 sequences, found 0'],
    [
      'text as tokens',
      sampled({ tokens: ['7'] }),
      'sequences.0.tokens: expected finite numbers, found Array',
    ],
    [
      'no log-probs',
      sampled({ logprobs: null }),
      'sequences.0.logprobs: expected finite numbers, found null',
    ],
    [
      'other tokens',
      sampled({ tokens: [7, 40] }),
      'sequences.0.tokens: expected ids from 0 and below 40, found 40',
    ],
    [
      'halves of tokens',
      sampled({ tokens: [7, 1.5] }),
      'expected ids from 0 and below 40, found 1.5',
    ],
    [
      'too many tokens',
      sampled({ tokens: [3, 3, 3, 3, 3, 3, 3] }),
      'expected at most 6 tokens, found 7',
    ],
    [
      'lengths that differ',
      sampled({ logprobs: [-1] }),
      'sequences.0.logprobs: expected 2 numbers, found 1',
    ],
    [
      'probabilities',
      sampled({ logprobs: [0.5, -1] }),
      'expected logarithms of probabilities, found 0.5',
    ],
    [
      'another reason',
      sampled({ stop_reason: 'eos' }),
      'expected ("stop" | "length"), found "eos"',
    ],
    [
      'an error',
      { error: 'out of memory', category: 'server' },
      'asample: failed at the server: out of memory',
    ],
  ])('%s of a sample', async (_what, body, sentence) => {
    const client = await samplerAt(sums)
    sums.faults.push({ path: 'retrieve_future', fault: { kind: 'answer', body } })
    const failure = client.sample([{ prompt: [5], numSamples: 1, seed: 1 }], GREEDY)
    await expect(failure).rejects.toThrow(sentence)
    await expect(failure).rejects.toThrow(AT)
  })

  test.each([
    ['too large', { kind: 'oversize' }, /expected at most \d+ bytes, found more/],
    ['a redirect', { kind: 'redirect' }, /found a redirect \(307\), which is not followed/],
    ['a refusal', { kind: 'status', status: 400 }, /refused \(400\): fault \[key\]$/],
  ] as const)('%s', async (_what, fault, sentence) => {
    const client = await samplerAt(sums)
    sums.faults.push({ path: 'asample', fault })
    await expect(client.sample([{ prompt: [5], numSamples: 1, seed: 1 }], GREEDY)).rejects.toThrow(
      sentence,
    )
  })

  test('log-probs of the wrong length end a training call', async () => {
    const client = await clientOf('sums')
    await client.forward(DATA)
    const body = { loss_fn_outputs: DATA.map(() => ({ logprobs: { data: [1] } })) }
    sums.faults.push({ path: 'retrieve_future', fault: { kind: 'answer', body } })
    await expect(client.forward(DATA)).rejects.toThrow('logprobs: expected 4 numbers, found 1')
  })

  test('a lost session says how to go on', async () => {
    const client = await clientOf('sums')
    sums.faults.push({
      path: 'forward',
      fault: { kind: 'status', status: 404, body: { detail: 'Model not found' } },
    })
    await expect(client.forward(DATA)).rejects.toThrow('refused (404): Model not found')
  })
})

describe('refusals before anything is done', () => {
  test('a server that takes other gradients than its kind', async () => {
    const engine = remoteAt(means, { server: 'skyrl-ray' })
    await expect(engine.createTrainingClient(model)).rejects.toThrow(
      /expected gradients that are sums over tokens, as SkyRL with FSDP or Megatron takes them, found gradients that are means over sequences; give --server skyrl-jax$/,
    )
  })

  test('a second call per step at a server of means', async () => {
    const client = await clientOf('means')
    await client.forwardBackward(DATA, 'ppo')
    await expect(client.forwardBackward(DATA, 'ppo')).rejects.toThrow(
      'expected one call per optimizer step',
    )
  })

  test.each([
    ['a KL term', { klWeight: new Float32Array(4) }, 'proposerKl=0'],
    ['an entropy bonus', { entropyWeight: new Float32Array(4) }, 'entropyCoef=0'],
    ['a dual clip', { dualClip: 3 }, 'dualClip=0'],
    ['clip bounds per sequence', { clipHigh: 0.5 }, 'equal ones'],
  ])('%s', async (what, extra, fix) => {
    const client = await clientOf('sums')
    const [first = datum([1], 1), ...rest] = DATA
    await expect(client.forwardBackward([{ ...first, ...extra }, ...rest], 'ppo')).rejects.toThrow(
      `the Tinker protocol has no ${what}; train with ${fix}`,
    )
  })

  test('a model that is not served, a wrong key that no message repeats', async () => {
    await expect(
      remoteAt(sums, { model: 'Qwen/Qwen3-8B' }).createSamplingClient(model),
    ).rejects.toThrow('expected model Qwen/Qwen3-8B, found tiny')
    const wrong = 'tml-wrong-key'
    const failure = remoteAt(sums, {}, { key: wrong }).createSamplingClient(model)
    await expect(failure).rejects.toThrow(
      /refused \(401\): Invalid key \[key\]; set TINKER_API_KEY/,
    )
  })

  test.each([
    ['ftp://host', 'expected local or an address that begins with https://'],
    ['http://gpu.example:8000', 'expected https, since anyone on the way could read'],
    ['https://me:secret@host', 'engine host: expected no password in the address'],
    ['https://host/?key=secret', 'expected an address without ? and #'],
  ])('the address %s', (url, sentence) => {
    expect(() => remoteAt({ url })).toThrow(sentence)
  })

  test('a key over http beyond this machine, even where http is allowed', () => {
    expect(() => remoteAt({ url: 'http://gpu.example:8000' }, { allowHttp: true })).toThrow(
      'the key would be readable on the way',
    )
  })

  test('a prompt that the context of the server does not hold', async () => {
    const short = await startTinkerServer({ model, states: temporaryFolder(), context: 8 })
    closing.push(short.close)
    const client = await remoteAt(short, {}, { key: null }).createSamplingClient(model)
    await expect(
      client.sample([{ prompt: [5, 6, 7], numSamples: 1, seed: 1 }], GREEDY),
    ).rejects.toThrow('expected at most 8 positions')
  })
})
