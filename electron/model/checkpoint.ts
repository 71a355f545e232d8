/**
 * A model folder: config.json, weights, tokenizer. Opened with every name and shape checked before a weight is
 * read; written whole or not at all. Not here: the file format (safetensors.ts), text (tokenizer.ts).
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import { type AdapterFolder, openAdapter, readAdapter } from './adapter-folder.ts'
import type { DecoderConfig, WeightDType } from './config.ts'
import { readConfig, writeConfig } from './config-json.ts'
import { merge } from './lora.ts'
import { replaceFolder } from './replace-folder.ts'
import {
  type NamedTensor,
  readFolderTable,
  readTensor,
  SINGLE_FILE,
  writeSafetensors,
} from './safetensors.ts'
import type { TensorEntry, TensorTable } from './safetensors-header.ts'
import { tensorNames, type TensorSpec } from './tensors.ts'
import { copyTokenizer } from './tokenizer-copy.ts'

/** An opened folder. entries: where each tensor of tensorNames(config) lies, in that order. */
export type Checkpoint = {
  /** Where the weights lie: of an adapter folder, that of its base. */
  readonly directory: string
  readonly config: DecoderConfig
  readonly entries: readonly TensorEntry[]
  readonly adapter: AdapterFolder | null
}

export type WriteOptions = {
  readonly dtype: WeightDType
  /** Model folder whose tokenizer and generation files come along; null: none. */
  readonly tokenizerFrom: string | null
  /** Text of README.md. */
  readonly card?: string
}

/** Throws AppError('checkpoint') with one sentence where the folder is not a complete model of its own config. */
export async function openCheckpoint(directory: string): Promise<Checkpoint> {
  const adapter = await openAdapter(directory)
  const folder = adapter?.base ?? directory
  const config = adapter?.config ?? (await readConfig(folder))
  const table = await readFolderTable(folder)
  return { directory: folder, config, entries: matchTensors(config, table, folder), adapter }
}

/** All weights as float32, by name, in the order of tensorNames; adapters are merged in. */
export async function readWeights(directory: string): Promise<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>()
  for (const { name, read } of await weightReaders(directory)) weights.set(name, await read())
  return weights
}

export type WeightReader = {
  readonly name: string
  readonly shape: readonly number[]
  readonly read: () => Promise<Float32Array>
}

/** The same one by one, for models that are larger than memory. */
export async function weightReaders(directory: string): Promise<WeightReader[]> {
  const { entries, adapter } = await openCheckpoint(directory)
  const factors = adapter === null ? null : await readAdapter(adapter)
  return entries.map((entry) => ({
    name: entry.name,
    shape: entry.shape,
    read: async () => {
      const values = await readTensor(entry)
      if (adapter !== null && factors !== null) merge(adapter.spec, entry.name, values, factors)
      return values
    },
  }))
}

/**
 * Writes a folder that transformers opens, in place of one that may be there: built beside it, then renamed.
 * config.dtype is overruled by dtype. Same arguments, same bytes.
 */
export async function writeCheckpoint(
  directory: string,
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  options: WriteOptions,
): Promise<void> {
  const tensors = tensorNames(config).map(({ name, shape }) => {
    const values = weights.get(name)
    if (values === undefined) {
      throw new AppError('checkpoint', `${directory}: expected weights for ${name}, found none`)
    }
    return { name, shape, values }
  })
  await writeModel(directory, config, tensors, options)
}

/**
 * Writes the model of a folder as a whole one, adapters merged, tensor by tensor: as large as the model is, little of
 * it is in memory.
 */
export async function writeMerged(
  directory: string,
  from: string,
  options: WriteOptions,
): Promise<void> {
  const { config } = await openCheckpoint(from)
  const tensors = (await weightReaders(from)).map(({ name, shape, read }) => ({
    name,
    shape,
    values: read,
  }))
  await writeModel(directory, config, tensors, options)
}

async function writeModel(
  directory: string,
  config: DecoderConfig,
  tensors: readonly NamedTensor[],
  { dtype, tokenizerFrom, card }: WriteOptions,
): Promise<void> {
  const text = writeConfig({ ...config, dtype })
  await replaceFolder(directory, async (partial) => {
    await writeSafetensors(join(partial, SINGLE_FILE), tensors, dtype)
    await writeFile(join(partial, 'config.json'), text, { flush: true })
    if (card !== undefined) await writeFile(join(partial, 'README.md'), card, { flush: true })
    if (tokenizerFrom !== null) await copyTokenizer(tokenizerFrom, partial)
  })
}

/** Every tensor of the config, found with the right shape; nothing that would change the result left over. */
function matchTensors(config: DecoderConfig, table: TensorTable, where: string): TensorEntry[] {
  const specs = tensorNames(config)
  const missing = specs.filter(({ name }) => !table.has(name)).map(({ name }) => name)
  if (missing.length > 0) throw mismatch(where, `expected ${listed(missing)}, found no such tensor`)
  const expected = new Set(specs.map(({ name }) => name))
  const extra = [...table.keys()].filter((name) => !expected.has(name) && !isHarmless(name, config))
  if (extra.length > 0) {
    throw mismatch(where, `expected the tensors of ${config.family}, found also ${listed(extra)}`)
  }
  return specs.map((spec) => matchTensor(spec, table, where))
}

function matchTensor(spec: TensorSpec, table: TensorTable, where: string): TensorEntry {
  const entry = table.get(spec.name)
  const want = `[${spec.shape.join(', ')}]`
  const found = entry === undefined ? 'none' : `[${entry.shape.join(', ')}]`
  if (entry === undefined || found !== want) {
    throw mismatch(where, `expected ${spec.name} of shape ${want}, found ${found}`)
  }
  if (!['F32', 'F16', 'BF16'].includes(entry.dtype)) {
    throw mismatch(where, `expected ${spec.name} in F32, F16 or BF16, found ${entry.dtype}`)
  }
  return entry
}

/** Old checkpoints store rotation tables, and tied ones the embedding twice. */
function isHarmless(name: string, config: DecoderConfig): boolean {
  return name.endsWith('.rotary_emb.inv_freq') || (config.tied && name === 'lm_head.weight')
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => name.slice(0, 120))
  const rest = names.length - shown.length
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '')
}

function mismatch(where: string, what: string): AppError {
  return new AppError('checkpoint', `${where}: ${what}`)
}
