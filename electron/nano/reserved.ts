/**
 * Hashes of the hand-written programs, so that the predicate reads no file. Written by write-suites.ts.
 */
export const HAND_WRITTEN: ReadonlySet<string> = new Set([])
