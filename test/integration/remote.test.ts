/**
 * Runs, evaluations and judges whose model is at a server: trained, saved, resumed and asked over HTTP, with a key
 * that no file of the home holds.
 */
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TrainNews, TrainOrder, TrainSummary } from '../../electron/contract/news.ts'
import type { RemoteEngine } from '../../electron/contract/remote.ts'
import { readRemoteState } from '../../electron/engine/tinker/state.ts'
import { findCheckpoint, modelOf } from '../../electron/host/checkpoints.ts'
import { type EvalOrder, runEval } from '../../electron/host/evaluate.ts'
import { readStepRecord, showRun } from '../../electron/host/history.ts'
import { type Answer, judgeWithModel } from '../../electron/host/judge.ts'
import { withHistory } from '../../electron/host/open-history.ts'
import { fromHomePath } from '../../electron/host/paths.ts'
import { NANO_MODEL } from '../../electron/host/models.ts'
import { KEY_FILE } from '../../electron/host/remote-key.ts'
import { runTraining } from '../../electron/host/train.ts'
import { writeCheckpoint } from '../../electron/model/checkpoint.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { TINY, tinyWeights } from '../fakes/tiny-model.ts'
import { startTinkerServer, type TinkerServer } from '../fakes/tinker-server.ts'
import { fakeOrder } from '../fakes/train-order.ts'

const KEY = 'tml-0123456789abcdef'
const home = temporaryFolder()
const model = NANO_MODEL
const signal = new AbortController().signal
let server: TinkerServer
let remote: RemoteEngine

beforeAll(async () => {
  writeFileSync(join(home, KEY_FILE), `${KEY}\n`, { mode: 0o600 })
  server = await startTinkerServer({ model, name: 'tiny', states: temporaryFolder(), key: KEY })
  remote = { url: server.url, model: null, server: 'skyrl-ray', allowHttp: false, serverAdam: true }
})
afterAll(() => server.close())

const SETTINGS = [
  'batch=2',
  'mcSamples=2',
  'seedFactor=1',
  'workers=1',
  'deductionFactor=1',
  'maxResponse=24',
  'checkpointEvery=1',
  'evalEvery=0',
  'proposerKl=0',
  'gradClip=0',
  'loraRank=4',
]

const orderOf = (changes: Partial<TrainOrder> = {}): TrainOrder => ({
  ...fakeOrder(home, model),
  engine: server.url,
  remote,
  steps: 2,
  settings: SETTINGS,
  ...changes,
})

async function train(order: TrainOrder, until = Number.POSITIVE_INFINITY): Promise<TrainSummary> {
  const stop = new AbortController()
  const onNews = (news: TrainNews): void => {
    if (news.type === 'step' && news.step >= until) stop.abort()
  }
  return await runTraining(order, { signal: stop.signal, onNews })
}

test('a run trains at the server, is stopped, resumed and measured; its weights stay there', async () => {
  const first = await train(orderOf(), 1)
  expect(first).toMatchObject({ steps: 1, interrupted: true })
  const trained = server.asked('optim_step').length
  const last = await train(orderOf({ engine: 'local', settings: [], resume: first.run }))
  expect(last).toMatchObject({ run: first.run, steps: 2, interrupted: false })
  // Two steps of the throw-away model that says how gradients are put together, and the run's second.
  expect(server.asked('optim_step').length - trained).toBe(3)
  expect(server.asked('forward_backward').at(-1)).toMatchObject({
    forward_backward_input: { loss_fn: 'ppo', loss_fn_config: { clip_low_threshold: 0.8 } },
  })
  expect(server.asked('load_weights')).toHaveLength(1)
  const { engine, machine, checkpoints } = await withHistory(home, (store) => {
    const { run, checkpoints } = showRun(store, first.run)
    const record = readStepRecord(store, first.run, 2)
    return { engine: run.engine, machine: record?.metrics, checkpoints, record }
  })
  expect(engine).toBe(server.url)
  expect(checkpoints.map(({ step, kind }) => [step, kind])).toEqual([
    [0, 'start'],
    [1, 'periodic'],
    [2, 'final'],
  ])
  expect(Object.values(machine ?? {}).every((value) => Number.isFinite(value))).toBe(true)
  const folder = await withHistory(home, (store) =>
    modelOf(fromHomePath(home, findCheckpoint(store, first.run, 2).path)),
  )
  expect(readdirSync(folder).filter((name) => name.endsWith('.safetensors'))).toEqual([])
  expect(await readRemoteState(folder)).toMatchObject({
    step: 2,
    rank: 4,
    engine: { url: server.url, model: 'tiny' },
  })

  const order = {
    ...EVAL(),
    model: null,
    run: { run: first.run, step: null },
    against: { run: first.run, step: 0 },
  }
  const found = await runEval(order, { signal, onProgress: () => undefined })
  expect(found).toMatchObject({ model: `${first.run}@2`, against: `${first.run}@0` })
  await expect(
    train(
      orderOf({
        remote: { ...remote, url: 'http://127.0.0.1:1' },
        engine: 'http://127.0.0.1:1',
        settings: [],
        fork: { run: first.run, step: 1 },
      }),
    ),
  ).rejects.toThrow(`expected ${server.url}, where the weights of`)
})

