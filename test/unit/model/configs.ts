/** Decoder shapes that the tests of this folder share. */
import type { DecoderConfig } from '../../../electron/model/config.ts'

export const LLAMA: DecoderConfig = {
  family: 'llama',
  vocabSize: 11,
  hiddenSize: 8,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  intermediateSize: 6,
  rmsEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { kind: 'none' },
  tied: false,
  attentionBias: false,
  qkNorm: false,
  maxPositions: 32,
  dtype: 'float32',
  bosId: 1,
  eosIds: [2],
  padId: null,
}
