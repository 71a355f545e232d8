/**
 * The files of a model folder that go from one checkpoint to the next beside the weights.
 * Not here: what is in them (tokenizer-files.ts).
 */
import { copyFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'

/** Files that turn text into tokens and say how to generate; copied from one checkpoint to the next. */
const TOKENIZER_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'generation_config.json',
] as const

/** Into another model folder. */
export async function copyTokenizer(from: string, to: string): Promise<void> {
  const present = new Set(await readdir(from))
  if (!present.has('tokenizer.json')) {
    throw new AppError('checkpoint', `${from}: expected tokenizer.json, found none`)
  }
  for (const name of TOKENIZER_FILES) {
    if (present.has(name)) await copyFile(join(from, name), join(to, name))
  }
}
