import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openHistory, readRuns, withHistory } from '../../../electron/host/open-history.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun } from '../../fakes/history.ts'

const folder = temporaryFolder()
const makeHome = (): string => mkdtempSync(join(folder, 'home-'))
const now = (): number => 1

test('a new home has a history without runs', async () => {
  expect(await readRuns(makeHome())).toEqual([])
})

test('a run whose process has ended is no longer called running, one that goes on is', async () => {
  const home = makeHome()
  const dead = spawnSync(process.execPath, ['--version']).pid
  await withHistory(home, (store) => {
    startRun(store, fakeRun('azr-dead'), { now, pid: dead })
    startRun(store, fakeRun('azr-alive'), { now, pid: process.pid })
  })
  const states = (await readRuns(home)).map(({ id, state, reason }) => [id, state, reason])
  expect(states).toEqual([
    ['azr-alive', 'running', ''],
    ['azr-dead', 'interrupted', 'its process ended without saying so'],
  ])
})

test('a history is closed also after what is done with it has failed', async () => {
  const home = makeHome()
  const store = await openHistory(home)
  store.close()
  await expect(withHistory(home, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
})
