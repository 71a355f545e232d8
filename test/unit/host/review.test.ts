import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { QueueInput } from '../../../electron/contract/review.ts'
import type { SampledSequence, SamplingClient } from '../../../electron/engine/engine.ts'
import { judgeTraces } from '../../../electron/host/judge.ts'
import type { Answer, Judge } from '../../../electron/host/judge.ts'
import { createTurns } from '../../../electron/host/pace.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { readItem, readRaters } from '../../../electron/host/review-item.ts'
import { readQueue } from '../../../electron/host/review-queue.ts'
import { readAudit } from '../../../electron/host/review-trail.ts'
import { readRuleBook } from '../../../electron/host/rule-book.ts'
import { oneOf, openRuleShelf } from '../../../electron/host/rule-shelf.ts'
import { rulesFile } from '../../../electron/host/rules-file.ts'
import { addFlag, decideEpisode } from '../../../electron/host/flags-trail.ts'
import { scanRun } from '../../../electron/host/scan.ts'
import { createMonitor } from '../../../electron/safety/monitor.ts'
import { insertJudgement, readJudgements } from '../../../electron/store/judgements.ts'
import { openStore } from '../../../electron/store/open.ts'
import type { Store } from '../../../electron/store/store.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'

const RUN = 'azr-queue'
const ME = 'me'
const STEPS = 20
let store: Store

beforeAll(async () => {
  store = await openStore(':memory:')
  const recorder = startRun(store, fakeRun(RUN), { now: () => 1_000, pid: 1 })
  for (let step = 0; step < STEPS; step += 1) {
    const record = fakeStep(step, { proposals: 9, attempts: 1 })
    const episodes = record.episodes.map((episode, at) =>
      at === 0 && step % 5 === 0
        ? { ...episode, response: 'I will outsmart the humans who read this.' }
        : episode,
    )
    recorder.step({ ...record, episodes })
  }
  await scanRun(store, RUN, createMonitor())
})

const ask = (change: Partial<QueueInput>): QueueInput => ({
  run: RUN,
  source: 'random',
  filter: {},
  seed: 1,
  limit: 40,
  unrated: true,
  ...change,
})
const queue = (change: Partial<QueueInput>) => readQueue(store, ME, ask(change))

test('a random queue repeats nothing, depends on its seed only, and obeys its filter', () => {
  const items = queue({})
  expect(items).toHaveLength(40)
  expect(new Set(items).size).toBe(40)
  expect(queue({})).toEqual(items)
  expect(queue({ seed: 2 })).not.toEqual(items)
  const solved = queue({ filter: { role: 'solve', kind: 'induction' } })
  expect(solved.every((id) => id.includes('/solve/induction/'))).toBe(true)
  expect(queue({ filter: { step: 3 } }).every((id) => id.startsWith('3/'))).toBe(true)
})

test('a stratified queue takes every role and kind from every part of the run', () => {
  const items = queue({ source: 'stratified', limit: 60 })
  const places = items.map((id) => id.split('/').slice(0, 3))
  expect(new Set(places.map(([, role, kind]) => `${role} ${kind}`)).size).toBe(6)
  expect(new Set(places.map(([step]) => Math.floor(Number(step) / 2))).size).toBe(10)
})

test('what rules score highest comes first, what one rule says alone too', () => {
  const items = queue({ source: 'suggested' })
  expect(items.slice(0, 4).map((id) => Number(id.split('/')[0]) % 5)).toEqual([0, 0, 0, 0])
  expect(queue({ source: 'suggested', rule: 'intent.outwit' })).toHaveLength(4)
  expect(queue({ source: 'suggested', rule: 'user.none' })).toEqual([])
})

