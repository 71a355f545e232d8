import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TrainNews, TrainOrder, TrainSummary } from '../../electron/contract/news.ts'
import type { StepRecord } from '../../electron/contract/run.ts'
import { readStepRecord, showRun } from '../../electron/host/history.ts'
import { modelOf } from '../../electron/host/checkpoints.ts'
import { weightsDigest } from '../../electron/host/models.ts'
import { databaseFile, runDirectory } from '../../electron/host/paths.ts'
import { RUN_FILE } from '../../electron/host/run-file.ts'
import { runTraining } from '../../electron/host/train.ts'
import { openStore } from '../../electron/store/open.ts'
import { fakeOrder } from '../fakes/train-order.ts'

const STEPS = 4
const SMALL = [
  'batch=4',
  'mcSamples=3',
  'seedFactor=1',
  'workers=2',
  'checkpointEvery=2',
  'evalEvery=0',
]

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kelvin-train-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function orderFor(home: string, changes: Partial<TrainOrder> = {}): TrainOrder {
  return fakeOrder(home, null, { steps: STEPS, settings: SMALL, ...changes })
}

type Watch = { readonly signal?: AbortSignal; readonly onNews?: (news: TrainNews) => void }

function home(name: string): string {
  return mkdtempSync(join(folder, `${name}-`))
}

async function trained(order: TrainOrder, watch: Watch = {}): Promise<TrainSummary> {
  const { signal = new AbortController().signal, onNews = () => {} } = watch
  return await runTraining(order, { signal, onNews })
}

/** Every step of a run as stored, without what a clock says. */
async function rowsOf(at: string, run: string): Promise<unknown[]> {
  const store = await openStore(databaseFile(at))
  try {
    return Array.from({ length: STEPS + 1 }, (_, step) =>
      timeless(readStepRecord(store, run, step)),
    )
  } finally {
    store.close()
  }
}

function timeless(record: StepRecord | null): unknown {
  return record === null ? null : { ...record, phaseSeconds: null }
}

async function weightsOf(summary: TrainSummary): Promise<string> {
  return await weightsDigest(modelOf(summary.checkpoint ?? ''))
}

describe('a whole run with the embedded model, the real engine, sandbox and database', () => {
  let first: TrainSummary
  let firstHome = ''
  beforeAll(async () => {
    firstHome = home('first')
    first = await trained(orderFor(firstHome))
  })

  test('it does its steps, proposes valid tasks and stores every step', async () => {
    const rows = await rowsOf(firstHome, first.run)
    expect(first).toMatchObject({ steps: STEPS, interrupted: false, seed: 7, preset: 'nano' })
    expect(first.tasksProposed).toBe(STEPS * 12)
    expect(first.tasksValid).toBeGreaterThan(0)
    expect(rows.every((row) => row !== null)).toBe(true)
    const store = await openStore(databaseFile(firstHome))
    const detail = showRun(store, first.run)
    store.close()
    expect(detail.run.state).toBe('finished')
    expect(detail.checkpoints.map(({ step, kind }) => [step, kind])).toEqual([
      [0, 'start'],
      [2, 'periodic'],
      [4, 'final'],
    ])
    const file = join(runDirectory(firstHome, first.run), RUN_FILE)
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    expect(kept).toMatchObject({ id: first.run, seed: 7, config: detail.run.config })
  })

  test('the weights change', async () => {
    const start = await weightsDigest(
      join(firstHome, 'runs', first.run, 'checkpoints', '0', 'model'),
    )
    expect(await weightsOf(first)).not.toBe(start)
  })

  test('the same seed gives the same rows and the same weights', async () => {
    const again = home('again')
    const second = await trained(orderFor(again))
    expect(await rowsOf(again, second.run)).toEqual(await rowsOf(firstHome, first.run))
    expect(await weightsOf(second)).toBe(await weightsOf(first))
  })

  test('another seed gives other rows', async () => {
    const other = home('other')
    const second = await trained(orderFor(other, { seed: 8, steps: 1 }))
    const store = await openStore(databaseFile(other))
    const mine = timeless(readStepRecord(store, second.run, 1))
    store.close()
    expect(mine).not.toEqual((await rowsOf(firstHome, first.run))[1])
  })

  test('interrupted and resumed, it ends as if it had never stopped, bit for bit', async () => {
    const at = home('resumed')
    const stop = new AbortController()
    const onNews = (news: TrainNews): void => {
      // In the middle of a step after the last checkpoint.
      if (news.type === 'phase' && news.step === 4 && news.phase === 'verify') stop.abort()
    }
    const half = await trained(orderFor(at), { signal: stop.signal, onNews })
    expect(half).toMatchObject({ interrupted: true, steps: 3 })
    const whole = await trained(
      orderFor(at, { resume: half.run, settings: [], steps: null, seed: null }),
    )
    expect(whole).toMatchObject({ interrupted: false, steps: STEPS, run: half.run })
    expect(await rowsOf(at, whole.run)).toEqual(await rowsOf(firstHome, first.run))
    expect(await weightsOf(whole)).toBe(await weightsOf(first))
  })

  test('a finished run is not resumed', async () => {
    await expect(
      trained(orderFor(firstHome, { resume: first.run, settings: [], steps: null, seed: null })),
    ).rejects.toThrow(/expected an unfinished run/)
  })

  test('a fork starts from the weights of its parent', async () => {
    const fork = await trained(
      orderFor(firstHome, { fork: { run: first.run, step: 2 }, steps: 3, settings: SMALL }),
    )
    const store = await openStore(databaseFile(firstHome))
    const parent = showRun(store, fork.run).run.parent
    store.close()
    expect(parent).toEqual({ run: first.run, step: 2 })
    expect(fork.steps).toBe(3)
  })
})

test('the shuffled control trains on the same number of tasks with other rewards', async () => {
  const at = home('shuffled')
  const summary = await trained(
    orderFor(at, { steps: 2, settings: [...SMALL, 'control=shuffled-rewards'] }),
  )
  expect(summary.tasksProposed).toBe(24)
})

test('the solver-only control proposes nothing and solves given tasks', async () => {
  const at = home('solver')
  const summary = await trained(
    orderFor(at, { steps: 2, settings: [...SMALL, 'control=solver-only'] }),
  )
  const store = await openStore(databaseFile(at))
  const record = readStepRecord(store, summary.run, 2)
  store.close()
  expect(summary.tasksProposed).toBe(0)
  expect(record?.episodes.every(({ role }) => role === 'solve')).toBe(true)
  expect(record?.episodes.length).toBeGreaterThan(0)
})
