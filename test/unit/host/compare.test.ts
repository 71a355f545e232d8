import { beforeAll, expect, test } from 'vitest'
import type { EvalItem } from '../../../electron/contract/history.ts'
import { comparedItems, comparedScores } from '../../../electron/host/compare.ts'
import { databaseFile } from '../../../electron/host/paths.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { openStore } from '../../../electron/store/open.ts'
import type { Store } from '../../../electron/store/store.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun } from '../../fakes/history.ts'

const home = temporaryFolder()
const SUITE = { suite: 'nano-heldout', temperature: 0 }
let store: Store

function answers(step: number, right: readonly string[], undecided: readonly string[] = []) {
  return ['a', 'b', 'c', 'd'].map((item): EvalItem => ({
    ...SUITE,
    step,
    item,
    cluster: item,
    kind: item === 'd' ? 'induction' : 'deduction',
    sample: 0,
    correct: right.includes(item),
    undecided: undecided.includes(item),
    status: 'ok',
    reason: '',
    response: `answer of ${step}`,
    tokens: null,
    logprobs: null,
  }))
}

const score = (step: number, suite = SUITE.suite) => ({
  step,
  suite,
  temperature: 0,
  kind: 'mean' as const,
  n: 4,
  score: 0.5,
  low: 0.2,
  high: 0.8,
  told: null,
})

beforeAll(async () => {
  store = await openStore(databaseFile(home))
  const writer = { now: () => 1, pid: 1 }
  const one = startRun(store, fakeRun('one'), writer)
  one.evals([score(0)], answers(0, ['a', 'b']))
  one.evals([score(40), score(40, 'other')], answers(40, ['a', 'c'], ['d']))
  startRun(store, fakeRun('two'), writer).evals([score(7)], answers(7, ['a', 'b']).slice(0, 3))
})

const ask = { ...SUITE, filter: 'flipped', kind: null, skip: 0, limit: 100 } as const
const PLACES = [
  { run: 'one', step: 0 },
  { run: 'one', step: 40 },
  { run: 'two', step: 7 },
]

test('suites that all were measured on, at their last step or at a given one', () => {
  const found = comparedScores(store, [
    { run: 'one', step: null },
    { run: 'two', step: null },
  ])
  expect(found.suites.map(({ suite, scores }) => [suite, scores.map(({ step }) => step)])).toEqual([
    ['nano-heldout', [40, 7]],
  ])
  expect(found.measured).toEqual([[0, 40], [7]])
  expect(comparedScores(store, [{ run: 'one', step: 7 }]).suites).toEqual([])
})

test('items that all answered, those that flipped first; the undecided are neither', () => {
  const found = comparedItems(store, { ...ask, places: PLACES })
  expect(found.counts).toEqual({ all: 3, flipped: 2, right: 1, wrong: 0 })
  expect(found.rows.map(({ item, correct }) => [item, correct])).toEqual([
    ['b', [true, false, true]],
    ['c', [false, true, false]],
  ])
  expect(found.differences).toHaveLength(3)
  expect(found.differences[0]).toBeNull()
  const two = comparedItems(store, { ...ask, places: PLACES.slice(0, 2), filter: 'all' })
  expect(two.rows.at(-1)).toMatchObject({ item: 'd', correct: [false, null] })
})

test('pages and kinds', () => {
  const first = comparedItems(store, { ...ask, places: PLACES, limit: 1 })
  expect([first.rows.length, first.more]).toEqual([1, true])
  const second = comparedItems(store, { ...ask, places: PLACES, skip: 1 })
  expect([second.rows.map(({ item }) => item), second.more]).toEqual([['c'], false])
  const none = comparedItems(store, { ...ask, places: PLACES, kind: 'induction' })
  expect(none.counts.all).toBe(0)
})
