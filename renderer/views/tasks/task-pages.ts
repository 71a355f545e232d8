/**
 * The pages of the table of tasks. A page may come short where few rows match: it goes on by itself until there is
 * a screen full, says how far it has looked, and can be stopped.
 */
import { useEffect, useState } from 'react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { usePages } from '../../data/ask.ts'
import type { TaskQuery } from '../../text/task-query.ts'

export type TaskPages = {
  readonly rows: readonly TaskRow[]
  readonly error: unknown
  readonly retry: () => void
  readonly pending: boolean
  readonly more: boolean
  /** Whether more is looked for because too little was found. */
  readonly looking: boolean
  /** Rows looked at beyond those found. */
  readonly scanned: number
  readonly stopped: boolean
  readonly stop: () => void
  readonly next: () => void
}

const PAGE = 200
const SCREEN = 60

export function useTaskPages(query: TaskQuery): TaskPages {
  const { query: pages, rows } = usePages('tasks.page', { ...query.page, limit: PAGE })
  const name = JSON.stringify(query.page)
  const [stoppedFor, setStoppedFor] = useState('')
  const { hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = pages
  const last = pages.data?.pages.at(-1)
  const isShort = last?.scanned !== undefined && rows.length < SCREEN
  const stopped = stoppedFor === name
  const looking = hasNextPage && isShort && !stopped && !isPlaceholderData && pages.error === null
  const loaded = pages.data?.pages.length ?? 0
  useEffect(() => {
    if (looking && !isFetchingNextPage) void fetchNextPage()
  }, [looking, loaded, isFetchingNextPage, fetchNextPage])
  return {
    rows,
    error: pages.error,
    retry: () => void pages.refetch(),
    pending: pages.isPending,
    more: hasNextPage,
    looking,
    scanned: (pages.data?.pages ?? []).reduce((sum, { scanned = 0 }) => sum + scanned, 0),
    stopped,
    stop: () => setStoppedFor(name),
    next: () => {
      if (!isFetchingNextPage && !stopped) void fetchNextPage()
    },
  }
}