const EVAL = (): EvalOrder => ({
  home,
  model,
  run: null,
  suites: ['nano-heldout'],
  data: null,
  samples: 1,
  temperature: 0,
  limit: 2,
  against: null,
  gold: false,
  seed: 1,
  device: 'cpu',
})

test('a model at a server scores as the same one here, under a name of its own', async () => {
  const options = { signal, onProgress: () => undefined }
  const there = await runEval({ ...EVAL(), remote }, options)
  const here = await runEval(EVAL(), options)
  expect(there.suites).toEqual(here.suites)
  expect([here.model, there.model]).toEqual(['nano (embedded)', new URL(server.url).host])
  expect(there.details['nano-heldout']?.evaluations).not.toEqual(
    here.details['nano-heldout']?.evaluations,
  )
})

test('a judge at a server says what the same model says here', async () => {
  const judge = join(home, 'judge')
  const tokens = join(import.meta.dirname, '../golden/tokenizers/qwen2')
  const config = { ...TINY, vocabSize: 512, maxPositions: 2_048, eosIds: [0] }
  await writeCheckpoint(judge, config, tinyWeights(config), {
    dtype: 'float32',
    tokenizerFrom: tokens,
  })
  const there = await startTinkerServer({ model: judge, states: temporaryFolder() })
  const traces = [
    { id: '1/propose/deduction/0', role: 'propose', kind: 'deduction', response: 'f(1)' },
  ] as const
  const said = async (remote?: RemoteEngine): Promise<Answer[]> => {
    const answers: Answer[] = []
    const place = { home: temporaryFolder(), ...(remote && { remote }) }
    await judgeWithModel(
      { model: judge, traces, ...place },
      { signal, onAnswer: (one) => void answers.push(one) },
    )
    return answers
  }
  try {
    const answers = await said({ ...remote, url: there.url })
    expect(answers).toEqual(await said())
    expect(answers[0]?.response).not.toBe('')
    expect(there.asked('asample')).toHaveLength(1)
  } finally {
    await there.close()
  }
})

test('settings that the server cannot honour are named before anything is asked', async () => {
  const before = server.log.length
  await expect(
    train(
      orderOf({
        settings: [...SETTINGS, 'proposerKl=0.5', 'dualClip=3', 'loraRank=8', 'loraAlpha=16'],
      }),
    ),
  ).rejects.toThrow(
    /dualClip: expected 0, since .* found 3; proposerKl: expected 0, since .* found 0\.5; loraAlpha: expected 32, since servers fix it, found 16 \(--set dualClip=0 --set proposerKl=0 --set loraAlpha=32\)$/,
  )
  await expect(train(orderOf({ remote: { ...remote, serverAdam: false } }))).rejects.toThrow(
    'accept that with --server-adam',
  )
  expect(server.log).toHaveLength(before)
})

test('the key is in no file but its own, which only its owner may read', async () => {
  const files = readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  const holding = files.filter((entry) =>
    readFileSync(join(entry.parentPath, entry.name)).includes(KEY),
  )
  expect(holding.map(({ name }) => name)).toEqual([KEY_FILE])
  const open = temporaryFolder()
  mkdirSync(open, { recursive: true })
  cpSync(join(home, KEY_FILE), join(open, KEY_FILE))
  chmodSync(join(open, KEY_FILE), 0o644)
  await expect(
    runEval({ ...EVAL(), home: open, remote }, { signal, onProgress: () => undefined }),
  ).rejects.toThrow(`${join(open, KEY_FILE)}: expected mode 600, found 644; chmod 600 it`)
  rmSync(join(open, KEY_FILE))
  await expect(
    runEval({ ...EVAL(), home: open, remote }, { signal, onProgress: () => undefined }),
  ).rejects.toThrow('set TINKER_API_KEY or the file tinker.key')
})
