/**
 * A model folder as workers are given it: where its weights come from, and what is fed. Small models are fed whole,
 * since then a worker's matrices lie as its products want them; large ones stay in their files and are mapped.
 * Not here: files (model/), starting workers (worker-group.ts).
 */
import { type AdapterFolder, readAdapter } from '../model/adapter-folder.ts'
import { baseOf } from '../model/base.ts'
import { type Checkpoint, openCheckpoint, readWeights } from '../model/checkpoint.ts'
import type { DecoderConfig } from '../model/config.ts'
import { adapterTensors, initialAdapters, type LoraSpec } from '../model/lora.ts'
import { type Base, FED, type WeightSource } from '../model/parameters.ts'
import { quantisedBase } from '../model/quantise.ts'
import { parameterCount, tensorNames } from '../model/tensors.ts'
import { toGraphLayout, type WeightArrays } from './weights.ts'

export type ModelOptions = {
  /** Adapters to train; null: every weight. */
  readonly lora: (LoraSpec & { readonly seed: number }) | null
  /** What frozen projections are kept as. */
  readonly base: 'stored' | '4-bit'
  /** Layers are computed again in the backward pass. */
  readonly recompute: boolean
  /** Whether frozen weights are mapped or copied; default: by size. */
  readonly storage?: 'mapped' | 'fed'
  /** Casts of mapped weights made once per run of the decoder, at the price of a float32 copy; default: by size. */
  readonly castOnce?: boolean
  /** Folder for 4-bit weights. */
  readonly cache: string
}

export type OpenedModel = {
  readonly config: DecoderConfig
  readonly source: WeightSource
  readonly weights: WeightArrays
  /** Folder of the weights themselves: of an adapter, those it was made for. */
  readonly folder: string
}

/** Models up to so many parameters are fed. */
const FED_PARAMETERS = 2 ** 26
/** Mapped models up to so many parameters are cast once. */
const CAST_ONCE_PARAMETERS = 2 ** 30

/** The model of a folder, which may be an adapter's. training: its weights will change. */
export async function openModel(
  directory: string,
  options: ModelOptions,
  training: boolean,
): Promise<OpenedModel> {
  const checkpoint = await openCheckpoint(directory)
  const { adapter, directory: folder } = checkpoint
  if (!isMapped(checkpoint, options, training)) return await fedModel(checkpoint, directory)
  const base = await frozenBase(checkpoint, options)
  const { config } = checkpoint
  const lora = training ? options.lora : (adapter?.spec ?? null)
  const castOnce = options.castOnce ?? parameterCount(config) <= CAST_ONCE_PARAMETERS
  const source: WeightSource = { kind: 'stored', base, lora, castOnce }
  return { config, source, folder, weights: await adapters(config, adapter, options, training) }
}

function isMapped(
  { config, adapter }: Checkpoint,
  { lora, storage, base }: ModelOptions,
  training: boolean,
): boolean {
  if (training) return lora !== null
  if (adapter !== null || storage === 'mapped' || base === '4-bit') return true
  return storage === undefined && parameterCount(config) > FED_PARAMETERS
}

/** An adapter that is no longer to be one is merged. */
async function fedModel({ config }: Checkpoint, folder: string): Promise<OpenedModel> {
  const weights = toGraphLayout(tensorNames(config), await readWeights(folder))
  return { config, source: FED, weights, folder }
}

async function frozenBase(checkpoint: Checkpoint, options: ModelOptions): Promise<Base> {
  return options.base === '4-bit'
    ? await quantisedBase(checkpoint, options.cache)
    : await baseOf(checkpoint.entries, checkpoint.directory)
}

async function adapters(
  config: DecoderConfig,
  adapter: AdapterFolder | null,
  { lora }: ModelOptions,
  training: boolean,
): Promise<WeightArrays> {
  const spec = training ? lora : (adapter?.spec ?? null)
  if (spec === null) return {}
  const values =
    adapter === null ? initialAdapters(config, spec, lora?.seed ?? 0) : await readAdapter(adapter)
  return toGraphLayout(adapterTensors(config, spec), values)
}
