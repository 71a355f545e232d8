/**
 * config.json and generation_config.json: read in the spelling of transformers 4 and 5, written in that of 4,
 * which every version of transformers, vLLM and SkyRL opens.
 * Source: transformers 5.18, models/{llama,qwen2,qwen3}/configuration_*.py and modeling_rope_utils.py.
 */
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import {
  checkConfig,
  type DecoderConfig,
  FAMILIES,
  type Family,
  type RopeScaling,
  WEIGHT_DTYPES,
} from './config.ts'
import { matchSchema, readJson } from './json.ts'

const MAX_CONFIG_MIB = 4
const DEFAULT_THETA = 10_000

const size = (max: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max))
const ratio = v.pipe(v.number(), v.finite(), v.gtValue(0), v.maxValue(1e12))
// Old Llama configs say -1 for "none".
const tokenId = v.pipe(v.number(), v.integer(), v.minValue(-1), v.maxValue(2 ** 31 - 1))
const tokenIds = v.nullish(v.union([tokenId, v.pipe(v.array(tokenId), v.maxLength(256))]))

const ROPE = v.looseObject({
  rope_type: v.nullish(v.string()),
  type: v.nullish(v.string()),
  rope_theta: v.nullish(ratio),
  partial_rotary_factor: v.nullish(v.number()),
  factor: v.nullish(ratio),
  low_freq_factor: v.nullish(ratio),
  high_freq_factor: v.nullish(ratio),
  original_max_position_embeddings: v.nullish(size(2 ** 26)),
})
type RawRope = v.InferOutput<typeof ROPE>

const GENERATION = v.looseObject({ eos_token_id: tokenIds })

const CONFIG = v.looseObject({
  model_type: v.string(),
  architectures: v.nullish(v.array(v.string())),
  vocab_size: size(2 ** 24),
  hidden_size: size(2 ** 17),
  intermediate_size: size(2 ** 20),
  num_hidden_layers: size(1024),
  num_attention_heads: size(4096),
  num_key_value_heads: v.nullish(size(4096)),
  head_dim: v.nullish(size(4096)),
  rms_norm_eps: v.nullish(v.pipe(v.number(), v.gtValue(0), v.maxValue(1))),
  max_position_embeddings: v.nullish(size(2 ** 26)),
  tie_word_embeddings: v.nullish(v.boolean()),
  hidden_act: v.nullish(v.string()),
  attention_bias: v.nullish(v.boolean()),
  mlp_bias: v.nullish(v.boolean()),
  rope_theta: v.nullish(ratio),
  rope_scaling: v.nullish(ROPE),
  rope_parameters: v.nullish(ROPE),
  partial_rotary_factor: v.nullish(v.number()),
  torch_dtype: v.nullish(v.string()),
  dtype: v.nullish(v.string()),
  use_sliding_window: v.nullish(v.boolean()),
  sliding_window: v.optional(v.nullable(size(2 ** 31))),
  max_window_layers: v.nullish(v.pipe(v.number(), v.integer())),
  layer_types: v.nullish(v.array(v.string())),
  num_experts: v.nullish(v.number()),
  num_local_experts: v.nullish(v.number()),
  quantization_config: v.nullish(v.unknown()),
  bos_token_id: v.nullish(tokenId),
  eos_token_id: tokenIds,
  pad_token_id: v.nullish(tokenId),
})
type RawConfig = v.InferOutput<typeof CONFIG>

/** What a family's class in transformers takes where config.json is silent. */
const DEFAULTS: Readonly<
  Record<Family, { architecture: string; headDim: number | null; maxPositions: number }>
> = {
  llama: { architecture: 'LlamaForCausalLM', headDim: null, maxPositions: 2048 },
  qwen2: { architecture: 'Qwen2ForCausalLM', headDim: null, maxPositions: 32_768 },
  qwen3: { architecture: 'Qwen3ForCausalLM', headDim: 128, maxPositions: 32_768 },
}

