/**
 * The contract over both transports: the same suite through a port like Electron's and through a real WebSocket.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CALLS, STREAMS } from '../../electron/contract/api.ts'
import type {
  CallInput,
  CallName,
  StreamInput,
  StreamItem,
  StreamName,
} from '../../electron/contract/api.ts'
import type { AppError } from '../../electron/contract/errors.ts'
import type { Desk } from '../../electron/host/desk.ts'
import { openHost } from '../../electron/host/host.ts'
import type { Host } from '../../electron/host/host.ts'
import { databaseFile } from '../../electron/host/paths.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { createSessions } from '../../electron/host/sessions.ts'
import { startWebServer } from '../../electron/host/web-server.ts'
import type { WebServer } from '../../electron/host/web-server.ts'
import { openStore } from '../../electron/store/open.ts'
import { createClient } from '../../renderer/client.ts'
import type { Client } from '../../renderer/client.ts'
import { portTo, socketTo } from '../fakes/clients.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { fakeRun, fakeStep, withErrors } from '../fakes/history.ts'
import { fakeSupervise, stepNews } from '../fakes/supervise.ts'

const WISH: CallInput<'runs.start'> = {
  recipe: 'azr',
  preset: 'nano',
  model: null,
  engine: 'local',
  device: 'cpu',
  steps: 10,
  minutes: null,
  seed: 3,
  values: { batch: 8, types: ['deduction'] },
  fork: null,
  evaluate: false,
}

/** Fits no call: of those without an input too, since unknown keys are refused. */
const NONSENSE: object = { nonsense: true }

