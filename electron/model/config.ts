/**
 * The shape of a decoder: what config.json and generation_config.json of a Hugging Face folder say, as one type.
 * Families: Llama, Qwen2 and 2.5 (q, k, v biases), Qwen3 (norms on q and k). Everything else is refused by name.
 * Not here: tensor names (tensors.ts) and the JSON field names (config-json.ts).
 */
import { AppError } from '../contract/errors.ts'

export const FAMILIES = ['llama', 'qwen2', 'qwen3'] as const
export type Family = (typeof FAMILIES)[number]

export const WEIGHT_DTYPES = ['float32', 'float16', 'bfloat16'] as const
export type WeightDType = (typeof WEIGHT_DTYPES)[number]

export type RopeScaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      /** Llama 3.1: long wavelengths divided by factor, short ones kept, smooth in between. */
      readonly kind: 'llama3'
      readonly factor: number
      readonly lowFreqFactor: number
      readonly highFreqFactor: number
      readonly originalMaxPositions: number
    }

export type DecoderConfig = {
  readonly family: Family
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly intermediateSize: number
  readonly rmsEps: number
  readonly ropeTheta: number
  readonly ropeScaling: RopeScaling
  /** The output projection is the token embedding. */
  readonly tied: boolean
  /** Biases on q, k and v (Qwen2). */
  readonly attentionBias: boolean
  /** RMS norm over each head of q and k before the rotation (Qwen3). */
  readonly qkNorm: boolean
  readonly maxPositions: number
  /** What the weights are stored as; arithmetic is float32. */
  readonly dtype: WeightDType
  readonly bosId: number | null
  /** Ids that end a text; generation_config.json first. */
  readonly eosIds: readonly number[]
  readonly padId: number | null
}

type Check = readonly [ok: (c: DecoderConfig) => boolean, why: (c: DecoderConfig) => string]

const CHECKS: readonly Check[] = [
  [
    (c) => c.heads % c.kvHeads === 0,
    (c) => `expected heads to be a multiple of key-value heads, found ${c.heads} and ${c.kvHeads}`,
  ],
  [(c) => c.headDim % 2 === 0, (c) => `expected an even head size, found ${c.headDim}`],
  [
    // transformers refuses such a Llama even where head_dim is given
    (c) => c.family !== 'llama' || c.hiddenSize % c.heads === 0,
    (c) => `expected hidden size to be a multiple of heads, found ${c.hiddenSize} and ${c.heads}`,
  ],
  [
    (c) => c.attentionBias === (c.family === 'qwen2'),
    (c) => `expected q, k, v biases in qwen2 only, found ${c.attentionBias} in ${c.family}`,
  ],
  [
    (c) => c.qkNorm === (c.family === 'qwen3'),
    (c) => `expected q and k norms in qwen3 only, found ${c.qkNorm} in ${c.family}`,
  ],
  [
    (c) => tokenIds(c).every((id) => id < c.vocabSize),
    (c) => `expected token ids below ${c.vocabSize}, found ${Math.max(...tokenIds(c))}`,
  ],
  [
    ({ ropeScaling: s }) => s.kind !== 'llama3' || s.lowFreqFactor < s.highFreqFactor,
    () => 'expected low_freq_factor below high_freq_factor in llama3 rope scaling',
  ],
]

/** Throws AppError('checkpoint') with the first rule that the config breaks. */
export function checkConfig(config: DecoderConfig, where: string): DecoderConfig {
  for (const [ok, why] of CHECKS) {
    if (!ok(config)) throw new AppError('checkpoint', `${where}: ${why(config)}`)
  }
  return config
}

function tokenIds(config: DecoderConfig): number[] {
  return [config.bosId, config.padId, ...config.eosIds].filter((id) => id !== null)
}
