/**
 * A checkpoint of training on disk: a Hugging Face model folder (or a PEFT adapter folder) plus moments and the step
 * counter, written atomically, read back bit for bit. Layout: DIR/model/, DIR/moments.safetensors, DIR/engine.json.
 */
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { openAdapter, readAdapter, writeAdapter } from '../model/adapter-folder.ts'
import { openCheckpoint, readWeights, writeCheckpoint } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { readJson } from '../model/json.ts'
import { adapterTensors, type LoraSpec } from '../model/lora.ts'
import { replaceFolder, wholeFolder } from '../model/replace-folder.ts'
import { readTensors, readTensorTable, writeSafetensors } from '../model/safetensors.ts'
import { elementCount, tensorNames, type TensorSpec } from '../model/tensors.ts'
import type { TrainState } from './protocol.ts'
import { fromGraphLayout, toGraphLayout } from './weights.ts'

/** What is trained: adapters of a model, or all of it. */
export type TrainedModel = {
  readonly config: DecoderConfig
  readonly specs: readonly TensorSpec[]
  readonly lora: LoraSpec | null
  /** Folder that training began from: its tokenizer comes along, and adapters name it as their base. */
  readonly folder: string
}

export type EngineState = TrainState & TrainedModel & { readonly step: number }

const ENGINE_FILE = 'engine.json'
const MOMENTS_FILE = 'moments.safetensors'
export const MODEL_FOLDER = 'model'

const EngineFile = v.object({ step: v.pipe(v.number(), v.integer(), v.minValue(0)) })

/** Whoever reads finds the old state or the new one, whenever this stops. */
export async function writeState(directory: string, state: EngineState): Promise<void> {
  await replaceFolder(directory, async (partial) => {
    await writeModel(join(partial, MODEL_FOLDER), state)
    await writeSafetensors(join(partial, MOMENTS_FILE), moments(state), 'float32')
    const text = `${JSON.stringify({ step: state.step })}\n`
    await writeFile(join(partial, ENGINE_FILE), text, { flush: true })
  })
}

async function writeModel(directory: string, state: EngineState): Promise<void> {
  const { config, specs, lora, folder } = state
  const values = fromGraphLayout(specs, state.weights)
  if (lora !== null) await writeAdapter(directory, { config, spec: lora, base: folder, values })
  else {
    const options = { dtype: 'float32', tokenizerFrom: folder } as const
    await writeCheckpoint(directory, config, values, options)
  }
}

function moments({ specs, first, second }: EngineState) {
  const pairs = [
    ['first', fromGraphLayout(specs, first)],
    ['second', fromGraphLayout(specs, second)],
  ] as const
  return pairs.flatMap(([prefix, arrays]) =>
    specs.map(({ name, shape }) => ({
      name: `${prefix}.${name}`,
      shape,
      values: arrays.get(name) ?? new Float32Array(0),
    })),
  )
}

/** Throws AppError('checkpoint') where the folder is not a state of this model. */
export async function readState(
  directory: string,
  trained: TrainedModel,
): Promise<TrainState & { readonly step: number }> {
  const folder = wholeFolder(directory)
  if (!existsSync(folder)) {
    throw new AppError('checkpoint', `${directory}: expected a saved state, found nothing`)
  }
  const { specs } = trained
  const weights = await readTrained(join(folder, MODEL_FOLDER), directory, trained)
  const file = join(folder, MOMENTS_FILE)
  const tensors = await readTensors([...(await readTensorTable(file)).values()])
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map(specs.map((spec) => [spec.name, momentOf(tensors, prefix, spec, file)]))
  return {
    step: await readStep(join(folder, ENGINE_FILE)),
    weights: toGraphLayout(specs, weights),
    first: toGraphLayout(specs, part('first')),
    second: toGraphLayout(specs, part('second')),
  }
}

async function readTrained(
  model: string,
  where: string,
  { specs, lora }: TrainedModel,
): Promise<ReadonlyMap<string, Float32Array>> {
  const adapter = await openAdapter(model)
  const same = (found: readonly TensorSpec[]): boolean =>
    JSON.stringify(found) === JSON.stringify(specs)
  if (adapter !== null) {
    if (!same(adapterTensors(adapter.config, adapter.spec)) || adapter.spec.alpha !== lora?.alpha) {
      throw otherModel(where)
    }
    return await readAdapter(adapter)
  }
  const { config } = await openCheckpoint(model)
  if (!same(tensorNames(config))) throw otherModel(where)
  return await readWeights(model)
}

const otherModel = (where: string): AppError =>
  new AppError('checkpoint', `${where}: expected a state of this model, found another`)

function momentOf(
  tensors: ReadonlyMap<string, Float32Array>,
  prefix: string,
  { name, shape }: TensorSpec,
  file: string,
): Float32Array {
  const values = tensors.get(`${prefix}.${name}`)
  const size = elementCount(shape)
  if (values?.length === size) return values
  const found = values === undefined ? 'none' : String(values.length)
  throw new AppError(
    'checkpoint',
    `${file}: expected ${size} numbers in ${prefix}.${name}, found ${found}`,
  )
}

async function readStep(file: string): Promise<number> {
  const found = await readJson(file, EngineFile, 1)
  if (found === null) throw new AppError('checkpoint', `${file}: expected a file, found none`)
  return found.step
}
