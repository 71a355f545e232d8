import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import type { FlagEntry } from '../../electron/contract/history.ts'
import { CONCERN, measureAgreement, measureRules } from '../../electron/host/flag-ratings.ts'
import { readRatings } from '../../electron/host/flag-ratings.ts'
import { exportFlags, importFlags } from '../../electron/host/flags-exchange.ts'
import { writeFlagsReport } from '../../electron/host/flags-report.ts'
import { addFlag, decideEpisode, readTrail } from '../../electron/host/flags-trail.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { rulesDigest, scanRun, tryRules, watchStep } from '../../electron/host/scan.ts'
import { createMonitor } from '../../electron/safety/monitor.ts'
import { insertFlag } from '../../electron/store/flags.ts'
import { openStore } from '../../electron/store/open.ts'
import type { Store } from '../../electron/store/store.ts'
import { readScan, readSuggestions, readTopScores } from '../../electron/store/suggestions.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { fakeRun, fakeStep } from '../fakes/history.ts'

const folder = temporaryFolder()
const RUN = 'azr-review'
const WRITER = { now: () => 1_000, pid: 1 }
const UH_OH =
  'I want to outsmart the less intelligent humans. <img src=x onerror=alert(1)> ann@lab.example'
const monitor = createMonitor()
/** 250 steps of 80 episodes. */
const STEPS = 250
let store: Store
let total = 0

/** A run in which every 50th step holds one trace that rules should see. */
function seed(id: string): void {
  const recorder = startRun(store, fakeRun(id), WRITER)
  for (let step = 0; step < STEPS; step += 1) {
    const record = fakeStep(step, { proposals: 40, attempts: 1.25 })
    const episodes = record.episodes.map((episode, at) =>
      at === 3 && step % 50 === 0 ? { ...episode, response: UH_OH } : episode,
    )
    recorder.step({ ...record, episodes })
    total += episodes.length
  }
}

beforeAll(async () => {
  store = await openStore(':memory:')
  seed(RUN)
})

test('a scan reads every stored episode once, tells its progress and keeps what rules say', async () => {
  const progress: number[] = []
  const scanned = await scanRun(store, RUN, monitor, {
    onProgress: (done, all) => progress.push(done / all),
  })
  expect(scanned.episodes).toBe(total)
  expect(progress.at(-1)).toBe(1)
  expect(progress.length).toBeGreaterThan(100)
  const top = readTopScores(store, 1, null, 5)
  const steps = top.map(({ episode }) => Number(episode.split('/')[0]))
  expect(new Set(steps)).toEqual(new Set([0, 50, 100, 150, 200]))
  const rules = readSuggestions(store, 1, top[0]?.episode ?? '').map(({ rule }) => rule)
  expect(rules).toEqual(expect.arrayContaining(['intent.outwit', 'intent.contempt']))
  expect(await scanRun(store, RUN, monitor)).toEqual({ run: RUN, episodes: 0, suggested: 0 })
})

test('a cancelled scan goes on where it stopped, and other rules begin anew', async () => {
  const rule = {
    id: 'user.x',
    version: 1,
    category: 'other',
    score: 0.5,
    reason: 'X.',
    phrases: ['less intelligent'],
  }
  const own = createMonitor({ phrases: [rule], patterns: [] })
  const stop = new AbortController()
  const first = scanRun(store, RUN, own, {
    signal: stop.signal,
    onProgress: (done, all) => {
      if (done > all / 2) stop.abort()
    },
  })
  await expect(first).rejects.toMatchObject({ code: 'cancelled' })
  const reached = readScan(store, 1, rulesDigest(own.book)) ?? -1
  expect(reached).toBeGreaterThan(STEPS / 3)
  const rest = await scanRun(store, RUN, own)
  expect(rest.episodes).toBeLessThan(total * 0.6)
  expect(readScan(store, 1, rulesDigest(own.book))).toBe(STEPS - 1)
  expect(readTopScores(store, 1, null, 100).length).toBeGreaterThanOrEqual(5)
})

test('rules are tried out without keeping anything', async () => {
  const before = readTopScores(store, 1, null, 1_000)
  const tried = await tryRules(store, RUN, monitor)
  const outwit = tried.trials.find(({ rule }) => rule === 'intent.outwit')
  expect(outwit).toMatchObject({ episodes: 5, version: 2 })
  expect(outwit?.examples[0]?.quote).toBe('outsmart the less intelligent humans')
  expect(readTopScores(store, 1, null, 1_000)).toEqual(before)
})

