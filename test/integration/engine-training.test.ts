/**
 * The local engine's training on written checkpoints: against PyTorch, against itself in other arrangements, and
 * through save, load, cancel and failure.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Datum } from '../../electron/engine/datum.ts'
import type { AdamParams, Engine, TrainingClient } from '../../electron/engine/engine.ts'
import { tensorNames } from '../../electron/model/tensors.ts'
import { createLocalEngine, type LocalOptions } from '../../electron/engine/local.ts'
import { MODEL_FOLDER, writeState } from '../../electron/engine/state-folder.ts'
import { toGraphLayout, zeroArrays } from '../../electron/engine/weights.ts'
import { readWeights } from '../../electron/model/checkpoint.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { TINY, tinyWeights, writeModel } from '../fakes/tiny-model.ts'
import { GOLDEN_NAMES, goldenData, readGolden } from '../golden/decoders.ts'
import { goldenWeights } from '../golden/weights.ts'

const engines: Engine[] = []
afterAll(() => Promise.all(engines.map((engine) => engine.close())))

const BATCH = { tokens: 64, row: 32 }

async function training(
  model: string,
  options: Partial<LocalOptions> = {},
): Promise<TrainingClient> {
  const engine = createLocalEngine({ device: 'cpu', workers: 2, batch: BATCH, ...options })
  engines.push(engine)
  return await engine.createTrainingClient(model)
}

const ADAM: AdamParams = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  gradClipNorm: 1,
}

/** Weights of the client as they are now. */
async function weightsOf(client: TrainingClient): Promise<Map<string, Float32Array>> {
  const folder = join(temporaryFolder(), 'state')
  await client.saveState(folder)
  return await readWeights(join(folder, MODEL_FOLDER))
}

function bytesOf(folder: string): Buffer[] {
  return [join(MODEL_FOLDER, 'model.safetensors'), 'moments.safetensors', 'engine.json'].map(
    (file) => readFileSync(join(folder, file)),
  )
}

function largestDifference(
  a: ReadonlyMap<string, Float32Array>,
  b: ReadonlyMap<string, Float32Array>,
): number {
  let worst = 0
  for (const [name, array] of a) {
    const other = b.get(name)
    array.forEach((x, i) => (worst = Math.max(worst, Math.abs(x - (other?.[i] ?? Number.NaN)))))
  }
  return worst
}

/** Datum number `index`: a prompt (the same for every `group`) and an answer, of uneven lengths. */
function answer(index: number, group: number): Datum {
  const prompt = Array.from({ length: 5 + (group % 7) }, (_, at) => (group * 7 + at * 3) % 40)
  const reply = Array.from({ length: 3 + (index % 9) }, (_, at) => (index * 5 + at * 11) % 40)
  const all = [...prompt, ...reply]
  const length = all.length - 1
  const first = prompt.length - 1
  const targets = new Int32Array(length).fill(-1)
  reply.forEach((token, at) => (targets[first + at] = token))
  return {
    tokens: Int32Array.from(all.slice(0, length)),
    targets,
    logprobs: new Float32Array(length).fill(-3),
    advantages: Float32Array.from({ length }, (_, at) => Math.sin(index + at) / 10),
    weights: new Float32Array(length).fill(0.1),
  }
}

const answers = (count: number, perGroup: number): Datum[] =>
  Array.from({ length: count }, (_, index) => answer(index, Math.floor(index / perGroup)))

