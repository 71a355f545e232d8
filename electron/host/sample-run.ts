/**
 * The finished run that ships, so that no screen is empty: packed from a real one, put into the history as it was.
 * Its checkpoints do not come along: weights can be trained, not its history.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import type { EvalItem, Run } from '../contract/history.ts'
import type { EvalRecord, StepRecord } from '../contract/run.ts'
import { decode, encode } from '../contract/wire.ts'
import { readEvalItems, readEvals } from '../store/evals.ts'
import { listRuns, readRun, runKey, updateState } from '../store/runs.ts'
import { readLastStep } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { readStepRecord } from './history.ts'
import { startRun } from './recorder.ts'

export const SAMPLE_RUN = fileURLToPath(new URL('../../resources/sample-run', import.meta.url))
const FILE = 'run.jsonl.gz'

export const hasSampleRun = (): boolean => existsSync(join(SAMPLE_RUN, FILE))

/** Writes a run, its evaluations and every step `every` steps apart. */
export function packRun(store: Store, id: string, folder: string, every: number): void {
  const run = readRun(store, id)
  const key = runKey(store, id)
  const evals = readEvals(store, key)
  const items = [...new Map(evals.map((record) => [placeName(record), record])).values()].flatMap(
    (place) => readEvalItems(store, key, place),
  )
  const lines = [encode({ run: { ...run, model: { ...run.model, path: 'nano' } }, evals, items })]
  const last = readLastStep(store, key)?.step ?? 0
  for (let step = 0; step <= last; step++) {
    if (step % every === 0 || step === last) lines.push(encode(readStepRecord(store, id, step)))
  }
  writeFileSync(join(folder, FILE), gzipSync(lines.join('\n'), { level: 9 }))
}

const placeName = ({ step, suite, temperature }: EvalRecord) => `${step}/${suite}/${temperature}`

/** Puts it into the history, unless it is there already. Returns its id. */
export function openSampleRun(store: Store, folder: string): string {
  const [head, ...steps] = readLines(join(folder, FILE))
  const { run, evals, items } = checkedHead(head)
  if (listRuns(store).some(({ id }) => id === run.id)) return run.id
  const writer = { now: () => run.updatedMs, pid: process.pid }
  const { state: _, reason: _reason, updatedMs: _at, currentStep: _step, ...made } = run
  store.transaction('opening the sample run', () => {
    const recorder = startRun(store, { ...made, parent: null }, writer)
    for (const step of steps) recorder.step(checkedStep(step))
    recorder.evals(evals, items)
    const end = { state: 'finished', reason: '', atMs: run.updatedMs, pid: null } as const
    updateState(store, runKey(store, run.id), end)
  })
  return run.id
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

type Head = {
  readonly run: Run
  readonly evals: readonly EvalRecord[]
  readonly items: readonly EvalItem[]
}

const HeadShape = v.object({
  run: v.object({
    id: v.string(),
    updatedMs: v.number(),
    config: v.record(v.string(), v.unknown()),
  }),
  evals: v.array(v.object({ suite: v.string() })),
  items: v.array(v.object({ item: v.string() })),
})

/** Ours, shipped with this version: its outline is checked, and the database checks every column. */
function checkedHead(value: unknown): Head {
  if (v.is(HeadShape, value)) return value as unknown as Head
  throw new AppError('store', 'sample run: expected a run in its first line, found something else')
}

const StepShape = v.object({ step: v.number(), episodes: v.array(v.unknown()) })

function checkedStep(value: unknown): StepRecord {
  if (v.is(StepShape, value)) return value as unknown as StepRecord
  throw new AppError('store', 'sample run: expected a step in a line, found something else')
}
