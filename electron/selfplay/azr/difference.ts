/**
 * How alike two sequences are: twice the matched elements over all, where the longest common run is matched
 * first and then what lies left and right of it. 1: equal, 0: nothing in common.
 * Source: Ratcliff and Obershelp 1988, as Python's difflib.SequenceMatcher without its junk heuristics.
 */

/** Longer sequences are compared by their beginnings. */
const COMPARED = 300

export function similarity(left: readonly string[], right: readonly string[]): number {
  const a = left.slice(0, COMPARED)
  const b = right.slice(0, COMPARED)
  if (a.length + b.length === 0) return 1
  return (2 * matched(a, b)) / (a.length + b.length)
}

type Range = readonly [aFrom: number, aTo: number, bFrom: number, bTo: number]

function matched(a: readonly string[], b: readonly string[]): number {
  const places = new Map<string, number[]>()
  for (const [at, item] of b.entries()) {
    const known = places.get(item)
    if (known === undefined) places.set(item, [at])
    else known.push(at)
  }
  const open: Range[] = [[0, a.length, 0, b.length]]
  let total = 0
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [aFrom, aTo, bFrom, bTo] = range
    const run = longestRun(a, places, range)
    if (run.size === 0) continue
    total += run.size
    open.push([aFrom, run.a, bFrom, run.b], [run.a + run.size, aTo, run.b + run.size, bTo])
  }
  return total
}

type Run = { readonly a: number; readonly b: number; readonly size: number }

/** The longest common run within the ranges, the earliest in a, then in b. */
function longestRun(
  a: readonly string[],
  places: ReadonlyMap<string, readonly number[]>,
  [aFrom, aTo, bFrom, bTo]: Range,
): Run {
  let best: Run = { a: aFrom, b: bFrom, size: 0 }
  let endingAt = new Map<number, number>()
  for (let i = aFrom; i < aTo; i++) {
    const next = new Map<number, number>()
    for (const j of places.get(a[i] ?? '') ?? []) {
      if (j < bFrom || j >= bTo) continue
      const size = (endingAt.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    endingAt = next
  }
  return best
}
