/**
 * A small JSON file that a person may edit and a crash may cut: written whole, set aside where it cannot be read.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'

export type Found =
  | { readonly type: 'nothing' }
  | { readonly type: 'value'; readonly value: unknown }
  /** It was renamed to `kept`. */
  | { readonly type: 'broken'; readonly kept: string }

const MAX_BYTES = 4 * 2 ** 20

export function readJsonFile(path: string, atMs: number): Found {
  const text = readText(path)
  if (text === null) return { type: 'nothing' }
  try {
    if (text.length > MAX_BYTES) throw new SyntaxError('too long')
    const value: unknown = JSON.parse(text)
    return { type: 'value', value }
  } catch {
    const kept = `${path}.broken-${atMs}`
    renameSync(path, kept)
    return { type: 'broken', kept: basename(kept) }
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw new AppError('store', `${path}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}

export function writeJsonFile(path: string, value: unknown): void {
  const part = `${path}.part`
  try {
    writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`)
    renameSync(part, path)
  } catch (cause) {
    throw new AppError('store', `${path}: cannot be written: ${messageOf(cause)}`, { cause })
  }
}
