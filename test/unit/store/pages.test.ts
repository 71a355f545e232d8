import * as v from 'valibot'
import { beforeAll, expect, test } from 'vitest'
import { EPISODE_SORTS, TASK_SORTS } from '../../../electron/contract/history.ts'
import type { EpisodeFilter, Page, TaskFilter } from '../../../electron/contract/history.ts'
import type { TaskRow, TaskSort } from '../../../electron/contract/history.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { episodeQuery, pageEpisodes } from '../../../electron/store/episode-pages.ts'
import { openStore } from '../../../electron/store/open.ts'
import { pageSql } from '../../../electron/store/page.ts'
import type { PageQuery } from '../../../electron/store/page.ts'
import { insertFlag } from '../../../electron/store/flags.ts'
import type { Store } from '../../../electron/store/store.ts'
import { pageTasks, taskQuery } from '../../../electron/store/task-pages.ts'
import { fakeRun, fakeStep } from '../../fakes/history.ts'

const RUN = 'azr-20261120-ab12'
const ROWS = 9_000
const writer = { now: () => 1, pid: 1 }

/** Many equal values and many NULLs in each column that can be sorted by. */
const FILL = `
  WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS})
  INSERT INTO tasks (run, step, id, episode, kind, state, solve_rate, probes, reward, nodes,
    cognitive, program_chars, first_line)
  SELECT 1, i / 64, 't' || i, 'e' || i,
    CASE i % 3 WHEN 0 THEN 'deduction' WHEN 1 THEN 'abduction' ELSE 'induction' END,
    CASE WHEN i % 100 = 7 THEN 'rejected' ELSE 'valid' END,
    CASE WHEN i % 5 = 0 THEN NULL ELSE (i % 9) / 8.0 END, 8,
    CASE WHEN i % 7 = 0 THEN NULL ELSE (i % 21) / 10.0 - 1 END, i % 90, NULL, i % 1000, ''
  FROM n`

let store: Store

beforeAll(async () => {
  store = await openStore(':memory:')
  startRun(store, fakeRun(RUN), writer)
  store.run(FILL)
  const other = startRun(store, fakeRun('azr-20261121-cd34'), writer)
  for (let step = 0; step < 30; step++) other.step(fakeStep(step, { proposals: 30, attempts: 2 }))
})

function* pages<Row>(turn: (after: string | undefined) => Page<Row>): Generator<readonly Row[]> {
  for (let after: string | undefined; ;) {
    const page = turn(after)
    yield page.rows
    if (page.next === null) return
    after = page.next
  }
}

const ordered = TASK_SORTS.flatMap((sort) => [
  { sort, descending: true },
  { sort, descending: false },
])

const SORTED: Readonly<Record<TaskSort, (row: TaskRow) => number | string | null>> = {
  newest: ({ step }) => step,
  kind: ({ kind }) => kind,
  state: ({ rejectedBy }) => rejectedBy ?? '',
  verdict: ({ status }) => status ?? '',
  solveRate: ({ solveRate }) => solveRate,
  reward: ({ reward }) => reward,
  program: ({ firstLine }) => firstLine,
  nodes: ({ nodes }) => nodes,
  cognitive: ({ cognitive }) => cognitive,
  cyclomatic: ({ cyclomatic }) => cyclomatic,
  halstead: ({ halsteadVolume }) => halsteadVolume,
  programChars: ({ programChars }) => programChars,
  flags: ({ flags }) => flags,
}

test.each(ordered)('9,000 tasks by $sort are visited once each', ({ sort, descending }) => {
  const seen = new Set<number>()
  const values: (number | string | null)[] = []
  const turn = (after: string | undefined) =>
    pageTasks(store, {
      run: RUN,
      sort,
      descending,
      limit: 1_000,
      ...(after === undefined ? {} : { after }),
    })
  for (const rows of pages(turn)) {
    for (const row of rows) {
      seen.add(row.key)
      values.push(SORTED[sort](row))
    }
  }
  expect(values.length).toBe(ROWS)
  expect(seen.size).toBe(ROWS)
  const known = values.map((value) => value ?? Number.NEGATIVE_INFINITY)
  const breaks = known.filter((value, i) => {
    const before = known[i - 1] ?? value
    return i > 0 && (descending ? value > before : value < before)
  })
  expect(breaks).toEqual([])
})

const taskFilters: TaskFilter[] = [
  { step: 70 },
  { kind: 'abduction' },
  { state: 'rejected' },
  { state: 'rejected', kind: 'induction' },
  { step: 70, kind: 'deduction', state: 'valid' },
]

