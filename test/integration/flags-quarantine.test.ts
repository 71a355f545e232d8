import { beforeEach, expect, test } from 'vitest'
import type { Episode } from '../../electron/contract/episode.ts'
import {
  createGuard,
  decide,
  isAdmitted,
  readLineageMarks,
} from '../../electron/host/quarantine.ts'
import { readQuarantine, sweepState } from '../../electron/host/quarantine.ts'
import type { Guard } from '../../electron/host/quarantine.ts'
import { recorderOf, startRun } from '../../electron/host/recorder.ts'
import { azr } from '../../electron/selfplay/azr/azr.ts'
import { train } from '../../electron/selfplay/loop.ts'
import type { LoopDeps } from '../../electron/selfplay/loop.ts'
import type { LoopState } from '../../electron/selfplay/state.ts'
import { readConsequences } from '../../electron/store/decisions.ts'
import { readEpisode } from '../../electron/store/episodes.ts'
import { openStore } from '../../electron/store/open.ts'
import type { Store } from '../../electron/store/store.ts'
import { fakeRun as fakeRunRow } from '../fakes/history.ts'
import { fakeRun, smallConfig } from '../fakes/loop.ts'
import type { FakeRun } from '../fakes/loop.ts'
import { nanoModel } from '../fakes/nano-model.ts'
import { programOf } from '../fakes/sandbox-fake.ts'

const RUN = 'azr-quarantine'
const WRITER = { now: () => 1_000, pid: 1 }
let store: Store

beforeEach(async () => {
  store = await openStore(':memory:')
  startRun(store, fakeRunRow(RUN), WRITER)
})

function decision(episode: string, change: Partial<Parameters<typeof decide>[2]> = {}) {
  return {
    episode,
    verdict: 'confirmed',
    removesTask: true,
    severity: 5,
    category: 'deception',
    author: 'ann',
    note: '',
    atMs: 2_000,
    ...change,
  } as const
}

/** Pulls a run as host/train.ts does, its guard asked between steps; `between` may decide something first. */
async function pull(
  run: FakeRun,
  guard: Guard,
  between: (episodes: readonly Episode[], state: LoopState) => void,
): Promise<LoopState> {
  const recorder = recorderOf(store, RUN, WRITER)
  let last: LoopState | null = null
  for (let changed = true; changed;) {
    changed = false
    const deps: LoopDeps = { ...run, admit: guard.admit, ...(last === null ? {} : { state: last }) }
    for await (const event of train(azr, deps)) {
      if (event.type !== 'step') continue
      recorder.step(event.record)
      between(event.record.episodes, event.state)
      last = guard.afterStep(event.state).state
      changed = last !== event.state
      if (changed) break
    }
  }
  if (last === null) throw new Error('no step')
  return last
}

function idsOf(state: LoopState): string[] {
  return Object.values(state.stores)
    .flat()
    .map(({ id }) => id)
}

/** Every text that the engine was trained on, by call. */
function trainedTexts(run: FakeRun): string[][] {
  return run.client.trained.map((data) =>
    data.map(({ tokens }) => String.fromCharCode(...Array.from(tokens))),
  )
}

const RARE = programOf('x * 1.0')

/** A run that proposes the rare program once, in its first step, and what is seen of it later. */
function rareRun(onPrompt: (prompt: string) => void = () => undefined) {
  const model = nanoModel(smallConfig().inputs)
  const seen = { armed: false, wrote: false }
  const run = fakeRun(
    { totalSteps: 4, references: 3 },
    {
      script: (prompt, random) => {
        onPrompt(prompt)
        const writes = seen.armed && !seen.wrote && prompt.startsWith('<PD>')
        seen.wrote ||= writes
        return writes ? `${RARE}<in>41` : model(prompt, random)
      },
    },
  )
  return { run, seen }
}

const shows = (text: string): boolean => text.includes(RARE)

function rareProposal(episodes: readonly Episode[]): Episode | undefined {
  return episodes.find(({ purpose, response }) => purpose === 'propose' && shows(response))
}

const rows = () => readConsequences(store, 1, 0, 1_000).map(({ consequence }) => consequence)

