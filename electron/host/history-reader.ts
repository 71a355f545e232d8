/**
 * The history for a window: one read-only connection that stays open, and short-lived writing ones. Pages are read
 * in another process than the one that trains and writes.
 */
import type { RunRow } from '../contract/history.ts'
import type { IndexState } from '../contract/workbench.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { readWordBuilds } from '../store/word-builds.ts'
import { buildIndex } from './build-index.ts'
import { withHistory } from './open-history.ts'
import { databaseFile } from './paths.ts'

export type History = {
  readonly read: <T>(body: (store: Store) => T) => T
  /** The store itself, for work that takes turns, such as exports. */
  readonly reader: Store
  readonly write: <T>(body: (store: Store) => T) => Promise<T>
  /** Runs whose process has ended are no longer called running. */
  readonly settle: () => Promise<void>
  /** How much of it is not searchable yet. */
  readonly index: () => IndexState
  readonly close: () => void
}

/** Makes the database where there is none. */
export async function openHistoryReader(
  home: string,
  indexFailed: (cause: unknown) => void,
): Promise<History> {
  await withHistory(home, () => undefined)
  const reader = await openStore(databaseFile(home), { readonly: true })
  const building = readWordBuilds(reader).left > 0 ? await buildIndex(home, indexFailed) : null
  return {
    reader,
    index: () => readWordBuilds(reader),
    read: (body) => body(reader),
    write: (body) => withHistory(home, body),
    settle: () => withHistory(home, () => undefined),
    close: () => {
      building?.stop()
      reader.close()
    },
  }
}

/** Whether a row claims a process that is gone. */
export function isStale({ state, pid }: RunRow, isAlive: (pid: number) => boolean): boolean {
  return (state === 'running' || state === 'paused') && (pid === null || !isAlive(pid))
}
