/**
 * A model folder: config.json, weights, tokenizer. Opened with every name and shape checked before a weight is
 * read; written whole or not at all. Not here: the file format (safetensors.ts), text (tokenizer.ts).
 */
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'
import type { DecoderConfig, WeightDType } from './config.ts'
import { readConfig, writeConfig } from './config-json.ts'
import { isMissing } from './json.ts'
import { readFolderTable, readTensors, SINGLE_FILE, writeSafetensors } from './safetensors.ts'
import type { TensorEntry, TensorTable } from './safetensors-header.ts'
import { tensorNames, type TensorSpec } from './tensors.ts'

/** Files that turn text into tokens and say how to generate; copied from one checkpoint to the next. */
export const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'generation_config.json',
] as const

/** An opened folder. entries: where each tensor of tensorNames(config) lies, in that order. */
export type Checkpoint = {
  readonly directory: string
  readonly config: DecoderConfig
  readonly entries: readonly TensorEntry[]
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
  const config = await readConfig(directory)
  const table = await readFolderTable(directory)
  return { directory, config, entries: matchTensors(config, table, directory) }
}

/** All weights as float32, by name, in the order of tensorNames. */
export async function readWeights(directory: string): Promise<Map<string, Float32Array>> {
  const { entries } = await openCheckpoint(directory)
  const found = await readTensors(entries)
  const weights = new Map<string, Float32Array>()
  for (const { name } of entries) {
    const values = found.get(name)
    if (values !== undefined) weights.set(name, values)
  }
  return weights
}

/**
 * Writes a folder that transformers opens, in place of one that may be there: built beside it, then renamed.
 * config.dtype is overruled by dtype. Same arguments, same bytes.
 */
export async function writeCheckpoint(
  directory: string,
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
  { dtype, tokenizerFrom, card }: WriteOptions,
): Promise<void> {
  const tensors = tensorNames(config).map(({ name, shape }) => {
    const values = weights.get(name)
    if (values === undefined) {
      throw new AppError('checkpoint', `${directory}: expected weights for ${name}, found none`)
    }
    return { name, shape, values }
  })
  const text = writeConfig({ ...config, dtype })
  const target = resolve(directory)
  const partial = `${target}.partial`
  try {
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    await writeSafetensors(join(partial, SINGLE_FILE), tensors, dtype)
    await writeFile(join(partial, 'config.json'), text, { flush: true })
    if (card !== undefined) await writeFile(join(partial, 'README.md'), card, { flush: true })
    if (tokenizerFrom !== null) await copyTokenizer(tokenizerFrom, partial)
    await replaceDirectory(partial, target)
  } catch (cause) {
    await rm(partial, { recursive: true, force: true })
    if (cause instanceof AppError) throw cause
    throw new AppError('checkpoint', `${directory}: cannot be written: ${messageOf(cause)}`, {
      cause,
    })
  }
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

async function copyTokenizer(from: string, to: string): Promise<void> {
  const present = new Set(await readdir(from))
  if (!present.has('tokenizer.json')) {
    throw new AppError('checkpoint', `${from}: expected tokenizer.json, found none`)
  }
  for (const name of TOKENIZER_FILES) {
    if (present.has(name)) await copyFile(join(from, name), join(to, name))
  }
}

/** A folder cannot be renamed over a full one: the old one steps aside first. */
async function replaceDirectory(from: string, to: string): Promise<void> {
  const old = `${to}.old`
  await mkdir(dirname(to), { recursive: true })
  await rm(old, { recursive: true, force: true })
  try {
    await rename(to, old)
  } catch (cause) {
    if (!isMissing(cause)) throw cause
  }
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}
