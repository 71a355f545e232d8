/**
 * Pages of the table of tasks. Not here: whole tasks (tasks.ts).
 */
import * as v from 'valibot'
import type { Page, PageRequest, TaskFilter, TaskRow, TaskSort } from '../contract/history.ts'
import { count, kind, text } from './columns.ts'
import { openFlagsSql } from './flags.ts'
import { countWhere, pageLimit, readPage } from './page.ts'
import type { Condition, PageQuery, Positioned } from './page.ts'
import { runKey } from './runs.ts'
import type { Param, Store } from './store.ts'

export type TaskPageRequest = PageRequest<TaskSort, TaskFilter>

export function pageTasks(store: Store, request: TaskPageRequest): Page<TaskRow> {
  return readPage(store, taskQuery(runKey(store, request.run), request))
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
  const sql = `SELECT ${COLUMNS}, step AS position FROM tasks WHERE run = ? AND ${condition}`
  return store.get(sql, Row, params)?.row ?? null
}

export function countTasks(store: Store, run: number, filter: TaskFilter): number {
  const where = [{ sql: 'run = ?', param: run }, ...conditions(filter)]
  return countWhere(store, 'tasks', where)
}

const COLUMNS = `tasks.*, ${openFlagsSql('tasks', 'episode')} AS flags`

/** Steps grow with keys, so newest first is by step. */
const SORTS: Readonly<Record<TaskSort, { readonly column: string; readonly index: string }>> = {
  newest: { column: 'step', index: 'tasks_step' },
  solveRate: { column: 'solve_rate_order', index: 'tasks_solve_rate' },
  reward: { column: 'reward_order', index: 'tasks_reward' },
  nodes: { column: 'nodes_order', index: 'tasks_nodes' },
  cognitive: { column: 'cognitive_order', index: 'tasks_cognitive' },
  programChars: { column: 'program_chars', index: 'tasks_program_chars' },
}

export function taskQuery(run: number, request: TaskPageRequest): PageQuery<TaskRow> {
  const sort = request.sort ?? 'newest'
  const filter = request.filter ?? {}
  return {
    select: COLUMNS,
    table: 'tasks',
    index: indexFor(sort, filter),
    sort: SORTS[sort].column,
    descending: request.descending ?? true,
    where: [{ sql: 'run = ?', param: run }, ...conditions(filter)],
    after: request.after,
    limit: pageLimit(request.limit),
    row: Row,
  }
}

/** A step has few rows, whatever they are sorted by. */
function indexFor(sort: TaskSort, filter: TaskFilter): string {
  if (filter.step !== undefined) return 'tasks_step'
  if (sort === 'newest' && filter.state !== undefined) return 'tasks_state'
  return SORTS[sort].index
}

function conditions({ step, kind, state }: TaskFilter): Condition[] {
  return [
    ...(step === undefined ? [] : [{ sql: 'step = ?', param: step }]),
    ...(state === undefined ? [] : [{ sql: 'state = ?', param: state }]),
    ...(kind === undefined ? [] : [{ sql: 'kind = ?', param: kind }]),
  ]
}

const Row = v.pipe(
  v.object({
    position: v.number(),
    key: count,
    id: v.nullable(text),
    episode: v.nullable(text),
    step: count,
    kind,
    state: v.picklist(['valid', 'rejected']),
    solve_rate: v.nullable(v.number()),
    probes: count,
    reward: v.nullable(v.number()),
    nodes: v.nullable(count),
    cognitive: v.nullable(count),
    cyclomatic: v.nullable(count),
    halstead_volume: v.nullable(v.number()),
    program_chars: count,
    first_line: text,
    rejected_by: v.nullable(text),
    flags: count,
  }),
  v.transform(
    ({
      position,
      solve_rate,
      halstead_volume,
      program_chars,
      first_line,
      rejected_by,
      ...row
    }): Positioned<TaskRow> => ({
      position,
      row: {
        ...row,
        solveRate: solve_rate,
        halsteadVolume: halstead_volume,
        programChars: program_chars,
        firstLine: first_line,
        rejectedBy: rejected_by,
      },
    }),
  ),
)