describe.each(GOLDEN_NAMES)('%s', (name) => {
  test('two AdamW steps through the engine give the weights of PyTorch', async () => {
    const golden = readGolden(name)
    const { config, perturb } = golden
    // The reference policy is the folder that training began from.
    const client = await training(await writeModel(config, goldenWeights(config, perturb)))
    const state = join(temporaryFolder(), 'start')
    const specs = tensorNames(config)
    await writeState(state, {
      config,
      specs,
      lora: null,
      folder: await writeModel(config, goldenWeights(config)),
      step: 0,
      weights: toGraphLayout(specs, goldenWeights(config)),
      first: zeroArrays(specs),
      second: zeroArrays(specs),
    })
    await client.loadState(state)
    for (const step of golden.adamw.steps) {
      const { metrics } = await client.forwardBackward(goldenData(golden, step.loss), step.loss)
      expect(metrics['lossSum']).toBeCloseTo(step.lossSum, 4)
      const { gradNorm } = await client.optimStep(golden.adamw.params)
      expect(gradNorm / step.gradNorm).toBeCloseTo(1, 5)
      const weights = await weightsOf(client)
      for (const [tensor, expected] of Object.entries(step.weights)) {
        const found = (golden.samples[tensor] ?? []).map((at) => weights.get(tensor)?.[at] ?? NaN)
        const scale = Math.max(...expected.map(Math.abs))
        expected.forEach((x, i) =>
          expect(Math.abs((found[i] ?? NaN) - x)).toBeLessThan(1e-4 * scale),
        )
      }
    }
  })
})

/** One step from the same start, in some arrangement of calls, by that client. */
async function stepped(
  client: TrainingClient,
  calls: readonly (readonly Datum[])[],
): Promise<{ weights: Map<string, Float32Array>; gradNorm: number }> {
  await client.loadState(start)
  for (const data of calls) await client.forwardBackward(data, 'ppo')
  const { gradNorm } = await client.optimStep({ ...ADAM, gradClipNorm: 0, eps: 1e-3 })
  return { weights: await weightsOf(client), gradNorm }
}

let model = ''
let start = ''
/** Two workers over TINY; tests that use it begin with loadState or do not care. */
let pair: TrainingClient
beforeAll(async () => {
  model = await writeModel(TINY, tinyWeights(TINY))
  start = join(temporaryFolder(), 'start')
  pair = await training(model)
  await pair.saveState(start)
})

describe('the same gradients in every arrangement', () => {
  const data = answers(24, 4)

  test.each([
    ['one worker', { workers: 1 }],
    ['three workers', { workers: 3 }],
    ['one row per datum', { batch: { tokens: 32, row: 32 } }],
    ['one large grid', { batch: { tokens: 512, row: 256 } }],
  ] as const)('%s', async (_name, options) => {
    const base = await stepped(pair, [data])
    const other = await stepped(await training(model, options), [data])
    expect(other.gradNorm / base.gradNorm).toBeCloseTo(1, 5)
    expect(largestDifference(base.weights, other.weights)).toBeLessThan(1e-5)
  })

  test.each([
    ['accumulated over calls', [data.slice(0, 5), data.slice(5, 6), data.slice(6)]],
    // Alone, a datum shares its prompt with nobody.
    ['one datum per call, so that no prompt is shared', data.map((datum) => [datum])],
  ] as const)('%s', async (_name, calls) => {
    const base = await stepped(pair, [data])
    const other = await stepped(pair, calls)
    expect(other.gradNorm / base.gradNorm).toBeCloseTo(1, 5)
    expect(largestDifference(base.weights, other.weights)).toBeLessThan(1e-5)
  })

  test('two workers give the same bits on every run', async () => {
    const a = await stepped(pair, [data])
    const b = await stepped(await training(model), [data])
    expect(largestDifference(a.weights, b.weights)).toBe(0)
    expect(a.gradNorm).toBe(b.gradNorm)
  })
})

