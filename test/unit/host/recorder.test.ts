import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import * as v from 'valibot'
import { beforeEach, expect, test } from 'vitest'
import type { EvalItem } from '../../../electron/contract/history.ts'
import { readStepRecord, showRun } from '../../../electron/host/history.ts'
import { resumeRun, startRun } from '../../../electron/host/recorder.ts'
import { readEpisode, readEpisodesOfTask } from '../../../electron/store/episodes.ts'
import { readEvalItems } from '../../../electron/store/evals.ts'
import { insertFlag, readFlags } from '../../../electron/store/flags.ts'
import { openStore } from '../../../electron/store/open.ts'
import { readGroups, readSteps } from '../../../electron/store/steps.ts'
import type { Store } from '../../../electron/store/store.ts'
import { readTallies } from '../../../electron/store/tallies.ts'
import { findTask, readProposalOfTask } from '../../../electron/store/tasks.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun, fakeStep, withErrors } from '../../fakes/history.ts'

const folder = temporaryFolder()
const SIZE = { proposals: 20, attempts: 2 }
let clock = 1_000
const writer = { now: () => clock++, pid: 77 }
let store: Store

beforeEach(async () => {
  store = await openStore(':memory:')
})

const TABLES = [
  'steps',
  'step_text',
  'groups',
  'tallies',
  'tasks',
  'task_text',
  'prompts',
  'episodes',
  'episode_text',
  'evals',
  'eval_items',
  'checkpoints',
]

function counts(of: Store): Record<string, number> {
  const Count = v.object({ n: v.number() })
  return Object.fromEntries(
    TABLES.map((table) => [table, of.get(`SELECT count(*) AS n FROM ${table}`, Count)?.n ?? -1]),
  )
}

test.each(['memory', 'disk'])('a step is read back deep-equal (%s)', async (place) => {
  if (place === 'disk') store = await openStore(join(folder, 'deep.db'))
  const recorder = startRun(store, fakeRun('a'), writer)
  const steps = [0, 1, 2].map((step) => fakeStep(step, SIZE))
  steps.push(withErrors(fakeStep(3, SIZE)))
  for (const step of steps) recorder.step(step)
  for (const step of steps) expect(readStepRecord(store, 'a', step.step)).toEqual(step)
  expect(readStepRecord(store, 'a', 4)).toBeNull()
  store.close()
})

test('given tasks without an episode are kept with step 0', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  const step = fakeStep(0, SIZE)
  const given = step.proposals.filter(({ task }) => task !== null)
  const seeds = {
    ...step,
    episodes: [],
    proposals: given.map((proposal) => ({ ...proposal, episode: null })),
  }
  recorder.step(seeds)
  expect(readStepRecord(store, 'a', 0)).toEqual(seeds)
})

test('equal prompts are kept once per step', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  recorder.step(fakeStep(1, SIZE))
  recorder.step(fakeStep(2, SIZE))
  expect(counts(store)['prompts']).toBe(2)
})

test('a trace is found by its id, and everybody who worked on a task', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  const step = fakeStep(4, SIZE)
  recorder.step(step)
  const episode = step.episodes[25]
  expect(readEpisode(store, 1, episode?.id ?? '')).toEqual(episode)
  expect(readEpisode(store, 1, 'nothing')).toBeNull()
  const task = '4/deduction/0'
  expect(readEpisodesOfTask(store, 1, task)).toEqual(step.episodes.filter((e) => e.task === task))
})

test('a step that cannot be written whole leaves nothing behind', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  recorder.step(fakeStep(1, SIZE))
  const before = counts(store)
  const step = fakeStep(2, SIZE)
  const last = step.episodes.at(-1)
  if (last === undefined) throw new Error('the fake step has episodes')
  expect(() => recorder.step({ ...step, episodes: [...step.episodes, last] })).toThrow(
    'UNIQUE constraint failed: episodes.run, episodes.id',
  )
  expect(counts(store)).toEqual(before)
  expect(showRun(store, 'a').run.currentStep).toBe(1)
  recorder.step(step)
  expect(readStepRecord(store, 'a', 2)).toEqual(step)
})

test('a step is written once, and only its own episodes and tasks', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  const step = fakeStep(1, SIZE)
  recorder.step(step)
  expect(() => recorder.step(step)).toThrow('UNIQUE constraint failed: steps.run, steps.step')
  const other = fakeStep(2, SIZE)
  expect(() => recorder.step({ ...other, episodes: step.episodes })).toThrow(
    'expected step 2, found 1',
  )
  expect(() => recorder.step({ ...other, proposals: step.proposals })).toThrow(
    'expected step 2, found 1',
  )
})

test('resuming forgets later steps and taking them again gives the same rows', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  const steps = [0, 1, 2, 3].map((step) => fakeStep(step, SIZE))
  for (const step of steps) recorder.step(step)
  const all = counts(store)
  insertFlag(store, 1, {
    flag: 'f',
    episode: '3/propose/deduction/0',
    rater: 'ann',
    severity: 5,
    category: 'other',
    tags: [],
    span: null,
    note: '',
    atMs: 1,
    seconds: null,
    blind: false,
    undone: false,
  })
  recorder.state('interrupted', 'killed')
  const again = resumeRun(store, 'a', 1, writer)
  expect(showRun(store, 'a').run).toMatchObject({
    state: 'running',
    currentStep: 1,
    reason: '',
    pid: 77,
  })
  expect(readStepRecord(store, 'a', 2)).toBeNull()
  expect(readStepRecord(store, 'a', 1)).toEqual(steps[1])
  for (const step of steps.slice(2)) again.step(step)
  expect(counts(store)).toEqual(all)
  for (const step of steps) expect(readStepRecord(store, 'a', step.step)).toEqual(step)
  expect(readFlags(store, 1, 0, 10)).toHaveLength(1)
})