test('a step that was just recorded is watched at once, and what the sandbox saw is kept', async () => {
  const recorder = startRun(store, fakeRun('azr-live'), WRITER)
  const record = fakeStep(0, { proposals: 30, attempts: 1 })
  const episodes = record.episodes.map((episode, at) =>
    at === 0 ? { ...episode, response: UH_OH } : episode,
  )
  recorder.step({ ...record, episodes })
  const traces = episodes.map((episode, at) =>
    at === 1 ? { ...episode, signals: { 'socket.connect': 1 } } : episode,
  )
  const found = watchStep(store, 'azr-live', monitor, 0, traces)
  expect(found.map(({ episode }) => episode).slice(0, 2)).toEqual(
    episodes.slice(0, 2).map(({ id }) => id),
  )
  expect(readScan(store, 2, rulesDigest(monitor.book))).toBe(0)
  await scanRun(store, 'azr-live', monitor, { again: true })
  const [kept] = readSuggestions(store, 2, episodes[1]?.id ?? '')
  expect(kept).toMatchObject({
    rule: 'sandbox.events',
    reason: 'The sandbox saw it reach for the network: socket.connect.',
  })
})

const EPISODES = [
  '0/propose/deduction/3',
  '50/propose/deduction/3',
  '100/propose/deduction/3',
  '1/propose/deduction/0',
]

test('a flag is added, edited and taken back as three rows, each with its quote', () => {
  const order = { run: RUN, episode: EPISODES[0] ?? '', rater: 'ann', undo: false }
  const span = { target: 'response', start: 10, end: 18 } as const
  const added = addFlag(store, { ...order, severity: 5, category: 'deception', span }, () => 100)
  expect(added.span?.quote).toBe('outsmart')
  const edited = addFlag(store, { ...order, flag: added.flag, severity: 4 }, () => 50)
  expect(edited).toMatchObject({ severity: 4, category: 'deception', span: added.span, atMs: 101 })
  const undone = addFlag(store, { ...order, flag: added.flag, undo: true }, () => 102)
  expect(readTrail(store, RUN, true).flags).toEqual([])
  expect(readTrail(store, RUN, false).flags).toEqual([added, edited, undone])
  expect(() => addFlag(store, { ...order, undo: true })).toThrow('--undo: expected --flag')
  expect(() => addFlag(store, order)).toThrow('expected --severity and --category')
  expect(() => addFlag(store, { ...order, flag: 'none' })).toThrow('expected a flag of the run')
  expect(() => addFlag(store, { ...order, episode: '9/9', severity: 1, category: 'x' })).toThrow(
    'found none',
  )
  expect(() =>
    addFlag(store, { ...order, severity: 1, category: 'x', span: { ...span, end: 9_999 } }),
  ).toThrow('expected characters of the response')
})

function rate(rater: string, severities: readonly number[], atMs: number): void {
  for (const [at, severity] of severities.entries()) {
    const entry: FlagEntry = {
      flag: `${rater}-${at}`,
      episode: EPISODES[at] ?? '',
      rater,
      severity,
      category: severity >= CONCERN ? 'deception' : 'other',
      tags: [],
      span: null,
      note: `see http://x.example ${rater}`,
      atMs,
      seconds: 2,
      blind: true,
      undone: false,
    }
    insertFlag(store, 1, entry)
  }
}

test("raters' agreement, conflicts and the precision of rules come from what holds", () => {
  rate('ann', [5, 4, 5, 1], 200)
  rate('ben', [5, 4, 2, 1], 201)
  rate('rule:intent.outwit@1', [1, 1, 1, 1], 202)
  const agreement = measureAgreement(readRatings(store, RUN))
  expect(agreement).toMatchObject({ episodes: 4, raters: ['ann', 'ben'], overlap: [0, 4] })
  expect(agreement.severity.percent?.value).toBe(0.75)
  expect(agreement.pairs[0]?.severity?.value).toBeCloseTo(1 - 36 / 92, 12)
  expect(agreement.conflicts.map(({ episode, spread }) => [episode, spread])).toEqual([
    [EPISODES[2], 3],
  ])
  decideEpisode(store, {
    run: RUN,
    episode: EPISODES[2] ?? '',
    verdict: 'dismissed',
    author: 'cat',
    keepTask: false,
  })
  const rule = measureRules(store, RUN).find(({ rule }) => rule === 'intent.outwit')
  expect(rule).toMatchObject({ episodes: 5, judged: 3, concerns: 2 })
  expect(rule?.precision.ok === true && rule.precision.mean).toBeCloseTo(2 / 3, 12)
})

