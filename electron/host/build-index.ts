/**
 * Makes the text of an older history searchable while the workbench is open, a few rows at a time. What is left when
 * it closes goes on with the next start. Not here: what is put into the index (store/words.ts).
 */
import { setTimeout } from 'node:timers/promises'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { buildWords } from '../store/word-builds.ts'
import { databaseFile } from './paths.ts'

/** Short enough for a run that waits to write. */
const ROWS = 200
const PAUSE_MS = 2

/** failed: what ended it early; the next start goes on. */
export async function buildIndex(
  home: string,
  failed: (cause: unknown) => void,
): Promise<{ readonly stop: () => void }> {
  const store = await openStore(databaseFile(home))
  const leaving = new AbortController()
  void buildAll(store, leaving.signal)
    .catch(failed)
    .finally(() => store.close())
  return { stop: () => leaving.abort() }
}

async function buildAll(store: Store, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && buildWords(store, ROWS))
    await setTimeout(PAUSE_MS, null, { ref: false })
}