/** One row per thing that we would otherwise compute wrongly: what was found, or null. */
const REFUSALS: readonly ((raw: RawConfig) => string | null)[] = [
  ({ hidden_act: act }) =>
    (act ?? 'silu') === 'silu' ? null : `expected hidden_act silu, found ${act}`,
  (raw) =>
    raw.attention_bias === true && raw.model_type !== 'qwen2'
      ? `expected attention_bias false, found true (a bias on o_proj, which is not supported)`
      : null,
  (raw) => (raw.mlp_bias === true ? 'expected mlp_bias false, found true' : null),
  (raw) => {
    const experts = raw.num_experts ?? raw.num_local_experts ?? 0
    return experts > 0 ? `expected a dense model, found a mixture of ${experts} experts` : null
  },
  (raw) =>
    slidingWindowInUse(raw) ? 'expected full attention, found a sliding window in use' : null,
  (raw) =>
    (raw.quantization_config ?? null) === null
      ? null
      : 'expected plain weights, found a quantization_config',
  (raw) => {
    const rope = raw.rope_parameters ?? raw.rope_scaling
    const part = rope?.partial_rotary_factor ?? raw.partial_rotary_factor ?? 1
    return part === 1 ? null : `expected partial_rotary_factor 1, found ${part}`
  },
]

/** The decoder that a folder describes. Throws AppError('checkpoint') with the reason where it is not one of ours. */
export async function readConfig(directory: string): Promise<DecoderConfig> {
  const path = join(directory, 'config.json')
  const raw = await readJson(path, v.unknown(), MAX_CONFIG_MIB)
  if (raw === null) {
    throw new AppError('checkpoint', `${directory}: expected a model folder, found no config.json`)
  }
  const generationPath = join(directory, 'generation_config.json')
  const generation = await readJson(generationPath, GENERATION, MAX_CONFIG_MIB)
  return parseConfig(raw, path, generation?.eos_token_id)
}

/** generationEos: eos_token_id of generation_config.json, where there is one. */
export function parseConfig(
  json: unknown,
  where: string,
  generationEos?: number | readonly number[] | null,
): DecoderConfig {
  const { model_type: type } = matchSchema(v.looseObject({ model_type: v.string() }), json, where)
  const family = FAMILIES.find((name) => name === type)
  if (family === undefined) {
    throw refused(where, `expected model_type ${FAMILIES.join(', ')}, found ${shown(type)}`)
  }
  const raw = matchSchema(CONFIG, json, where)
  checkArchitecture(raw, family, where)
  for (const refusal of REFUSALS) {
    const found = refusal(raw)
    if (found !== null) throw refused(where, found)
  }
  return checkConfig(toConfig(raw, family, where, generationEos), where)
}

/** The text of config.json: same config, same bytes. Throws AppError('checkpoint') where the config contradicts itself. */
export function writeConfig(config: DecoderConfig): string {
  const c = checkConfig(config, 'config')
  const eos = c.eosIds.length > 1 ? c.eosIds : (c.eosIds[0] ?? null)
  const raw = {
    architectures: [DEFAULTS[c.family].architecture],
    ...(c.family === 'qwen2' ? {} : { attention_bias: false }),
    attention_dropout: 0,
    bos_token_id: c.bosId,
    eos_token_id: eos,
    head_dim: c.headDim,
    hidden_act: 'silu',
    hidden_size: c.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: c.intermediateSize,
    max_position_embeddings: c.maxPositions,
    ...(c.family === 'llama' ? { mlp_bias: false } : { use_sliding_window: false }),
    model_type: c.family,
    num_attention_heads: c.heads,
    num_hidden_layers: c.layers,
    num_key_value_heads: c.kvHeads,
    pad_token_id: c.padId,
    rms_norm_eps: c.rmsEps,
    rope_scaling: writeRope(c.ropeScaling),
    rope_theta: c.ropeTheta,
    tie_word_embeddings: c.tied,
    torch_dtype: c.dtype,
    use_cache: true,
    vocab_size: c.vocabSize,
  }
  return `${JSON.stringify(raw, null, 2)}\n`
}

function toConfig(
  raw: RawConfig,
  family: Family,
  where: string,
  generationEos: number | readonly number[] | null | undefined,
): DecoderConfig {
  const defaults = DEFAULTS[family]
  const heads = raw.num_attention_heads
  return {
    family,
    vocabSize: raw.vocab_size,
    hiddenSize: raw.hidden_size,
    layers: raw.num_hidden_layers,
    heads,
    kvHeads: raw.num_key_value_heads ?? heads,
    headDim: raw.head_dim ?? defaults.headDim ?? derivedHeadDim(raw, where),
    intermediateSize: raw.intermediate_size,
    rmsEps: raw.rms_norm_eps ?? 1e-6,
    ...readRope(raw, where),
    tied: raw.tie_word_embeddings ?? false,
    attentionBias: family === 'qwen2',
    qkNorm: family === 'qwen3',
    maxPositions: raw.max_position_embeddings ?? defaults.maxPositions,
    dtype: readDType(raw, where),
    bosId: oneId(raw.bos_token_id),
    eosIds: [...new Set([...idList(generationEos), ...idList(raw.eos_token_id)])],
    padId: oneId(raw.pad_token_id),
  }
}

