/**
 * Model folders of a few thousand parameters for tests: golden decoders, or any config with seeded weights.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeCheckpoint } from '../../electron/model/checkpoint.ts'
import type { DecoderConfig } from '../../electron/model/config.ts'
import { initialWeights } from '../../electron/model/init.ts'
import { temporaryFolder } from './folder.ts'

/** Two layers, head size 16, vocabulary 40. */
export const TINY: DecoderConfig = {
  family: 'llama',
  vocabSize: 40,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  headDim: 16,
  intermediateSize: 48,
  rmsEps: 1e-5,
  ropeTheta: 10_000,
  ropeScaling: { kind: 'none' },
  tied: true,
  attentionBias: false,
  qkNorm: false,
  maxPositions: 256,
  dtype: 'float32',
  bosId: null,
  eosIds: [2],
  padId: 0,
}

/** A folder with these weights; it has a tokenizer.json, so that states can be saved from it. */
export async function writeModel(
  config: DecoderConfig,
  weights: ReadonlyMap<string, Float32Array>,
): Promise<string> {
  const folder = join(temporaryFolder(), 'model')
  await writeCheckpoint(folder, config, weights, { dtype: 'float32', tokenizerFrom: null })
  writeFileSync(join(folder, 'tokenizer.json'), '{}\n')
  return folder
}

/** Weights of a spread that gives distributions far from uniform. */
export const tinyWeights = (config: DecoderConfig, seed = 1): Map<string, Float32Array> =>
  initialWeights(config, { seed, std: 0.3, embeddingStd: 0.6 })
