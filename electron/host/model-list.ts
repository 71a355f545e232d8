/**
 * Model folders that the user opened, remembered by path, and what each of them is or lacks.
 * Not here: reading weights (engine/), checkpoints of runs (checkpoints.ts).
 */
import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { ModelRef } from '../contract/inputs.ts'
import type { ModelReport } from '../contract/workbench.ts'
import { isRemoteFolder } from '../engine/tinker/state.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { parameterCount } from '../model/tensors.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import type { Handles } from './handles.ts'
import { readJsonFile, writeJsonFile } from './json-file.ts'
import { NANO_MODEL } from './models.ts'

export type ModelList = {
  readonly list: () => Promise<ModelReport[]>
  readonly open: (handle: string) => Promise<ModelReport>
  readonly forget: (handle: string) => void
  /** Folder of an opened model. Throws AppError('usage') for one that is not in the list. */
  readonly folder: (handle: string) => string
}

const MAX_MODELS = 200
const Paths = v.pipe(v.array(v.pipe(v.string(), v.maxLength(4_096))), v.maxLength(MAX_MODELS))

export function openModelList(file: string, handles: Handles, now: () => number): ModelList {
  const found = readJsonFile(file, now())
  const parsed = v.safeParse(Paths, found.type === 'value' ? found.value : [])
  const byHandle = new Map<string, string>()
  for (const path of parsed.success ? parsed.output : []) {
    byHandle.set(handles.grant(path).handle, path)
  }
  const keep = (): void => writeJsonFile(file, [...byHandle.values()])
  return {
    list: async () => {
      const folders = [...byHandle].map(([id, path]) => reportOf(path, { type: 'folder', id }))
      return await Promise.all([reportOf(NANO_MODEL, { type: 'embedded' }), ...folders])
    },
    open: async (handle) => {
      if (byHandle.size >= MAX_MODELS) {
        throw new AppError('usage', `models: expected at most ${MAX_MODELS}; forget one first`)
      }
      const path = handles.path(handle)
      const report = await reportOf(path, { type: 'folder', id: handle })
      byHandle.set(handle, path)
      keep()
      return report
    },
    forget: (handle) => {
      if (byHandle.delete(handle)) keep()
    },
    folder: (handle) => {
      const path = byHandle.get(handle)
      if (path !== undefined) return path
      throw new AppError('usage', 'model: expected an opened folder, found none of that id')
    },
  }
}

/** What a folder is, and in one sentence each why it cannot be used. */
export async function reportOf(
  folder: string,
  ref: ModelRef,
  parent: ModelReport['parent'] = null,
): Promise<ModelReport> {
  const problems: string[] = []
  const noted = async <T>(body: () => Promise<T>): Promise<T | null> => {
    try {
      return await body()
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      problems.push(cause.message)
      return null
    }
  }
  const isServed = ref.type === 'remote' || isRemoteFolder(folder)
  problems.push(...(await missingIn(folder, isServed)))
  const config = problems.length > 0 ? null : await noted(() => readModelConfig(folder))
  if (config !== null) {
    if (!isServed) await noted(() => openCheckpoint(folder))
    await noted(() => openTokenizer(folder, config))
  }
  const shape = config === null ? UNKNOWN_SHAPE : shapeOf(config)
  const label = ref.type === 'embedded' ? 'nano' : basename(folder)
  return { ref, label, problems, ...shape, bytes: await bytesOf(folder), parent }
}

const ADAPTER = 'adapter_config.json'
const OTHER_WEIGHTS = /\.(bin|pt|pth|gguf|ckpt|h5|msgpack)$/

/** Everything that a model folder needs and this one has not, all at once rather than one after another. */
async function missingIn(folder: string, isServed: boolean): Promise<string[]> {
  const names = await namesIn(folder)
  if (names === null) return [`${basename(folder)}: expected a folder that can be read, found none`]
  if (names.includes(ADAPTER)) return []
  const has = (test: (name: string) => boolean): boolean => names.some(test)
  const foreign = names.filter((name) => OTHER_WEIGHTS.test(name))
  const found = foreign.length === 0 ? 'none' : `${foreign.slice(0, 3).join(', ')}, to be converted`
  return [
    ...(has((name) => name === 'config.json') ? [] : ['config.json: expected, found none']),
    ...(has((name) => name === 'tokenizer.json') ? [] : ['tokenizer.json: expected, found none']),
    ...(isServed || has((name) => name.endsWith('.safetensors'))
      ? []
      : [`weights: expected *.safetensors, found ${found}`]),
  ]
}

async function namesIn(folder: string): Promise<string[] | null> {
  try {
    return await readdir(folder)
  } catch {
    return null
  }
}

const UNKNOWN_SHAPE = {
  architecture: null,
  parameters: null,
  layers: null,
  width: null,
  vocabulary: null,
  context: null,
  dtype: null,
} as const

const shapeOf = (config: DecoderConfig) => ({
  architecture: config.family,
  parameters: parameterCount(config),
  layers: config.layers,
  width: config.hiddenSize,
  vocabulary: config.vocabSize,
  context: config.maxPositions,
  dtype: config.dtype,
})

async function bytesOf(folder: string): Promise<number> {
  try {
    const names = await readdir(folder)
    const found = await Promise.all(names.map(async (name) => stat(join(folder, name))))
    return found.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0)
  } catch {
    // Its problems say already that it cannot be read.
    return 0
  }
}