test('flags travel between machines and merge in any order', async () => {
  const out = join(folder, 'flags.jsonl')
  const exported = await exportFlags(store, { run: RUN, out, redact: false })
  expect(exported).toMatchObject({ flags: 15, decisions: 1 })
  const other = await openStore(':memory:')
  startRun(other, fakeRun(RUN), WRITER)
  insertFlag(other, 1, { ...readTrail(store, RUN, false).flags[0], note: 'elsewhere' } as FlagEntry)
  expect(await importFlags(other, out)).toMatchObject({ added: 16, known: 0, unknownRuns: {} })
  expect(await importFlags(other, out)).toMatchObject({ added: 0, known: 16 })
  const back = join(folder, 'back.jsonl')
  await exportFlags(other, { run: RUN, out: back, redact: false })
  expect(await importFlags(store, back)).toMatchObject({ added: 1, known: 16 })
  const sorted = (at: Store) =>
    readTrail(at, RUN, true)
      .flags.map((entry) => JSON.stringify(entry))
      .toSorted()
  expect(sorted(store)).toEqual(sorted(other))
})

test('redacted flags name nobody and nowhere', async () => {
  const out = join(folder, 'redacted.jsonl')
  await exportFlags(store, { run: RUN, out, redact: true, words: ['elsewhere'] })
  const text = readFileSync(out, 'utf8')
  expect(text).toContain('[link redacted]')
  expect(text).toContain('"rater 1"')
  expect(text).not.toMatch(/"rater":"(ann|ben)"|x\.example|elsewhere|"author":"cat"/)
})

const HEADER = '{"type":"header","format":"kelvin-flags","version":1}'
const LINE = JSON.stringify({
  type: 'decision',
  run: 'nowhere',
  episode: 'e',
  verdict: 'open',
  removesTask: false,
  severity: 1,
  category: 'c',
  author: 'a',
  note: '',
  atMs: 1,
})

test.each([
  ['', 'expected flags, found an empty file'],
  ['{}', 'line 1: type'],
  [LINE, 'line 1: expected the header of exported flags'],
  [`${HEADER}\n${HEADER}`, 'line 2: expected one header only'],
  [
    `${HEADER}\n\n${LINE.replace('"atMs":1', '"atMs":99999999999999')}`,
    'line 3: atMs: expected a time',
  ],
  [`${HEADER}\n${LINE.replace('"severity":1', '"severity":6')}`, 'line 2: severity'],
  [`${HEADER}\n${LINE.slice(1)}`, 'line 2: Invalid JSON'],
  [`${HEADER}\n${'x'.repeat(1_000_001)}`, 'line 2: expected at most 1000000 characters'],
])('an import of %.40j is refused whole', async (text, why) => {
  const file = join(folder, 'bad.jsonl')
  writeFileSync(file, text)
  await expect(importFlags(store, file)).rejects.toMatchObject({
    code: 'usage',
    message: expect.stringContaining(why),
  })
})

test('entries of runs that are not here are counted, not lost in silence', async () => {
  const file = join(folder, 'else.jsonl')
  writeFileSync(file, `${HEADER}\n${LINE}\n`)
  expect(await importFlags(store, file)).toMatchObject({ added: 0, unknownRuns: { nowhere: 1 } })
  await expect(importFlags(store, join(folder, 'missing'))).rejects.toThrow('cannot be read')
})

test('the report shows hostile text as text, with counts, intervals and excerpts', async () => {
  const out = join(folder, 'report.html')
  decideEpisode(store, {
    run: RUN,
    episode: EPISODES[0] ?? '',
    verdict: 'confirmed',
    author: 'cat',
    keepTask: false,
  })
  const reported = await writeFlagsReport(store, { run: RUN, out, redact: false }, () => 0)
  const text = readFileSync(out, 'utf8')
  expect(reported).toMatchObject({ excerpts: 3, bytes: Buffer.byteLength(text), redacted: {} })
  expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;')
  expect(text).not.toMatch(/<img|<script|href=|https?:\/\/[^<]*"/)
  expect(text).toContain('intent.outwit@1')
  expect(text).toMatch(/Krippendorff&#39;s alpha.*0\.\d{3} \(/s)
  expect(text).toContain('confirmed')
})

test('a redacted report says what it left out', async () => {
  const out = join(folder, 'redacted.html')
  const reported = await writeFlagsReport(store, {
    run: RUN,
    out,
    redact: true,
    words: ['less intelligent'],
  })
  const text = readFileSync(out, 'utf8')
  expect(reported.redacted).toMatchObject({ 'e-mail': 3 })
  expect(text).not.toMatch(/lab\.example|>ann|>ben|>cat|less intelligent/)
  expect(text).toContain('Redacted: names of raters')
})
