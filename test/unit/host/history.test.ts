import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { readStepRecord, removeRun } from '../../../electron/host/history.ts'
import { checkpointDirectory, databaseFile, homeDirectory } from '../../../electron/host/paths.ts'
import { runDirectory } from '../../../electron/host/paths.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { openStore } from '../../../electron/store/open.ts'
import { listRuns } from '../../../electron/store/runs.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'

const home = homeDirectory(join(temporaryFolder(), 'home'))
const writer = { now: () => 1, pid: 1 }

test('removing a run takes its rows and folders and gives the disk back', async () => {
  const store = await openStore(databaseFile(home))
  const kept = startRun(store, fakeRun('kept'), writer)
  kept.step(fakeStep(1, { proposals: 5, attempts: 1 }))
  const gone = startRun(store, { ...fakeRun('gone'), parent: { run: 'kept', step: 1 } }, writer)
  startRun(store, { ...fakeRun('child'), parent: { run: 'gone', step: 3 } }, writer)
  for (let step = 0; step < 50; step++) gone.step(fakeStep(step, { proposals: 20, attempts: 1 }))
  for (const run of ['kept', 'gone']) {
    mkdirSync(checkpointDirectory(home, run, 1), { recursive: true })
    writeFileSync(join(checkpointDirectory(home, run, 1), 'model.safetensors'), 'x')
  }
  expect(() => removeRun(store, home, 'gone')).toThrow(
    'run gone: expected a run that is stopped, found it running',
  )
  gone.state('finished', '')
  const pages = Number(store.pragma('page_count'))
  expect(removeRun(store, home, 'gone')).toEqual({ run: 'gone', forks: ['child'] })
  expect(existsSync(runDirectory(home, 'gone'))).toBe(false)
  expect(existsSync(checkpointDirectory(home, 'kept', 1))).toBe(true)
  expect(listRuns(store).map((run) => run.id)).toEqual(['child', 'kept'])
  expect(readStepRecord(store, 'kept', 1)).not.toBeNull()
  const Count = v.object({ n: v.number() })
  for (const table of ['tasks', 'prompts', 'episodes', 'tallies']) {
    const sql = `SELECT count(*) AS n FROM ${table} WHERE run = 2`
    expect(store.get(sql, Count)).toEqual({ n: 0 })
  }
  for (const [table, key] of [
    ['task_text', 'task'],
    ['episode_text', 'episode'],
  ] as const) {
    const owner = key === 'task' ? 'tasks' : 'episodes'
    const sql = `SELECT count(*) AS n FROM ${table} WHERE ${key} NOT IN (SELECT key FROM ${owner})`
    expect(store.get(sql, Count)).toEqual({ n: 0 })
  }
  expect(store.pragma('freelist_count')).toBe(0)
  expect(Number(store.pragma('page_count'))).toBeLessThan(pages / 4)
  store.close()
})