describe('masks', () => {
  test('positions without a target take no part', async () => {
    const base = answers(6, 3)
    const noise = (datum: Datum, array: Float32Array | undefined, value: number): Float32Array =>
      Float32Array.from(array ?? [], (x, at) => ((datum.targets[at] ?? -1) < 0 ? value : x))
    const noisy = base.map((datum): Datum => ({
      ...datum,
      advantages: noise(datum, datum.advantages, 9),
      logprobs: noise(datum, datum.logprobs, 7),
    }))
    const a = await stepped(pair, [base])
    const b = await stepped(pair, [noisy])
    expect(largestDifference(a.weights, b.weights)).toBe(0)
  })

  test('advantages of 0 leave the weights as they are', async () => {
    const client = pair
    await client.loadState(start)
    const data = answers(6, 3).map((datum) => ({
      ...datum,
      advantages: new Float32Array(datum.tokens.length),
    }))
    await client.forwardBackward(data, 'ppo')
    const { gradNorm } = await client.optimStep({ ...ADAM, weightDecay: 0 })
    expect(gradNorm).toBe(0)
    expect(largestDifference(await weightsOf(client), tinyWeights(TINY))).toBe(0)
  })

  test('KL is counted only where it is asked for', async () => {
    const client = pair
    await client.loadState(start)
    const data = answers(6, 3)
    await client.forwardBackward(data, 'ppo')
    await client.optimStep(ADAM)
    const plain = await client.forwardBackward(data, 'ppo')
    expect(plain.metrics['klSum']).toBe(0)
    const asked = data.map((datum, index) =>
      index === 2 ? { ...datum, klWeight: new Float32Array(datum.tokens.length).fill(0.5) } : datum,
    )
    const one = await client.forwardBackward(asked, 'ppo')
    expect(one.metrics['klSum']).toBeGreaterThan(0)
    const { metrics } = await client.forwardBackward(
      asked.filter((_, index) => index === 2),
      'ppo',
    )
    expect(one.metrics['klSum']).toBeCloseTo(metrics['klSum'] ?? NaN, 6)
  })

  test('KL to the starting weights is 0 at the start', async () => {
    const client = pair
    await client.loadState(start)
    const [datum] = answers(1, 1)
    const data =
      datum === undefined
        ? []
        : [{ ...datum, klWeight: new Float32Array(datum.tokens.length).fill(1) }]
    const { metrics } = await client.forwardBackward(data, 'ppo')
    expect(Math.abs(metrics['klSum'] ?? NaN)).toBeLessThan(1e-5)
  })
})

describe('states', () => {
  test('training goes on from a saved state bit for bit', async () => {
    const folder = temporaryFolder()
    const whole = pair
    await whole.loadState(start)
    const run = async (client: TrainingClient, steps: readonly number[]): Promise<void> => {
      for (const step of steps) {
        await client.forwardBackward(answers(8, 4).slice(step % 3), 'ppo')
        await client.optimStep(ADAM)
      }
    }
    await run(whole, [0, 1])
    await whole.saveState(join(folder, 'two'))
    await run(whole, [2, 3])
    await whole.saveState(join(folder, 'whole'))

    const resumed = await training(model)
    await run(resumed, [5])
    await resumed.loadState(join(folder, 'two'))
    await resumed.saveState(join(folder, 'again'))
    await run(resumed, [2, 3])
    await resumed.saveState(join(folder, 'resumed'))
    expect(bytesOf(join(folder, 'again'))).toEqual(bytesOf(join(folder, 'two')))
    expect(bytesOf(join(folder, 'resumed'))).toEqual(bytesOf(join(folder, 'whole')))
  })

  test('gradients from before a load are forgotten', async () => {
    const client = pair
    await client.forwardBackward(answers(8, 4), 'ppo')
    await client.loadState(start)
    expect(await client.optimStep(ADAM)).toEqual({ gradNorm: 0 })
  })

  test('a folder that is no state of this model is refused by name', async () => {
    const client = pair
    await client.loadState(start)
    const other = { ...TINY, layers: 1 }
    const folder = join(temporaryFolder(), 'other')
    const foreign = await training(await writeModel(other, tinyWeights(other)))
    await foreign.saveState(folder)
    await expect(client.loadState(folder)).rejects.toMatchObject({ code: 'checkpoint' })
    await expect(client.loadState(join(folder, 'nowhere'))).rejects.toMatchObject({
      code: 'checkpoint',
    })
  })
})

