/**
 * Calls that turn a wish for a folder or file into a handle.
 */
import { isAbsolute, resolve } from 'node:path'
import { AppError } from '../../contract/errors.ts'
import type { Bench } from '../bench.ts'
import { needDesk } from './app.ts'
import type { HandlersOf } from './types.ts'

export function folderHandlers({ desk, handles }: Bench): HandlersOf<'folders'> {
  return {
    'folders.pick': async ({ purpose, suggested = null }) => {
      const path = await needDesk(desk).pick(purpose, suggested)
      return path === null ? null : handles.grant(path)
    },
    'folders.type': ({ path }) => {
      if (desk !== null) {
        throw new AppError('usage', 'folders: in the desktop window they are picked, not typed')
      }
      if (!isAbsolute(path) || path.includes('\0')) {
        throw new AppError('usage', `folder: expected an absolute path, found ${path.slice(0, 80)}`)
      }
      return handles.grant(resolve(path))
    },
    'folders.reveal': async ({ folder }) => {
      await needDesk(desk).reveal(handles.path(folder))
      return null
    },
  }
}
