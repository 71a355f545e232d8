/**
 * Items of one stream on their way to a window that may be slow: a few under way, some waiting, then the end.
 * Not here: what the items are (handlers/), how they travel.
 */
import { CREDIT, MAX_WAITING } from '../contract/wire.ts'

export type Outbox = {
  readonly push: (item: unknown) => void
  /** The window has taken that many. */
  readonly seen: (count: number) => void
}

export type OutboxOptions = {
  readonly keep: 'latest' | 'all'
  readonly send: (item: unknown) => void
  /** The window is too far behind: nothing is sent any more. */
  readonly overflow: () => void
}

export function createOutbox({ keep, send, overflow }: OutboxOptions): Outbox {
  let credit = CREDIT
  let over = false
  const waiting: unknown[] = []
  const pump = (): void => {
    while (credit > 0 && waiting.length > 0) {
      credit -= 1
      send(waiting.shift())
    }
  }
  return {
    push: (item) => {
      if (over) return
      if (keep === 'latest') waiting.length = 0
      waiting.push(item)
      pump()
      if (waiting.length <= MAX_WAITING) return
      over = true
      waiting.length = 0
      overflow()
    },
    seen: (count) => {
      credit = Math.min(CREDIT, credit + count)
      if (!over) pump()
    },
  }
}
