/**
 * Below the table of tasks: how many there are, how far a slow search has come, and whether old text is searchable.
 */
import { useAsk } from '../../data/ask.ts'
import { integer, percent } from '../../format.ts'
import { FILTER } from '../../strings/task-filter.ts'
import { TASKS } from '../../strings/tasks.ts'
import type { TaskQuery } from '../../text/task-query.ts'
import layout from '../layout.module.css'
import type { TaskPages } from './task-pages.ts'

type Props = { readonly query: TaskQuery; readonly pages: TaskPages }

export function TableFoot({ query, pages }: Props) {
  const { rows, looking, scanned, stopped, stop } = pages
  return (
    <>
      <TaskCount query={query} loaded={rows.length} />
      {looking ? (
        <span role="status">
          {FILTER.searching(integer(scanned))}{' '}
          <button type="button" className={layout['anchor']} onClick={stop}>
            {FILTER.stop}
          </button>
        </span>
      ) : null}
      {stopped ? <span>{FILTER.stopped(integer(scanned))}</span> : null}
      <IndexNote />
      <span>{TASKS.hint}</span>
    </>
  )
}

/** Counted apart from the page, which never waits for it. */
function TaskCount({ query, loaded }: { readonly query: TaskQuery; readonly loaded: number }) {
  const { run, filter } = query.page
  const { data } = useAsk('tasks.count', { run, filter })
  return <span role="status">{TASKS.count(integer(loaded), totalOf(data))}</span>
}

function totalOf(counted: { readonly count: number; readonly atLeast?: true } | undefined): string {
  if (counted === undefined) return TASKS.counting
  const count = integer(counted.count)
  return counted.atLeast === true ? FILTER.more(count) : count
}

const OFTEN_MS = 2_000

function IndexNote() {
  const state = useAsk('history.index', {})
  const left = state.data?.left ?? 0
  return left === 0 ? null : <IndexProgress />
}

function IndexProgress() {
  const { data } = useAsk('history.index', {}, { everyMs: OFTEN_MS })
  if (data === undefined || data.left === 0) return null
  return <span role="status">{FILTER.indexing(percent(1 - data.left / data.total))}</span>
}
