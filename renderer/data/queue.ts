/**
 * The traces of a review, drawn once and then left alone: a queue that changed under its rater would be no queue.
 * The trace that is looked at comes from the cache, since the two after it are fetched ahead.
 */
import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import type { CallInput } from '../../electron/contract/api.ts'
import type { ReviewItem } from '../../electron/contract/review.ts'
import { useAsk, useAskQuery } from './ask.ts'
import { useClient } from './client-context.ts'

export type QueueOrder = CallInput<'review.queue'>

export type Drawn = {
  /** null: awaited. */
  readonly items: readonly string[] | null
  readonly error: unknown
  readonly redraw: () => void
}

/** rater: whose ratings are left out; another rater has another queue. */
export function useQueue(order: QueueOrder, rater: string): Drawn {
  const client = useClient()
  const [drawn, setDrawn] = useState<Pick<Drawn, 'items' | 'error'>>({ items: null, error: null })
  const [turn, setTurn] = useState(0)
  const name = JSON.stringify(order)
  useEffect(() => {
    const abort = new AbortController()
    setDrawn({ items: null, error: null })
    // What it says decides, not the object.
    const asked: QueueOrder = JSON.parse(name)
    client.call('review.queue', asked, { signal: abort.signal }).then(
      ({ items }) => setDrawn({ items, error: null }),
      (error: unknown) => {
        if (!abort.signal.aborted) setDrawn({ items: null, error })
      },
    )
    return () => abort.abort()
  }, [client, name, rater, turn])
  return { ...drawn, redraw: useCallback(() => setTurn((before) => before + 1), []) }
}

export type Shown = Omit<CallInput<'review.item'>, 'id'>

const AHEAD = 2

/** The trace at a place of the queue, with those after it on their way. */
export function useItem(items: readonly string[], at: number, shown: Shown) {
  const queries = useQueryClient()
  const queryOf = useAskQuery()
  const { run, blind, adjudicate } = shown
  const id = items[at] ?? ''
  const query = useAsk('review.item', { run, id, blind, adjudicate }, { enabled: id !== '' })
  const ahead = items.slice(at + 1, at + 1 + AHEAD).join('\n')
  useEffect(() => {
    for (const next of ahead.split('\n').filter((one) => one !== '')) {
      void queries.prefetchQuery(queryOf('review.item', { run, id: next, blind, adjudicate }))
    }
    // What it asks with is named; how it asks does not change.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [ahead, run, blind, adjudicate])
  const change = (of: string, part: Partial<ReviewItem>): void => {
    const { queryKey } = queryOf('review.item', { run, id: of, blind, adjudicate })
    queries.setQueryData<ReviewItem>(queryKey, (item) =>
      item === undefined ? undefined : { ...item, ...part },
    )
  }
  return { query, change }
}
