/**
 * How many tasks a filter leaves: counted in slices with a pause between, since a page must never wait for a count.
 * Not here: the rows (task-pages.ts).
 */
import type { TaskFilter } from '../contract/history.ts'
import type { Counted } from '../contract/workbench.ts'
import { countWhere, cursorOf, placeAfter } from './page.ts'
import type { Condition, Position } from './page.ts'
import { FEW, fewKeys, sliceOf, taskQuery } from './task-pages.ts'
import type { Store } from './store.ts'
import { taskTests } from './task-tests.ts'
import type { TaskTest } from './task-tests.ts'

/** pause: lets other work go on, and throws when nobody waits any more. */
export async function countTasks(
  store: Store,
  run: number,
  filter: TaskFilter,
  pause: () => Promise<void>,
): Promise<Counted> {
  const tests = taskTests(store, run, filter)
  const all = { sql: 'tasks.run = ?', params: [run] }
  if (tests.length === 0) return { count: countWhere(store, 'tasks', [all]) }
  const few = fewKeys(store, tests)
  if (few !== null) return { count: countWhere(store, 'tasks', [all, ...few.tests]) }
  const words = tests.find(({ ordered }) => ordered !== undefined)
  if (words !== undefined) return { count: await countWords(store, all, words, tests, pause) }
  // Prompts and responses of many tasks: knowing more would take a look at every one of them.
  if (tests.some(({ cost }) => cost >= DEAR)) return { count: FEW, atLeast: true }
  return { count: await countSlices(store, run, tests, pause) }
}

const DEAR = 60
const KEYS = 50_000

async function countWords(
  store: Store,
  all: Condition,
  words: TaskTest,
  tests: readonly TaskTest[],
  pause: () => Promise<void>,
): Promise<number> {
  const { match, range } = words.ordered ?? { match: '', range: [0, 0] as const }
  const others = tests.filter((test) => test !== words || !test.decided)
  let count = 0
  for (let first = range[0]; first <= range[1]; first += KEYS) {
    count += countWhere(store, 'task_words CROSS JOIN tasks ON tasks.key = task_words.rowid', [
      {
        sql: 'task_words MATCH ? AND task_words.rowid BETWEEN ? AND ?',
        params: [match, first, Math.min(range[1], first + KEYS - 1)],
      },
      all,
      ...others,
    ])
    await pause()
  }
  return count
}

async function countSlices(
  store: Store,
  run: number,
  tests: readonly TaskTest[],
  pause: () => Promise<void>,
): Promise<number> {
  const rows = sliceOf(tests)
  const query = taskQuery(run, { run: '' }, [])
  let count = 0
  for (let after: Position | null = null; ;) {
    const cursor = after === null ? undefined : cursorOf(after)
    const until = placeAfter(store, { ...query, after: cursor }, rows)
    count += countWhere(store, 'tasks INDEXED BY tasks_step', [
      ...query.where,
      ...(after === null ? [] : [{ sql: '(step, key) < (?, ?)', params: after }]),
      ...(until === null ? [] : [{ sql: '(step, key) >= (?, ?)', params: until }]),
      ...tests,
    ])
    if (until === null) return count
    after = until
    await pause()
  }
}
