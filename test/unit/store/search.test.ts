import { beforeAll, expect, test } from 'vitest'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { insertFlag } from '../../../electron/store/flags.ts'
import { openStore } from '../../../electron/store/open.ts'
import { deleteAfter } from '../../../electron/store/rewind.ts'
import type { Store } from '../../../electron/store/store.ts'
import { readTags, tagTasks, untagTasks } from '../../../electron/store/tags.ts'
import { countTasks } from '../../../electron/store/task-counts.ts'
import { pageTasks } from '../../../electron/store/task-pages.ts'
import { buildWords, readWordBuilds } from '../../../electron/store/word-builds.ts'
import { fakeRun, fakeStep, withErrors } from '../../fakes/history.ts'

const RUN = 'azr-20261120-ab12'
const OTHER = 'azr-20261121-cd34'
const STEPS = 20
const writer = { now: () => 1, pid: 1 }

let store: Store
let all: readonly TaskRow[]

beforeAll(async () => {
  store = await openStore(':memory:')
  const own = startRun(store, fakeRun(RUN), writer)
  const other = startRun(store, fakeRun(OTHER), writer)
  // Two runs at a time: their rows lie between each other.
  for (let step = 0; step < STEPS; step++) {
    const record = fakeStep(step, { proposals: 150, attempts: 1 })
    own.step(step === 3 ? withErrors(record) : record)
    other.step(fakeStep(step, { proposals: 10, attempts: 1 }))
  }
  all = search('')
})

function search(query: string, how: { readonly sort?: 'reward' | 'newest' } = {}): TaskRow[] {
  const rows: TaskRow[] = []
  for (let after: string | undefined, pages = 0; pages < 10_000; pages++) {
    const page = pageTasks(store, {
      run: RUN,
      limit: 1_000,
      filter: query === '' ? {} : { query },
      ...how,
      ...(after === undefined ? {} : { after }),
    })
    rows.push(...page.rows)
    if (page.next === null) return rows
    after = page.next
  }
  throw new TypeError('expected an end')
}

const keys = (rows: readonly TaskRow[]): readonly number[] => rows.map(({ key }) => key)

const PLAIN: readonly (readonly [string, (row: TaskRow) => boolean])[] = [
  ['kind:deduction', ({ kind }) => kind === 'deduction'],
  ['kind:deduction,induction -step<10', ({ kind, step }) => kind !== 'abduction' && step >= 10],
  ['state:rejected', ({ state }) => state === 'rejected'],
  ['check:deterministic', ({ rejectedBy }) => rejectedBy === 'deterministic'],
  ['-check:deterministic', ({ rejectedBy }) => rejectedBy !== 'deterministic'],
  ['verdict:nondeterministic', ({ status }) => status === 'nondeterministic'],
  ['solve:0.2..0.6', ({ solveRate }) => solveRate !== null && solveRate > 0.2 && solveRate < 0.6],
  ['solve<50%', ({ solveRate }) => solveRate !== null && solveRate < 0.5],
  ['solve:none', ({ solveRate }) => solveRate === null],
  ['-solve:none', ({ solveRate }) => solveRate !== null],
  ['reward>0.3 nodes:20..30', ({ reward, nodes }) => (reward ?? 0) > 0.3 && inside(nodes, 20, 30)],
  [
    'cyclomatic>=3 chars<90',
    ({ cyclomatic, programChars }) => (cyclomatic ?? 0) >= 3 && programChars < 90,
  ],
  ['step:7 halstead>50', ({ step, halsteadVolume }) => step === 7 && (halsteadVolume ?? 0) > 50],
  ['probes:4', ({ probes }) => probes === 4],
  ['probes:99', () => false],
  ['variant:error', (row) => isError(row)],
  ['-variant:error step:2..3', (row) => inside(row.step, 2, 3) && !isError(row)],
  ['id:3/deduction/0', ({ id }) => id === '3/deduction/0'],
  ['id:3/propose/abduction/4', ({ episode }) => episode === '3/propose/abduction/4'],
]

/** As withErrors makes them. */
const isError = (row: TaskRow): boolean =>
  row.step === 3 && row.kind === 'deduction' && row.state === 'valid' && index(row) % 2 === 0

const inside = (value: number | null, low: number, high: number): boolean =>
  value !== null && value >= low && value <= high

test.each(PLAIN)('%s finds those tasks and no others, in every order', (query, passes) => {
  const want = all.filter(passes)
  expect(keys(search(query))).toEqual(keys(want))
  expect(new Set(keys(search(query, { sort: 'reward' })))).toEqual(new Set(keys(want)))
})

/** Programs are `total += i * INDEX` under `total = STEP`; answers end in `<answer>INDEX</answer>`. */
const index = ({ episode, id }: TaskRow): number => Number((episode ?? id ?? '').split('/').at(-1))

const WORDS: readonly (readonly [string, (row: TaskRow) => boolean])[] = [
  ['total', () => true],
  ['TOTAL', () => true],
  ['tot', () => false],
  ['tot*', () => true],
  ['"total += i * 77"', (row) => index(row) === 77],
  ['program:"i * 7"', (row) => index(row) === 7],
  ['program:"i - 77"', () => false],
  ['-total', () => false],
  ['message:sums', ({ kind, state }) => kind === 'induction' && state === 'valid'],
  ['response:answer', () => true],
  ['response:"<answer>77<"', (row) => index(row) === 77],
  ['-response:"<answer>77<" step:3', (row) => row.step === 3 && index(row) !== 77],
  ['prompt:deduction step>=18', ({ step }) => step >= 18],
  ['total nodes:33 kind:abduction', ({ nodes, kind }) => nodes === 33 && kind === 'abduction'],
]

