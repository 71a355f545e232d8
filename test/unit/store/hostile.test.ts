import { beforeEach, expect, test } from 'vitest'
import { readStepRecord, showRun } from '../../../electron/host/history.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { pageEpisodes } from '../../../electron/store/episode-pages.ts'
import { openStore } from '../../../electron/store/open.ts'
import { listRuns } from '../../../electron/store/runs.ts'
import type { Store } from '../../../electron/store/store.ts'
import { pageTasks } from '../../../electron/store/task-pages.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'

let store: Store

beforeEach(async () => {
  store = await openStore(':memory:')
  startRun(store, fakeRun('a'), { now: () => 1, pid: 1 }).step(
    fakeStep(1, { proposals: 12, attempts: 1 }),
  )
})

function readAll(): void {
  listRuns(store)
  showRun(store, 'a')
  readStepRecord(store, 'a', 1)
  pageTasks(store, { run: 'a' })
  pageEpisodes(store, { run: 'a' })
}

test('an untouched history is read', () => {
  expect(readAll).not.toThrow()
})

const deep = `'${'['.repeat(100_000)}'`

test.each([
  [`UPDATE runs SET config = '{'`, 'runs.config'],
  [`UPDATE runs SET config = '[1]'`, 'runs.config'],
  [`UPDATE runs SET config = ${deep}`, 'runs.config'],
  [`UPDATE runs SET state = 'sleeping'`, 'runs.state'],
  [`UPDATE runs SET id = '../../etc'`, 'runs.id'],
  [`UPDATE runs SET current_step = -1`, 'runs.current_step'],
  [`UPDATE step_text SET metrics = '{"a":"high"}'`, 'steps.metrics'],
  [`UPDATE step_text SET phase_seconds = '{}'`, 'steps.phase_seconds'],
  [`UPDATE groups SET kind = 'seduction'`, 'groups.kind'],
  [`UPDATE task_text SET pairs = '[{"input":1}]'`, 'tasks.pairs'],
  [`UPDATE task_text SET facts = 'null'`, 'tasks.facts'],
  [`UPDATE tasks SET state = ''`, 'tasks.state'],
  [`UPDATE prompts SET tokens = x'010203'`, 'episodes.prompt_tokens'],
  [`UPDATE episode_text SET logprobs = zeroblob(7)`, 'episodes.logprobs'],
  [`UPDATE episode_text SET outcomes = '{}'`, 'episodes.outcomes'],
  [`UPDATE episodes SET trained = 2`, 'episodes.trained'],
])('%s is named, not believed', (sql, place) => {
  store.run(sql)
  expect(readAll).toThrow(
    expect.objectContaining({ code: 'store', message: expect.stringContaining(place) }),
  )
})

test('text that looks like SQL or markup is only text', () => {
  const nasty = `'); DROP TABLE runs; --<script>\u0000\u202e"`
  store.run(`UPDATE episode_text SET response = ?`, [nasty])
  expect(readStepRecord(store, 'a', 1)?.episodes[0]?.response).toBe(nasty)
})
