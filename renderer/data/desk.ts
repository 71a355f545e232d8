/**
 * The desk for a view: the trace that is looked at, what is half entered about it, and what can be done.
 * Not here: what doing it means (desk-session.ts).
 */
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import { createStopwatch } from '../state/stopwatch.ts'
import { draftOf } from '../text/draft-flag.ts'
import type { FlagDraft } from '../text/draft-flag.ts'
import type { Decision } from '../../electron/contract/safety.ts'
import { useClient } from './client-context.ts'
import { DeskSession } from './desk-session.ts'
import { addNote } from './live.ts'
import { useItem } from './queue.ts'
import type { Shown } from './queue.ts'

type DeskOptions = Shown & {
  readonly items: readonly string[]
  readonly categories: readonly string[]
}

export function useDesk({ items, categories, ...shown }: DeskOptions) {
  const { session, place, watch } = useSession(items, shown.run)
  const state = useStore(session.store)
  const { query, change } = useItem(items, state.at, shown)
  place.current = { change, refresh: () => void query.refetch() }
  const id = items[state.at] ?? ''
  const item = query.data?.id === id ? query.data : undefined
  const draft = state.drafts.get(id) ?? draftOf(item?.own ?? null, categories)
  useSeen(watch, item?.id ?? '')
  useSpoils()
  return {
    ...state,
    item,
    error: query.error,
    retry: () => void query.refetch(),
    draft,
    setDraft: (next: FlagDraft) => session.setDraft(id, next),
    say: (text: string) => session.say(text),
    setKeepTask: (keep: boolean) => session.keepTask(keep),
    next: () => session.go(state.at + 1),
    previous: () => session.go(state.at - 1),
    skip: () => {
      if (id !== '') session.skip(id)
    },
    same: () => session.same(id, draft),
    save: () => {
      if (item !== undefined) session.save(item, draft, shown.blind)
    },
    decide: (verdict: Decision['verdict']) => {
      if (item !== undefined) session.decide(id, draft, verdict)
    },
    undo: () => void session.undo(),
  }
}

export type Desk = ReturnType<typeof useDesk>

type Place = Pick<ConstructorParameters<typeof DeskSession>[1], 'change' | 'refresh'>

/** One for a queue, as long as it is shown. */
function useSession(items: readonly string[], run: string) {
  const client = useClient()
  const place = useRef<Place>({ change: () => undefined, refresh: () => undefined })
  const watch = useMemo(() => createStopwatch(() => performance.now()), [])
  const session = useMemo(
    () =>
      new DeskSession(items, {
        run,
        call: (...of) => client.call(...of),
        seconds: () => watch.seconds(),
        change: (...what) => place.current.change(...what),
        refresh: (id) => place.current.refresh(id),
        fail: (error) => addNote('warning', error instanceof Error ? error.message : String(error)),
      }),
    [items, run, client, watch],
  )
  return { session, place, watch }
}

/** Starts anew with every trace; stands while the page is not seen. */
function useSeen(watch: ReturnType<typeof createStopwatch>, id: string): void {
  useEffect(() => watch.restart(), [watch, id])
  useEffect(() => {
    const turn = () => watch.turn(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', turn)
    return () => document.removeEventListener('visibilitychange', turn)
  }, [watch])
}

const SPOILED = [
  'runs.show',
  'flags.list',
  'review.agreement',
  'review.audit',
  'review.raters',
  'review.lineage',
  'rules.list',
  'episodes.show',
] as const

/** Other screens ask again once the rater leaves: not with every rating. */
function useSpoils(): void {
  const queries = useQueryClient()
  useEffect(
    () => () => {
      for (const name of SPOILED) void queries.invalidateQueries({ queryKey: [name] })
    },
    [queries],
  )
}
