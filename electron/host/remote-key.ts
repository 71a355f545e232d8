/**
 * The key of a remote engine: from the environment, or from a file that only its owner can read. It goes into the
 * header of a request and nowhere else: no argument, row, log or message holds it.
 */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'
import { isMissing } from '../model/json.ts'

export const KEY_VARIABLE = 'TINKER_API_KEY'
export const KEY_FILE = 'tinker.key'

/** null: none is set. Throws AppError('usage') for a file that others can read, without quoting it. */
export function readRemoteKey(
  home: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | null {
  const given = environment[KEY_VARIABLE]?.trim()
  if (given !== undefined && given !== '') return checkedKey(given, KEY_VARIABLE)
  const file = join(home, KEY_FILE)
  try {
    const { mode, size } = statSync(file)
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      const found = (mode & 0o777).toString(8)
      throw new AppError('usage', `${file}: expected mode 600, found ${found}; chmod 600 it`)
    }
    if (size > MAX_BYTES) throw new AppError('usage', `${file}: expected one key, found more`)
    return checkedKey(readFileSync(file, 'utf8').trim(), file)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (isMissing(cause)) return null
    throw new AppError('usage', `${file}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}

const MAX_BYTES = 4_096

function checkedKey(key: string, where: string): string {
  if (/^[\u0021-\u007e]{8,4096}$/.test(key)) return key
  throw new AppError(
    'usage',
    `${where}: expected a key of at least 8 printable characters, found something else`,
  )
}
