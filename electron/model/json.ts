/**
 * JSON files of a checkpoint, read as hostile input: size limit, strict UTF-8, schema, one sentence per failure.
 * Not here: what the fields mean (config.ts, safetensors.ts, tokenizer.ts).
 */
import { readFile, stat } from 'node:fs/promises'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'

const MIB = 2 ** 20

/** Bytes of a file of at most maxMiB; null where there is none. */
export async function readBytes(path: string, maxMiB: number): Promise<Uint8Array | null> {
  try {
    const { size } = await stat(path)
    if (size > maxMiB * MIB) {
      throw new AppError(
        'checkpoint',
        `${path}: expected at most ${maxMiB} MiB, found ${size} bytes`,
      )
    }
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (isMissing(cause)) return null
    throw new AppError('checkpoint', `${path}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'
}

/** Strict UTF-8: a lone byte is an error rather than a replacement character. */
export function decodeUtf8(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new AppError('checkpoint', `${where}: expected UTF-8 text, found other bytes`, { cause })
  }
}

export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('checkpoint', `${where}: expected JSON, found ${messageOf(cause)}`, {
      cause,
    })
  }
}

/** The value as the schema's type, or one sentence with the path of the first wrong field. */
export function matchSchema<S extends v.GenericSchema>(
  schema: S,
  value: unknown,
  where: string,
): v.InferOutput<S> {
  const result = v.safeParse(schema, value, { abortEarly: true })
  if (result.success) return result.output
  const [issue] = result.issues
  const path = v.getDotPath(issue)
  throw new AppError(
    'checkpoint',
    `${where}: ${path === null ? '' : `${path}: `}${lowerFirst(issue.message)}`,
  )
}

/** A JSON file as the schema's type; null where there is no such file. */
export async function readJson<S extends v.GenericSchema>(
  path: string,
  schema: S,
  maxMiB: number,
): Promise<v.InferOutput<S> | null> {
  const bytes = await readBytes(path, maxMiB)
  if (bytes === null) return null
  return matchSchema(schema, parseJson(decodeUtf8(bytes, path), path), path)
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}
