/**
 * The table of tasks: query, sort and columns live in the address, rows come in pages.
 */
import { useState } from 'react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { Empty, Failed, Waiting } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { TASKS } from '../../strings/tasks.ts'
import { withAlso } from '../../text/query-edit.ts'
import { columnChoice } from '../../text/table-columns.ts'
import type { ColumnChoice } from '../../text/table-columns.ts'
import { taskQuery, toggledSort, viewParams } from '../../text/task-query.ts'
import type { TaskQuery } from '../../text/task-query.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { BulkBar, HIDDEN } from './bulk-bar.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { FilterBar } from './filter-bar.tsx'
import { useTaskKeys } from './task-keys.ts'
import { TASK_COLUMNS, USUAL_COLUMNS } from './task-columns.tsx'
import { TableFoot } from './table-foot.tsx'
import { useTaskPages } from './task-pages.ts'
import type { TaskPages } from './task-pages.ts'

export function TasksView() {
  const run = useParam('run')
  const params = useRoute((state) => state.route.params)
  if (run === null) return <NoRun />
  return <TaskTable query={taskQuery(run, params)} />
}

const KNOWN = TASK_COLUMNS.map(({ id }) => id)

function TaskTable({ query }: { readonly query: TaskQuery }) {
  const { run } = query.page
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [exporting, setExporting] = useState(false)
  const change = useRoute((state) => state.change)
  const pages = useTaskPages(query)
  const tags = (useAsk('tasks.tags', { run }).data ?? []).map(({ tag }) => tag)
  const columns = columnChoice(KNOWN, USUAL_COLUMNS, useParam('cols') ?? '', useParam('pin') ?? '')
  const rows = pages.rows.filter(({ key }) => chosen.has(String(key)))
  const clear = () => setChosen(new Set())
  useTaskKeys()
  return (
    <div className={layout['page']}>
      <FilterBar query={query} columns={columns} tags={tags} onExport={() => setExporting(true)} />
      {rows.length === 0 ? null : (
        <BulkBar
          run={run}
          rows={rows}
          tags={tags}
          onHidden={() => {
            change({ q: withAlso(query.text, `-tag:${HIDDEN}`) })
            clear()
          }}
          onExport={() => setExporting(true)}
          onClear={clear}
        />
      )}
      <div className={layout['fill']}>
        <Rows query={query} pages={pages} columns={columns} chosen={chosen} onChoose={setChosen} />
      </div>
      <ExportDialog
        open={exporting}
        run={run}
        filter={query.page.filter}
        chosen={rows.map(({ key }) => key)}
        onClose={() => setExporting(false)}
      />
    </div>
  )
}

type RowsProps = {
  readonly query: TaskQuery
  readonly pages: TaskPages
  readonly columns: ColumnChoice
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (chosen: ReadonlySet<string>) => void
}

function Rows({ query, pages, columns, chosen, onChoose }: RowsProps) {
  const { go, change } = useRoute()
  const params = useRoute((state) => state.route.params)
  const { rows, error, retry, pending, looking, more, next } = pages
  const open = (row: TaskRow) => go('task', { key: String(row.key), ...viewParams(params) })
  if (query.problems.length > 0) return <Empty title={TASKS.wrong} text={TASKS.noneText} />
  if (error !== null && rows.length === 0) return <Failed error={error} onRetry={retry} />
  if (pending) return <Waiting what={TASKS.table} />
  if (rows.length === 0 && !looking) return <Empty title={TASKS.none} text={TASKS.noneText} />
  return (
    <Table
      label={TASKS.table}
      rows={rows}
      columns={columns.shown.flatMap((id) => TASK_COLUMNS.filter((column) => column.id === id))}
      pinned={columns.pinned}
      keyOf={({ key }) => String(key)}
      onOpen={open}
      chosen={chosen}
      onChoose={onChoose}
      sorted={query.sorted}
      onSort={(by) => change(toggledSort(query.sorted, by))}
      more={more}
      onEnd={next}
      foot={<TableFoot query={query} pages={pages} />}
    />
  )
}
