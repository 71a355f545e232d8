/**
 * Pages of the table of tasks. Three ways through it: where a condition leaves few rows those are looked at and no
 * others, full text gives rows in its own order, and else the index of the sort is followed for a bounded number of
 * rows at a time, so that no page keeps its reader long: a page may hold fewer rows than asked for and go on.
 * Not here: whole tasks (tasks.ts), conditions (task-tests.ts).
 */
import * as v from 'valibot'
import type { Page, PageRequest, TaskFilter, TaskRow, TaskSort } from '../contract/history.ts'
import { cursorOf, pageLimit, parseCursor, placeAfter, readPage } from './page.ts'
import type { Condition, PageQuery, Position } from './page.ts'
import { runKey } from './runs.ts'
import type { Param, Store } from './store.ts'
import { TASK_COLUMNS, TaskRowSchema } from './task-rows.ts'
import { taskTests } from './task-tests.ts'
import type { TaskTest } from './task-tests.ts'
import { nextWithWords } from './task-words.ts'

export type TaskPageRequest = PageRequest<TaskSort, TaskFilter>

/** Keys that are few enough to be looked at one by one. */
export const FEW = 2_000
/** Rows of a page that are looked at before what was found is given back. */
const SLICE = 30_000

export function pageTasks(store: Store, request: TaskPageRequest): Page<TaskRow> {
  const run = runKey(store, request.run)
  const tests = taskTests(store, run, request.filter ?? {})
  const few = fewKeys(store, tests)
  if (few !== null) return readPage(store, { ...taskQuery(run, request, few.tests), index: null })
  const query = taskQuery(run, request, tests)
  const words =
    query.sort === 'step' ? tests.find(({ ordered }) => ordered !== undefined) : undefined
  if (words !== undefined) return pageOfWords(store, query, run, words, tests)
  return tests.length === 0 ? readPage(store, query) : pageOfSlice(store, query, run, tests)
}

/** null: the run has no such row. */
export function readTaskRow(store: Store, run: number, key: number): TaskRow | null {
  return rowWhere(store, 'key = ?', [run, key])
}

/** null: the task is not of this run, or of none. */
export function readTaskRowById(store: Store, run: number, id: string): TaskRow | null {
  return rowWhere(store, 'id = ?', [run, id])
}

function rowWhere(store: Store, condition: string, params: readonly Param[]): TaskRow | null {
  const sql = `SELECT ${TASK_COLUMNS}, step AS position FROM tasks WHERE run = ? AND ${condition}`
  return store.get(sql, TaskRowSchema, params)?.row ?? null
}

/** Steps grow with keys, so newest first is by step. */
const SORTS: Readonly<Record<TaskSort, { readonly column: string; readonly index: string }>> = {
  newest: { column: 'step', index: 'tasks_step' },
  kind: { column: 'kind', index: 'tasks_kind' },
  state: { column: 'rejected_order', index: 'tasks_rejected' },
  verdict: { column: 'status_order', index: 'tasks_status' },
  solveRate: { column: 'solve_rate_order', index: 'tasks_solve_rate' },
  reward: { column: 'reward_order', index: 'tasks_reward' },
  program: { column: 'first_line', index: 'tasks_first_line' },
  nodes: { column: 'nodes_order', index: 'tasks_nodes' },
  cognitive: { column: 'cognitive_order', index: 'tasks_cognitive' },
  cyclomatic: { column: 'cyclomatic_order', index: 'tasks_cyclomatic' },
  halstead: { column: 'halstead_order', index: 'tasks_halstead' },
  programChars: { column: 'program_chars', index: 'tasks_program_chars' },
  flags: { column: 'flags', index: 'tasks_flags' },
}

export function taskQuery(
  run: number,
  request: TaskPageRequest,
  tests: readonly Condition[],
): PageQuery<TaskRow> {
  const { column, index } = SORTS[request.sort ?? 'newest']
  return {
    select: TASK_COLUMNS,
    table: 'tasks',
    index,
    sort: column,
    descending: request.descending ?? true,
    where: [ofRun(run), ...tests],
    after: request.after,
    limit: pageLimit(request.limit),
    row: TaskRowSchema,
  }
}

const ofRun = (run: number): Condition => ({ sql: 'tasks.run = ?', params: [run] })

const Key = v.object({ key: v.number() })

/** What is left to ask of few rows; null: no condition leaves few. */
export function fewKeys(
  store: Store,
  tests: readonly TaskTest[],
): { readonly tests: readonly Condition[] } | null {
  let known: ReadonlySet<number> | null = null
  const left: Condition[] = []
  for (const test of tests) {
    const keys = sourceKeys(store, test)
    if (keys === null || !test.decided) left.push(test)
    if (keys !== null) known = known === null ? keys : both(known, keys)
  }
  if (known === null) return null
  return { tests: [amongKeys([...known]), ...left] }
}

function both(a: ReadonlySet<number>, b: ReadonlySet<number>): ReadonlySet<number> {
  return new Set([...a].filter((key) => b.has(key)))
}

function amongKeys(keys: readonly number[]): Condition {
  return {
    sql: 'tasks.key IN (SELECT value FROM json_each(?))',
    params: [JSON.stringify(keys)],
  }
}

/** null: not known, or too many. */
function sourceKeys(store: Store, { source }: TaskTest): ReadonlySet<number> | null {
  if (source === null) return null
  const rows = store.all(`${source.sql} LIMIT ?`, Key, [...source.params, FEW + 1])
  return rows.length > FEW ? null : new Set(rows.map(({ key }) => key))
}

/** The next rows of the index of the sort, as many as are looked at in a moment. */
function pageOfSlice(
  store: Store,
  query: PageQuery<TaskRow>,
  run: number,
  tests: readonly TaskTest[],
): Page<TaskRow> {
  const rows = sliceOf(tests)
  const until = placeAfter(store, { ...query, where: [ofRun(run)] }, rows)
  const page = readPage(store, until === null ? query : { ...query, until })
  return page.next !== null && page.rows.length < query.limit ? { ...page, scanned: rows } : page
}

export function sliceOf(tests: readonly TaskTest[]): number {
  return Math.ceil(SLICE / Math.max(1, ...tests.map(({ cost }) => cost)))
}

/** Only so many matches are looked at: with other conditions a page may come short and go on. */
function pageOfWords(
  store: Store,
  query: PageQuery<TaskRow>,
  run: number,
  words: TaskTest,
  tests: readonly TaskTest[],
): Page<TaskRow> {
  const { descending, limit, after } = query
  const others = tests.filter((test) => test !== words || !test.decided)
  const looked = others.length === 0 ? limit : sliceOf(others)
  const place = withinOf(words, after === undefined ? null : parseCursor(after), descending)
  const found = nextWithWords(store, run, place, { descending, limit: looked + 1 })
  const own = found.slice(0, looked)
  const among = amongKeys(own.map(({ key }) => key))
  const { after: _after, ...rest } = query
  const page = readPage(store, {
    ...rest,
    index: null,
    after: undefined,
    where: [ofRun(run), among, ...others],
  })
  const last = own.at(-1)
  if (page.next !== null || found.length <= looked || last === undefined) return page
  const next = cursorOf([last.step, last.key])
  return { ...page, next, ...(page.rows.length < limit ? { scanned: looked } : {}) }
}

function withinOf({ ordered }: TaskTest, after: Position | null, descending: boolean) {
  const { match, range } = ordered ?? { match: '', range: [0, 0] as const }
  if (after === null) return { match, range }
  const [, key] = after
  return { match, range: descending ? [range[0], key - 1] : [key + 1, range[1]] }
}
