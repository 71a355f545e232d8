/**
 * At how many confirmed traces a run pauses by itself, where that was changed after its start: entries are added and
 * never changed, the last holds. Not here: pausing (host/pausing.ts).
 */
import * as v from 'valibot'
import type { PausePolicy } from '../contract/safety.ts'
import { count, text } from './columns.ts'
import type { Store } from './store.ts'

export type SetPolicy = PausePolicy & { readonly author: string }

export function insertPausing(
  store: Store,
  run: number,
  policy: SetPolicy & { readonly atMs: number },
): void {
  store.run(
    `INSERT INTO pausing (run, confirmed, severity, author, at_ms)
     VALUES (@run, @confirmed, @severity, @author, @atMs)`,
    { ...policy, run },
  )
}

const PausingRow = v.object({
  confirmed: v.nullable(count),
  severity: v.pipe(count, v.minValue(1), v.maxValue(5)),
  author: text,
})

/** null: as the run was started. */
export function readPausing(store: Store, run: number): SetPolicy | null {
  const row = store.get(
    `SELECT confirmed, severity, author FROM pausing WHERE run = ? ORDER BY key DESC LIMIT 1`,
    PausingRow,
    [run],
  )
  return row ?? null
}
