/**
 * A folder with adapters, as PEFT reads and writes it: adapter_config.json, adapter_model.safetensors, and the
 * tokenizer of the model they were made for. Our own kelvin_base.json beside them says which model that was.
 * Not here: adapters in graphs (parameters.ts), merging them (lora.ts).
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { open, readdir, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join, resolve } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { DecoderConfig } from './config.ts'
import { readConfig } from './config-json.ts'
import { readJson } from './json.ts'
import { adapterTensors, LORA_TARGETS, type LoraSpec, type LoraTarget } from './lora.ts'
import { replaceFolder } from './replace-folder.ts'
import { readTensors, readTensorTable, writeSafetensors } from './safetensors.ts'
import type { TensorEntry } from './safetensors-header.ts'
import { copyTokenizer } from './tokenizer-copy.ts'

export const ADAPTER_CONFIG = 'adapter_config.json'
const ADAPTER_WEIGHTS = 'adapter_model.safetensors'
const BASE_FILE = 'kelvin_base.json'
/** What PEFT puts before the names of a causal model's tensors. */
const PREFIX = 'base_model.model.'

/** An adapter folder that has been checked against its base. */
export type AdapterFolder = {
  readonly directory: string
  /** Folder of the model that the adapters were made for. */
  readonly base: string
  readonly config: DecoderConfig
  readonly spec: LoraSpec
  readonly entries: readonly TensorEntry[]
}

const count = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(4096))
const nothing = v.nullish(v.union([v.record(v.string(), v.unknown()), v.array(v.unknown())]))
const PEFT = v.looseObject({
  peft_type: v.nullish(v.string()),
  r: count,
  lora_alpha: v.pipe(v.number(), v.finite(), v.gtValue(0), v.maxValue(1e6)),
  target_modules: v.nullish(v.union([v.string(), v.array(v.string())])),
  base_model_name_or_path: v.nullish(v.string()),
  bias: v.nullish(v.string()),
  use_rslora: v.nullish(v.boolean()),
  use_dora: v.nullish(v.boolean()),
  fan_in_fan_out: v.nullish(v.boolean()),
  modules_to_save: nothing,
  rank_pattern: nothing,
  alpha_pattern: nothing,
  layers_to_transform: v.nullish(v.unknown()),
})
type Peft = v.InferOutput<typeof PEFT>

const BASE = v.object({ path: v.string(), fingerprint: v.string() })

/** null: no adapter folder. Throws AppError('checkpoint') with the reason where its adapters cannot be used. */
export async function openAdapter(directory: string): Promise<AdapterFolder | null> {
  const file = join(directory, ADAPTER_CONFIG)
  const peft = await readJson(file, PEFT, 1)
  if (peft === null) return null
  for (const refusal of REFUSALS) {
    const found = refusal(peft)
    if (found !== null) throw new AppError('checkpoint', `${file}: ${found}`)
  }
  const base = await baseFolder(directory, peft)
  const config = await readConfig(base)
  const weights = join(directory, ADAPTER_WEIGHTS)
  const entries = [...(await readTensorTable(weights)).values()]
  const spec = { rank: peft.r, alpha: peft.lora_alpha, targets: targetsOf(entries, weights) }
  checkEntries(config, spec, entries, weights)
  return { directory, base, config, spec, entries }
}

/** The factors by our names. */
export async function readAdapter({
  entries,
}: AdapterFolder): Promise<ReadonlyMap<string, Float32Array>> {
  const found = await readTensors(entries)
  return new Map([...found].map(([name, values]) => [bareName(name), values]))
}

/** The config of a model folder, or of an adapter folder's base. */
export async function readModelConfig(directory: string): Promise<DecoderConfig> {
  const adapter = await openAdapter(directory)
  return adapter?.config ?? (await readConfig(directory))
}

const isUsed = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null && Object.keys(value).length > 0

/** One row per thing that we would otherwise compute wrongly. */
const REFUSALS: readonly ((peft: Peft) => string | null)[] = [
  ({ peft_type: type }) =>
    (type ?? 'LORA') === 'LORA' ? null : `expected peft_type LORA, found ${String(type)}`,
  ({ bias }) => ((bias ?? 'none') === 'none' ? null : `expected bias none, found ${String(bias)}`),
  (peft) => (peft.use_rslora === true ? 'expected use_rslora false, found true' : null),
  (peft) => (peft.use_dora === true ? 'expected use_dora false, found true' : null),
  (peft) => (peft.fan_in_fan_out === true ? 'expected fan_in_fan_out false, found true' : null),
  (peft) => (isUsed(peft.modules_to_save) ? 'expected no modules_to_save, found some' : null),
  (peft) => (isUsed(peft.rank_pattern) ? 'expected one rank, found a rank_pattern' : null),
  (peft) => (isUsed(peft.alpha_pattern) ? 'expected one alpha, found an alpha_pattern' : null),
]

