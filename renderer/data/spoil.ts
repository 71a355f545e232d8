/**
 * Answers that news have made old are asked for again: together, and one after the other. Steps may be shorter than
 * an answer takes; were a question that is under way given up for the next one, none would ever be answered.
 * Not here: which news make which answers old (live.ts).
 */
import type { QueryClient } from '@tanstack/react-query'

/** The page has more to do. */
const TOGETHER_MS = 250
let waiting: Set<string> | null = null

export function spoilKey(queries: QueryClient, key: readonly string[]): void {
  if (waiting === null) {
    const keys = new Set<string>()
    waiting = keys
    setTimeout(() => {
      waiting = null
      for (const one of keys) void askAgain(queries, one)
    }, TOGETHER_MS)
  }
  waiting.add(JSON.stringify(key))
}

/** Being asked for again; true: what is under way may be too old, so once more after it. */
const asking = new Map<string, boolean>()

/** key: as JSON. */
export async function askAgain(queries: QueryClient, key: string): Promise<void> {
  if (asking.has(key)) {
    asking.set(key, true)
    return
  }
  const queryKey: readonly unknown[] = JSON.parse(key)
  do {
    asking.set(key, queries.isFetching({ queryKey, type: 'active' }) > 0)
    // Joins what is under way. A failure shows where the answer is shown.
    await queries.invalidateQueries({ queryKey }, { cancelRefetch: false })
  } while (asking.get(key) === true)
  asking.delete(key)
}
