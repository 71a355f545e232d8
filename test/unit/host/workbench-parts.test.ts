/** The small parts that handlers work with: rings, logs, jobs, handles, views, tokens' ends, live state. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../../electron/contract/errors.ts'
import { createHandles } from '../../../electron/host/handles.ts'
import { createHold, rest } from '../../../electron/host/hold.ts'
import { createJobs } from '../../../electron/host/jobs.ts'
import { LiveRuns } from '../../../electron/host/live-runs.ts'
import { LOG_FILE, openLogBook } from '../../../electron/host/log-book.ts'
import { reportOf } from '../../../electron/host/model-list.ts'
import { NANO_MODEL } from '../../../electron/host/models.ts'
import { createRing } from '../../../electron/host/ring.ts'
import { openSettings } from '../../../electron/host/settings-file.ts'
import { tokenEnds } from '../../../electron/host/token-ends.ts'
import { openViews } from '../../../electron/host/views-file.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeSupervise, stepNews } from '../../fakes/supervise.ts'
import { fakeOrder } from '../../fakes/train-order.ts'

const folder = temporaryFolder()

test('a ring keeps the latest and tells those who come later', () => {
  const ring = createRing<{ readonly seq: number }>(3, 100)
  for (let n = 0; n < 10; n++) ring.add((seq) => ({ seq }))
  const kept = ring.after(0).map(({ seq }) => seq)
  expect(kept.slice(-3)).toEqual([108, 109, 110])
  expect(kept.length).toBeLessThan(6)
  const heard: number[] = []
  const end = ring.follow(109, ({ seq }) => heard.push(seq))
  ring.add((seq) => ({ seq }))
  end()
  ring.add((seq) => ({ seq }))
  expect(heard).toEqual([110, 111])
})

test('pieces of output become lines; the file has them all', () => {
  const log = openLogBook(folder, () => 5)
  const write = log.pieces('engine', 'warn', () => 'a')
  write('one\ntw')
  write('o\n\n  \nthree')
  const lines = log.lines.after(0)
  expect(lines.map(({ text, run, level }) => [text, run, level])).toEqual([
    ['one', 'a', 'warn'],
    ['two', 'a', 'warn'],
  ])
  expect(readFileSync(join(folder, LOG_FILE), 'utf8').trim().split('\n')).toHaveLength(2)
  log.add('app', 'error', 'x'.repeat(10_000))
  expect(log.lines.after(0).at(-1)?.text.length).toBe(4_001)
})

test('jobs end as done, failed or cancelled, and no more than a few run', async () => {
  const errors: string[] = []
  const jobs = createJobs({ now: () => 1, unexpected: (where) => errors.push(where) })
  const states: string[] = []
  jobs.news.listen(({ id, state }) => states.push(`${id} ${state}`))
  jobs.start('fine', async () => ({ type: 'model', label: 'x' }))
  jobs.start('bad', async () => Promise.reject(new AppError('store', 'full')))
  jobs.start('odd', async () => Promise.reject(new TypeError('odd')))
  const waiting = jobs.start(
    'long',
    (signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new AppError('cancelled', 'cancelled')))
      }),
  )
  expect(() => jobs.start('more', async () => ({ type: 'model', label: '' }))).toThrow(
    'expected at most 4 jobs at a time, found 4',
  )
  await new Promise((resolve) => setImmediate(resolve))
  jobs.cancel(waiting.id)
  await jobs.close()
  expect(jobs.list().map(({ title, state }) => [title, state])).toEqual([
    ['long', 'cancelled'],
    ['odd', 'failed'],
    ['bad', 'failed'],
    ['fine', 'done'],
  ])
  expect(jobs.list()[2]?.error).toEqual({ code: 'store', message: 'full' })
  expect(errors).toEqual(['a job'])
  expect(states.slice(0, 4)).toEqual([
    'job-1 running',
    'job-2 running',
    'job-3 running',
    'job-4 running',
  ])
})

test('a handle stands for its path, the same one each time, and none other does', () => {
  const handles = createHandles()
  const one = handles.grant('/data/models/tiny')
  expect(one.label).toBe('tiny')
  expect(handles.grant('/data/models/tiny')).toEqual(one)
  expect(handles.path(one.handle)).toBe('/data/models/tiny')
  expect(() => createHandles().path(one.handle)).toThrow('expected a folder or file')
})

test('only what differs from the defaults is written', () => {
  const path = join(folder, 'settings.json')
  const settings = openSettings(path, () => 1)
  settings.set({ values: { theme: 'dark', fontSize: 15 } })
  settings.set({ values: { fontSize: null }, shortcuts: { 'run.start': 'Ctrl+R' } })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
    theme: 'dark',
    shortcuts: { 'run.start': 'Ctrl+R' },
  })
  expect(openSettings(path, () => 1).get()).toEqual(settings.get())
})

test('a setting of the file that does not fit takes its default and is named', () => {
  const path = join(folder, 'other.json')
  writeFileSync(path, JSON.stringify({ theme: 'pink', fontSize: 14, shortcuts: [1] }))
  const { get, problems } = openSettings(path, () => 1)
  expect(get()).toMatchObject({ theme: 'system', fontSize: 14, shortcuts: {} })
  expect(problems).toEqual([
    'theme: expected system, light, dark, contrast, found "pink"',
    'shortcuts: expected commands with their keys',
  ])
})

test('saved views replace each other by name and table', () => {
  const views = openViews(join(folder, 'views.json'), () => 1)
  const view = { name: 'a', table: 'tasks', query: 'x' } as const
  views.save(view)
  views.save({ ...view, table: 'episodes' })
  views.save({ ...view, query: 'y' })
  const again = openViews(join(folder, 'views.json'), () => 1)
  expect(again.list()).toEqual([
    { ...view, table: 'episodes' },
    { ...view, query: 'y' },
  ])
})

test('each token ends where its text ends, also where several make one character', () => {
  const texts = ['de', 'f ', '\ufffd', '\ufffd', '']
  // Tokens 2 and 3 are the halves of a character.
  const decode = (tokens: ArrayLike<number>) =>
    Array.from(tokens, (token) => texts[token] ?? '')
      .join('')
      .replace('\ufffd\ufffd', 'é')
  const codec = { decode, vocabSize: 5 }
  expect(tokenEnds(codec, [0, 1, 2, 3, 0, 4], 'def éde')).toEqual(Int32Array.of(2, 4, 4, 5, 7, 7))
  expect(tokenEnds(codec, [0, 1], 'def')).toBeNull()
  expect(tokenEnds(codec, [0], 'de!')).toBeNull()
  expect(tokenEnds(codec, [], '')).toEqual(new Int32Array())
})

test('a held run rests between steps until it is let go or stopped', async () => {
  const hold = createHold()
  const stop = new AbortController()
  const told: string[] = []
  const recorder = { state: (state: string) => told.push(state) }
  const onNews = ({ type }: { readonly type: string }) => told.push(`news ${type}`)
  await rest(1, { hold, signal: stop.signal, onNews }, recorder)
  expect(told).toEqual([])
  hold.set(true)
  const resting = rest(2, { hold, signal: stop.signal, onNews }, recorder)
  expect(told).toEqual(['paused', 'news paused'])
  hold.set(false)
  await resting
  expect(told).toEqual(['paused', 'news paused', 'running', 'news resumed'])
  hold.set(true)
  const again = rest(3, { hold, signal: stop.signal, onNews }, recorder)
  stop.abort()
  await again
  await rest(4, { hold, signal: stop.signal, onNews }, recorder)
})

test('a stop that says nothing becomes an end by force', async () => {
  const timers: (() => void)[] = []
  const fake = fakeSupervise('r')
  const live = new LiveRuns({
    // One that hears no stop.
    supervise: (order, options) =>
      fake.supervise(order, { ...options, signal: new AbortController().signal }),
    log: openLogBook(null, () => 1),
    now: () => 1,
    later: (_, body) => {
      timers.push(body)
      return () => undefined
    },
  })
  const run = await live.start(fakeOrder(folder, 'model'))
  const [training] = fake.trainings
  const stopped = live.stop(run)
  expect(live.live(run)?.state).toBe('stopping')
  expect(training?.options.force?.aborted).toBe(false)
  timers.at(-1)?.()
  expect(training?.options.force?.aborted).toBe(true)
  training?.end({ ok: false, code: 'crashed', message: 'killed', run })
  await stopped
  expect(live.live(run)).toBeNull()
})

test('live state follows the news: pace, restarts, the end', async () => {
  const fake = fakeSupervise('r')
  const later = () => () => undefined
  const log = openLogBook(null, () => 1)
  const live = new LiveRuns({ supervise: fake.supervise, log, now: () => 1, later })
  const run = await live.start(fakeOrder(folder, 'model'))
  const [training] = fake.trainings
  training?.tell({ type: 'phase', step: 1, phase: 'propose', done: 3, total: 8 })
  expect(live.live(run)?.phase).toEqual({ name: 'propose', done: 3, total: 8 })
  training?.tell(stepNews(1))
  expect(live.live(run)).toMatchObject({ phase: null, tasksPerSecond: 4, tokensPerSecond: 100 })
  const waiting = training?.options.beforeRestart?.('the trainer ended by SIGKILL')
  expect(live.live(run)).toMatchObject({
    state: 'restarting',
    restarts: 1,
    restart: { why: 'the trainer ended by SIGKILL', seconds: 10 },
  })
  // Nobody waits ten seconds who does not want to.
  live.unpause(run)
  await waiting
  expect(live.live(run)).toMatchObject({ state: 'restarting', restart: null })
  training?.tell({ type: 'started', run, steps: 10, level: 0, resumedAt: 1 })
  expect(live.live(run)?.state).toBe('running')
  expect(log.lines.after(0).at(-1)).toMatchObject({ source: 'sandbox', level: 'warn' })
  training?.end({ ok: false, code: 'crashed', message: 'for the 4th time', run })
  await new Promise((resolve) => setImmediate(resolve))
  const news: string[] = []
  live.follow(run, 0, (item) =>
    news.push(item.news.type === 'live' ? item.news.reason : item.news.type),
  )
  expect(news.at(-1)).toBe('for the 4th time')
})

test('a training that ends before it has a run rejects with its reason', async () => {
  const log = openLogBook(null, () => 1)
  const live = new LiveRuns({
    supervise: async () => ({ ok: false, code: 'sandbox', message: 'level 0', run: null }),
    log,
    now: () => 1,
    later: () => () => undefined,
  })
  await expect(live.start(fakeOrder(folder, 'model'))).rejects.toMatchObject({
    code: 'sandbox',
    message: 'level 0',
  })
  expect(live.all()).toEqual([])
})

test('a model folder is told everything that it lacks at once', async () => {
  const lacking = join(folder, 'lacking')
  mkdirSync(lacking)
  writeFileSync(join(lacking, 'pytorch_model.bin'), '')
  const { problems } = await reportOf(lacking, { type: 'embedded' })
  expect(problems).toEqual([
    'config.json: expected, found none',
    'tokenizer.json: expected, found none',
    'weights: expected *.safetensors, found pytorch_model.bin, to be converted',
  ])
  const nowhere = await reportOf(join(folder, 'nowhere'), { type: 'embedded' })
  expect(nowhere.problems).toEqual(['nowhere: expected a folder that can be read, found none'])
  const whole = await reportOf(NANO_MODEL, { type: 'embedded' })
  expect([whole.problems, whole.parameters !== null]).toEqual([[], true])
})
