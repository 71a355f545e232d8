/**
 * A checkpoint whose weights are at a server: the folder has the model's shape and tokenizer, and a file that says
 * where the weights are. Layout: DIR/model/{config.json, tokenizer, remote.json}.
 */
import { existsSync } from 'node:fs'
import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../../contract/errors.ts'
import { LORA_TARGETS } from '../../contract/fields.ts'
import { RemoteEngine } from '../../contract/remote.ts'
import { readJson } from '../../model/json.ts'
import { replaceFolder, wholeFolder } from '../../model/replace-folder.ts'
import { copyTokenizer } from '../../model/tokenizer-copy.ts'
import { MODEL_FOLDER } from '../state-folder.ts'
import { TinkerPath } from './wire.ts'

const REMOTE_FILE = 'remote.json'

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))
const RemoteState = v.strictObject({
  format: v.literal(1),
  engine: RemoteEngine,
  rank: whole,
  seed: whole,
  targets: v.array(v.picklist(LORA_TARGETS)),
  /** Weights and moments of the optimizer. */
  path: TinkerPath,
  /** Optimizer steps so far. */
  step: whole,
})
export type RemoteState = v.InferOutput<typeof RemoteState>

/** What a model folder says of weights at a server; null: its weights are its own. */
export async function readRemoteState(model: string): Promise<RemoteState | null> {
  return await readJson(join(model, REMOTE_FILE), RemoteState, 1)
}

/** That of a checkpoint. Throws AppError('checkpoint'). */
export async function readStateFolder(directory: string): Promise<RemoteState> {
  const state = await readRemoteState(join(wholeFolder(directory), MODEL_FOLDER))
  if (state !== null) return state
  throw new AppError(
    'checkpoint',
    `${directory}: expected weights at a server, found none; weights of this machine train with --engine local`,
  )
}

export const isRemoteFolder = (model: string): boolean => existsSync(join(model, REMOTE_FILE))

export const isKept = (directory: string): boolean => isRemoteFolder(join(directory, MODEL_FOLDER))

/** from: folder of the model's shape and tokenizer. */
export async function writeStateFolder(
  directory: string,
  from: string,
  state: RemoteState,
): Promise<void> {
  await replaceFolder(directory, async (partial) => {
    const model = join(partial, MODEL_FOLDER)
    await mkdir(model)
    await copyFile(join(from, 'config.json'), join(model, 'config.json'))
    await copyTokenizer(from, model)
    const text = `${JSON.stringify(state, null, 2)}\n`
    await writeFile(join(model, REMOTE_FILE), text, { flush: true })
  })
}
