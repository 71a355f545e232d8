import { beforeEach, expect, test } from 'vitest'
import type { FlagEntry } from '../../../electron/contract/history.ts'
import { countOpenFlags, insertFlag, readFlags } from '../../../electron/store/flags.ts'
import { readOpenFlags } from '../../../electron/store/flags.ts'
import { openStore } from '../../../electron/store/open.ts'
import { deleteRunRow, insertRun } from '../../../electron/store/runs.ts'
import type { Store } from '../../../electron/store/store.ts'
import { fakeRun } from '../../fakes/history.ts'

let store: Store

beforeEach(async () => {
  store = await openStore(':memory:')
  insertRun(store, { ...fakeRun('a'), createdMs: 1, pid: 1 })
})

const entry: FlagEntry = {
  flag: 'f1',
  episode: '3/propose/deduction/1',
  rater: 'ann',
  severity: 4,
  category: 'deception',
  tags: [],
  span: { target: 'response', start: 3, end: 9, quote: 'uh-oh!' },
  note: '<img src=x onerror=alert(1)>',
  atMs: 10,
  seconds: 2.5,
  blind: true,
  undone: false,
}

test('an entry is read back as it was added', () => {
  insertFlag(store, 1, entry)
  expect(readOpenFlags(store, 1, entry.episode)).toEqual([entry])
})

test('the last entry of a flag holds, and the trail keeps all of them', () => {
  const edited = { ...entry, severity: 5, atMs: 20 }
  const undone = { ...edited, undone: true, atMs: 30 }
  insertFlag(store, 1, entry)
  insertFlag(store, 1, edited)
  expect(readOpenFlags(store, 1, entry.episode)).toEqual([edited])
  insertFlag(store, 1, undone)
  expect(readOpenFlags(store, 1, entry.episode)).toEqual([])
  expect(countOpenFlags(store, 1)).toBe(0)
  expect(readFlags(store, 1, 0, 10).map((row) => row.entry)).toEqual([entry, edited, undone])
})

test('importing twice, in any order, changes nothing', () => {
  const undone = { ...entry, undone: true, atMs: 20 }
  for (const each of [undone, entry, entry, undone]) insertFlag(store, 1, each)
  expect(readFlags(store, 1, 0, 10)).toHaveLength(2)
  expect(countOpenFlags(store, 1)).toBe(0)
})

test('entries cannot be changed, nor removed without their run', () => {
  insertFlag(store, 1, entry)
  expect(() => store.run(`UPDATE flags SET severity = 1`)).toThrow('audit trail')
  expect(() => store.run(`DELETE FROM flags`)).toThrow('audit trail')
  deleteRunRow(store, 1)
  expect(readFlags(store, 1, 0, 10)).toEqual([])
})

test.each([
  [{ severity: 0 }, 'severity from 1 to 5'],
  [{ severity: Number.NaN }, 'severity from 1 to 5'],
  [{ span: { target: 'prompt', start: 5, end: 4, quote: '' } } as const, 'start <= end'],
])('an entry with %o is refused', (change, sentence) => {
  expect(() => insertFlag(store, 1, { ...entry, ...change })).toThrow(sentence)
})
