/**
 * Files and folders that appear whole or not at all: written beside their place under another name, then renamed.
 */
import { randomUUID } from 'node:crypto'
import { open, mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError, messageOf } from '../../contract/errors.ts'

export type Write = (chunk: string | Uint8Array) => Promise<void>

/** Replaces a file that is there; refuses a folder. Returns what body returns. */
export async function writeFileAtomically<T>(
  out: string,
  body: (write: Write) => Promise<T>,
): Promise<T> {
  if ((await kindOf(out)) === 'folder') {
    throw new AppError('usage', `${out}: expected the name of a file, found a folder`)
  }
  return atomically(out, async (part) => {
    const handle = await open(part, 'wx')
    try {
      return await writeBuffered(handle, body)
    } finally {
      await handle.close()
    }
  })
}

/** body fills a folder; an empty one may be there already, anything else is refused. */
export async function writeFolderAtomically<T>(
  out: string,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const found = await kindOf(out)
  if (found === 'file' || (found === 'folder' && (await readdir(out)).length > 0)) {
    throw new AppError('usage', `${out}: expected a new or empty folder, found a ${found} in use`)
  }
  return atomically(out, async (part) => {
    await mkdir(part)
    const result = await body(part)
    if (found === 'folder') await rm(out, { recursive: true })
    return result
  })
}

async function kindOf(path: string): Promise<'nothing' | 'file' | 'folder'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return 'nothing'
  }
}

async function atomically<T>(out: string, body: (part: string) => Promise<T>): Promise<T> {
  const part = join(dirname(out), `.${basename(out)}.${randomUUID()}.part`)
  try {
    const result = await body(part)
    await rename(part, out)
    return result
  } catch (cause) {
    await rm(part, { recursive: true, force: true })
    if (cause instanceof AppError) throw cause
    throw new AppError('store', `${out}: cannot be written: ${messageOf(cause)}`, { cause })
  }
}

const BUFFER_BYTES = 1 << 20

async function writeBuffered<T>(
  handle: FileHandle,
  body: (write: Write) => Promise<T>,
): Promise<T> {
  let pending: Uint8Array[] = []
  let bytes = 0
  const flush = async () => {
    const whole = Buffer.concat(pending)
    pending = []
    bytes = 0
    await handle.writeFile(whole)
  }
  const result = await body(async (chunk) => {
    const piece = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    pending.push(piece)
    bytes += piece.byteLength
    if (bytes >= BUFFER_BYTES) await flush()
  })
  await flush()
  await handle.sync()
  return result
}
