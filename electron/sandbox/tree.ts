/**
 * Files of a work tree outside of one: their limits, and reading them from a folder of the host.
 * Not here: the work tree itself (workspace.ts).
 */
import { lstat, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'

export type TreeFile = {
  /** Relative, with slashes. */
  readonly path: string
  readonly executable: boolean
  readonly content: Uint8Array
}

export type TreeLimits = {
  readonly sizeBytes: number
  /** Files and folders together. */
  readonly files: number
}

/** Throws AppError('usage') naming what is too much or which path leaves the tree. */
export function checkFiles(files: readonly TreeFile[], limits: TreeLimits): void {
  for (const { path } of files) {
    if (isInside(path)) continue
    throw new AppError('usage', `work tree: expected a relative path inside it, found "${path}"`)
  }
  const size = files.reduce((sum, { content }) => sum + content.length, 0)
  if (files.length > limits.files) throw tooMuch('files', limits.files, files.length)
  if (size > limits.sizeBytes) throw tooMuch('bytes', limits.sizeBytes, size)
}

function tooMuch(what: string, limit: number, found: number): AppError {
  return new AppError('usage', `work tree: expected at most ${limit} ${what}, found ${found}`)
}

const isInside = (path: string): boolean =>
  path !== '' &&
  !path.includes('\0') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** The regular files below a folder, in order of their paths. Links, sockets and devices are left out. */
export async function readTree(folder: string, limits: TreeLimits): Promise<TreeFile[]> {
  const files: TreeFile[] = []
  let left = limits.sizeBytes
  for (const path of await pathsBelow(folder, '', limits.files)) {
    const whole = join(folder, path)
    const { mode, size } = await lstat(whole)
    left -= size
    if (left < 0) throw tooMuch('bytes', limits.sizeBytes, limits.sizeBytes - left)
    files.push({ path, executable: (mode & 0o100) !== 0, content: await readFile(whole) })
  }
  return files
}

async function pathsBelow(folder: string, prefix: string, limit: number): Promise<string[]> {
  const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(
    (cause: unknown) => {
      throw new AppError('usage', `${join(folder, prefix)}: expected a readable folder`, { cause })
    },
  )
  const paths: string[] = []
  for (const entry of entries) {
    const path = `${prefix}${entry.name}`
    if (entry.isDirectory()) paths.push(...(await pathsBelow(folder, `${path}/`, limit)))
    else if (entry.isFile()) paths.push(path)
    if (paths.length > limit) throw tooMuch('files', limit, paths.length)
  }
  return paths.toSorted()
}
