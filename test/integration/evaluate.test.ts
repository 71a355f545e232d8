/** Checkpoints of a run on suites that ship, on its own tasks and on public ones, alone and against each other. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { resolveConfig } from '../../electron/contract/config.ts'
import { listStarted } from '../../electron/host/eval-record.ts'
import { runEval } from '../../electron/host/evaluate.ts'
import type { EvalOrder } from '../../electron/host/evaluate.ts'
import { exportOrdered } from '../../electron/host/export-evaluations.ts'
import { withHistory } from '../../electron/host/open-history.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { loadSuite } from '../../electron/nano/suites.ts'
import { initialState } from '../../electron/selfplay/state.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { DATA, NO_DATA } from '../fakes/gold-suites.ts'
import { fakeRun } from '../fakes/history.ts'
import { writeTinyModel } from '../fakes/random-nano.ts'

const home = temporaryFolder()
const run = 'azr-1'

beforeAll(async () => {
  const model = join(home, 'model')
  await writeTinyModel(model)
  const config = resolveConfig('nano', { workers: 1, maxResponse: 16 })
  const tasks = (await loadSuite('nano-ood')).slice(0, 4).map((item, at) => ({
    id: `1/${item.kind}/${at}`,
    step: 1,
    kind: item.kind,
    program: item.program,
    pairs: item.pairs,
    visible: item.visible,
    message: '',
  }))
  await withHistory(home, (store) => {
    const facts = { ...fakeRun(run), config: { ...config } }
    const recorder = startRun(store, facts, { now: () => 1, pid: 1 })
    for (const step of [0, 2]) {
      const path = `runs/${run}/checkpoints/${step}`
      mkdirSync(join(home, path), { recursive: true })
      cpSync(model, join(home, path, 'model'), { recursive: true })
      const state = { ...initialState('azr'), step, stores: { [tasks[0]?.kind ?? '']: tasks } }
      writeFileSync(join(home, path, 'loop.json'), JSON.stringify(state))
      recorder.checkpoint({ step, path, kind: 'periodic', parentStep: null, bytes: 1 })
    }
    recorder.state('finished', '')
  })
})

const ORDER: EvalOrder = {
  home,
  model: null,
  run: { run, step: null },
  suites: ['nano-heldout'],
  data: null,
  samples: 1,
  temperature: 0,
  limit: 2,
  against: { run, step: 0 },
  gold: false,
  seed: 1,
  device: 'cpu',
}
const signal = new AbortController().signal

test('two checkpoints are compared on the same items of shipped suites and of own tasks', async () => {
  const seen: [number, number][] = []
  const onProgress = (done: number, total: number) => void seen.push([done, total])
  const order = { ...ORDER, suites: ['nano-heldout', 'own-tasks'] }
  const found = await runEval(order, { signal, onProgress })
  expect(found).toMatchObject({ model: `${run}@2`, against: `${run}@0` })
  expect(found.suites['nano-heldout']).toMatchObject({ n: 6, difference: { mean: 0, p: 1 } })
  expect(found.suites['own-tasks']?.n).toBeGreaterThan(0)
  expect(found.details['own-tasks']?.contamination).toContain('trains on these tasks')
  expect(found.details['nano-heldout']?.settings).toMatchObject({ template: 'nano', maxTokens: 16 })
  expect(seen[0]?.[0]).toBe(0)
  expect(seen.at(-1)?.[0]).toBe(seen.at(-1)?.[1])
  expect(await listStarted(home)).toEqual([])
})

test.skipIf(NO_DATA !== null)(
  `public suites are asked and compared as well${NO_DATA === null ? '' : ` (${NO_DATA})`}`,
  async () => {
    const suites = ['cruxeval-o', 'humaneval', 'gsm8k']
    const order = { ...ORDER, suites, data: DATA, samples: 2, temperature: 1, limit: 1 }
    const { suites: scores, details } = await runEval(order, {
      signal,
      onProgress: () => undefined,
    })
    expect(Object.keys(scores)).toEqual(suites.map((name) => `${name}@T=1`))
    expect(scores['gsm8k@T=1']).toMatchObject({ n: 1, difference: null })
    expect(details['humaneval@T=1']).toMatchObject({ files: [{ known: true }], undecided: 0 })
    expect(details['humaneval@T=1']?.passAtK.map(({ k }) => k)).toEqual([1, 2])

    const out = join(home, 'logs')
    const wish = { home, run: { run, step: 2 }, evaluation: null, format: 'inspect', out }
    const exported = await withHistory(home, (store) =>
      exportOrdered(store, { ...wish, suite: 'cruxeval-o' }),
    )
    expect(exported).toMatchObject({
      rows: 2,
      evaluations: [expect.stringMatching(/^cruxeval-o-/)],
    })
    const whole = { ...wish, suite: null, out: `${out}.eval` }
    await expect(withHistory(home, (store) => exportOrdered(store, whole))).rejects.toThrow(
      'a file holds one evaluation',
    )
  },
)

test('an answer key cannot be asked, and own tasks need a run', async () => {
  const options = { signal, onProgress: () => undefined }
  const alone = { ...ORDER, run: null, against: null }
  await expect(runEval({ ...alone, suites: ['own-tasks'] }, options)).rejects.toThrow(
    'expected a run whose tasks they are',
  )
  await expect(runEval({ ...alone, suites: ['none'] }, options)).rejects.toThrow('expected one of')
  if (NO_DATA !== null) return
  const key = { ...alone, suites: ['aime24'], data: DATA }
  await expect(runEval(key, options)).rejects.toThrow('found an answer key')
})