describe.each(['port', 'socket'] as const)('over a %s', (transport) => {
  const folder = temporaryFolder()
  const home = join(folder, 'home')
  const { supervise, trainings } = fakeSupervise()
  const links: string[] = []
  const desk: Desk = {
    pick: async () => join(folder, 'picked.csv'),
    reveal: async () => undefined,
    openLink: async (url) => void links.push(url),
    notify: () => undefined,
    acceptNoIsolation: async () => false,
  }
  let host: Host
  let server: WebServer
  let client: Client

  beforeAll(async () => {
    mkdirSync(home, { recursive: true })
    await writeHistory(home)
    const info = { version: '1', mode: 'desktop', reason: '' } as const
    host = await openHost({ home, info, desk, supervise })
    const sessions = createSessions()
    const { connect } = host
    server = await startWebServer({
      root: folder,
      host: '127.0.0.1',
      port: 0,
      names: [],
      sessions,
      connect,
    })
    const address = `${server.url}#token=${sessions.token}`
    client = createClient(transport === 'port' ? portTo(() => host) : socketTo(() => address))
  })

  afterAll(async () => {
    client.close()
    await server.close()
    await host.close()
  })

  test('every call refuses an input that is not its own, by name', async () => {
    for (const name of Object.keys(CALLS) as CallName[]) {
      const call = client.call(name, NONSENSE)
      await expect(call).rejects.toMatchObject({ code: 'usage' })
      await expect(call).rejects.toThrow(name)
    }
  })

  test('every stream refuses an input that is not its own, by name', async () => {
    for (const name of Object.keys(STREAMS) as StreamName[]) {
      const error = await new Promise<AppError>((resolve) => {
        client.stream(name, () => NONSENSE, { item: () => undefined, failed: resolve })
      })
      expect(error.code).toBe('usage')
      expect(error.message).toContain(name)
    }
  })

  test('a name that does not exist is refused, also one of every object', async () => {
    for (const name of ['runs.nothing', 'toString', '__proto__']) {
      // @ts-expect-error no such call
      await expect(client.call(name, {})).rejects.toThrow(/does not exist/)
    }
  })

  test('an input that is too big is refused before it is looked at', async () => {
    const quote = 'x'.repeat(CALLS['views.save'].maxChars)
    const view = { name: 'a', table: 'tasks', query: quote } as const
    await expect(client.call('views.save', view)).rejects.toMatchObject({ code: 'wire' })
  })

  test('the app, its settings and its views', async () => {
    expect(await client.call('app.info', {})).toMatchObject({ mode: 'desktop', home })
    const changed = await client.call('settings.set', { values: { theme: 'dark', fontSize: 15 } })
    expect(changed).toMatchObject({ theme: 'dark', fontSize: 15, wrapCode: false })
    await expect(client.call('settings.set', { values: { fontSize: 99 } })).rejects.toThrow(
      'settings.fontSize: expected a whole number from 11 to 20, found 99',
    )
    expect((await client.call('settings.get', {})).settings).toEqual(changed)
    const view = { name: 'hard', table: 'tasks', query: 'kind=deduction' } as const
    expect(await client.call('views.save', view)).toEqual([view])
    expect(await client.call('views.remove', { name: 'hard', table: 'tasks' })).toEqual([])
  })

  test('the history, with numbers that JSON does not have', async () => {
    const { rows, total } = await client.call('runs.list', {})
    expect([total, rows.map(({ run }) => run.id)]).toEqual([1, ['old-1']])
    const { steps, groups, more } = await client.call('steps.range', { run: 'old-1', after: 0 })
    expect(steps.map(({ step }) => step)).toEqual([1, 2, 3])
    expect(steps[0]?.metrics).toMatchObject({ 'optim/gradNorm': Infinity, kl: Number.NaN })
    expect(groups[0]?.entropyMean).toBeNaN()
    expect(more).toBe(false)
    const tallies = await client.call('steps.tallies', { run: 'old-1', name: 'reward', after: 2 })
    expect(new Set(tallies.map(({ step }) => step))).toEqual(new Set([3]))
  })

  test('tasks and traces, page by page and whole', async () => {
    const first = await client.call('tasks.page', { run: 'old-1', limit: 5 })
    const after = first.next ?? ''
    const second = await client.call('tasks.page', { run: 'old-1', limit: 5, after })
    expect(new Set([...first.rows, ...second.rows].map(({ key }) => key)).size).toBe(10)
    const filter = { state: 'valid' } as const
    const { count } = await client.call('tasks.count', { run: 'old-1', filter })
    const valid = await client.call('tasks.page', { run: 'old-1', filter, limit: 1_000 })
    expect(count).toBe(valid.rows.length)
    const [row] = valid.rows
    const key = row?.key ?? 0
    const task = await client.call('tasks.show', { by: 'key', run: 'old-1', key })
    expect(task.row).toEqual(row)
    expect(task.attempts.length).toBeGreaterThan(0)
    const id = task.attempts[0]?.id ?? ''
    const trace = await client.call('episodes.show', { run: 'old-1', id })
    expect(trace.tokens).toBeInstanceOf(Int32Array)
    expect(trace.logprobs).toBeInstanceOf(Float32Array)
    expect(trace.tokens.length).toBe(trace.logprobs.length)
    expect(trace.variant).toBeUndefined()
  })

  test('an error task and its traces say so, and the name is bare', async () => {
    const { rows } = await client.call('tasks.page', {
      run: 'old-1',
      filter: { query: 'step:3 kind:deduction state:valid' },
    })
    const details = await Promise.all(
      rows.map(({ key }) => client.call('tasks.show', { by: 'key', run: 'old-1', key })),
    )
    const found = details.find(({ proposal }) => proposal.task?.variant === 'error')
    expect(found?.outputs).toEqual(['NoError'])
    const [attempt] = found?.attempts ?? []
    const { variant } = await client.call('episodes.show', { run: 'old-1', id: attempt?.id ?? '' })
    expect(variant).toBe('error')
  })

  test('tasks are searched, tagged and counted; what is wrong with a filter is told', async () => {
    const of = { run: 'old-1' } as const
    const query = { query: 'state:valid response:answer nodes>20' }
    const found = await client.call('tasks.page', { ...of, filter: query, sort: 'program' })
    expect(found.rows.length).toBeGreaterThan(1)
    const { count } = await client.call('tasks.count', { ...of, filter: query })
    expect(count).toBe(found.rows.length)
    const keys = found.rows.slice(0, 2).map(({ key }) => key)
    const on = await client.call('tasks.tag', { ...of, keys, tag: ' to read ', on: true })
    expect(on).toEqual({ tasks: 2 })
    expect(await client.call('tasks.tags', of)).toEqual([{ tag: 'to read', count: 2 }])
    await client.call('tasks.tag', { ...of, keys, tag: 'to read', on: false })
    expect(await client.call('tasks.tags', of)).toEqual([])
    const wrong = { query: 'nodes>20 kind:seduction' }
    await expect(client.call('tasks.page', { ...of, filter: wrong })).rejects.toThrow(
      'filter, character 10: kind: expected deduction, abduction, induction, found "seduction"',
    )
    expect(await client.call('history.index', {})).toEqual({ left: 0, total: 0 })
    expect(await client.call('steps.safety', of)).toEqual([])
  })

  test('what is not there is refused in a sentence', async () => {
    await expect(client.call('runs.show', { run: 'gone' })).rejects.toThrow(
      'run "gone": expected a run of the history, found none',
    )
    const place = { by: 'key', run: 'old-1', key: 999_999 } as const
    await expect(client.call('tasks.show', place)).rejects.toMatchObject({ code: 'store' })
  })

  test('a run starts, tells its news, pauses, goes on and stops', async () => {
    const changes = listen(client, 'runs.changes', {})
    const { run } = await client.call('runs.start', WISH)
    const training = trainings.at(-1)
    expect(training?.order).toMatchObject({
      home,
      steps: 10,
      seed: 3,
      settings: ['batch=8', 'types=deduction'],
    })
    const news = listen(client, 'runs.news', { run, after: 0 })
    await news.until(({ news: { type } }) => type === 'live')
    training?.tell(stepNews(1))
    const step = await news.until(({ news: { type } }) => type === 'step')
    expect(step.news).toEqual(stepNews(1))
    expect(await client.call('runs.pause', { run })).toMatchObject({ state: 'pausing' })
    training?.tell({ type: 'paused', step: 1 })
    await changes.until(({ live }) => live?.state === 'paused')
    await expect(client.call('runs.pause', { run })).rejects.toThrow(/expected a running one/)
    expect(await client.call('runs.resume', { run })).toMatchObject({ state: 'paused' })
    training?.tell({ type: 'resumed', step: 1 })
    await changes.until(({ live }) => live?.state === 'running')
    expect(training?.held).toEqual([true, false])
    await client.call('runs.stop', { run })
    await changes.until(({ live }) => live === null)
    await expect(client.call('runs.stop', { run })).rejects.toThrow(/found none/)
    const late = listen(client, 'runs.news', { run, after: step.seq - 1 })
    expect((await late.until(() => true)).news.type).toBe('step')
    changes.end()
    news.end()
    late.end()
  })

  test('a training that cannot start says why', async () => {
    const start = client.call('runs.start', { ...WISH, values: { batch: 0 } })
    await expect(start).rejects.toThrow('batch: expected a whole number from 1 to 4096, found 0')
    await expect(client.call('runs.start', { ...WISH, preset: 'paper' })).rejects.toThrow(
      /expected --model DIR, found none/,
    )
    const plan = await client.call('runs.plan', { ...WISH, preset: 'paper' })
    expect(plan.problems).toHaveLength(1)
    expect(plan.config.batch).toBe(8)
  })

  test('a plan tells what it takes of memory, and what would fit where that is not there', async () => {
    const values = { memoryGiB: 0.25, tokensPerMicroBatch: 1_024 }
    const { memory, problems } = await client.call('runs.plan', { ...WISH, values })
    expect(memory).toMatchObject({ limit: 2 ** 28, place: 'setting', fits: false })
    expect(problems).toEqual([
      expect.stringMatching(/^memory: expected at most 0.3 GiB \(memoryGiB\), found an estimate/),
    ])
    const free = await client.call('runs.plan', WISH)
    expect(free.memory).toMatchObject({ place: 'machine', fits: true, proposal: null })
    expect(free.problems).toEqual([])
  })

  test('an export is a job that can be watched', async () => {
    const picked = await client.call('folders.pick', { purpose: 'export-file' })
    expect(picked?.label).toBe('picked.csv')
    const jobs = listen(client, 'jobs.news', {})
    const out = picked?.handle ?? ''
    await client.call('exports.start', { run: 'old-1', what: 'steps', format: 'csv', out })
    const done = await jobs.until(({ state }) => state !== 'running')
    expect(done).toMatchObject({ state: 'done', result: { type: 'export', rows: 4 } })
    expect(readFileSync(join(folder, 'picked.csv'), 'utf8')).toContain('step')
    jobs.end()
  })

  test('a handle that was never given out opens nothing', async () => {
    const folderHandle = 'A'.repeat(22)
    await expect(client.call('models.open', { folder: folderHandle })).rejects.toThrow(
      'expected a folder or file that was picked',
    )
    await expect(client.call('folders.type', { path: '/etc/passwd' })).rejects.toThrow(
      'in the desktop window they are picked, not typed',
    )
  })

  test('only pages of the project open, over https', async () => {
    await client.call('app.openLink', { url: 'https://arxiv.org/abs/2505.03335' })
    for (const url of [
      'http://arxiv.org/',
      'https://arxiv.org.evil.example/',
      'https://arxiv.org@evil.example/',
      'file:///etc/passwd',
      'smb://server/share',
      'javascript:alert(1)',
      'ms-settings:privacy',
      'https://user:pass@github.com/',
      'https://github.com:8443/',
    ]) {
      await expect(client.call('app.openLink', { url }), url).rejects.toMatchObject({
        code: 'usage',
      })
    }
    expect(links).toEqual(['https://arxiv.org/abs/2505.03335'])
  })

  test('a flag is added once, by the rater of the settings', async () => {
    const [episode] = (await client.call('episodes.page', { run: 'old-1' })).rows
    const id = episode?.id ?? ''
    const entry = {
      run: 'old-1',
      flag: null,
      episode: id,
      severity: 4,
      category: 'sandbox probing',
      span: { target: 'response', start: 0, end: 2, quote: 'de' },
      note: '<script>alert(1)</script>',
      seconds: 3.5,
      blind: false,
      undone: false,
    } as const
    const added = await client.call('flags.add', entry)
    expect(added).toMatchObject({ rater: 'me', note: entry.note })
    expect(await client.call('flags.ofEpisode', { run: 'old-1', id })).toEqual([added])
    await expect(client.call('flags.add', { ...entry, episode: 'gone' })).rejects.toMatchObject({
      code: 'store',
    })
  })

  test('a call that nobody waits for is cancelled', async () => {
    const abort = new AbortController()
    const call = client.call('app.doctor', {}, { signal: abort.signal })
    abort.abort()
    await expect(call).rejects.toMatchObject({ code: 'cancelled' })
    await expect(client.call('app.info', {})).resolves.toMatchObject({ version: '1' })
  })

  test('a settings file that is broken is set aside, and the app says so', async () => {
    const other = join(folder, 'other')
    mkdirSync(other, { recursive: true })
    writeFileSync(join(other, 'settings.json'), '{"theme": "dar')
    const info = { version: '1', mode: 'browser', reason: '' } as const
    const second = await openHost({ home: other, info, supervise })
    const one = createClient(portTo(() => second))
    const { settings, problems } = await one.call('settings.get', {})
    expect(settings.theme).toBe('system')
    expect(problems[0]).toMatch(/^settings.json was unreadable; kept as settings.json.broken-/)
    one.close()
    await second.close()
  })
})

async function writeHistory(home: string): Promise<void> {
  const store = await openStore(databaseFile(home))
  const writer = { now: () => 1_000, pid: 1 }
  const recorder = startRun(store, fakeRun('old-1'), writer)
  for (let step = 0; step <= 3; step++) {
    const record = fakeStep(step, { proposals: 12, attempts: 2 })
    recorder.step(step === 3 ? withErrors(record) : record)
  }
  recorder.state('finished', '')
  store.close()
}

/** Items of a stream as they come; `until` looks at those that have come too, each once. */
function listen<Name extends StreamName>(client: Client, name: Name, input: StreamInput<Name>) {
  const items: StreamItem<Name>[] = []
  let wake: () => void = () => undefined
  const end = client.stream(name, () => input, {
    item: (item) => {
      items.push(item)
      wake()
    },
  })
  const until = async (isIt: (item: StreamItem<Name>) => boolean): Promise<StreamItem<Name>> => {
    for (;;) {
      while (items.length > 0) {
        const item = items.shift()
        if (item !== undefined && isIt(item)) return item
      }
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  return { until, end }
}