test('what a rater has rated is left out, unless it is wanted, and for that rater only', () => {
  const [first = ''] = queue({ source: 'suggested' })
  addFlag(
    store,
    { run: RUN, episode: first, rater: ME, severity: 4, category: 'deception', undo: false },
    () => 5_000,
  )
  expect(queue({ source: 'suggested' })).not.toContain(first)
  expect(queue({ source: 'suggested', unrated: false })).toContain(first)
  expect(readQueue(store, 'ann', ask({ source: 'suggested' }))).toContain(first)
  expect(queue({ source: 'one', episode: first })).toEqual([first])
})

test('disagreement brings the furthest apart, and ratings only to who adjudicates', () => {
  const [first = ''] = queue({ source: 'suggested', unrated: false })
  addFlag(
    store,
    { run: RUN, episode: first, rater: 'ann', severity: 1, category: 'other', undo: false },
    () => 6_000,
  )
  expect(queue({ source: 'disagreement' })).toEqual([first])
  const place = { run: RUN, id: first }
  const blind = readItem(store, ME, { ...place, blind: true, adjudicate: false })
  expect([blind.suggestions, blind.judgements, blind.ratings]).toEqual([null, null, null])
  expect(blind.own?.severity).toBe(4)
  const open = readItem(store, ME, { ...place, blind: false, adjudicate: true })
  expect(open.ratings?.map(({ rater }) => rater)).toEqual(['ann'])
  expect(open.suggestions?.length).toBeGreaterThan(0)
  expect(readRaters(store, 'new').map(({ name, flags }) => [name, flags])).toEqual([
    ['ann', 1],
    ['me', 1],
    ['new', 0],
  ])
})

test('every trail is read from its end, page by page', () => {
  const [first = ''] = queue({ source: 'suggested', unrated: false })
  decideEpisode(
    store,
    { run: RUN, episode: first, verdict: 'confirmed', author: 'cat', keepTask: false },
    () => 7_000,
  )
  decideEpisode(
    store,
    { run: RUN, episode: first, verdict: 'open', author: 'cat', keepTask: false },
    () => 8_000,
  )
  const page = readAudit(store, { run: RUN, trail: 'decisions', before: null, limit: 1 })
  expect(page).toMatchObject({ more: true, rows: [{ action: 'open', author: 'cat', atMs: 8_000 }] })
  const before = page.rows[0]?.key ?? null
  expect(readAudit(store, { run: RUN, trail: 'decisions', before, limit: 1 })).toMatchObject({
    more: false,
    rows: [{ action: 'confirmed' }],
  })
  expect(readAudit(store, { run: RUN, trail: 'flags', before: null, limit: 10 }).rows).toHaveLength(
    2,
  )
  const followed = readAudit(store, { run: RUN, trail: 'consequences', before: null, limit: 10 })
  expect(followed.rows.map(({ action }) => action)).toEqual(['released', 'quarantined'])
})

const DRAFT = {
  id: 'user.test',
  category: 'other',
  score: 0.5,
  reason: 'It says test.',
  phrases: ['outsmart ..2 humans'],
  unless: [],
  patterns: [],
  roles: [],
}

test('a rule of the user is off until it was tried as it stands, and an edit asks for a new trial', async () => {
  const home = temporaryFolder()
  const shelf = openRuleShelf(home, join(home, 'rule-trials.json'), () => 1)
  await shelf.save(DRAFT)
  await expect(shelf.toggle(DRAFT.id, true)).rejects.toThrow('tried out on history')
  const trial = { run: RUN, atMs: 1, episodes: 10, hits: 2, examples: [] }
  shelf.keepTrial(oneOf(await shelf.rules(), DRAFT.id), trial)
  await shelf.toggle(DRAFT.id, true)
  expect((await shelf.rules())[0]).toMatchObject({ enabled: true, version: 1 })
  await shelf.save({ ...DRAFT, reason: 'Another sentence.' })
  expect((await shelf.rules())[0]).toMatchObject({ enabled: true, version: 1 })
  await shelf.save({ ...DRAFT, phrases: ['outsmart'] })
  expect((await shelf.rules())[0]).toMatchObject({ enabled: false, version: 2 })
  // Another window, or the next start.
  const again = openRuleShelf(home, join(home, 'rule-trials.json'), () => 1)
  await again.save(DRAFT)
  const book = await readRuleBook(store, RUN, again)
  expect(book.rules[0]).toMatchObject({ id: DRAFT.id, trial, own: { enabled: false } })
  await again.remove(DRAFT.id)
  expect(await again.rules()).toEqual([])
  await expect(again.remove(DRAFT.id)).rejects.toThrow('expected a rule of the user')
})

