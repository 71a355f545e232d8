/**
 * Tags that people give to tasks. They stay when a step is taken again: a task is known by its proposal, or by its id
 * where it was given. Not here: finding tasks by them (task-tests.ts).
 */
import * as v from 'valibot'
import { count, text } from './columns.ts'
import type { Store } from './store.ts'

/** keys: rows of tasks; those of other runs are left alone. Returns how many were there. */
export function tagTasks(
  store: Store,
  run: number,
  keys: readonly number[],
  tag: string,
  atMs: number,
): number {
  store.run(
    `INSERT OR IGNORE INTO tags (run, tag, name, at_ms)
     SELECT run, @tag, ifnull(episode, id), @atMs FROM tasks
     WHERE run = @run AND key IN (SELECT value FROM json_each(@keys)) AND ifnull(episode, id) IS NOT NULL`,
    { run, tag, atMs, keys: JSON.stringify(keys) },
  )
  return known(store, run, keys)
}

export function untagTasks(
  store: Store,
  run: number,
  keys: readonly number[],
  tag: string,
): number {
  store.run(
    `DELETE FROM tags WHERE run = @run AND tag = @tag AND name IN (
       SELECT ifnull(episode, id) FROM tasks
       WHERE run = @run AND key IN (SELECT value FROM json_each(@keys)))`,
    { run, tag, keys: JSON.stringify(keys) },
  )
  return known(store, run, keys)
}

function known(store: Store, run: number, keys: readonly number[]): number {
  const row = store.get(
    `SELECT count(*) AS count FROM tasks WHERE run = ? AND key IN (SELECT value FROM json_each(?))`,
    v.object({ count }),
    [run, JSON.stringify(keys)],
  )
  return row?.count ?? 0
}

const Row = v.object({ tag: text, count })

/** Those in use, with how many tasks bear each. */
export function readTags(store: Store, run: number): v.InferOutput<typeof Row>[] {
  return store.all(
    'SELECT tag, count(*) AS count FROM tags WHERE run = ? GROUP BY tag ORDER BY tag',
    Row,
    [run],
  )
}
