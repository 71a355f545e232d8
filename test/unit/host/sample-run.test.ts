/** A finished run as the file that ships, and back into another history. */
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readStepRecord } from '../../../electron/host/history.ts'
import { NANO_MODEL } from '../../../electron/host/models.ts'
import { databaseFile } from '../../../electron/host/paths.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { packRun } from '../../../electron/host/sample-pack.ts'
import { openSampleRun, SAMPLE_FILE } from '../../../electron/host/sample-run.ts'
import { readEvalItems, readEvals } from '../../../electron/store/evals.ts'
import { openStore } from '../../../electron/store/open.ts'
import { listRuns, readRun, runKey } from '../../../electron/store/runs.ts'
import { readSteps } from '../../../electron/store/steps.ts'
import type { Store } from '../../../electron/store/store.ts'
import { readTallies } from '../../../electron/store/tallies.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'
import { learningScores } from '../../fakes/learning-run.ts'

const RUN = 'azr-20261120-ab12'
const PLACE = { step: 6, suite: 'nano-heldout', temperature: 0 }
const folder = temporaryFolder()
const fresh = (): string => mkdtempSync(join(folder, 'home-'))
const open = () => openStore(databaseFile(fresh()))

async function finishedRun(): Promise<Store> {
  const store = await open()
  let at = 1_000
  const now = () => (at += 500)
  const model = { path: NANO_MODEL, sha256: 'ab'.repeat(32) }
  const recorder = startRun(store, { ...fakeRun(RUN), model }, { now, pid: 7 })
  for (let step = 0; step <= 6; step++) {
    recorder.step(fakeStep(step, { proposals: 15, attempts: 3 }))
  }
  const item = { item: 'a', cluster: 'a', kind: null, sample: 0, correct: true, status: null }
  const told = { undecided: false, reason: 'right', response: '<b>', tokens: null, logprobs: null }
  recorder.evals(learningScores(6, 6, 0.2), [{ ...PLACE, ...item, ...told }])
  recorder.state('finished', '')
  return store
}

const numbersOf = (store: Store) => {
  const key = runKey(store, RUN)
  const { state: _, reason: _reason, pid: _pid, model, ...run } = readRun(store, RUN)
  return {
    run: { ...run, path: model.path },
    steps: readSteps(store, key, -1, 100),
    evals: readEvals(store, key),
    items: readEvalItems(store, key, PLACE),
    rates: readTallies(store, key, 'solveRate', -1),
    rewards: readTallies(store, key, 'reward', -1),
  }
}

test('a run that fits comes back whole, in another history', async () => {
  const store = await finishedRun()
  const { file, every, bytes } = packRun(store, RUN, join(folder, 'whole'), 1e6)
  expect([every, bytes]).toEqual([1, statSync(file).size])
  const other = await open()
  expect(openSampleRun(other, join(folder, 'whole'))).toBe(RUN)
  expect(numbersOf(other)).toEqual(numbersOf(store))
  for (let step = 0; step <= 6; step++) {
    expect(readStepRecord(other, RUN, step)).toEqual(readStepRecord(store, RUN, step))
  }
  // Asked for again, it is there already.
  expect(openSampleRun(other, join(folder, 'whole'))).toBe(RUN)
  expect(listRuns(other)).toHaveLength(1)
})

test('one that does not fit keeps every number, and says which traces it has', async () => {
  const store = await finishedRun()
  const whole = packRun(store, RUN, join(folder, 'measure'), 1e6).bytes
  const { every, bytes } = packRun(store, RUN, join(folder, 'thin'), whole * 0.6)
  expect(every).toBeGreaterThan(1)
  expect(bytes).toBeLessThanOrEqual(whole * 0.6)
  const other = await open()
  openSampleRun(other, join(folder, 'thin'))
  expect(numbersOf(other)).toEqual(numbersOf(store))
  const { state, reason } = readRun(other, RUN)
  expect([state, reason]).toEqual(['finished', expect.stringContaining(`one step in ${every}`)])
  const kept = [0, 1, 2, 3, 4, 5, 6].filter(
    (step) => (readStepRecord(other, RUN, step)?.episodes.length ?? 0) > 0,
  )
  expect(kept).toContain(6)
  expect(kept.length).toBeLessThan(7)
  for (const step of kept) {
    expect(readStepRecord(other, RUN, step)).toEqual(readStepRecord(store, RUN, step))
  }
})

test('what cannot be packed or opened is refused in a sentence', async () => {
  const store = await finishedRun()
  expect(() => packRun(store, RUN, folder, 100)).toThrow(/expected room for \d+ bytes, found 100/)
  startRun(store, fakeRun('azr-1'), { now: () => 1, pid: 1 })
  expect(() => packRun(store, 'azr-1', folder, 1e6)).toThrow('expected a finished one')
  for (const text of ['nonsense', '{"run":1}', '{}\n{}']) {
    const broken = fresh()
    writeFileSync(join(broken, SAMPLE_FILE), gzipSync(text))
    expect(() => openSampleRun(store, broken)).toThrow(/sample run: expected|expected a packed run/)
  }
  writeFileSync(join(folder, SAMPLE_FILE), 'not packed')
  expect(() => openSampleRun(store, folder)).toThrow('expected a packed run')
})
