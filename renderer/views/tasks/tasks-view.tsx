/**
 * The table of tasks: filters and sort live in the address, rows come in pages.
 */
import { Empty, Failed, Waiting } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import { useAsk, usePages } from '../../data/ask.ts'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { integer } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { TASKS } from '../../strings/tasks.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { FilterBar } from './filter-bar.tsx'
import { TASK_COLUMNS } from './task-columns.tsx'
import { taskQuery, toggledSort } from '../../text/task-query.ts'
import type { TaskQuery } from '../../text/task-query.ts'

export function TasksView() {
  const run = useParam('run')
  const params = useRoute((state) => state.route.params)
  if (run === null) return <NoRun />
  return <TaskTable query={taskQuery(run, params)} />
}

function TaskTable({ query }: { readonly query: TaskQuery }) {
  const { go, change } = useRoute()
  const hidden = (useParam('hide') ?? '').split(',')
  const { query: pages, rows } = usePages('tasks.page', { ...query.page, limit: 200 })
  const open = (row: TaskRow) => go('task', { key: String(row.key), ...keptFilters(query) })
  return (
    <div className={layout['page']}>
      <FilterBar query={query} hidden={hidden} />
      <div className={layout['fill']}>
        {pages.error !== null && rows.length === 0 ? (
          <Failed error={pages.error} onRetry={() => void pages.refetch()} />
        ) : pages.isPending ? (
          <Waiting what={TASKS.table} />
        ) : rows.length === 0 ? (
          <Empty title={TASKS.none} text={TASKS.noneText} />
        ) : (
          <Table
            label={TASKS.table}
            rows={rows}
            columns={TASK_COLUMNS.filter(({ id }) => !hidden.includes(id))}
            keyOf={({ key }) => String(key)}
            onOpen={open}
            sorted={query.sorted}
            onSort={(by) => change(toggledSort(query.sorted, by))}
            more={pages.hasNextPage}
            onEnd={() => {
              if (!pages.isFetchingNextPage) void pages.fetchNextPage()
            }}
            foot={
              <>
                <TaskCount query={query} loaded={rows.length} />
                <span>{TASKS.hint}</span>
              </>
            }
          />
        )}
      </div>
    </div>
  )
}

/** The way back from a task leads to the same rows. */
function keptFilters({ params }: TaskQuery) {
  return { kind: params.kind, state: params.state, step: params.step, sort: params.sort }
}

/** Counted apart from the page, which never waits for it. */
function TaskCount({ query, loaded }: { readonly query: TaskQuery; readonly loaded: number }) {
  const { run, filter } = query.page
  const count = useAsk('tasks.count', { run, filter })
  const total = count.data === undefined ? TASKS.counting : integer(count.data.count)
  return <span role="status">{TASKS.count(integer(loaded), total)}</span>
}