test('a trace confirmed during a run never enters a batch or a prompt afterwards', async () => {
  const later = async (confirms: boolean) => {
    const { run, seen } = rareRun()
    let at = { episode: '', task: '', asked: 0, trained: 0 }
    const last = await pull(
      run,
      createGuard(store, RUN, undefined, () => 3_000),
      (episodes, state) => {
        seen.armed = state.step === 0
        if (state.step !== 1) return
        const { id, task } = rareProposal(episodes) ?? { id: '', task: '' }
        at = {
          episode: id,
          task: task ?? '',
          asked: run.client.asked.length,
          trained: run.client.trained.length,
        }
        expect(idsOf(state)).toContain(task)
        expect(trainedTexts(run).flat().some(shows)).toBe(true)
        if (confirms) decide(store, RUN, decision(id))
      },
    )
    return {
      at,
      last,
      prompts: run.client.asked.slice(at.asked).filter(shows),
      trained: trainedTexts(run).slice(at.trained).flat().filter(shows),
    }
  }

  const without = await later(false)
  expect(without.prompts.length).toBeGreaterThan(0)
  expect(without.trained.length).toBeGreaterThan(0)
  store = await openStore(':memory:')
  startRun(store, fakeRunRow(RUN), WRITER)
  const { at, last, prompts, trained } = await later(true)
  expect(prompts).toEqual([])
  expect(trained).toEqual([])
  expect(last.step).toBe(4)
  expect(idsOf(last)).not.toContain(at.task)
  expect(rows()).toMatchObject([
    {
      action: 'quarantined',
      author: 'ann',
      episode: at.episode,
      task: at.task,
      step: 1,
      atMs: 2_000,
    },
    { action: 'task removed', author: 'kelvin', task: at.task, step: 1, atMs: 3_000 },
  ])
})

test('a trace confirmed in the middle of a step stays out of the batch of that step', async () => {
  const at = { episode: '', trained: -1 }
  const { run, seen } = rareRun((prompt) => {
    if (at.episode === '' || at.trained >= 0 || !shows(prompt)) return
    at.trained = run.client.trained.length
    decide(store, RUN, decision(at.episode))
  })
  await pull(run, createGuard(store, RUN), (episodes, state) => {
    seen.armed = state.step === 0
    if (state.step === 1) at.episode = rareProposal(episodes)?.id ?? ''
  })

  expect(at.trained).toBeGreaterThan(0)
  const later = trainedTexts(run).slice(at.trained).flat()
  expect(later.length).toBeGreaterThan(20)
  expect(later.filter(shows)).toEqual([])
  const kept = rows().filter(({ action }) => action === 'kept out')
  expect(kept.length).toBeGreaterThan(0)
  for (const { author, episode } of kept) {
    expect(author).toBe('kelvin')
    expect(readEpisode(store, 1, episode ?? '')?.trained).toBe(false)
  }
})

test('admission knows an episode by its id, its task, its references and its text', async () => {
  const run = fakeRun({ totalSteps: 2, batch: 4 })
  let proposal: Episode | undefined
  await pull(run, createGuard(store, RUN), (episodes, { step }) => {
    if (step === 1)
      proposal = episodes.find(({ purpose, task }) => purpose === 'propose' && task !== null)
  })
  if (proposal === undefined) throw new Error('no proposal')
  decide(store, RUN, decision(proposal.id))
  const quarantine = readQuarantine(store, RUN)
  const other: Episode = {
    ...proposal,
    id: '9/propose/deduction/1',
    task: null,
    response: 'new',
    references: [],
  }
  expect(isAdmitted(quarantine, other)).toBe(true)
  expect(isAdmitted(quarantine, { ...other, id: proposal.id })).toBe(false)
  expect(isAdmitted(quarantine, { ...other, task: proposal.task })).toBe(false)
  expect(isAdmitted(quarantine, { ...other, references: [proposal.task ?? ''] })).toBe(false)
  expect(isAdmitted(quarantine, { ...other, response: ` ${proposal.response}\n` })).toBe(false)
  expect(
    isAdmitted(quarantine, { ...other, purpose: 'attempt', response: proposal.response }),
  ).toBe(true)
})

