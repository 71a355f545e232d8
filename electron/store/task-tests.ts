/**
 * Conditions on tasks as SQL: what a row has to pass, and where the rows that pass can be had from without looking at
 * all. Not here: full text (task-words.ts), choosing a way through the table (task-pages.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { TaskFilter } from '../contract/history.ts'
import { parseQuery } from '../contract/query.ts'
import type { Bound, Clause } from '../contract/query.ts'
import type { ExactName, NumberName } from '../contract/task-fields.ts'
import { variantMark } from './facts.ts'
import type { Condition } from './page.ts'
import type { Param, Store } from './store.ts'
import { wordsTest } from './task-words.ts'

export type TaskTest = Condition & {
  /** SQL that gives the keys of tasks of the run that pass, or null where nothing but looking tells. */
  readonly source: Condition | null
  /** Whether every key of the source passes: nothing has to be asked of those rows. */
  readonly decided: boolean
  /** What it costs to ask it of one row, in rows that are only looked at. */
  readonly cost: number
  /** Full text that gives keys in their order, which is that of steps: what matches, within which keys. */
  readonly ordered?: { readonly match: string; readonly range: readonly [number, number] }
}

/** Throws AppError('usage') for a query that is wrong. */
export function taskTests(store: Store, run: number, filter: TaskFilter): TaskTest[] {
  const { step, kind, state, keys, query = '' } = filter
  return [
    ...(keys === undefined ? [] : [amongKeys(run, keys)]),
    ...(step === undefined ? [] : [rangeTest(run, 'step', exactly(step), exactly(step))]),
    ...(kind === undefined ? [] : [amongTest(run, 'kind', [kind])]),
    ...(state === undefined ? [] : [amongTest(run, 'state', [state])]),
    ...clausesOf(query).map((clause) => clauseTest(store, run, clause)),
  ]
}

function clausesOf(text: string): Clause[] {
  const { clauses, problems } = parseQuery(text)
  const [problem] = problems
  if (problem === undefined) return clauses.map(({ clause }) => clause)
  throw new AppError('usage', `filter, character ${problem.from + 1}: ${problem.message}`)
}

function clauseTest(store: Store, run: number, clause: Clause): TaskTest {
  const test = plainTest(store, run, clause)
  return clause.negated
    ? {
        sql: `NOT (${test.sql})`,
        params: test.params,
        source: null,
        decided: false,
        cost: test.cost,
      }
    : test
}

function plainTest(store: Store, run: number, clause: Clause): TaskTest {
  switch (clause.type) {
    case 'range':
      return rangeTest(run, clause.field, clause.low, clause.high)
    case 'none':
      return noneTest(run, clause.field)
    case 'among':
      return amongTest(run, clause.field, clause.values)
    case 'words':
      return wordsTest(store, run, clause)
    default:
      return clause satisfies never
  }
}

type NumberColumn = {
  readonly column: string
  readonly index: string | null
  /** Whether a missing value stands as minus infinity. */
  readonly nullable: boolean
}

const number = (column: string, index: string | null, nullable = false): NumberColumn => ({
  column,
  index,
  nullable,
})

const NUMBERS: Readonly<Record<NumberName, NumberColumn>> = {
  step: number('step', 'tasks_step'),
  solve: number('solve_rate_order', 'tasks_solve_rate', true),
  reward: number('reward_order', 'tasks_reward', true),
  nodes: number('nodes_order', 'tasks_nodes', true),
  cognitive: number('cognitive_order', 'tasks_cognitive', true),
  cyclomatic: number('cyclomatic_order', 'tasks_cyclomatic', true),
  halstead: number('halstead_order', 'tasks_halstead', true),
  chars: number('program_chars', 'tasks_program_chars'),
  flags: number('flags', 'tasks_flags'),
  probes: number('probes', null),
}

const exactly = (value: number): Bound => ({ value, inclusive: true })