describe('failures', () => {
  test('a cancelled call leaves no gradients behind', async () => {
    const client = pair
    await client.loadState(start)
    const abort = new AbortController()
    const data = answers(48, 1)
    const cancelled = client.forwardBackward(data, 'ppo', {
      signal: abort.signal,
      onProgress: () => abort.abort(),
    })
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' })
    expect(await client.optimStep({ ...ADAM, weightDecay: 0 })).toEqual({ gradNorm: 0 })
    const { metrics } = await client.forwardBackward(data, 'ppo')
    expect(metrics['tokens']).toBeGreaterThan(0)
  })

  test('a gradient that is not finite stops the step and harms no weight', async () => {
    const client = pair
    await client.loadState(start)
    const [datum] = answers(1, 1)
    const broken =
      datum === undefined
        ? []
        : [
            {
              ...datum,
              weights:
                datum.tokens.length === 0
                  ? new Float32Array(0)
                  : new Float32Array(datum.tokens.length).fill(Number.NaN),
            },
          ]
    await client.forwardBackward(broken, 'cross_entropy')
    await expect(client.optimStep(ADAM)).rejects.toThrow(
      'gradient norm: expected a finite number, found NaN',
    )
    expect(largestDifference(await weightsOf(client), tinyWeights(TINY))).toBe(0)
    await client.forwardBackward(answers(2, 1), 'ppo')
    expect((await client.optimStep(ADAM)).gradNorm).toBeGreaterThan(0)
  })

  test.each([
    [
      'a token outside the vocabulary',
      { tokens: Int32Array.of(1, 40, 3) },
      'ids from 0 and below 40, found 40',
    ],
    [
      'a target outside the vocabulary',
      { targets: Int32Array.of(1, 2, -2) },
      'targets: expected ids from -1',
    ],
    [
      'arrays of different lengths',
      { advantages: new Float32Array(2) },
      'advantages: expected 3 numbers, found 2',
    ],
    ['no tokens', { tokens: new Int32Array(0) }, 'expected tokens, found none'],
    [
      'more tokens than positions',
      { tokens: new Int32Array(257) },
      'expected at most 256 tokens, found 257',
    ],
  ])('%s is refused in one sentence', async (_name, part, sentence) => {
    const client = pair
    await client.loadState(start)
    const datum: Datum = {
      tokens: Int32Array.of(1, 2, 3),
      targets: Int32Array.of(-1, 3, 4),
      logprobs: new Float32Array(3),
      advantages: new Float32Array(3),
      ...part,
    }
    const call = client.forwardBackward([datum], 'ppo')
    await expect(call).rejects.toThrow(sentence)
    await expect(call).rejects.toMatchObject({ code: 'engine' })
  })

  test('a loss without its inputs is refused by their name', async () => {
    const client = pair
    await client.loadState(start)
    const datum = { tokens: Int32Array.of(1, 2), targets: Int32Array.of(2, 3) }
    await expect(client.forwardBackward([datum], 'ppo')).rejects.toThrow(
      'expected logprobs for ppo',
    )
    await expect(client.forward([datum])).resolves.toMatchObject({ metrics: { tokens: 2 } })
  })

  test('a closed engine fails every call at once', async () => {
    const engine = createLocalEngine({ device: 'cpu', workers: 2, batch: BATCH })
    const client = await engine.createTrainingClient(model)
    const running = client.forwardBackward(answers(48, 1), 'ppo')
    const outcome = expect(running).rejects.toMatchObject({ code: 'engine' })
    await engine.close()
    await outcome
    await expect(client.optimStep(ADAM)).rejects.toThrow('the engine is closed')
    await expect(engine.createSamplingClient(model)).rejects.toThrow('the engine is closed')
  })

  test('where a device cannot be used the CPU trains, and one sentence says why', async () => {
    const told: string[] = []
    const engine = createLocalEngine({
      device: 'cuda',
      workers: 1,
      batch: BATCH,
      onFallback: (sentence) => told.push(sentence),
    })
    engines.push(engine)
    const client = await engine.createTrainingClient(model)
    await client.forwardBackward(answers(4, 1), 'ppo')
    const { device, fallback } = engine.stats()
    if (device === 'cuda') return
    expect(told).toEqual([fallback])
    expect(fallback).toBe(
      'CUDA cannot be used (its provider cannot be loaded), so the CPU computes',
    )
  })
})
