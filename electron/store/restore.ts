/**
 * A step put back as it was, also where not all of its tasks and episodes come along: its counts are those of the
 * whole step. Not here: recording one that has just happened (host/recorder.ts), the pack (host/sample-run.ts).
 */
import type { StepRow, Tally } from '../contract/history.ts'
import type { StepRecord } from '../contract/run.ts'
import { insertEpisodes } from './episodes.ts'
import { insertGroups, insertStep } from './steps.ts'
import type { Store } from './store.ts'
import { insertProposals } from './tasks.ts'

export type KeptStep = {
  readonly record: StepRecord
  readonly row: Pick<
    StepRow,
    'atMs' | 'seconds' | 'proposed' | 'valid' | 'solved' | 'episodes' | 'tokens'
  >
  readonly tallies: readonly Tally[]
}

export function restoreStep(store: Store, run: number, { record, row, tallies }: KeptStep): void {
  const { step } = record
  insertStep(store, run, record, row.atMs)
  store.run(
    `UPDATE steps SET seconds = @seconds, proposed = @proposed, valid = @valid, solved = @solved,
       episodes = @episodes, tokens = @tokens WHERE run = @run AND step = @step`,
    { run, step, ...countsOf(row) },
  )
  insertGroups(store, run, record)
  for (const tally of tallies) {
    store.run(
      `INSERT INTO tallies (run, name, step, role, kind, bin, count)
       VALUES (@run, @name, @step, @role, @kind, @bin, @count)`,
      { run, ...tally },
    )
  }
  insertProposals(store, run, record)
  insertEpisodes(store, run, step, record.episodes)
}

const countsOf = ({ seconds, proposed, valid, solved, episodes, tokens }: KeptStep['row']) => ({
  seconds,
  proposed,
  valid,
  solved,
  episodes,
  tokens,
})
