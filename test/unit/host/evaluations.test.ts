import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EvalItem } from '../../../electron/contract/history.ts'
import { evalRecords, suiteScore } from '../../../electron/eval/scores.ts'
import { isBest } from '../../../electron/host/best-checkpoint.ts'
import { saveCheckpoint } from '../../../electron/host/checkpoints.ts'
import { evaluationId, listStarted, removeEvaluation } from '../../../electron/host/eval-record.ts'
import {
  answerPage,
  answerRows,
  answerTrace,
  differenceOf,
} from '../../../electron/host/evaluation-views.ts'
import { allEvaluations, openEvaluation } from '../../../electron/host/evaluations.ts'
import { NANO_MODEL } from '../../../electron/host/models.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import type { Recorder } from '../../../electron/host/recorder.ts'
import { NANO_CODEC } from '../../../electron/nano/codec.ts'
import { initialState } from '../../../electron/selfplay/state.ts'
import { readCheckpoints } from '../../../electron/store/checkpoints.ts'
import { openStore } from '../../../electron/store/open.ts'
import { runKey } from '../../../electron/store/runs.ts'
import type { Store } from '../../../electron/store/store.ts'
import { writeCalledOff, writeEvaluation } from '../../fakes/evaluations.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun } from '../../fakes/history.ts'

const home = temporaryFolder()
const encode = (text: string): number[] => NANO_CODEC.encode([{ text, trusted: false }])
const of = (step: number, share: number) => ({
  at: { run: 'a', step },
  label: `a@${step}`,
  model: NANO_MODEL,
  share,
  temperature: 0,
  samples: 1,
  encode,
})

let store: Store
let recorder: Recorder
const read = <T>(body: (store: Store) => T): T => body(store)
const ids: string[] = []

beforeAll(async () => {
  store = await openStore(join(home, 'kelvin.db'))
  recorder = startRun(store, fakeRun('a'), { now: () => 1, pid: 1 })
  for (const [step, share] of [
    [0, 0.25],
    [20, 0.6],
  ] as const) {
    ids.push(evaluationId(await writeEvaluation(home, of(step, share))))
  }
})
afterAll(() => store.close())

const open = (at: number) => openEvaluation(home, read, ids[at] ?? '')

test('answers come in pages with what another model said, and unjudged ones stand apart', async () => {
  const rows = answerRows(await open(1), await open(0))
  const all = answerPage(rows, 'all', 0, 25)
  expect([all.rows.length, all.next]).toEqual([25, '25'])
  expect(answerPage(rows, 'all', 25, 25).next).toBeNull()
  const { counts } = all
  expect(counts.all).toBe(40)
  expect(counts.right + counts.wrong + counts.undecided).toBe(40)
  expect(counts.undecided).toBe(3)
  const gained = answerPage(rows, 'gained', 0, 50).rows
  expect(gained.length).toBe(counts.gained)
  expect(gained.every(({ state, other }) => state === 'right' && other === 'wrong')).toBe(true)
})

test('the paired difference leaves unjudged answers out and agrees with its parts', async () => {
  const [before, after] = [await open(0), await open(1)]
  const found = differenceOf(before, after)
  const rows = answerRows(after, before)
  const paired = rows.filter(({ state, other }) => state !== 'undecided' && other !== 'undecided')
  const gain = paired.filter(({ state, other }) => state === 'right' && other === 'wrong').length
  const loss = paired.filter(({ state, other }) => state === 'wrong' && other === 'right').length
  expect(found.items).toBe(paired.length)
  expect(found.mean?.mean).toBeCloseTo((gain - loss) / paired.length)
  expect(found.bootstrap?.low).toBeLessThan(found.mean?.mean ?? 0)
  expect(found.mcnemar).toMatchObject({ gained: gain, lost: loss })
  expect(found.remarks).toEqual([])
  expect(differenceOf(before, before).remarks).toEqual(['Both are the same weights.'])
})

