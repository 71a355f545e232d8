import { beforeEach, expect, test } from 'vitest'
import { openStore } from '../../../electron/store/open.ts'
import { insertRun, listRuns, newRunId, readForks, readRun } from '../../../electron/store/runs.ts'
import { RUN_ID, runKey, settleRuns, updateState } from '../../../electron/store/runs.ts'
import type { Store } from '../../../electron/store/store.ts'
import { fakeRun } from '../../fakes/history.ts'

let store: Store

beforeEach(async () => {
  store = await openStore(':memory:')
})

test('a run is read back as it was entered', () => {
  const run = { ...fakeRun('a'), createdMs: 5, pid: 42 }
  insertRun(store, run)
  expect(readRun(store, 'a')).toEqual({
    ...run,
    state: 'running',
    reason: '',
    updatedMs: 5,
    currentStep: 0,
    proposed: 0,
    valid: 0,
    tokens: 0,
    seconds: 0,
  })
})

test('runs are listed newest first, and a fork keeps its parent', () => {
  insertRun(store, { ...fakeRun('old'), createdMs: 1, pid: 1 })
  insertRun(store, { ...fakeRun('fork'), createdMs: 3, pid: 1, parent: { run: 'old', step: 20 } })
  insertRun(store, { ...fakeRun('mid'), createdMs: 2, pid: 1, plannedSteps: null })
  expect(listRuns(store).map((run) => run.id)).toEqual(['fork', 'mid', 'old'])
  expect(readRun(store, 'fork')).toMatchObject({
    parent: { run: 'old', step: 20 },
    currentStep: 20,
  })
  expect(readForks(store, 'old')).toEqual(['fork'])
})

test('an id that is taken or could not name a folder is refused', () => {
  insertRun(store, { ...fakeRun('a'), createdMs: 1, pid: 1 })
  expect(() => insertRun(store, { ...fakeRun('a'), createdMs: 1, pid: 1 })).toThrow('UNIQUE')
  for (const id of ['', '..', 'a/b', 'A', '-a', 'a'.repeat(65)]) {
    expect(() => insertRun(store, { ...fakeRun(id), createdMs: 1, pid: 1 })).toThrow('run id')
  }
})

test('ids name the recipe and the day', () => {
  const id = newRunId('azr', Date.UTC(2026, 10, 20, 23, 59), () => 0.99)
  expect(id).toBe('azr-20261120-zzzz')
  expect(id).toMatch(RUN_ID)
})

test('a run whose process is gone is interrupted, others are left alone', () => {
  for (const [id, pid] of [
    ['gone', 1],
    ['alive', 2],
    ['done', 1],
  ] as const) {
    insertRun(store, { ...fakeRun(id), createdMs: 1, pid })
  }
  updateState(store, runKey(store, 'done'), { state: 'finished', reason: '', atMs: 2, pid: null })
  expect(settleRuns(store, (pid) => pid === 2, 9)).toEqual(['gone'])
  const found = listRuns(store).map((run) => [run.id, [run.state, run.updatedMs]] as const)
  expect(Object.fromEntries(found)).toEqual({
    alive: ['running', 1],
    done: ['finished', 2],
    gone: ['interrupted', 9],
  })
})
