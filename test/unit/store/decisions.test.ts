import { beforeEach, expect, test } from 'vitest'
import type { FlagEntry } from '../../../electron/contract/history.ts'
import type { Decision, Suggestion } from '../../../electron/contract/safety.ts'
import { insertDecision, readHeldDecision } from '../../../electron/store/decisions.ts'
import { readDecisions, readHeldDecisions } from '../../../electron/store/decisions.ts'
import { insertFlag, readFlags, readHeldFlags } from '../../../electron/store/flags.ts'
import { readLastEntry, readOpenFlags } from '../../../electron/store/flags.ts'
import { openStore } from '../../../electron/store/open.ts'
import { deleteAfter } from '../../../electron/store/rewind.ts'
import { deleteRunRow, insertRun } from '../../../electron/store/runs.ts'
import type { Store } from '../../../electron/store/store.ts'
import { countByRule, readScan, readSuggestions } from '../../../electron/store/suggestions.ts'
import { readEpisodesByRule } from '../../../electron/store/queue.ts'
import { readTopScores } from '../../../electron/store/suggestions.ts'
import { replaceSuggestions, writeScan } from '../../../electron/store/suggestions.ts'
import { fakeRun } from '../../fakes/history.ts'

let store: Store

beforeEach(async () => {
  store = await openStore(':memory:')
  insertRun(store, { ...fakeRun('a'), createdMs: 1, pid: 1 })
})

const decision: Decision = {
  episode: '3/propose/deduction/1',
  verdict: 'confirmed',
  removesTask: true,
  severity: 5,
  category: 'deception',
  author: 'ann',
  note: '',
  atMs: 10,
}

test('the last decision about an episode holds, whatever the order of entry', () => {
  const later: Decision = { ...decision, verdict: 'dismissed', author: 'ben', atMs: 20 }
  expect(insertDecision(store, 1, later)).toBe(true)
  expect(insertDecision(store, 1, decision)).toBe(true)
  expect(insertDecision(store, 1, decision)).toBe(false)
  expect(readHeldDecision(store, 1, decision.episode)).toEqual(later)
  expect(readHeldDecisions(store, 1)).toEqual([later])
  expect(readDecisions(store, 1, 0, 10)).toHaveLength(2)
  expect(readHeldDecision(store, 1, 'other')).toBeNull()
  expect(() => insertDecision(store, 1, { ...decision, severity: 9 })).toThrow('from 1 to 5')
})

const flag: FlagEntry = {
  flag: 'f1',
  episode: '3/propose/deduction/1',
  rater: 'ann',
  severity: 4,
  category: 'deception',
  tags: [],
  span: null,
  note: '',
  atMs: 10,
  seconds: null,
  blind: true,
  undone: false,
}

test('two entries of one flag at one time are both kept, and every order leads to the same one', async () => {
  const other = { ...flag, rater: 'ben', severity: 2 }
  insertFlag(store, 1, flag)
  insertFlag(store, 1, other)
  const second = await openStore(':memory:')
  insertRun(second, { ...fakeRun('a'), createdMs: 1, pid: 1 })
  for (const entry of [other, flag, other]) insertFlag(second, 1, entry)
  for (const each of [store, second]) {
    expect(readFlags(each, 1, 0, 10)).toHaveLength(2)
    expect(readOpenFlags(each, 1, flag.episode)).toEqual([other])
    expect(readLastEntry(each, 1, 'f1')).toEqual(other)
  }
})

test('what holds is read episode by episode in pages', () => {
  for (let at = 0; at < 5; at += 1) {
    insertFlag(store, 1, { ...flag, flag: `f${at}`, episode: `${at % 2}/x`, atMs: at })
  }
  insertFlag(store, 1, { ...flag, flag: 'f1', episode: '1/x', atMs: 99, undone: true })
  const first = readHeldFlags(store, 1, { episode: '', key: 0 }, 3)
  expect(first.map(({ entry }) => entry.flag)).toEqual(['f0', 'f2', 'f4'])
  const last = first.at(-1)
  const rest = readHeldFlags(
    store,
    1,
    { episode: last?.entry.episode ?? '', key: last?.key ?? 0 },
    3,
  )
  expect(rest.map(({ entry }) => entry.flag)).toEqual(['f3'])
})

function suggested(episode: string, rule: string, score: number): Suggestion {
  const span = { target: 'response', start: 1, end: 2 } as const
  return { episode, rule, version: 1, category: 'other', span, score, reason: 'Because.' }
}

test('suggestions of a step replace those before, and go with their step and run', () => {
  const of = (episode: string, step: number, score: number) => ({
    episode,
    step,
    score,
    suggestions: [suggested(episode, 'a', score), suggested(episode, 'b', 0.1)],
  })
  replaceSuggestions(store, 1, 1, [of('1/x', 1, 0.5), of('1/y', 1, 0.9)])
  replaceSuggestions(store, 1, 1, [of('1/x', 1, 0.7)])
  replaceSuggestions(store, 1, 2, [of('2/x', 2, 0.6), of('2/y', 2, 0.6)])
  expect(readSuggestions(store, 1, '1/x').map(({ rule, score }) => [rule, score])).toEqual([
    ['a', 0.7],
    ['b', 0.1],
  ])
  expect(readSuggestions(store, 1, '1/y')).toEqual([])
  const top = readTopScores(store, 1, null, 2)
  expect(top.map(({ episode }) => episode)).toEqual(['1/x', '2/y'])
  expect(readTopScores(store, 1, top[1] ?? null, 2).map(({ episode }) => episode)).toEqual(['2/x'])
  expect(countByRule(store, 1).map(({ rule, episodes }) => [rule, episodes])).toEqual([
    ['a', 3],
    ['b', 3],
  ])
  expect(readEpisodesByRule(store, 1, 'a', 10)).toHaveLength(3)
  writeScan(store, 1, { rules: 'r1', step: 2, atMs: 1 })
  deleteAfter(store, 1, 1)
  expect(readTopScores(store, 1, null, 9)).toHaveLength(1)
  expect([readScan(store, 1, 'r1'), readScan(store, 1, 'r2')]).toEqual([1, null])
  deleteRunRow(store, 1)
  expect(countByRule(store, 1)).toEqual([])
})
