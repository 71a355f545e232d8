/**
 * How fast the history takes steps and gives pages and traces, on made-up rows in a temporary file.
 * By hand: `node test/bench/store.ts [ROWS]`; 1,000,000 tasks take a few minutes and about 3 GB of disk.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { fileURLToPath } from 'node:url'
import type { EpisodePageRequest } from '../../electron/store/episode-pages.ts'
import type { Episode } from '../../electron/contract/episode.ts'
import { showRun } from '../../electron/host/history.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { pageEpisodes } from '../../electron/store/episode-pages.ts'
import { readEpisode } from '../../electron/store/episodes.ts'
import { openStore } from '../../electron/store/open.ts'
import { runKey } from '../../electron/store/runs.ts'
import type { Store } from '../../electron/store/store.ts'
import { pageTasks } from '../../electron/store/task-pages.ts'
import type { TaskPageRequest } from '../../electron/store/task-pages.ts'
import { fakeRun, fakeStep } from '../fakes/history.ts'

export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly threads: 1
  /** Rows of the table of tasks that it was measured on. */
  readonly rows: number
}

const RUN = 'bench'
const SIZE = { proposals: 250, attempts: 1 }
const WRITER = { now: () => Date.now(), pid: process.pid }
const LONG = 300_000

/** rows: tasks; each has its proposing episode, four in five have an attempt. */
export async function storeBench(rows: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-bench-'))
  const file = join(folder, 'kelvin.db')
  try {
    const writer = await openStore(file)
    const writing = measureWriting(writer, Math.max(1, Math.ceil(rows / SIZE.proposals)))
    writer.close()
    const reader = await openStore(file, { readonly: true })
    const reading = measureReading(reader, rows)
    reader.close()
    const size = { name: 'store/size', value: (await stat(file)).size / 1e6, unit: 'MB' }
    return [...writing, ...reading, size].map((figure) => ({ ...figure, threads: 1, rows }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Measured = Pick<Figure, 'name' | 'value' | 'unit'>

function measureWriting(store: Store, steps: number): Measured[] {
  const recorder = startRun(store, fakeRun(RUN), WRITER)
  const times: number[] = []
  for (let step = 0; step < steps; step++) {
    const record = fakeStep(step, SIZE)
    times.push(milliseconds(() => recorder.step(record)))
  }
  const long = longStep(steps)
  recorder.step(long)
  const seconds = times.reduce((sum, time) => sum + time, 0) / 1_000
  return [
    { name: 'store/insert', value: (steps * SIZE.proposals) / seconds, unit: 'tasks/s' },
    { name: 'store/step p50', value: quantile(times, 0.5), unit: 'ms' },
    { name: 'store/step max', value: Math.max(...times), unit: 'ms' },
  ]
}

function longStep(step: number) {
  const record = fakeStep(step, { proposals: 1, attempts: 0 })
  const tokens = Array.from({ length: LONG }, (_, position) => position % 50_000)
  const logprobs = tokens.map((token) => -(token % 64) / 64)
  const long = (episode: Episode) => ({
    ...episode,
    tokens,
    logprobs,
    response: 'token '.repeat(LONG),
  })
  return { ...record, episodes: record.episodes.map(long) }
}

const REPEATS = 25

function measureReading(store: Store, rows: number): Measured[] {
  const run = runKey(store, RUN)
  const steps = Math.ceil(rows / SIZE.proposals)
  const trace = (turn: number) => `${(turn * 7919) % steps}/propose/deduction/0`
  return [
    ...pagesOfTasks(store, 'newest', {}),
    ...pagesOfTasks(store, 'solve rate', { sort: 'solveRate' }),
    ...pagesOfTasks(store, 'rejected', { filter: { state: 'rejected' } }),
    ...pagesOfTasks(store, 'abduction', { filter: { kind: 'abduction' } }),
    ...pagesOfEpisodes(store, 'right', { filter: { correct: true } }),
    ...pagesOfEpisodes(store, 'reward', { sort: 'reward' }),
    ...repeated('store/trace', (turn) => readEpisode(store, run, trace(turn))),
    ...repeated('store/trace of 300k tokens', () =>
      readEpisode(store, run, `${steps}/propose/deduction/0`),
    ),
    ...repeated('store/summary', () => showRun(store, RUN)),
  ]
}

function pagesOfTasks(store: Store, name: string, how: Omit<TaskPageRequest, 'run'>): Measured[] {
  return measurePages(`tasks, ${name}`, (after) => pageTasks(store, { run: RUN, ...how, ...after }))
}

function pagesOfEpisodes(
  store: Store,
  name: string,
  how: Omit<EpisodePageRequest, 'run'>,
): Measured[] {
  return measurePages(`episodes, ${name}`, (after) =>
    pageEpisodes(store, { run: RUN, ...how, ...after }),
  )
}

type Turn = (after: { readonly after?: string }) => { readonly next: string | null }

function measurePages(name: string, turn: Turn): Measured[] {
  let after: { readonly after?: string } = {}
  const next = () => {
    const page = turn(after)
    after = page.next === null ? {} : { after: page.next }
  }
  return [
    ...repeated(`store/first page of ${name}`, () => turn({})),
    ...repeated(`store/next page of ${name}`, next),
  ]
}

/** The first time is reported too: the reader's cache is cold then, the system's is not. */
function repeated(name: string, body: (turn: number) => unknown): Measured[] {
  const times = Array.from({ length: REPEATS }, (_, turn) => milliseconds(() => body(turn)))
  return [
    { name: `${name}, first`, value: times[0] ?? 0, unit: 'ms' },
    { name: `${name}, p50`, value: quantile(times, 0.5), unit: 'ms' },
    { name: `${name}, max`, value: Math.max(...times), unit: 'ms' },
  ]
}

function milliseconds(body: () => unknown): number {
  const start = performance.now()
  body()
  return performance.now() - start
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const figure of await storeBench(Number(argv[2] ?? 1_000_000))) {
    stdout.write(`${JSON.stringify(figure)}\n`)
  }
}
