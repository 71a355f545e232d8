/**
 * Opens the history of a home for a command or a window. Not here: what is asked of it (history.ts).
 */
import type { RunRow } from '../contract/history.ts'
import { openStore } from '../store/open.ts'
import { listRuns, settleRuns } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { databaseFile } from './paths.ts'

/** Makes the database if there is none. Runs whose process has ended are no longer called running. */
export async function openHistory(home: string, now: () => number = Date.now): Promise<Store> {
  const store = await openStore(databaseFile(home))
  try {
    settleRuns(store, isAlive, now())
    return store
  } catch (cause) {
    store.close()
    throw cause
  }
}

/** Newest first. */
export async function readRuns(home: string): Promise<RunRow[]> {
  return withHistory(home, (store) => listRuns(store))
}

export async function withHistory<T>(
  home: string,
  body: (store: Store) => T | Promise<T>,
): Promise<T> {
  const store = await openHistory(home)
  try {
    return await body(store)
  } finally {
    store.close()
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
