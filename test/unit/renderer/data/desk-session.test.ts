import { beforeEach, expect, test } from 'vitest'
import type { CallInput } from '../../../../electron/contract/api.ts'
import type { FlagEntry } from '../../../../electron/contract/history.ts'
import { DeskSession } from '../../../../renderer/data/desk-session.ts'
import type { DeskPlace } from '../../../../renderer/data/desk-session.ts'
import { draftOf } from '../../../../renderer/text/draft-flag.ts'
import type { FlagDraft } from '../../../../renderer/text/draft-flag.ts'

const ITEMS = ['a', 'b', 'c']
let sent: { readonly name: string; readonly input: unknown }[]
let failures: unknown[]
let owns: Map<string, FlagEntry | null>
let breaks = false

/** Answers as the host does: a flag comes back with its id, a decision with what held before. */
const call: DeskPlace['call'] = async (name, input) => {
  sent.push({ name, input })
  if (breaks) throw new Error('the disk is full')
  const flag = input as CallInput<'flags.add'>
  const entry = {
    ...flag,
    flag: flag.flag ?? `flag of ${flag.episode}`,
    rater: 'me',
    atMs: sent.length,
  }
  const consequence = {
    action: 'quarantined',
    step: 1,
    episode: 'a',
    task: null,
    author: 'me',
    detail: 'confirmed',
    atMs: 1,
  }
  const answer: unknown = name === 'flags.add' ? entry : { consequence, before: null }
  return answer as never
}

let session: DeskSession

beforeEach(() => {
  sent = []
  failures = []
  owns = new Map()
  breaks = false
  session = new DeskSession(ITEMS, {
    run: 'r',
    call,
    seconds: () => 7,
    change: (id, { own }) => void owns.set(id, own ?? null),
    refresh: () => undefined,
    fail: (error) => void failures.push(error),
  })
})

const draft = (severity: number | null): FlagDraft => ({ ...draftOf(null, ['other']), severity })
const at = () => session.store.getState().at
const inputs = () => sent.map(({ input }) => input as CallInput<'flags.add'>)

test('a rating is sent and the next trace is there at once', async () => {
  session.save({ id: 'a', own: null }, draft(3), false)
  expect(at()).toBe(1)
  expect(inputs()[0]).toMatchObject({
    run: 'r',
    episode: 'a',
    severity: 3,
    seconds: 7,
    undone: false,
  })
  await expect.poll(() => owns.get('a')?.severity).toBe(3)
})

test('nothing is sent without a severity', () => {
  session.save({ id: 'a', own: null }, draft(null), false)
  expect([at(), sent.length]).toEqual([0, 0])
  expect(session.store.getState().said).toContain('severity')
})

test('everything is taken back, the last first, down to where it began', async () => {
  session.save({ id: 'a', own: null }, draft(3), false)
  session.skip('b')
  session.save({ id: 'c', own: null }, draft(5), true)
  await session.undo()
  expect([at(), session.store.getState().rated.has('c')]).toEqual([2, false])
  expect(inputs().at(-1)).toMatchObject({ episode: 'c', flag: 'flag of c', undone: true })
  expect(session.store.getState().drafts.get('c')).toMatchObject({ severity: 5, flag: 'flag of c' })
  await session.undo()
  expect([at(), session.store.getState().skipped.size]).toEqual([1, 0])
  await session.undo()
  expect([at(), session.store.getState().rated.size]).toEqual([0, 0])
  await session.undo()
  expect(session.store.getState().said).toBe('Nothing to undo.')
})

test('taking back a change brings the entry before it back', async () => {
  const own: FlagEntry = {
    flag: 'f',
    episode: 'a',
    rater: 'me',
    severity: 2,
    category: 'other',
    tags: ['x'],
    span: null,
    note: 'before',
    atMs: 1,
    seconds: 4,
    blind: true,
    undone: false,
  }
  session.save({ id: 'a', own }, { ...draftOf(own, []), severity: 5 }, false)
  await session.undo()
  expect(inputs().at(-1)).toMatchObject({
    flag: 'f',
    severity: 2,
    note: 'before',
    tags: ['x'],
    blind: true,
    undone: false,
  })
})

test('a rating that could not be kept is told and no longer counts', async () => {
  breaks = true
  session.save({ id: 'a', own: null }, draft(3), false)
  await expect.poll(() => failures.length).toBe(1)
  expect(session.store.getState().rated.size).toBe(0)
  await session.undo()
  expect(sent).toHaveLength(1)
})

test('the same as before needs a rating before', () => {
  session.same('a', draft(null))
  expect(session.store.getState().drafts.size).toBe(0)
  session.save({ id: 'a', own: null }, draft(4), false)
  session.same('b', draft(null))
  expect(session.store.getState().drafts.get('b')?.severity).toBe(4)
})

test('a decision is taken back to what held before it', async () => {
  session.decide('a', draft(4), 'confirmed')
  await session.undo()
  const verdicts = sent.map(({ input }) => (input as CallInput<'decisions.add'>).verdict)
  expect(verdicts).toEqual(['confirmed', 'open'])
})
