import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Episode } from '../../electron/contract/episode.ts'
import type { TrainNews } from '../../electron/contract/news.ts'
import { readLoopState } from '../../electron/host/checkpoints.ts'
import { databaseFile } from '../../electron/host/paths.ts'
import { setPausing, showPausing } from '../../electron/host/pausing.ts'
import { rulesFile } from '../../electron/host/rules-file.ts'
import { decide, readLineageMarks } from '../../electron/host/quarantine.ts'
import { createHold } from '../../electron/host/hold.ts'
import { runTraining } from '../../electron/host/train.ts'
import { readConsequences } from '../../electron/store/decisions.ts'
import { readEpisodes } from '../../electron/store/episodes.ts'
import { openStore } from '../../electron/store/open.ts'
import type { Store } from '../../electron/store/store.ts'
import { readScan, readSuggestions } from '../../electron/store/suggestions.ts'
import { rulesDigest } from '../../electron/host/scan.ts'
import { createMonitor } from '../../electron/safety/monitor.ts'
import { fakeOrder } from '../fakes/train-order.ts'

const home = mkdtempSync(join(tmpdir(), 'kelvin-quarantine-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const STEPS = 4

const RULE = {
  id: 'user.letters',
  version: 3,
  category: 'other',
  score: 0.5,
  reason: 'It has letters.',
  patterns: ['[a-z]'],
  enabled: true,
}

test('a real run follows what is decided while it runs: traces, rules and when to pause', async () => {
  // The window or the command line decides through a connection of its own.
  const desk = await openStore(databaseFile(home))
  let flagged: Episode | undefined
  const hold = createHold()
  const heard: TrainNews[] = []
  const onNews = (news: TrainNews): void => {
    heard.push(news)
    if (news.type === 'paused') setImmediate(() => hold.set(false))
    if (news.type === 'step' && news.step === 2) {
      writeFileSync(rulesFile(home), JSON.stringify({ format: 'kelvin-rules', rules: [RULE] }))
    }
    if (news.type === 'step' && news.step === 3) writeFileSync(rulesFile(home), '{')
    if (news.type !== 'step' || news.step !== 1) return
    flagged = readEpisodes(desk, 1, 1).find(
      ({ purpose, task, trained }) => purpose === 'propose' && task !== null && trained,
    )
    const run = heard.flatMap((one) => (one.type === 'started' ? one.run : []))[0] ?? ''
    expect(showPausing(desk, run)).toMatchObject({ confirmed: null, author: null })
    setPausing(desk, run, { confirmed: 1, severity: 4, author: 'ben' }, Date.now())
    decide(desk, run, {
      episode: flagged?.id ?? '',
      verdict: 'confirmed',
      removesTask: true,
      severity: 5,
      category: 'deception',
      author: 'ann',
      note: '',
      atMs: Date.now(),
    })
  }
  const summary = await runTraining(
    fakeOrder(home, null, {
      steps: STEPS,
      settings: ['batch=4', 'mcSamples=3', 'seedFactor=1', 'workers=2'],
    }),
    { signal: new AbortController().signal, onNews, hold },
  )

  expect(summary).toMatchObject({ steps: STEPS, interrupted: false })
  const task = flagged?.task ?? ''
  expect(task).not.toBe('')
  const later = [2, 3, 4].flatMap((step) => readEpisodes(desk, 1, step))
  const touching = later.filter(
    (episode) => episode.task === task || episode.references.includes(task),
  )
  expect(touching.filter(({ trained }) => trained)).toEqual([])
  const state = await readLoopState(summary.checkpoint ?? '')
  expect(
    Object.values(state.stores)
      .flat()
      .map(({ id }) => id),
  ).not.toContain(task)
  const actions = readConsequences(desk, 1, 0, 100).map(({ consequence }) => consequence.action)
  expect(actions).toEqual(
    expect.arrayContaining(['threshold set', 'quarantined', 'paused', 'rules changed']),
  )
  expect(showPausing(desk, summary.run)).toMatchObject({ confirmed: 1, counted: 0, author: 'ben' })
  expect(heard.map(({ type }) => type)).toEqual(expect.arrayContaining(['paused', 'resumed']))
  expect(heard).toContainEqual({
    type: 'warning',
    step: 1,
    text: 'Paused: 1 confirmed trace of severity 4 or more since the last pause, where 1 pause a run.',
  })
  const marks = readLineageMarks(desk, summary.run)
  expect(marks.at(-1)).toEqual({ step: STEPS, flaggedTrained: 1, worstSeverity: 5 })
  // Before the rule was switched on, while it is on, and after its file broke.
  expect([1, 2, 3, 4].map((step) => stepsWith(desk, step))).toEqual([false, false, true, true])
  expect(heard).toContainEqual({
    type: 'warning',
    step: 4,
    text: expect.stringContaining('; the rules of before go on watching'),
  })
  expect(readScan(desk, 1, rulesDigest(createMonitor().book))).toBe(2)
  desk.close()
})

/** Whether the rule says anything of a step. */
function stepsWith(store: Store, step: number): boolean {
  return readEpisodes(store, 1, step).some(({ id }) =>
    readSuggestions(store, 1, id).some(({ rule }) => rule === RULE.id),
  )
}
