/** A nano model folder of the smallest size with first weights: complete, and knowing nothing. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeCheckpoint } from '../../electron/model/checkpoint.ts'
import { initialWeights } from '../../electron/model/init.ts'
import { INITIAL, nanoConfig } from '../../electron/nano/architecture.ts'
import { writeTokenizer } from '../../electron/nano/write-tokenizer.ts'

export async function writeTinyModel(folder: string): Promise<void> {
  const tokenizerFrom = mkdtempSync(join(tmpdir(), 'kelvin-tokenizer-'))
  await writeTokenizer(tokenizerFrom)
  const config = nanoConfig('tiny')
  const weights = initialWeights(config, { seed: 1, ...INITIAL })
  await writeCheckpoint(folder, config, weights, { dtype: 'float32', tokenizerFrom })
  await rm(tokenizerFrom, { recursive: true })
}
