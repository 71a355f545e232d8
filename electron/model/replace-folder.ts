/**
 * Folders that are there whole or not at all: built beside their place, then renamed. A folder cannot be renamed over
 * a full one, so the one of before steps aside first. Not here: what is in them (checkpoint.ts, adapter-folder.ts).
 */
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'
import { isMissing } from './json.ts'

/** build fills the folder it is given. Throws what it throws, or AppError('checkpoint'); then all is as before. */
export async function replaceFolder(
  directory: string,
  build: (partial: string) => Promise<void>,
): Promise<void> {
  const target = resolve(directory)
  const partial = `${target}.partial`
  try {
    await rm(partial, { recursive: true, force: true })
    await mkdir(partial, { recursive: true })
    await build(partial)
    await swap(partial, target)
  } catch (cause) {
    await rm(partial, { recursive: true, force: true })
    if (cause instanceof AppError) throw cause
    const why = `${directory}: cannot be written: ${messageOf(cause)}`
    throw new AppError('checkpoint', why, { cause })
  }
}

/** The folder, or the one that had stepped aside where a replacement was cut short. */
export const wholeFolder = (directory: string): string =>
  existsSync(directory) ? directory : oldFolder(directory)

const oldFolder = (directory: string): string => `${directory}.old`

async function swap(from: string, to: string): Promise<void> {
  const old = oldFolder(to)
  await rm(old, { recursive: true, force: true })
  try {
    await rename(to, old)
  } catch (cause) {
    if (!isMissing(cause)) throw cause
  }
  await rename(from, to)
  await rm(old, { recursive: true, force: true })
}
