/**
 * Writes what a run tells, one transaction per fact: a step with everything in it is there or is not.
 * Not here: the loop that tells it (selfplay/), reading it back (store/, history.ts).
 */
import { AppError } from '../contract/errors.ts'
import type { Checkpoint, EvalItem, RunState, StepRow } from '../contract/history.ts'
import type { EvalRecord, StepRecord } from '../contract/run.ts'
import { insertCheckpoint } from '../store/checkpoints.ts'
import { insertEpisodes } from '../store/episodes.ts'
import { insertEval, insertEvalItem } from '../store/evals.ts'
import { deleteAfter } from '../store/rewind.ts'
import { insertRun, runKey, updateCurrentStep, updatePlan, updateState } from '../store/runs.ts'
import type { NewRun } from '../store/runs.ts'
import { insertGroups, insertStep } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { insertTallies } from '../store/tallies.ts'
import { countFlagsOfStep } from '../store/task-flags.ts'
import { insertProposals } from '../store/tasks.ts'

export interface Recorder {
  readonly run: string
  /** Everything of one step. A step that is already there is an error: resume first. */
  step(record: StepRecord, machine?: StepRow['machine']): void
  /** Scores of a step with the answers behind them; measuring again replaces both. */
  evals(records: readonly EvalRecord[], items: readonly EvalItem[]): void
  /** best: it measured best so far, and none before it does any more. */
  checkpoint(checkpoint: Omit<Checkpoint, 'atMs' | 'best'> & { readonly best?: boolean }): void
  /** reason: why it crashed or was interrupted, else ''. */
  state(state: RunState, reason: string): void
  /** How many steps are planned, once that is known. */
  plan(steps: number): void
}

/** Time and process are arguments. */
export type Writer = { readonly now: () => number; readonly pid: number }

/** Enters a new run, in state running. */
export function startRun(
  store: Store,
  run: Omit<NewRun, 'createdMs' | 'pid'>,
  writer: Writer,
): Recorder {
  insertRun(store, { ...run, createdMs: writer.now(), pid: writer.pid })
  return recorderOf(store, run.id, writer)
}

/** Takes a run up again after a step: what it recorded later is forgotten in the same transaction. */
export function resumeRun(store: Store, run: string, step: number, writer: Writer): Recorder {
  const key = runKey(store, run)
  const atMs = writer.now()
  store.transaction(`resuming ${run} at step ${step}`, () => {
    deleteAfter(store, key, step)
    updateState(store, key, { state: 'running', reason: '', atMs, pid: writer.pid })
    updateCurrentStep(store, key, step, atMs)
  })
  return recorderOf(store, run, writer)
}

/** For evaluations of a run that is not running: writes nothing about its state by itself. */
export function recorderOf(store: Store, run: string, writer: Writer): Recorder {
  const key = runKey(store, run)
  return {
    run,
    step: (record, machine = {}) => writeStep(store, key, record, writer.now(), machine),
    evals: (records, items) => writeEvals(store, key, records, items),
    checkpoint: (checkpoint) =>
      insertCheckpoint(store, key, { best: false, ...checkpoint, atMs: writer.now() }),
    state: (state, reason) => {
      const pid = state === 'running' || state === 'paused' ? writer.pid : null
      updateState(store, key, { state, reason, atMs: writer.now(), pid })
    },
    plan: (steps) => updatePlan(store, key, steps),
  }
}

function writeStep(
  store: Store,
  run: number,
  record: StepRecord,
  atMs: number,
  machine: StepRow['machine'],
): void {
  const { step, episodes } = record
  const stray = episodes.find((episode) => episode.step !== step)
  if (stray !== undefined) {
    throw new AppError('store', `${stray.id}: expected step ${step}, found ${stray.step}`)
  }
  store.transaction(`recording step ${step}`, () => {
    insertStep(store, run, record, atMs, machine)
    insertGroups(store, run, record)
    insertTallies(store, run, record)
    insertProposals(store, run, record)
    insertEpisodes(store, run, step, episodes)
    countFlagsOfStep(store, run, step)
    updateCurrentStep(store, run, step, atMs)
  })
}

function writeEvals(
  store: Store,
  run: number,
  records: readonly EvalRecord[],
  items: readonly EvalItem[],
): void {
  store.transaction('recording an evaluation', () => {
    for (const record of records) insertEval(store, run, record)
    for (const item of items) insertEvalItem(store, run, item)
  })
}