test.each(WORDS)('%s finds the tasks with those words', async (query, passes) => {
  const want = all.filter(passes)
  expect(keys(search(query))).toEqual(keys(want))
  const counted = await countTasks(store, 1, { query }, () => Promise.resolve())
  if (counted.atLeast === undefined) expect(counted.count).toBe(want.length)
  else expect(want.length).toBeGreaterThan(counted.count)
})

test('another order of many matches leaves none out', () => {
  const found = search('response:answer total', { sort: 'reward' })
  expect(new Set(keys(found)).size).toBe(all.length)
})

test('a query that is wrong says where', () => {
  const wrong = () => pageTasks(store, { run: RUN, filter: { query: 'kind:deduction colour:red' } })
  expect(wrong).toThrow('filter, character 16: There is no field colour')
})

test.each([`"' OR 1=1 --"`, 'program:"a\u0000b" NEAR(', '"* AND ^"x', 'total)) OR (x'])(
  'text that could be a query of SQL or of the index, %j, is only text',
  (query) => {
    expect(() => search(query)).not.toThrow()
    expect(search(query).length).toBe(0)
  },
)

test('a count stops when nobody waits for it', async () => {
  const pause = () => Promise.reject(new Error('gone'))
  await expect(countTasks(store, 1, { query: 'nodes>0' }, pause)).resolves.toBeDefined()
  await expect(countTasks(store, 1, { query: '-total' }, pause)).rejects.toThrow('gone')
})

test('tags are found, counted, and taken away', () => {
  const some = all.slice(10, 15)
  expect(tagTasks(store, 1, [...keys(some), 999_999_999], 'to read', 5)).toBe(5)
  tagTasks(store, 1, keys(some.slice(0, 1)), 'odd', 5)
  expect(keys(search('tag:"to read"'))).toEqual(keys(some))
  expect(search('tag:odd')[0]?.tags).toEqual(['odd', 'to read'])
  expect(search('-tag:"to read"').length).toBe(all.length - 5)
  expect(readTags(store, 1)).toEqual([
    { tag: 'odd', count: 1 },
    { tag: 'to read', count: 5 },
  ])
  untagTasks(store, 1, keys(some), 'to read')
  expect(search('tag:"to read"')).toEqual([])
})

test('flags are counted at the task of the proposal and of the attempt, and again when a step comes back', async () => {
  const again = await openStore(':memory:')
  const recorder = startRun(again, fakeRun(RUN), writer)
  const step = fakeStep(1, { proposals: 6, attempts: 2 })
  recorder.step(step)
  const attempt = step.episodes.find(({ role }) => role === 'solve')
  const flag = { rater: 'ann', severity: 4, category: 'x', tags: [], span: null, note: '' } as const
  const rest = { seconds: null, blind: false, undone: false } as const
  insertFlag(again, 1, { ...flag, ...rest, flag: 'a', episode: attempt?.id ?? '', atMs: 1 })
  insertFlag(again, 1, { ...flag, ...rest, flag: 'b', episode: '1/propose/abduction/1', atMs: 1 })
  const flagged = () =>
    pageTasks(again, { run: RUN, filter: { query: 'flags>0' } }).rows.map(({ id, flags }) => [
      id,
      flags,
    ])
  const want = [
    ['1/abduction/1', 1],
    [attempt?.task, 1],
  ]
  expect(flagged()).toEqual(want)
  again.transaction('rewinding', () => deleteAfter(again, 1, 0))
  expect(flagged()).toEqual([])
  recorder.step(step)
  expect(flagged()).toEqual(want)
  insertFlag(again, 1, {
    ...flag,
    ...rest,
    flag: 'a',
    episode: attempt?.id ?? '',
    atMs: 2,
    undone: true,
  })
  expect(flagged().length).toBe(1)
})

test('words of rows that are gone are forgotten', async () => {
  const again = await openStore(':memory:')
  const recorder = startRun(again, fakeRun(RUN), writer)
  for (const step of [0, 1, 2]) recorder.step(fakeStep(step, { proposals: 5, attempts: 1 }))
  again.transaction('rewinding', () => deleteAfter(again, 1, 0))
  const found = pageTasks(again, { run: RUN, filter: { query: 'total response:answer' } })
  expect(found.rows.map(({ step }) => step)).toEqual([0, 0, 0, 0, 0])
  again.exec(`INSERT INTO task_words (task_words) VALUES ('integrity-check')`)
})

test('an older history becomes searchable piece by piece, the newest rows first', async () => {
  const old = await openStore(':memory:')
  const recorder = startRun(old, fakeRun(RUN), writer)
  for (const step of [0, 1]) recorder.step(fakeStep(step, { proposals: 40, attempts: 1 }))
  old.exec(`DELETE FROM task_words; DELETE FROM response_words; DELETE FROM prompt_words;
    INSERT INTO word_builds SELECT 'tasks', max(key), max(key) FROM tasks;
    INSERT INTO word_builds SELECT 'episodes', max(key), max(key) FROM episodes;
    INSERT INTO word_builds SELECT 'prompts', max(key), max(key) FROM prompts;`)
  const found = (query: string) => pageTasks(old, { run: RUN, filter: { query } }).rows.length
  expect(found('total')).toBe(0)
  buildWords(old, 50)
  expect(found('total')).toBe(50)
  expect(readWordBuilds(old).left).toBeLessThan(readWordBuilds(old).total)
  let pieces = 1
  while (buildWords(old, 50)) pieces += 1
  expect([found('total'), found('response:answer'), found('prompt:deduction')]).toEqual([
    80, 80, 80,
  ])
  expect(readWordBuilds(old)).toEqual({ left: 0, total: 0 })
  expect(pieces).toBeGreaterThan(3)
})
