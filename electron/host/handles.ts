/**
 * Handles for paths. A page never names a path on the desktop: it holds handles of what was picked or dropped.
 * Not here: dialogs (the desk), opened models (model-list.ts).
 */
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { Picked } from '../contract/workbench.ts'

export type Handles = {
  readonly grant: (path: string) => Picked
  /** Throws AppError('usage') for a handle that was never given out here. */
  readonly path: (handle: string) => string
}

const MAX_HANDLES = 10_000

export function createHandles(): Handles {
  const paths = new Map<string, string>()
  return {
    grant: (path) => {
      // The same path has the same handle, so that lists keep their ids. Only those given out count.
      const digest = createHash('sha256').update(path).digest('base64url')
      const handle = digest.slice(0, 22)
      if (paths.size >= MAX_HANDLES) paths.delete(paths.keys().next().value ?? '')
      paths.set(handle, path)
      return { handle, label: basename(path) || path }
    },
    path: (handle) => {
      const path = paths.get(handle)
      if (path !== undefined) return path
      throw new AppError(
        'usage',
        'expected a folder or file that was picked since the start, found none',
      )
    },
  }
}
