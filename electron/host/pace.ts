/**
 * Long work in small slices, so that whoever shares the process is served in between; and, while a run trains, mostly
 * at rest, so that it takes at most a quarter of one core from it. And how long it will take.
 */
import { setImmediate, setTimeout } from 'node:timers/promises'

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