test.each(taskFilters)('a page of tasks filtered by %o holds those and no others', (filter) => {
  const all = [...pages((after) => pageTasks(store, { run: RUN, limit: 1_000, ...given(after) }))]
  const want = all.flat().filter(({ step, kind, state }) => {
    const row = { step, kind, state }
    return Object.entries(filter).every(([name, value]) =>
      Object.entries(row).some(([n, w]) => n === name && w === value),
    )
  })
  for (const sort of ['newest', 'solveRate'] as const) {
    const turn = (after: string | undefined) =>
      pageTasks(store, { run: RUN, filter, sort, limit: 100, ...given(after) })
    const found = [...pages(turn)].flat()
    expect(found.map((row) => row.key).toSorted((a, b) => b - a)).toEqual(
      want.map((row) => row.key),
    )
  }
})

function given(after: string | undefined): { after?: string } {
  return after === undefined ? {} : { after }
}

const episodeFilters: EpisodeFilter[] = [
  {},
  { role: 'solve' },
  { role: 'solve', kind: 'induction', correct: true },
  { task: '7/deduction/0' },
  { step: 3, purpose: 'propose' },
  { status: 'nondeterministic' },
]

test.each(episodeFilters)('episodes filtered by %o are the same in every order', (filter) => {
  const found = EPISODE_SORTS.map((sort) => {
    const turn = (after: string | undefined) =>
      pageEpisodes(store, { run: 'azr-20261121-cd34', filter, sort, limit: 37, ...given(after) })
    return [...pages(turn)]
      .flat()
      .map((row) => row.id)
      .toSorted()
  })
  const [newest, ...others] = found
  expect(newest?.length).toBeGreaterThan(0)
  for (const other of others) expect(other).toEqual(newest)
})

test('no page is sorted at the time it is asked for', () => {
  const after = '[0,0]'
  const tasks = TASK_SORTS.map((sort) => taskQuery(1, { run: RUN, sort, after }, []))
  const episodes = [
    ...EPISODE_SORTS.map((sort) => episodeQuery(1, { run: RUN, sort, after })),
    episodeQuery(1, { run: RUN, filter: { status: 'timeout' }, after }),
  ]
  for (const query of tasks) expect(plan(query)).not.toContain('TEMP B-TREE')
  for (const query of episodes) expect(plan(query)).not.toContain('TEMP B-TREE')
})

function plan<Row>(query: PageQuery<Row>): string {
  const params = [...query.where.flatMap(({ params }) => params), 0, 0, 100]
  const row = v.object({ detail: v.string() })
  const details = store.all(`EXPLAIN QUERY PLAN ${pageSql(query)}`, row, params)
  expect(details[0]?.detail).toMatch(/^SEARCH \w+ USING INDEX \w+ \(run=\?.* AND .*[<>]/)
  return details.map(({ detail }) => detail).join('\n')
}

test('rows carry the number of open flags', () => {
  const flag = {
    episode: `e${ROWS}`,
    rater: 'ann',
    severity: 4,
    category: 'deception',
    tags: [],
    span: null,
    note: '',
    seconds: null,
    blind: false,
    undone: false,
  }
  insertFlag(store, 1, { ...flag, flag: 'f1', atMs: 1 })
  insertFlag(store, 1, { ...flag, flag: 'f2', atMs: 2 })
  insertFlag(store, 1, { ...flag, flag: 'f2', atMs: 3, undone: true })
  const [first, second] = pageTasks(store, { run: RUN, limit: 2 }).rows
  expect([first?.flags, second?.flags]).toEqual([1, 0])
})

test.each(['', '1', 'x:1', '[1,1.5]', '[null,1]', `[1,1]'); DROP TABLE tasks; --`])(
  'the made-up cursor %j is refused',
  (after) => {
    expect(() => pageTasks(store, { run: RUN, after })).toThrow(
      'expected the next of an earlier page',
    )
  },
)

test('a limit out of range and an unknown run are refused', () => {
  expect(() => pageTasks(store, { run: RUN, limit: 0 })).toThrow('expected a limit from 1 to 1000')
  expect(() => pageTasks(store, { run: RUN, limit: 1e9 })).toThrow(
    'expected a limit from 1 to 1000',
  )
  expect(() => pageEpisodes(store, { run: 'nobody' })).toThrow('run "nobody": expected a run')
})
