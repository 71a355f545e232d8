import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Episode } from '../../electron/contract/episode.ts'
import type { TrainNews } from '../../electron/contract/news.ts'
import { readLoopState } from '../../electron/host/checkpoints.ts'
import { databaseFile } from '../../electron/host/paths.ts'
import { decide, readLineageMarks } from '../../electron/host/quarantine.ts'
import { createHold } from '../../electron/host/hold.ts'
import { runTraining } from '../../electron/host/train.ts'
import { readConsequences } from '../../electron/store/decisions.ts'
import { readEpisodes } from '../../electron/store/episodes.ts'
import { openStore } from '../../electron/store/open.ts'
import { readScan } from '../../electron/store/suggestions.ts'
import { rulesDigest } from '../../electron/host/scan.ts'
import { createMonitor } from '../../electron/safety/monitor.ts'

const home = mkdtempSync(join(tmpdir(), 'kelvin-quarantine-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const STEPS = 4

test('a trace confirmed from outside leaves a real run, which pauses and says so in its checkpoints', async () => {
  // The window or the command line decides through a connection of its own.
  const desk = await openStore(databaseFile(home))
  let flagged: Episode | undefined
  const hold = createHold()
  const heard: TrainNews[] = []
  const onNews = (news: TrainNews): void => {
    heard.push(news)
    if (news.type === 'paused') setImmediate(() => hold.set(false))
    if (news.type !== 'step' || news.step !== 1) return
    flagged = readEpisodes(desk, 1, 1).find(
      ({ purpose, task, trained }) => purpose === 'propose' && task !== null && trained,
    )
    decide(desk, heard.flatMap((one) => (one.type === 'started' ? one.run : []))[0] ?? '', {
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
    {
      home,
      recipe: 'azr',
      preset: 'nano',
      model: null,
      engine: 'local',
      device: 'cpu',
      steps: STEPS,
      minutes: null,
      seed: 7,
      settings: ['batch=4', 'mcSamples=3', 'seedFactor=1', 'workers=2', 'pauseAfterConfirmed=1'],
      resume: null,
      fork: null,
      evaluate: false,
      acceptNoIsolation: false,
    },
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
  expect(actions).toEqual(expect.arrayContaining(['quarantined', 'paused']))
  expect(heard.map(({ type }) => type)).toEqual(expect.arrayContaining(['paused', 'resumed']))
  expect(heard).toContainEqual({
    type: 'warning',
    step: 1,
    text: 'Paused: 1 confirmed trace of severity 4 or more since the last pause, where 1 pause a run.',
  })
  const marks = readLineageMarks(desk, summary.run)
  expect(marks.at(-1)).toEqual({ step: STEPS, flaggedTrained: 1, worstSeverity: 5 })
  expect(readScan(desk, 1, rulesDigest(createMonitor().book))).toBe(STEPS)
  desk.close()
})
