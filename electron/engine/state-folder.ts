/**
 * A checkpoint of training on disk: a Hugging Face model folder plus moments and the step counter, written
 * atomically, read back bit for bit. Layout: DIR/model/, DIR/moments.safetensors, DIR/engine.json.
 */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { readWeights, writeCheckpoint } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { readTensors, readTensorTable, writeSafetensors } from '../model/safetensors.ts'
import { tensorNames } from '../model/tensors.ts'
import type { TrainState } from './protocol.ts'
import { fromGraphLayout, toGraphLayout } from './weights.ts'

export type EngineState = TrainState & {
  readonly config: DecoderConfig
  /** Folder that training began from: its tokenizer comes along. */
  readonly model: string
  readonly step: number
}

const ENGINE_FILE = 'engine.json'
const MOMENTS_FILE = 'moments.safetensors'
export const MODEL_FOLDER = 'model'

const EngineFile = v.object({ step: v.pipe(v.number(), v.integer(), v.minValue(0)) })

export async function writeState(directory: string, state: EngineState): Promise<void> {
  const partial = `${directory}.partial`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const { config } = state
  await writeCheckpoint(
    join(partial, MODEL_FOLDER),
    config,
    fromGraphLayout(config, state.weights),
    {
      dtype: 'float32',
      tokenizerFrom: state.model,
    },
  )
  await writeSafetensors(join(partial, MOMENTS_FILE), moments(state), 'float32')
  await writeFile(join(partial, ENGINE_FILE), `${JSON.stringify({ step: state.step })}\n`)
  await mkdir(dirname(directory), { recursive: true })
  await rm(directory, { recursive: true, force: true })
  await rename(partial, directory)
}

function moments({ config, first, second }: EngineState) {
  const pairs = [
    ['first', fromGraphLayout(config, first)],
    ['second', fromGraphLayout(config, second)],
  ] as const
  return pairs.flatMap(([prefix, arrays]) =>
    tensorNames(config).map(({ name, shape }) => ({
      name: `${prefix}.${name}`,
      shape,
      values: arrays.get(name) ?? new Float32Array(0),
    })),
  )
}

/** Throws AppError('checkpoint') where the folder is not a state of this model. */
export async function readState(
  directory: string,
  config: DecoderConfig,
): Promise<TrainState & { readonly step: number }> {
  const weights = await readWeights(join(directory, MODEL_FOLDER))
  const table = await readTensorTable(join(directory, MOMENTS_FILE))
  const found = await readTensors([...table.values()])
  const part = (prefix: string): Map<string, Float32Array> =>
    new Map(
      tensorNames(config).map(({ name }) => {
        const values = found.get(`${prefix}.${name}`)
        if (values === undefined) {
          throw new AppError('checkpoint', `${directory}: expected ${prefix}.${name}, found none`)
        }
        return [name, values]
      }),
    )
  return {
    step: await readStep(join(directory, ENGINE_FILE)),
    weights: toGraphLayout(config, weights),
    first: toGraphLayout(config, part('first')),
    second: toGraphLayout(config, part('second')),
  }
}

async function readStep(file: string): Promise<number> {
  const parsed = v.safeParse(EngineFile, JSON.parse(await readFile(file, 'utf8')))
  if (parsed.success) return parsed.output.step
  throw new AppError('checkpoint', `${file}: expected {"step": integer}`)
}
