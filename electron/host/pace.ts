/**
 * Long work in small slices, so that whoever shares the process is served in between; and, while a run trains, mostly
 * at rest, so that it takes at most a quarter of one core from it. And how long it will take.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'
import { throwIfCancelled } from '../contract/errors.ts'
import type { Pace } from './export/table.ts'

/** Asked between two pieces of work; waits where a slice is over. */
export type Turns = () => Promise<void>

const SLICE_MS = 8
const REST = 3

export function createTurns(
  isBusy: () => boolean = () => false,
  clock: () => number = () => performance.now(),
): Turns {
  let begun = clock()
  return async () => {
    const spent = clock() - begun
    if (spent < SLICE_MS) return
    if (isBusy()) await setTimeout(spent * REST)
    else await setImmediate()
    begun = clock()
  }
}

/** Seconds left; null: not known yet. What was there when it began says nothing: work that goes on begins in the middle. */
export function paceOf(now: () => number) {
  let first: { readonly done: number; readonly atMs: number } | null = null
  return (done: number, total: number | null): number | null => {
    first ??= { done, atMs: now() }
    if (total === null || done <= first.done) return null
    return ((now() - first.atMs) / 1000 / (done - first.done)) * (total - done)
  }
}

const ROWS = 100

/** For an export: asked after every row; others in the process have their turn now and then, and it can be called off. */
export function paced(signal: AbortSignal | undefined): Pace {
  let rows = 0
  return async () => {
    rows += 1
    if (rows % ROWS !== 0) return
    throwIfCancelled(signal)
    await setImmediate()
  }
}
