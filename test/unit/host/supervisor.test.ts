import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { watch } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { TrainNews, TrainOrder } from '../../../electron/contract/news.ts'
import { CRASH_LOG } from '../../../electron/host/crash-log.ts'
import { databaseFile } from '../../../electron/host/paths.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { superviseTraining } from '../../../electron/host/supervisor.ts'
import type { SuperviseOptions } from '../../../electron/host/supervisor.ts'
import { openStore } from '../../../electron/store/open.ts'
import { readRun } from '../../../electron/store/runs.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun } from '../../fakes/history.ts'
import { fakeOrder } from '../../fakes/train-order.ts'

const RUN = 'azr-20261120-fake'
const SCRIPT = new URL('../../fakes/trainer-process.ts', import.meta.url)
const folder = temporaryFolder()
const makeHome = (): string => mkdtempSync(join(folder, 'home-'))

async function supervise(order: TrainOrder, options: Partial<SuperviseOptions> = {}) {
  const news: TrainNews[] = []
  const end = await superviseTraining(order, {
    signal: new AbortController().signal,
    script: SCRIPT,
    ...options,
    onNews: (item) => {
      news.push(item)
      options.onNews?.(item)
    },
  })
  return { end, news, types: news.map(({ type }) => type) }
}

function crashesIn(home: string): { run: string | null; stderr: string; final: boolean }[] {
  const lines = readFileSync(join(home, 'logs', CRASH_LOG), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line))
}

test('an order is carried out in another process and its news arrive in order', async () => {
  const order = fakeOrder(makeHome(), 'works')
  const { end, types } = await supervise(order)
  expect(types).toEqual(['started', 'phase', 'done'])
  expect(end.ok && JSON.parse(end.summary.checkpoint ?? '')).toEqual(order)
})

test('after a crash the run is resumed with the settings that it has, and the crash is recorded', async () => {
  const home = makeHome()
  const { end, news, types } = await supervise(fakeOrder(home, 'crashes once'))
  expect(types).toEqual(['started', 'phase', 'warning', 'started', 'phase', 'done'])
  expect(news[2]).toEqual({
    type: 'warning',
    step: 2,
    text: `the trainer ended by SIGKILL; resuming ${RUN}, restart 1 of 3`,
  })
  expect(end.ok && JSON.parse(end.summary.checkpoint ?? '')).toMatchObject({
    resume: RUN,
    settings: [],
    steps: null,
    seed: null,
  })
  expect(crashesIn(home)).toMatchObject([
    { run: RUN, stderr: 'the driver went away\n', final: false },
  ])
})

test('a lost device is a crash: a new process resumes the run', async () => {
  const home = makeHome()
  const { end, news } = await supervise(fakeOrder(home, 'loses its device once'))
  expect(end.ok).toBe(true)
  expect(news.filter(({ type }) => type === 'failed')).toEqual([])
  expect(news.find(({ type }) => type === 'warning')).toMatchObject({
    step: 2,
    text: `the trainer ended with exit status 70; resuming ${RUN}, restart 1 of 3`,
  })
  expect(crashesIn(home)[0]?.stderr).toContain('the graphics device was lost')
})

test('the fourth crash within ten minutes is the last, and the run is marked as crashed', async () => {
  const home = makeHome()
  const store = await openStore(databaseFile(home))
  startRun(store, fakeRun(RUN), { now: () => 1, pid: process.pid })
  const { end, types } = await supervise(fakeOrder(home, 'always crashes'))
  expect(types.filter((type) => type === 'started')).toHaveLength(4)
  expect(end).toEqual({
    ok: false,
    code: 'crashed',
    message: `the trainer ended by SIGKILL for the 4th time in 10 minutes; take it up again with --resume ${RUN}`,
    run: RUN,
  })
  expect(readRun(store, RUN)).toMatchObject({
    state: 'crashed',
    reason: 'the trainer ended by SIGKILL',
  })
  store.close()
  expect(crashesIn(home).map(({ final }) => final)).toEqual([false, false, false, true])
})

test('crashes that are long ago do not count', async () => {
  let minutes = 0
  let starts = 0
  const gentle = new AbortController()
  const { end } = await supervise(fakeOrder(makeHome(), 'always crashes'), {
    signal: gentle.signal,
    now: () => (minutes += 4) * 60_000,
    onNews: ({ type }) => {
      if (type === 'started') starts += 1
      if (starts === 5) gentle.abort()
    },
  })
  expect(starts).toBe(5)
  expect(end).toMatchObject({ ok: false, code: 'crashed' })
})

test('without a run there is nothing to take up: the crash is told at once', async () => {
  const { end, types } = await supervise(fakeOrder(makeHome(), 'crashes before the run'))
  expect(types).toEqual([])
  expect(end).toEqual({
    ok: false,
    code: 'crashed',
    message: 'the trainer ended by SIGKILL',
    run: null,
  })
})

test('a rejection that nobody caught is a crash with its stack in the log', async () => {
  const home = makeHome()
  const gentle = new AbortController()
  await supervise(fakeOrder(home, 'forgets a rejection'), {
    signal: gentle.signal,
    onNews: ({ type }) => type === 'warning' && gentle.abort(),
  })
  expect(crashesIn(home)[0]?.stderr).toMatch(/Error: nobody caught this\n +at /)
})

test.each([
  ['refuses', 'checkpoint', 'expected a model, found none', null],
  ['fails midway', 'store', 'kelvin.db: writing failed: disk full', RUN],
])('a trainer that %s is not started again', async (model, code, message, run) => {
  const { end, types } = await supervise(fakeOrder(makeHome(), model))
  expect(end).toEqual({ ok: false, code, message, run })
  expect(types.at(-1)).toBe('failed')
})

test('an order that makes no sense is refused by its schema', async () => {
  const { end } = await supervise({ ...fakeOrder(makeHome(), 'works'), steps: 0.5 })
  expect(end).toMatchObject({
    ok: false,
    code: 'usage',
    message: expect.stringContaining('order.steps'),
  })
})

test('the signal asks for saving and stopping', async () => {
  const home = makeHome()
  const gentle = new AbortController()
  const { end } = await supervise(fakeOrder(home, 'waits'), {
    signal: gentle.signal,
    onNews: ({ type }) => type === 'started' && gentle.abort(),
  })
  expect(end).toMatchObject({ ok: true, summary: { interrupted: true } })
  expect(existsSync(join(home, 'saved'))).toBe(true)
})

test('force ends a trainer that does not hear, and does not start it again', async () => {
  const gentle = new AbortController()
  const hard = new AbortController()
  const { end, types } = await supervise(fakeOrder(makeHome(), 'deaf'), {
    signal: gentle.signal,
    force: hard.signal,
    onNews: () => {
      gentle.abort()
      hard.abort()
    },
  })
  expect(types).toEqual(['started'])
  expect(end).toMatchObject({
    ok: false,
    message: 'the trainer ended by SIGKILL while it was being stopped',
  })
})

test('when the parent is killed the trainer saves and ends by itself', async () => {
  const home = makeHome()
  const script = fileURLToPath(new URL('../../fakes/supervising-process.ts', import.meta.url))
  const saved = awaitFile(home, 'saved')
  const parent = spawn(process.execPath, [script, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(createInterface(parent.stdout), 'line')
  parent.kill('SIGKILL')
  await saved
})

/** Forever, when it does not come: then the test runs out of its time. */
async function awaitFile(directory: string, name: string): Promise<void> {
  for await (const { filename } of watch(directory)) if (filename === name) return
}