function rangeTest(
  run: number,
  field: NumberName,
  low: Bound | null,
  high: Bound | null,
): TaskTest {
  const { column, index, nullable } = NUMBERS[field]
  const parts = [
    ...(low === null ? [] : [`${column} ${low.inclusive ? '>=' : '>'} ?`]),
    ...(low === null && nullable ? [`${column} > -9e999`] : []),
    ...(high === null ? [] : [`${column} ${high.inclusive ? '<=' : '<'} ?`]),
  ]
  const params = [low, high].flatMap((bound) => (bound === null ? [] : [bound.value]))
  return columnTest(run, index, parts.join(' AND '), params)
}

function noneTest(run: number, field: NumberName): TaskTest {
  const { column, index, nullable } = NUMBERS[field]
  return columnTest(run, index, nullable ? `${column} = -9e999` : '0', [])
}

function columnTest(
  run: number,
  index: string | null,
  sql: string,
  params: readonly Param[],
): TaskTest {
  const source =
    index === null
      ? null
      : {
          sql: `SELECT key FROM tasks INDEXED BY ${index} WHERE run = ? AND ${sql}`,
          params: [run, ...params],
        }
  return { sql, params, source, decided: true, cost: 1 }
}

/** Texts whose column has an index; never NULL. */
const TEXTS = {
  kind: ['kind', 'tasks_kind'],
  state: ['state', 'tasks_state'],
  check: ['rejected_order', 'tasks_rejected'],
  verdict: ['status_order', 'tasks_status'],
} as const

function amongTest(run: number, field: ExactName, values: readonly string[]): TaskTest {
  const list = values.map(() => '?').join(', ')
  switch (field) {
    case 'tag':
      return tagTest(run, list, values)
    case 'id':
      return eitherTest(run, list, values)
    case 'skeleton':
      return {
        ...columnTest(run, 'tasks_skeleton', `skeleton IN (${list})`, values),
        sql: `ifnull(skeleton, '') IN (${list})`,
      }
    case 'variant':
      return variantTest(values)
    case 'kind':
    case 'state':
    case 'check':
    case 'verdict': {
      const [column, index] = TEXTS[field]
      return columnTest(run, index, `${column} IN (${list})`, values)
    }
    default:
      return field satisfies never
  }
}

function tagTest(run: number, list: string, values: readonly string[]): TaskTest {
  return {
    sql: `EXISTS (SELECT 1 FROM tags WHERE tags.run = tasks.run
      AND tags.name = ifnull(tasks.episode, tasks.id) AND tags.tag IN (${list}))`,
    params: values,
    source: {
      sql: `SELECT tasks.key FROM tags CROSS JOIN tasks ON tasks.run = tags.run
        AND tasks.episode = tags.name WHERE tags.run = ? AND tags.tag IN (${list})
        UNION SELECT tasks.key FROM tags CROSS JOIN tasks ON tasks.run = tags.run
        AND tasks.id = tags.name AND tasks.episode IS NULL WHERE tags.run = ? AND tags.tag IN (${list})`,
      params: [run, ...values, run, ...values],
    },
    decided: true,
    cost: 3,
  }
}

function variantTest(values: readonly string[]): TaskTest {
  const marks = values.map(() => 'instr(pairs, ?) > 0').join(' OR ')
  return {
    sql: `EXISTS (SELECT 1 FROM task_text WHERE task = tasks.key AND (${marks}))`,
    params: values.map(variantMark),
    source: null,
    decided: false,
    cost: 5,
  }
}

/** By the task's own name or its proposal's. */
function eitherTest(run: number, list: string, values: readonly string[]): TaskTest {
  const sql = `(ifnull(id, '') IN (${list}) OR ifnull(episode, '') IN (${list}))`
  return {
    sql,
    params: [...values, ...values],
    source: {
      sql: `SELECT key FROM tasks WHERE run = ? AND id IN (${list})
        UNION SELECT key FROM tasks INDEXED BY tasks_episode WHERE run = ? AND episode IN (${list})`,
      params: [run, ...values, run, ...values],
    },
    decided: true,
    cost: 1,
  }
}

function amongKeys(run: number, keys: readonly number[]): TaskTest {
  const sql = 'key IN (SELECT value FROM json_each(?))'
  const params = [JSON.stringify(keys)]
  const source = { sql: `SELECT key FROM tasks WHERE ${sql} AND run = ?`, params: [...params, run] }
  return { sql, params, source, decided: true, cost: 1 }
}
