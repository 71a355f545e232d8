/**
 * The history as the command line and the window ask for it: one run whole, one step whole, removal.
 * Not here: pages and traces (store/), writing (recorder.ts).
 */
import { rmSync } from 'node:fs'
import { AppError, messageOf } from '../contract/errors.ts'
import type { RunDetail } from '../contract/history.ts'
import type { StepRecord } from '../contract/run.ts'
import { readCheckpoints } from '../store/checkpoints.ts'
import { readEpisodes } from '../store/episodes.ts'
import { readEvals } from '../store/evals.ts'
import { countOpenFlags } from '../store/flags.ts'
import { deleteAfter } from '../store/rewind.ts'
import { deleteRunRow, readForks, readRun, runKey } from '../store/runs.ts'
import { readGroupsOfStep, readLastStep, readStepRow, readTotals } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { readProposals } from '../store/tasks.ts'
import { runDirectory } from './paths.ts'

/** Throws AppError('store') when there is no such run. */
export function showRun(store: Store, id: string): RunDetail {
  const run = readRun(store, id)
  const key = runKey(store, id)
  const lastStep = readLastStep(store, key)
  return {
    run,
    ...readTotals(store, key),
    lastStep,
    lastGroups: lastStep === null ? [] : readGroupsOfStep(store, key, lastStep.step),
    evals: readEvals(store, key),
    checkpoints: readCheckpoints(store, key),
    forks: readForks(store, id),
    openFlags: countOpenFlags(store, key),
  }
}

/** A step as the loop told it; null when the run has none of that number. */
export function readStepRecord(store: Store, id: string, step: number): StepRecord | null {
  const run = runKey(store, id)
  const row = readStepRow(store, run, step)
  if (row === undefined) return null
  return {
    step,
    groups: readGroupsOfStep(store, run, step),
    metrics: row.metrics,
    phaseSeconds: row.phaseSeconds,
    proposals: readProposals(store, run, step),
    episodes: readEpisodes(store, run, step),
    warnings: row.warnings,
  }
}

export type Removed = { readonly run: string; readonly forks: readonly string[] }

/**
 * Removes a run's rows, flags and folder; forks of it stay, without their parent's tasks. The folder goes first:
 * when that fails nothing is lost, and when the rest fails removing again finishes it.
 */
export function removeRun(store: Store, home: string, id: string): Removed {
  const { state } = readRun(store, id)
  if (state === 'running' || state === 'paused') {
    throw new AppError('store', `run ${id}: expected a run that is stopped, found it ${state}`)
  }
  removeFolder(runDirectory(home, id))
  const forks = readForks(store, id)
  removeRows(store, runKey(store, id))
  return { run: id, forks }
}

function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (cause) {
    throw new AppError('store', `${folder}: cannot be removed: ${messageOf(cause)}`, { cause })
  }
}

/** Steps per transaction: another run's writer must not wait longer than its patience. */
const CHUNK = 20
const VACUUM_PAGES = 4_096

function removeRows(store: Store, run: number): void {
  const last = readLastStep(store, run)?.step ?? 0
  for (let step = last - CHUNK; step >= 0; step -= CHUNK) {
    store.transaction('removing steps', () => deleteAfter(store, run, step))
  }
  store.transaction('removing a run', () => deleteRunRow(store, run))
  returnDisk(store)
}

/** In pieces, for the same reason. */
function returnDisk(store: Store): void {
  while (Number(store.pragma('freelist_count')) > 0) {
    const before = store.pragma('freelist_count')
    store.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`)
    if (store.pragma('freelist_count') === before) return
  }
}
