/**
 * Forgets what a run recorded after a step, before the run takes those steps again.
 * Flags and decisions stay: they are people's work, and a step taken again from its checkpoint makes the same
 * episodes. Suggestions go: they are made again with their step.
 */
import { TALLY_NAMES } from '../contract/history.ts'
import type { Store } from './store.ts'

const TABLES = [
  'steps',
  'step_text',
  'groups',
  'tasks',
  'prompts',
  'episodes',
  'evals',
  'eval_items',
  'checkpoints',
  'watched',
  'telemetry',
] as const

/** Side tables follow by their foreign keys. */
export function deleteAfter(store: Store, run: number, step: number): void {
  for (const table of TABLES) {
    store.run(`DELETE FROM ${table} WHERE run = ? AND step > ?`, [run, step])
  }
  store.run(`UPDATE scans SET step = min(step, ?) WHERE run = ?`, [step, run])
  // The primary key begins with run and name.
  for (const name of TALLY_NAMES) {
    store.run(`DELETE FROM tallies WHERE run = ? AND name = ? AND step > ?`, [run, name, step])
  }
}