function checkArchitecture(raw: RawConfig, family: Family, where: string): void {
  const names = raw.architectures ?? []
  const { architecture } = DEFAULTS[family]
  if (names.length === 0 || names.includes(architecture)) return
  throw refused(where, `expected architecture ${architecture}, found ${shown(names.join(', '))}`)
}

function slidingWindowInUse(raw: RawConfig): boolean {
  if (raw.layer_types) return raw.layer_types.some((type) => type !== 'full_attention')
  if (raw.use_sliding_window !== true || raw.sliding_window === null) return false
  return (raw.max_window_layers ?? 28) < raw.num_hidden_layers
}

function derivedHeadDim(raw: RawConfig, where: string): number {
  const { hidden_size: hidden, num_attention_heads: heads } = raw
  if (hidden % heads === 0) return hidden / heads
  throw refused(
    where,
    `expected head_dim, or hidden_size as a multiple of heads, found ${hidden} and ${heads}`,
  )
}

type RopeFields = { ropeTheta: number; ropeScaling: RopeScaling }

function readRope(raw: RawConfig, where: string): RopeFields {
  const rope = raw.rope_parameters ?? raw.rope_scaling ?? {}
  const thetas = [rope.rope_theta, raw.rope_theta].filter((x) => typeof x === 'number')
  const [ropeTheta = DEFAULT_THETA, other = ropeTheta] = thetas
  if (other !== ropeTheta) {
    throw refused(where, `expected one rope_theta, found ${ropeTheta} and ${other}`)
  }
  return { ropeTheta, ropeScaling: readScaling(rope, raw, where) }
}

function readScaling(rope: RawRope, raw: RawConfig, where: string): RopeScaling {
  const kind = rope.rope_type ?? rope.type ?? 'default'
  if (kind === 'default') {
    if ('full_attention' in rope)
      throw refused(where, 'expected one rope, found one per layer type')
    return { kind: 'none' }
  }
  const need = (name: 'factor' | 'low_freq_factor' | 'high_freq_factor'): number => {
    const value = rope[name]
    if (typeof value === 'number') return value
    throw refused(where, `expected ${name} in the ${kind} rope scaling, found none`)
  }
  if (kind === 'linear') return { kind, factor: need('factor') }
  if (kind === 'llama3') {
    const positions = raw.max_position_embeddings ?? DEFAULTS.llama.maxPositions
    return {
      kind,
      factor: need('factor'),
      lowFreqFactor: need('low_freq_factor'),
      highFreqFactor: need('high_freq_factor'),
      originalMaxPositions: rope.original_max_position_embeddings ?? positions,
    }
  }
  throw refused(where, `expected rope scaling default, linear or llama3, found ${shown(kind)}`)
}

function writeRope(scaling: RopeScaling): Record<string, unknown> | null {
  if (scaling.kind === 'none') return null
  if (scaling.kind === 'linear') return { factor: scaling.factor, rope_type: 'linear' }
  return {
    factor: scaling.factor,
    high_freq_factor: scaling.highFreqFactor,
    low_freq_factor: scaling.lowFreqFactor,
    original_max_position_embeddings: scaling.originalMaxPositions,
    rope_type: 'llama3',
  }
}

function readDType(raw: RawConfig, where: string): DecoderConfig['dtype'] {
  const name = (raw.dtype ?? raw.torch_dtype ?? 'float32').replace(/^torch\./, '')
  const found = WEIGHT_DTYPES.find((dtype) => dtype === name)
  if (found !== undefined) return found
  throw refused(where, `expected dtype ${WEIGHT_DTYPES.join(', ')}, found ${shown(name)}`)
}

function oneId(id: number | null | undefined): number | null {
  return id === null || id === undefined || id < 0 ? null : id
}

function idList(ids: number | readonly number[] | null | undefined): number[] {
  if (ids === null || ids === undefined) return []
  return (typeof ids === 'number' ? [ids] : [...ids]).filter((id) => id >= 0)
}

function refused(where: string, found: string): AppError {
  return new AppError('checkpoint', `${where}: ${found}`)
}

/** Text of a hostile file in a message: short, quoted, without control characters. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