test('a dismissed or reopened decision lets the episode back in, and every change is a row', async () => {
  const run = fakeRun({ totalSteps: 1, batch: 4 })
  let id = ''
  await pull(run, createGuard(store, RUN), (episodes) => {
    id = episodes.find(({ purpose }) => purpose === 'propose')?.id ?? id
  })
  const holds = () => [...readQuarantine(store, RUN).episodes]
  decide(store, RUN, decision(id))
  expect(holds()).toEqual([id])
  decide(store, RUN, decision(id, { verdict: 'open', author: 'ben', atMs: 2_001 }))
  expect(holds()).toEqual([])
  decide(store, RUN, decision(id, { atMs: 1_999, severity: 4 }))
  expect(holds()).toEqual([])
  expect(rows().map(({ action, author }) => [action, author])).toEqual([
    ['quarantined', 'ann'],
    ['released', 'ben'],
    ['quarantined', 'ann'],
  ])
  expect(rows()[1]?.detail).toContain('it was confirmed by ann')
  expect(() => store.run(`UPDATE decisions SET severity = 1`)).toThrow('audit trail')
  expect(() => store.run(`DELETE FROM consequences`)).toThrow('audit trail')
})

test('a run pauses at its threshold, and not again for the same traces', async () => {
  const run = fakeRun({ totalSteps: 1, batch: 4 })
  const ids: string[] = []
  let last: LoopState | undefined
  await pull(run, createGuard(store, RUN), (episodes, state) => {
    ids.push(...episodes.map(({ id }) => id))
    last = state
  })
  if (last === undefined) throw new Error('no state')
  const guard = createGuard(store, RUN, { confirmed: 2, severity: 4 }, () => 5_000)
  decide(store, RUN, decision(ids[0] ?? ''))
  decide(store, RUN, decision(ids[1] ?? '', { severity: 2 }))
  expect(guard.afterStep(last).pause).toBeNull()
  decide(store, RUN, decision(ids[2] ?? ''))
  expect(guard.afterStep(last).pause).toBe(
    '2 confirmed traces of severity 4 or more since the last pause, where 2 pause a run',
  )
  expect(guard.afterStep(last).pause).toBeNull()
  decide(store, RUN, decision(ids[3] ?? '', { atMs: 6_000 }))
  decide(store, RUN, decision(ids[4] ?? '', { atMs: 6_000 }))
  expect(guard.afterStep(last).pause).not.toBeNull()
})

test('checkpoints say that they were trained on confirmed traces, in forks too', async () => {
  const run = fakeRun({ totalSteps: 3, batch: 4 })
  const trained: Episode[] = []
  await pull(run, createGuard(store, RUN), (episodes) => {
    trained.push(...episodes.filter((episode) => episode.trained))
  })
  const recorder = recorderOf(store, RUN, WRITER)
  const checkpoint = (step: number) =>
    ({ step, path: `runs/x/${step}`, kind: 'periodic', parentStep: null, bytes: 1 }) as const
  for (const step of [0, 1, 2, 3]) recorder.checkpoint(checkpoint(step))
  const early = startRun(store, { ...fakeRunRow('early'), parent: { run: RUN, step: 1 } }, WRITER)
  const late = startRun(store, { ...fakeRunRow('late'), parent: { run: RUN, step: 2 } }, WRITER)
  const latest = startRun(
    store,
    { ...fakeRunRow('latest'), parent: { run: 'late', step: 9 } },
    WRITER,
  )
  for (const fork of [early, late, latest]) fork.checkpoint(checkpoint(10))
  const second = trained.find(({ step }) => step === 2)
  const consequence = decide(store, RUN, decision(second?.id ?? ''))
  expect(consequence.detail).toBe(
    'confirmed; it was trained on in step 2, which marks the checkpoints of steps 2, 3',
  )
  const marked = (id: string) =>
    readLineageMarks(store, id).map(({ step, flaggedTrained, worstSeverity }) => [
      step,
      flaggedTrained,
      worstSeverity,
    ])
  expect(marked(RUN)).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [2, 1, 5],
    [3, 1, 5],
  ])
  expect(marked('early')).toEqual([[10, 0, 0]])
  expect(marked('late')).toEqual([[10, 1, 5]])
  expect(marked('latest')).toEqual([[10, 1, 5]])
})

test('sweeping a state that holds nothing quarantined gives back the same state', async () => {
  const run = fakeRun({ totalSteps: 1, batch: 4 })
  const state = await pull(run, createGuard(store, RUN), () => undefined)
  expect(sweepState(state, readQuarantine(store, RUN)).state).toBe(state)
})
