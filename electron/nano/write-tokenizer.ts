/**
 * Command: `node electron/nano/write-tokenizer.ts DIRECTORY` writes tokenizer.json and tokenizer_config.json.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tokenizerConfig, tokenizerJson } from './tokenizer.ts'

export const CONTEXT_LENGTH = 320

/** Writes the two tokenizer files into an existing or new directory. */
export async function writeTokenizer(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true })
  const write = (name: string, value: object) =>
    writeFile(join(directory, name), `${JSON.stringify(value, null, 2)}\n`)
  await write('tokenizer.json', tokenizerJson())
  await write('tokenizer_config.json', tokenizerConfig(CONTEXT_LENGTH))
}

if (import.meta.main) await writeTokenizer(process.argv[2] ?? 'resources/models/nano')
