/**
 * Checkpoints of a run: the engine's state and the loop's, in one folder that is complete or not recorded.
 * Not here: the engine's files (engine/state-folder.ts), which step gets one (train.ts).
 */
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunConfig } from '../contract/config.ts'
import { AppError, messageOf } from '../contract/errors.ts'
import type { Checkpoint, CheckpointKind } from '../contract/history.ts'
import type { TrainingClient } from '../engine/engine.ts'
import { MODEL_FOLDER } from '../engine/state-folder.ts'
import { type LoopState, parseLoopState } from '../selfplay/state.ts'
import { deleteCheckpoint, readCheckpoints } from '../store/checkpoints.ts'
import { readRun, runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { checkpointDirectory, fromHomePath, toHomePath } from './paths.ts'
import type { Recorder } from './recorder.ts'

const LOOP_FILE = 'loop.json'

/** Of periodic checkpoints; the first and the final one always stay. */
export type Keep = Pick<RunConfig, 'keepLast' | 'keepBest'>
export type Place = {
  readonly home: string
  readonly store: Store
  readonly recorder: Recorder
  readonly keep: Keep
}

export const modelOf = (checkpoint: string): string => join(checkpoint, MODEL_FOLDER)

/** Writes and records a checkpoint; older periodic ones go, but for those to keep. Returns its folder. */
export async function saveCheckpoint(
  { home, store, recorder, keep }: Place,
  client: TrainingClient,
  state: LoopState,
  kind: CheckpointKind,
  best: boolean = false,
): Promise<string> {
  const folder = checkpointDirectory(home, recorder.run, state.step)
  await client.saveState(folder)
  await writeFile(join(folder, LOOP_FILE), JSON.stringify(state))
  const known = readCheckpoints(store, runKey(store, recorder.run))
  const earlier = known.filter(({ step }) => step < state.step)
  recorder.checkpoint({
    step: state.step,
    path: toHomePath(home, folder),
    kind,
    best,
    parentStep: earlier.at(-1)?.step ?? null,
    bytes: await folderBytes(folder),
  })
  await prune(home, store, recorder.run, keep)
  return folder
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name))
      return found.isFile() ? found.size : 0
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function prune(home: string, store: Store, run: string, keep: Keep): Promise<void> {
  const key = runKey(store, run)
  const periodic = readCheckpoints(store, key).filter(
    ({ kind, best }) => kind === 'periodic' && !(best && keep.keepBest),
  )
  for (const old of periodic.slice(0, -keep.keepLast)) {
    deleteCheckpoint(store, key, old.step)
    await rm(fromHomePath(home, old.path), { recursive: true, force: true })
  }
}

/** The checkpoint of a step, or the last one. Throws AppError('checkpoint') naming what the run has. */
export function findCheckpoint(store: Store, run: string, step: number | null): Checkpoint {
  readRun(store, run)
  const all = readCheckpoints(store, runKey(store, run))
  const found = step === null ? all.at(-1) : all.find((candidate) => candidate.step === step)
  if (found !== undefined) return found
  const steps = all.map((checkpoint) => checkpoint.step).join(', ')
  const wanted = step === null ? 'a checkpoint' : `a checkpoint of step ${step}`
  throw new AppError(
    'checkpoint',
    `run ${run}: expected ${wanted}, found ${steps === '' ? 'none' : steps}`,
  )
}

export async function readLoopState(folder: string): Promise<LoopState> {
  const file = join(folder, LOOP_FILE)
  try {
    return parseLoopState(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError(
      'checkpoint',
      `${file}: expected the state of a loop, found: ${messageOf(cause)}`,
      {
        cause,
      },
    )
  }
}
