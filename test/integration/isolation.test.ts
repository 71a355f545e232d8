/**
 * Level 0: a Python that cannot be shut in, as a kernel without seccomp would leave it, and no browser.
 * The app says so, refuses to train, and trains once the user has said so in words.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { TrainNews, TrainOrder } from '../../electron/contract/news.ts'
import { showRun } from '../../electron/host/history.ts'
import { databaseFile } from '../../electron/host/paths.ts'
import { testSandbox } from '../../electron/host/programs.ts'
import { runTraining } from '../../electron/host/train.ts'
import { findPython } from '../../electron/sandbox/python.ts'
import { openStore } from '../../electron/store/open.ts'
import { fakeOrder } from '../fakes/train-order.ts'

const folder = mkdtempSync(join(tmpdir(), 'kelvin-open-'))

beforeAll(async () => {
  const { executable } = await findPython()
  const path = join(folder, 'python3')
  // Starts every zygote with no layer at all.
  writeFileSync(
    path,
    `#!/bin/sh
case "$*" in
  *zygote.py*) exec ${executable} -s -S -B "$4" "" ;;
  *) echo '{"executable": "${path}", "version": [3, 11, 0], "prefixes": []}' ;;
esac
`,
  )
  chmodSync(path, 0o755)
})

// What is stubbed holds for one test.
beforeEach(() => {
  vi.stubEnv('PATH', folder)
  vi.stubEnv('KELVIN_CHROMIUM', '/nonexistent')
})

afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Ends as soon as the run is there: what it learns is not the question. Gives the run's name. */
async function train(changes: Partial<TrainOrder>): Promise<string | null> {
  const stop = new AbortController()
  let started: string | null = null
  const onNews = (news: TrainNews) => {
    if (news.type === 'started') started = news.run
    stop.abort()
  }
  const order = { ...fakeOrder(folder, ''), model: null, steps: 1, ...changes }
  await runTraining(order, { signal: stop.signal, onNews }).catch((cause: unknown) => {
    if (started === null) throw cause
  })
  return started
}

test('the self-test shows what is open, and calls it not isolated', async () => {
  const { level, label, checks } = await testSandbox()
  expect([level, label]).toEqual([0, 'NOT ISOLATED'])
  const open = checks.filter(({ pass }) => !pass).map(({ name }) => name)
  expect(open).toEqual(
    expect.arrayContaining(['read a file', 'sleep', 'connect to a TCP listener']),
  )
})

test('training is refused without isolation, and says how to go on', async () => {
  await expect(train({})).rejects.toMatchObject({
    code: 'sandbox',
    message: expect.stringContaining('--accept-no-isolation'),
  })
})

test('with consent there is a run, and it says that nothing was isolated', async () => {
  const run = (await train({ acceptNoIsolation: true })) ?? ''
  const store = await openStore(databaseFile(folder))
  try {
    expect(showRun(store, run).run.sandboxLevel).toBe(0)
  } finally {
    store.close()
  }
})
