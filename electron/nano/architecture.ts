/**
 * Shapes of nano checkpoints, by the name of `kelvin pretrain --size`.
 */
import type { DecoderConfig } from '../model/config.ts'
import { EOS, PAD, TOKENS } from './vocabulary.ts'
import { CONTEXT_LENGTH } from './write-tokenizer.ts'

type Dimensions = {
  readonly hiddenSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly intermediateSize: number
}

export const SIZES = {
  tiny: { hiddenSize: 64, layers: 2, heads: 2, kvHeads: 1, intermediateSize: 192 },
  nano: { hiddenSize: 128, layers: 4, heads: 4, kvHeads: 2, intermediateSize: 384 },
  micro: { hiddenSize: 192, layers: 6, heads: 6, kvHeads: 2, intermediateSize: 576 },
  mini: { hiddenSize: 256, layers: 6, heads: 8, kvHeads: 4, intermediateSize: 768 },
} as const satisfies Readonly<Record<string, Dimensions>>

export type Size = keyof typeof SIZES

/** Standard deviations of first weights; a tied embedding must not start as small as 0.02. */
export const INITIAL = { std: 0.04, embeddingStd: 0.06 } as const

export function nanoConfig(size: Size): DecoderConfig {
  return {
    ...SIZES[size],
    family: 'llama',
    vocabSize: TOKENS.length,
    headDim: 32,
    rmsEps: 1e-5,
    ropeTheta: 10_000,
    ropeScaling: { kind: 'none' },
    tied: true,
    attentionBias: false,
    qkNorm: false,
    maxPositions: CONTEXT_LENGTH,
    dtype: 'float32',
    bosId: null,
    eosIds: [EOS],
    padId: PAD,
  }
}
