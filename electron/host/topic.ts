/**
 * News for whoever listens at the moment. Not here: keeping it (news-book.ts).
 */

export type Topic<Item> = {
  readonly tell: (item: Item) => void
  /** Returns how to stop listening. */
  readonly listen: (listener: (item: Item) => void) => () => void
}

export function createTopic<Item>(): Topic<Item> {
  const listeners = new Set<(item: Item) => void>()
  return {
    tell: (item) => {
      // Those of now: a listener may add others, who have seen the item already.
      const present = [...listeners]
      for (const listener of present) listener(item)
    },
    listen: (listener) => {
      // Its own function, so that the same listener may listen twice.
      const own = (item: Item): void => listener(item)
      listeners.add(own)
      return () => listeners.delete(own)
    },
  }
}