test('a killed process leaves whole steps only', async () => {
  const file = join(folder, 'killed.db')
  const script = join(import.meta.dirname, 'killed-writer.ts')
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  expect(String(line)).toContain('in the middle')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const found = await openStore(file)
  expect(found.pragma('integrity_check')).toBe('ok')
  expect(readStepRecord(found, 'a', 1)).toEqual(fakeStep(1, SIZE))
  expect(readStepRecord(found, 'a', 2)).toBeNull()
  const one = await openStore(':memory:')
  startRun(one, fakeRun('a'), writer).step(fakeStep(1, SIZE))
  expect(counts(found)).toEqual(counts(one))
  found.close()
})

test('the summary adds up what steps hold', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  const steps = [1, 2].map((step) => fakeStep(step, SIZE))
  for (const step of steps) recorder.step(step)
  recorder.plan(50)
  recorder.checkpoint({
    step: 2,
    path: 'runs/a/checkpoints/2',
    kind: 'final',
    parentStep: 0,
    bytes: 9,
  })
  recorder.state('crashed', 'the sandbox could not be started')
  const shown = showRun(store, 'a')
  const tokens = steps.flatMap((step) => step.episodes).reduce((n, e) => n + e.tokens.length, 0)
  expect(shown).toMatchObject({ steps: 2, solved: 32, episodes: 2 * (20 + 32), openFlags: 0 })
  expect(shown.run).toMatchObject({
    state: 'crashed',
    reason: 'the sandbox could not be started',
    pid: null,
    plannedSteps: 50,
    currentStep: 2,
    proposed: 40,
    valid: 32,
    tokens,
    seconds: 9.5,
  })
  expect(shown.lastStep).toMatchObject({ step: 2, proposed: 20, valid: 16, solved: 16 })
  expect(shown.lastGroups).toEqual(steps[1]?.groups)
  expect(shown.checkpoints).toEqual([
    {
      step: 2,
      path: 'runs/a/checkpoints/2',
      kind: 'final',
      parentStep: 0,
      bytes: 9,
      best: false,
      atMs: expect.any(Number),
    },
  ])
})

test('charts read steps, groups and counts after a step', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  for (const step of [1, 2, 3]) recorder.step(fakeStep(step, SIZE))
  expect(readSteps(store, 1, 1, 10).map((row) => row.step)).toEqual([2, 3])
  expect(readGroups(store, 1, 2, 3)).toHaveLength(6)
  const rates = readTallies(store, 1, 'solveRate', 2)
  expect(rates.every((tally) => tally.step === 3 && tally.role === 'propose')).toBe(true)
  expect(rates.reduce((n, tally) => n + tally.count, 0)).toBe(16)
  expect(readTallies(store, 1, 'rejectedBy', 2).map(({ bin }) => bin)).toEqual(
    expect.arrayContaining(['deterministic']),
  )
})

test('an evaluation is kept with its answers and replaced when measured again', () => {
  const recorder = startRun(store, fakeRun('a'), writer)
  const told = { template: 'nano', topP: 1, maxTokens: 60, samples: 1, seed: 1, undecided: 1 }
  const place = { step: 0, suite: 'nano-heldout', temperature: 0 }
  const score = { ...place, n: 2, low: 0.1, high: 0.9, told }
  const item: EvalItem = {
    step: 0,
    suite: 'nano-heldout',
    temperature: 0,
    item: 'p1',
    cluster: 'c1',
    kind: 'deduction',
    sample: 0,
    correct: false,
    undecided: false,
    status: 'ok',
    reason: 'the value is not the expected one',
    response: '7',
    tokens: [7, 1],
    logprobs: [-0.5, -0.25],
  }
  recorder.evals(
    [
      { ...score, kind: 'mean', score: 0.5 },
      { ...score, kind: 'deduction', score: Number.NaN },
    ],
    [item],
  )
  recorder.evals(
    [{ ...score, kind: 'mean', score: 0.75, told: null }],
    [{ ...item, correct: true, tokens: null, logprobs: null }],
  )
  expect(showRun(store, 'a').evals).toEqual([
    { ...score, kind: 'deduction', score: Number.NaN },
    { ...score, kind: 'mean', score: 0.75, told: null },
  ])
  const kept = { ...item, correct: true, tokens: null, logprobs: null }
  expect(readEvalItems(store, 1, item)).toEqual([kept])
  recorder.evals([], [item])
  expect(readEvalItems(store, 1, item)).toEqual([item])
})

test('a task is found in the parents of a fork, up to where it left them', () => {
  const parent = startRun(store, fakeRun('a'), writer)
  for (const step of [1, 2]) parent.step(fakeStep(step, SIZE))
  startRun(store, { ...fakeRun('b'), parent: { run: 'a', step: 1 } }, writer)
  const fork = startRun(store, { ...fakeRun('c'), parent: { run: 'b', step: 1 } }, writer)
  fork.step(fakeStep(5, SIZE))
  expect(findTask(store, 3, '1/deduction/0')).toEqual(fakeStep(1, SIZE).proposals[0])
  expect(findTask(store, 3, '5/deduction/0')?.task?.step).toBe(5)
  expect(findTask(store, 3, '2/deduction/0')).toBeNull()
  expect(readProposalOfTask(store, 3, '1/deduction/0')).toBeNull()
})
