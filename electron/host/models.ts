/**
 * Model folders as runs use them: where they are, what they are made of, how text becomes tokens.
 * Not here: weights (engine/), the files themselves (model/).
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { TextCodec } from '../model/chat.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import { readRemoteState } from '../engine/tinker/state.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { baseCodec, chatCodec } from '../model/template.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import { NANO_CODEC } from '../nano/codec.ts'
import { BASE_PROMPTS } from '../selfplay/prompts/base.ts'
import { CHAT_PROMPTS } from '../selfplay/prompts/chat.ts'
import { NANO_PROMPTS } from '../selfplay/prompts/nano.ts'
import type { PromptSet } from '../selfplay/prompts/prompts.ts'

export const NANO_MODEL = fileURLToPath(new URL('../../resources/models/nano', import.meta.url))

const PROMPT_SETS: Readonly<Record<RunConfig['promptSet'], PromptSet>> = {
  nano: NANO_PROMPTS,
  base: BASE_PROMPTS,
  chat: CHAT_PROMPTS,
}

export function promptsOf(config: Pick<RunConfig, 'promptSet'>): PromptSet {
  return PROMPT_SETS[config.promptSet]
}

/** The preset's own model: the embedded one for nano, none for the others. */
export function modelFolder(model: string | null, preset: string): string {
  if (model !== null) return resolve(model)
  if (preset === 'nano') return NANO_MODEL
  throw new AppError('usage', `preset ${preset}: expected --model DIR, found none`)
}

/** The codec of a folder. Throws AppError('checkpoint') where folder and prompt set do not fit each other. */
export async function codecOf(
  folder: string,
  config: Pick<RunConfig, 'promptSet'>,
): Promise<TextCodec> {
  const decoder = await readModelConfig(folder)
  if (config.promptSet !== 'nano') {
    const codec = await openTokenizer(folder, decoder)
    return config.promptSet === 'chat' ? chatCodec(codec) : baseCodec(codec)
  }
  if (decoder.vocabSize !== NANO_CODEC.vocabSize) {
    throw new AppError(
      'checkpoint',
      `${folder}: prompt set nano expects ${NANO_CODEC.vocabSize} tokens, found ${decoder.vocabSize}`,
    )
  }
  return NANO_CODEC
}

/**
 * Hex digest over the weight files of a folder, in order of their names; of weights at a server, of their place there.
 */
export async function weightsDigest(
  folder: string,
  remote: RemoteEngine | null = null,
): Promise<string> {
  const state = await readRemoteState(folder)
  const { url, model } = state?.engine ?? remote ?? { url: null, model: null }
  if (url !== null) {
    return createHash('sha256')
      .update(JSON.stringify([url, model, state?.path ?? null]))
      .digest('hex')
  }
  const names = (await readdir(folder)).filter((name) => name.endsWith('.safetensors')).toSorted()
  const hash = createHash('sha256')
  for (const name of names) {
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk)
  }
  return hash.digest('hex')
}