async function baseFolder(directory: string, peft: Peft): Promise<string> {
  const own = await readJson(join(directory, BASE_FILE), BASE, 1)
  const named = own?.path ?? peft.base_model_name_or_path ?? ''
  const path = isAbsolute(named) ? named : resolve(directory, named)
  if (named === '' || !existsSync(join(path, 'config.json'))) {
    throw new AppError(
      'checkpoint',
      `${directory}: expected the folder of its base model, found ${JSON.stringify(named.slice(0, 200))}`,
    )
  }
  if (own !== null && own.fingerprint !== (await fingerprint(path))) {
    throw new AppError(
      'checkpoint',
      `${directory}: expected adapters of ${path}, found ones of other weights`,
    )
  }
  return path
}

const bareName = (name: string): string => name.replace(PREFIX, '').replace('.default.', '.')

function targetsOf(entries: readonly TensorEntry[], where: string): LoraTarget[] {
  const found = new Set(
    entries.map(({ name }) => /\.(\w+)\.lora_[AB]\.(?:default\.)?weight$/.exec(name)?.[1] ?? name),
  )
  const targets = LORA_TARGETS.filter((target) => found.delete(target))
  const [other] = found
  if (other === undefined) return targets
  throw new AppError(
    'checkpoint',
    `${where}: expected adapters of ${LORA_TARGETS.join(', ')}, found ${other.slice(0, 120)}`,
  )
}

function checkEntries(
  config: DecoderConfig,
  spec: LoraSpec,
  entries: readonly TensorEntry[],
  where: string,
): void {
  const table = new Map(entries.map((entry) => [bareName(entry.name), entry]))
  const specs = adapterTensors(config, spec)
  for (const { name, shape } of specs) {
    const found = table.get(name)
    const want = `[${shape.join(', ')}]`
    const is = found === undefined ? 'none' : `[${found.shape.join(', ')}]`
    if (is !== want) {
      throw new AppError('checkpoint', `${where}: expected ${name} of shape ${want}, found ${is}`)
    }
  }
  if (table.size === specs.length) return
  const found = `${table.size} tensors`
  throw new AppError('checkpoint', `${where}: expected ${specs.length} tensors, found ${found}`)
}

export type AdapterWrite = {
  readonly config: DecoderConfig
  readonly spec: LoraSpec
  readonly base: string
  readonly values: ReadonlyMap<string, Float32Array>
}

/** Writes a folder that PEFT opens, in place of one that may be there. Same arguments, same bytes. */
export async function writeAdapter(directory: string, adapter: AdapterWrite): Promise<void> {
  const { config, spec, base, values } = adapter
  const tensors = adapterTensors(config, spec).map(({ name, shape }) => ({
    name: PREFIX + name,
    shape,
    values: values.get(name) ?? new Float32Array(0),
  }))
  const path = resolve(base)
  const origin = { path, fingerprint: await fingerprint(path) }
  await replaceFolder(directory, async (partial) => {
    await writeSafetensors(join(partial, ADAPTER_WEIGHTS), tensors, 'float32')
    await writeText(join(partial, ADAPTER_CONFIG), peftConfig(spec, path))
    await writeText(join(partial, BASE_FILE), origin)
    await copyTokenizer(path, partial)
  })
}

const writeText = async (file: string, json: unknown): Promise<void> =>
  writeFile(file, `${JSON.stringify(json, null, 2)}\n`, { flush: true })

const peftConfig = (spec: LoraSpec, base: string) => ({
  base_model_name_or_path: base,
  bias: 'none',
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  lora_alpha: spec.alpha,
  lora_dropout: 0,
  modules_to_save: null,
  peft_type: 'LORA',
  r: spec.rank,
  target_modules: [...spec.targets],
  task_type: 'CAUSAL_LM',
  use_dora: false,
  use_rslora: false,
})

const SAMPLES = 64
const SAMPLE_BYTES = 2 ** 16

/**
 * Tells weights apart without reading gigabytes: SHA-256 over config.json and, of each weight file, its name, size,
 * and 64 KiB at 64 places that are spread over it.
 */
export async function fingerprint(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).toSorted()
  for (const name of ['config.json', ...names]) {
    const path = join(folder, name)
    const { size } = await stat(path)
    hash.update(`${name} ${size}\n`)
    const handle = await open(path, 'r')
    try {
      const bytes = new Uint8Array(SAMPLE_BYTES)
      for (const at of samplePlaces(size)) {
        const { bytesRead } = await handle.read(bytes, 0, SAMPLE_BYTES, at)
        hash.update(bytes.subarray(0, bytesRead))
      }
    } finally {
      await handle.close()
    }
  }
  return hash.digest('hex')
}

function samplePlaces(size: number): number[] {
  const step = Math.max(SAMPLE_BYTES, Math.floor(size / SAMPLES))
  return Array.from({ length: Math.ceil(size / step) }, (_, index) => index * step)
}
