/**
 * Whether a model may be written to a folder: it replaces what is there, so that must be nothing or a model.
 */
import { readdir } from 'node:fs/promises'
import { AppError, messageOf } from '../contract/errors.ts'
import { isMissing } from '../model/json.ts'

/** Throws AppError('usage') for a file, and for a folder that holds anything but a model. */
export async function requireModelTarget(folder: string): Promise<void> {
  const names = await namesIn(folder)
  if (names.length === 0 || names.includes('config.json')) return
  throw new AppError(
    'usage',
    `${folder}: expected a new or empty folder or a model, found a folder with ${names.slice(0, 3).join(', ')}`,
  )
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    if (isMissing(cause)) return []
    throw new AppError('usage', `${folder}: expected a folder, found: ${messageOf(cause)}`, {
      cause,
    })
  }
}
