/**
 * Which checkpoints a run has and where they lie. Not here: the folders themselves (engine/, host/).
 */
import * as v from 'valibot'
import { CHECKPOINT_KINDS } from '../contract/history.ts'
import type { Checkpoint } from '../contract/history.ts'
import { bit, count, integer, text, toBit } from './columns.ts'
import type { Store } from './store.ts'

/** Saving a step again replaces its row, as it replaces its folder. A run has one best checkpoint. */
export function insertCheckpoint(store: Store, run: number, checkpoint: Checkpoint): void {
  store.run(
    `INSERT OR REPLACE INTO checkpoints (run, step, path, kind, best, parent_step, bytes, at_ms)
     VALUES (@run, @step, @path, @kind, @best, @parentStep, @bytes, @atMs)`,
    { run, ...checkpoint, best: toBit(checkpoint.best) },
  )
  if (checkpoint.best) markBest(store, run, checkpoint.step)
}

export function markBest(store: Store, run: number, step: number): void {
  store.run(`UPDATE checkpoints SET best = (step = ?) WHERE run = ?`, [step, run])
}

const Row = v.pipe(
  v.object({
    step: count,
    path: text,
    kind: v.picklist(CHECKPOINT_KINDS),
    best: bit,
    parent_step: v.nullable(count),
    bytes: count,
    at_ms: integer,
  }),
  v.transform(({ parent_step, at_ms, ...row }): Checkpoint => ({
    ...row,
    parentStep: parent_step,
    atMs: at_ms,
  })),
)

/** By step. */
export function readCheckpoints(store: Store, run: number): Checkpoint[] {
  return store.all(
    `SELECT step, path, kind, best, parent_step, bytes, at_ms FROM checkpoints WHERE run = ? ORDER BY step`,
    Row,
    [run],
  )
}

export function deleteCheckpoint(store: Store, run: number, step: number): void {
  store.run(`DELETE FROM checkpoints WHERE run = ? AND step = ?`, [run, step])
}
