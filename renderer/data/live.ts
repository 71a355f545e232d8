/**
 * What is going on, as the host tells it: state of the selected run, and which cached answers it makes old.
 */
import type { QueryClient } from '@tanstack/react-query'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { create } from 'zustand'
import type { CallName } from '../../electron/contract/api.ts'
import type { Notice } from '../../electron/contract/notices.ts'
import type { LiveRun, RunNews } from '../../electron/contract/workbench.ts'
import type { Client, ConnectionState } from '../client.ts'
import { curvesKey, cutCurves } from './curves.ts'
import type { Curves } from './curves.ts'
import { useClient } from './client-context.ts'
import { spoilKey } from './spoil.ts'

/** Something worth a notice, in words. */
export type Note = { readonly id: number; readonly tone: 'info' | 'warning'; readonly text: string }

type LiveStore = {
  readonly connection: ConnectionState
  /** null: it has ended. */
  readonly runs: ReadonlyMap<string, LiveRun | null>
  readonly notes: readonly Note[]
  /** Of the host, oldest first; how many came since the bell was opened. */
  readonly notices: readonly Notice[]
  readonly unread: number
}

export const useLive = create<LiveStore>(() => ({
  connection: { type: 'connecting', reason: '' },
  runs: new Map(),
  notes: [],
  notices: [],
  unread: 0,
}))

let lastNote = 0

export function addNote(tone: Note['tone'], text: string): void {
  lastNote += 1
  const note = { id: lastNote, tone, text }
  useLive.setState(({ notes }) => ({ notes: [...notes.slice(-4), note] }))
}

export function dropNote(id: number): void {
  useLive.setState(({ notes }) => ({ notes: notes.filter((note) => note.id !== id) }))
}

/** The newest that was told of each run. */
const revisions = new Map<string, number>()

/** It comes by more than one way: what is older than what is known is left out. */
export function setLive(run: string, live: LiveRun | null): void {
  if (live !== null) {
    if (live.revision < (revisions.get(run) ?? 0)) return
    revisions.set(run, live.revision)
  }
  useLive.setState(({ runs }) => ({ runs: new Map(runs).set(run, live) }))
}

/** Once, at the top of the page. */
export function useWorkbenchNews(): void {
  const client = useClient()
  const queries = useQueryClient()
  useEffect(() => {
    useLive.setState({ connection: client.state() })
    const ends = [
      client.onState((connection) => {
        useLive.setState({ connection })
        if (connection.type === 'connected') void queries.invalidateQueries()
      }),
      client.stream('runs.changes', () => ({}), {
        item: ({ run, live }) => {
          setLive(run, live)
          spoil(queries, ['runs.list', 'runs.show'])
        },
      }),
      followNotices(client),
      client.stream('jobs.news', () => ({}), {
        item: () => spoil(queries, JOB_SPOILS),
      }),
      client.stream('settings.changes', () => ({}), {
        item: () => spoil(queries, ['settings.get']),
      }),
    ]
    return () => ends.forEach((end) => end())
  }, [client, queries])
}

/** Of all runs, also of those that are not shown. What was told before this page was opened is no news. */
function followNotices(client: Client): () => void {
  const openedMs = Date.now()
  let seen = 0
  return client.stream('notices.news', () => ({ after: seen }), {
    item: (notice) => {
      seen = notice.seq
      useLive.setState(({ notices, unread }) => ({
        notices: [...notices, notice].slice(-MAX_NOTICES),
        unread: unread + (notice.atMs < openedMs ? 0 : 1),
      }))
      if (notice.atMs < openedMs) return
      const tone = notice.kind === 'done' ? 'info' : 'warning'
      addNote(tone, notice.run === null ? notice.text : `${notice.run}: ${notice.text}`)
    },
  })
}

const MAX_NOTICES = 100

export function readNotices(): void {
  useLive.setState({ unread: 0 })
}

/** For the run that is shown. */
export function useRunNews(run: string | null): void {
  const client = useClient()
  const queries = useQueryClient()
  useEffect(() => (run === null ? undefined : follow(client, queries, run)), [client, queries, run])
}

function follow(client: Client, queries: QueryClient, run: string): () => void {
  let seen = 0
  return client.stream('runs.news', () => ({ run, after: seen }), {
    item: (item) => {
      seen = item.seq
      hear(queries, item)
    },
  })
}

const JOB_SPOILS: readonly CallName[] = [
  'jobs.list',
  'evals.list',
  'evaluations.board',
  'evaluations.suites',
  'models.list',
]

/** Which answers are old after which news. */
const SPOILS: Readonly<Partial<Record<RunNews['news']['type'], readonly CallName[]>>> = {
  live: ['runs.list', 'runs.show'],
  started: ['runs.list', 'runs.show'],
  step: ['runs.show'],
  paused: ['runs.list', 'runs.show'],
  resumed: ['runs.list', 'runs.show'],
  eval: ['runs.list', 'runs.show', 'evals.list', 'evaluations.board'],
  checkpoint: ['runs.show', 'checkpoints.list', 'models.list'],
  done: ['runs.list', 'runs.show', 'checkpoints.list', 'evals.list', 'evaluations.board'],
  failed: ['runs.list', 'runs.show'],
}

function hear(queries: QueryClient, { run, news }: RunNews): void {
  if (news.type === 'live') {
    setLive(run, news.live)
  }
  if (news.type === 'step') spoilKey(queries, curvesKey(run))
  if (news.type === 'started') {
    queries.setQueryData<Curves>(curvesKey(run), (curves) =>
      curves === undefined ? undefined : cutCurves(curves, news.resumedAt),
    )
  }
  spoil(queries, SPOILS[news.type] ?? [])
}

function spoil(queries: QueryClient, names: readonly CallName[]): void {
  for (const name of names) spoilKey(queries, [name])
}
