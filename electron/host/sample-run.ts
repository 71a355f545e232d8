/**
 * The finished run that ships, so that no screen is empty: a real one, put into the history as it was. Of its tasks
 * and traces only those of some steps come along, and none of its checkpoints.
 * Not here: packing it (sample-pack.ts).
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { EvalItem, Run } from '../contract/history.ts'
import type { EvalRecord } from '../contract/run.ts'
import { decode } from '../contract/wire.ts'
import { insertEval, insertEvalItem } from '../store/evals.ts'
import { restoreStep } from '../store/restore.ts'
import type { KeptStep } from '../store/restore.ts'
import { insertRun, listRuns, runKey, updateCurrentStep, updateState } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { NANO_MODEL } from './models.ts'

export const SAMPLE_RUN = fileURLToPath(new URL('../../resources/sample-run', import.meta.url))
export const SAMPLE_FILE = 'run.jsonl.gz'
/** Stands for the folder of the embedded model, which is another one on every machine. */
export const EMBEDDED = 'nano'

/** The first line of a pack; each other one is a step. */
export type Head = {
  readonly run: Run
  readonly evals: readonly EvalRecord[]
  readonly items: readonly EvalItem[]
  /** Which part of its tasks and traces is in it, in a sentence. */
  readonly note: string
}

export const hasSampleRun = (): boolean => existsSync(join(SAMPLE_RUN, SAMPLE_FILE))

/** Puts it into the history, unless it is there already. Returns its id. */
export function openSampleRun(store: Store, folder: string): string {
  const [first, ...steps] = readLines(join(folder, SAMPLE_FILE))
  const head = checkedHead(first)
  const { run } = head
  if (listRuns(store).some(({ id }) => id === run.id)) return run.id
  store.transaction('opening the sample run', () => {
    enter(store, head)
    const key = runKey(store, run.id)
    for (const step of steps) restoreStep(store, key, checkedStep(step))
    updateCurrentStep(store, key, run.currentStep, run.updatedMs)
    for (const record of head.evals) insertEval(store, key, record)
    for (const item of head.items) insertEvalItem(store, key, item)
    const end = { state: 'finished', reason: head.note, atMs: run.updatedMs, pid: null } as const
    updateState(store, key, end)
  })
  return run.id
}

function enter(store: Store, { run }: Head): void {
  const { state: _, reason: _reason, updatedMs: _at, currentStep: _step, ...made } = run
  const path = run.model.path === EMBEDDED ? NANO_MODEL : run.model.path
  insertRun(store, { ...made, model: { ...run.model, path }, parent: null, pid: null })
}

function readLines(file: string): unknown[] {
  try {
    return gunzipSync(readFileSync(file)).toString('utf8').split('\n').map(decode)
  } catch (cause) {
    throw new AppError('store', `${file}: expected a packed run, found: ${messageOf(cause)}`, {
      cause,
    })
  }
}

const HeadShape = v.object({
  run: v.object({
    id: v.string(),
    updatedMs: v.number(),
    currentStep: v.number(),
    model: v.object({ path: v.string() }),
    config: v.record(v.string(), v.unknown()),
  }),
  evals: v.array(v.object({ suite: v.string() })),
  items: v.array(v.object({ item: v.string() })),
  note: v.string(),
})

/** Ours, shipped with this version: its outline is checked, and the database checks every column. */
function checkedHead(value: unknown): Head {
  if (v.is(HeadShape, value)) return value as unknown as Head
  throw new AppError('store', 'sample run: expected a run in its first line, found something else')
}

const StepShape = v.object({
  record: v.object({ step: v.number(), episodes: v.array(v.unknown()) }),
  row: v.object({ atMs: v.number(), seconds: v.number() }),
  tallies: v.array(v.object({ count: v.number() })),
})

function checkedStep(value: unknown): KeptStep {
  if (v.is(StepShape, value)) return value as unknown as KeptStep
  throw new AppError('store', 'sample run: expected a step in a line, found something else')
}
