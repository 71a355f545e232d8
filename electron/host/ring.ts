/**
 * The latest of a stream of items, numbered, for those who come later or were away.
 */
import { createTopic } from './topic.ts'

export type Numbered = { readonly seq: number }

/** Where numbers begin: above those of any earlier process, so that a window which was away asks for what is new. */
export function firstSeq(nowMs: number): number {
  return nowMs * 1_000
}

export type Ring<Item extends Numbered> = {
  readonly add: (make: (seq: number) => Item) => Item
  readonly last: () => number
  /** Those after seq that are still kept, oldest first. */
  readonly after: (seq: number) => Item[]
  /** Everything after seq, then what comes. Returns how to stop. */
  readonly follow: (seq: number, listener: (item: Item) => void) => () => void
}

export function createRing<Item extends Numbered>(capacity: number, first: number): Ring<Item> {
  const topic = createTopic<Item>()
  let items: Item[] = []
  let last = first
  const after = (seq: number): Item[] => items.filter((item) => item.seq > seq)
  return {
    add: (make) => {
      last += 1
      const item = make(last)
      items.push(item)
      // In one go now and then, so that adding costs the same however much is kept.
      if (items.length >= 2 * capacity) items = items.slice(-capacity)
      topic.tell(item)
      return item
    },
    last: () => last,
    after,
    follow: (seq, listener) => {
      for (const item of after(seq)) listener(item)
      return topic.listen(listener)
    },
  }
}