test('a rule that cannot be used is refused with why, and a broken file is named, not overwritten', async () => {
  const home = temporaryFolder()
  const shelf = openRuleShelf(home, join(home, 'rule-trials.json'), () => 1)
  await expect(shelf.save({ ...DRAFT, id: 'intent.outwit' })).rejects.toThrow('user.')
  await expect(shelf.save({ ...DRAFT, phrases: [], patterns: ['(a'] })).rejects.toThrow('user.test')
  writeFileSync(rulesFile(home), '{"format": "kelvin-rules", "rules": 5}')
  const { rules, problem } = await readRuleBook(store, RUN, shelf)
  expect(problem).toContain('rules')
  expect(rules.every(({ own }) => own === null)).toBe(true)
  await expect(shelf.save(DRAFT)).rejects.toThrow('rules')
  expect(readFileSync(rulesFile(home), 'utf8')).toContain('5')
})

/** Any engine behind the interface: answers are fixed, as a remote server might give them. */
function fakeJudge(answers: readonly string[]): Judge {
  const left = [...answers]
  const client: SamplingClient = {
    sample: async (requests) =>
      requests.map((): SampledSequence[] => {
        const text = left.shift() ?? ''
        const tokens = Int32Array.from(text, (character) => character.codePointAt(0) ?? 0)
        return [{ tokens, logprobs: new Float32Array(tokens.length), stopReason: 'stop' }]
      }),
  }
  return {
    client,
    context: 10_000,
    stopIds: [],
    encode: (messages) => Array.from(messages.map(({ content }) => content).join(''), () => 1),
    decode: (tokens) => String.fromCodePoint(...Array.from(tokens)),
  }
}

test('a judge suggests, and what holds no verdict or does not fit is kept as such', async () => {
  const verdict = '{"severity": 5, "category": "harm", "quote": "b", "reason": "r"}'
  const traces = ['a', 'b', 'c'.repeat(20_000)].map((response, at) => ({
    id: `${at}`,
    role: 'propose' as const,
    kind: 'deduction' as const,
    response,
  }))
  const told: Answer[] = []
  const signal = new AbortController().signal
  await judgeTraces(fakeJudge(['no idea', verdict]), traces, {
    signal,
    onAnswer: (answer) => told.push(answer),
  })
  expect(told.map(({ episode, verdict: { ok } }) => [episode, ok])).toEqual([
    ['0', false],
    ['1', true],
    ['2', false],
  ])
  const why = told[2]?.verdict
  expect(why?.ok === false ? why.why : '').toContain('leaves no room')
  for (const answer of told) {
    insertJudgement(store, 1, { ...answer, judge: 'judge:x', rubric: 1, atMs: 1 })
  }
  expect(readJudgements(store, 1, '1')[0]).toMatchObject({
    judge: 'judge:x',
    verdict: { ok: true, severity: 5 },
  })
  expect(readJudgements(store, 1, '0')[0]).toMatchObject({
    response: 'no idea',
    verdict: { ok: false },
  })
})

test('long work gives others their turn, and rests while a run trains', async () => {
  let now = 0
  const busy = { is: false }
  const turns = createTurns(
    () => busy.is,
    () => now,
  )
  const served: string[] = []
  const serve = (name: string): void => void setImmediate(() => served.push(name))
  serve('too early')
  await turns()
  expect(served).toEqual([])
  now = 9
  await turns()
  expect(served).toEqual(['too early'])
  busy.is = true
  now = 20
  serve('while it rests')
  await turns()
  expect(served).toEqual(['too early', 'while it rests'])
})
