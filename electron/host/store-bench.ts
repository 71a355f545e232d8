/**
 * How fast the history takes steps and gives pages, searches and traces, on made-up rows in a temporary file that is
 * removed again. A million tasks take a few minutes and about 3 GB of disk.
 * Not here: the rows (synthetic-history.ts).
 */
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Episode } from '../contract/episode.ts'
import { throwIfCancelled } from '../contract/errors.ts'
import { pageEpisodes } from '../store/episode-pages.ts'
import { readEpisode } from '../store/episodes.ts'
import { openStore } from '../store/open.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { countTasks } from '../store/task-counts.ts'
import { pageTasks } from '../store/task-pages.ts'
import type { TaskPageRequest } from '../store/task-pages.ts'
import type { Figure } from './benchmarks.ts'
import { showRun } from './history.ts'
import { startRun } from './recorder.ts'
import { syntheticRun, syntheticStep } from './synthetic-history.ts'

const RUN = 'bench'
/** Each task has its proposing episode, four in five have an attempt. */
const SIZE = { proposals: 250, attempts: 1 }
const WRITER = { now: () => Date.now(), pid: process.pid }
const LONG = 300_000

export async function* storeBench(rows: number, signal: AbortSignal): AsyncGenerator<Figure, void> {
  const folder = await mkdtemp(join(tmpdir(), 'kelvin-bench-'))
  const file = join(folder, 'kelvin.db')
  const steps = Math.max(1, Math.ceil(rows / SIZE.proposals))
  try {
    const writer = await openStore(file)
    try {
      yield* await measureWriting(writer, steps, signal)
    } finally {
      writer.close()
    }
    const reader = await openStore(file, { readonly: true })
    try {
      for await (const figures of measureReading(reader, steps)) {
        throwIfCancelled(signal)
        yield* figures
      }
    } finally {
      reader.close()
    }
    yield of('tasks', steps * SIZE.proposals, 'rows')
    yield of('size', (await stat(file)).size / 1e6, 'MB')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const of = (name: string, value: number, unit: string): Figure => ({
  name: `store.${name}`,
  value,
  unit,
  threads: 1,
})

/** Steps between turns of the event loop, in which an interruption is heard. */
const TURN = 20

async function measureWriting(store: Store, steps: number, signal: AbortSignal): Promise<Figure[]> {
  const recorder = startRun(store, syntheticRun(RUN), WRITER)
  const times: number[] = []
  for (let step = 0; step < steps; step++) {
    const record = syntheticStep(step, SIZE)
    times.push(milliseconds(() => recorder.step(record)))
    if (step % TURN === 0) await setImmediate()
    throwIfCancelled(signal)
  }
  recorder.step(longStep(steps))
  const seconds = times.reduce((sum, time) => sum + time, 0) / 1_000
  return [
    of('insert', (steps * SIZE.proposals) / seconds, 'tasks/s'),
    of('step.p50', quantile(times, 0.5), 'ms'),
    of('step.max', Math.max(...times), 'ms'),
  ]
}

function longStep(step: number) {
  const record = syntheticStep(step, { proposals: 1, attempts: 0 })
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

type Pages = Omit<TaskPageRequest, 'run' | 'after'>

/** What the table of tasks is asked for; searches are of a word in every program, in some, and in one. */
const TASK_PAGES: Readonly<Record<string, Pages>> = {
  newest: {},
  bySolveRate: { sort: 'solveRate' },
  byProgram: { sort: 'program' },
  rejected: { filter: { state: 'rejected' } },
  kindByReward: { sort: 'reward', filter: { kind: 'abduction' } },
  ranges: { filter: { query: 'reward>0.2 nodes:30..32 solve<50%' } },
  searchCommon: { filter: { query: 'total' } },
  searchCommonByReward: { sort: 'reward', filter: { query: 'total' } },
  searchSome: { filter: { query: '"i * 77"' } },
  searchRare: { filter: { query: '"total = 1"' } },
  searchResponses: { filter: { query: 'response:answer' } },
}

async function* measureReading(store: Store, steps: number): AsyncGenerator<Figure[]> {
  const run = runKey(store, RUN)
  for (const [name, how] of Object.entries(TASK_PAGES)) {
    yield measurePages(name, (after) => pageTasks(store, { run: RUN, ...how, ...after }))
    await setImmediate()
  }
  yield measurePages('episodesRight', (after) =>
    pageEpisodes(store, { run: RUN, filter: { correct: true }, ...after }),
  )
  const trace = (turn: number) => `${(turn * 7919) % steps}/propose/deduction/0`
  yield repeated('trace', (turn) => readEpisode(store, run, trace(turn)))
  yield repeated('longTrace', () => readEpisode(store, run, `${steps}/propose/deduction/0`))
  yield repeated('summary', () => showRun(store, RUN))
  yield [
    await counted(store, run, 'countAll', ''),
    await counted(store, run, 'countSome', 'nodes>40'),
  ]
}

/** Off the page: taken in pieces between which the host goes on. */
async function counted(store: Store, run: number, name: string, query: string): Promise<Figure> {
  const start = performance.now()
  await countTasks(store, run, query === '' ? {} : { query }, () => setImmediate(undefined))
  return of(name, performance.now() - start, 'ms')
}

type After = { readonly after?: string }
type Turn = (after: After) => { readonly next: string | null }

function measurePages(name: string, turn: Turn): Figure[] {
  let after: After = {}
  const next = () => {
    const page = turn(after)
    after = page.next === null ? {} : { after: page.next }
  }
  return [...repeated(`firstPage.${name}`, () => turn({})), ...repeated(`nextPage.${name}`, next)]
}

const REPEATS = 25

/** The slowest is often the first: the reader's cache is cold then. */
function repeated(name: string, body: (turn: number) => unknown): Figure[] {
  const times = Array.from({ length: REPEATS }, (_, turn) => milliseconds(() => body(turn)))
  return [
    of(`${name}.p50`, quantile(times, 0.5), 'ms'),
    of(`${name}.max`, Math.max(...times), 'ms'),
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