test('an answer is a trace whose tokens are told apart in its text', async () => {
  const answers = await open(1)
  const trace = await answerTrace(answers, 'HumanEval/1', 0, NANO_CODEC)
  expect(trace).toMatchObject({ state: 'right', reason: 'all 7 asserts hold', samples: 1 })
  expect(trace.ends?.at(-1)).toBe(trace.response.length)
  expect(trace.tokens.length).toBe(trace.logprobs.length)
  expect((await answerTrace(answers, 'HumanEval/1', 0, null)).ends).toBeNull()
  await expect(answerTrace(answers, 'HumanEval/1', 1, null)).rejects.toThrow('found none')
})

const items = (step: number, right: number): EvalItem[] =>
  Array.from({ length: 6 }, (_, at) => ({
    step,
    suite: 'nano-heldout',
    temperature: 0,
    item: `heldout/deduction/${at}`,
    cluster: `c${at}`,
    kind: 'deduction',
    sample: 0,
    correct: at < right,
    undecided: at === 5,
    status: 'ok',
    reason: '',
    response: '7',
    tokens: encode('7'),
    logprobs: [-0.5],
  }))

function measured(step: number, right: number): void {
  const own = items(step, right)
  const told = { template: 'nano', topP: 1, maxTokens: 9, samples: 1, seed: 1, undecided: 1 }
  const scored = own.map(({ item: id, cluster, kind, ...rest }) => ({
    ...rest,
    item: { id, cluster, kind },
  }))
  recorder.evals(evalRecords(step, 'nano-heldout', 0, suiteScore(scored), told), own)
}

test('what a run measured of itself stands on the same board, with prompts from the suite', async () => {
  measured(0, 1)
  measured(3, 3)
  const all = await allEvaluations(home, read, 'a')
  const names = all.map(({ id }) => id)
  expect(names).toEqual([...ids.toSorted(), 'a@3/nano-heldout/0', 'a@0/nano-heldout/0'])
  expect(all[2]).toMatchObject({ n: 5, passAt1: 0.6, undecided: 1, seed: 1, template: 'nano' })
  expect(await allEvaluations(home, read, null)).toHaveLength(2)
  const answers = await openEvaluation(home, read, 'a@3/nano-heldout/0')
  const trace = await answerTrace(answers, 'heldout/deduction/0', 0, NANO_CODEC)
  expect(trace.prompt).toContain('def f')
  expect(trace.ends).toEqual(Int32Array.of(1))
})

test('the best measured checkpoint stays when older ones go', async () => {
  const probe = { suite: 'nano-heldout', items: new Set(items(0, 0).map(({ item }) => item)) }
  const client = {
    saveState: (path: string) => Promise.resolve(void mkdirSync(path, { recursive: true })),
  } as unknown as Parameters<typeof saveCheckpoint>[1]
  let keep = { keepLast: 3, keepBest: true }
  const save = async (step: number, right: number): Promise<void> => {
    measured(step, right)
    const state = { ...initialState('azr'), step }
    const best = isBest(store, 'a', step, probe)
    await saveCheckpoint({ home, store, recorder, keep }, client, state, 'periodic', best)
  }
  for (const [at, right] of [2, 4, 3, 4, 1, 0, 1].entries()) await save(10 + at, right)
  const kept = readCheckpoints(store, runKey(store, 'a'))
  expect(kept.map(({ step, best }) => [step, best])).toEqual([
    [11, true],
    [14, false],
    [15, false],
    [16, false],
  ])
  keep = { keepLast: 1, keepBest: false }
  await save(17, 0)
  const left = readCheckpoints(store, runKey(store, 'a'))
  expect(left.map(({ step }) => step)).toEqual([17])
  expect(isBest(store, 'a', 99, probe)).toBe(false)
  expect(isBest(store, 'a', 11, null)).toBe(false)
})

test('an evaluation that was called off is listed with what it noted, until it is discarded', async () => {
  await writeCalledOff(home, of(20, 0.6))
  const [started] = await listStarted(home)
  expect(started).toMatchObject({ suite: 'humaneval', seed: 2, total: 40, run: { step: 20 } })
  await removeEvaluation(started?.journal ?? '')
  expect(await listStarted(home)).toEqual([])
  await expect(openEvaluation(home, read, '../evil')).rejects.toThrow('expected the id')
  await expect(openEvaluation(home, read, 'humaneval-0')).rejects.toThrow('found none')
})
