/**
 * Tasks of the run whose programs differ from this one in constants only.
 */
import type { TaskRow } from '../../../electron/contract/history.ts'
import { Empty } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import { useAsk } from '../../data/ask.ts'
import { useRoute } from '../../state/route.ts'
import { TASK } from '../../strings/tasks.ts'
import { TASK_COLUMNS } from '../tasks/task-columns.tsx'

const SHOWN = ['step', 'kind', 'state', 'solveRate', 'reward', 'program', 'flags']
const COLUMNS = TASK_COLUMNS.filter(({ id }) => SHOWN.includes(id)).map(
  ({ sort: _sort, ...column }) => column,
)
const MOST = 100

/** Without the task itself; none while it is not known. */
export function useSimilar(run: string, row: TaskRow | null): readonly TaskRow[] {
  const skeleton = row?.skeleton ?? null
  const query = useAsk(
    'tasks.page',
    { run, filter: { query: `skeleton:${skeleton ?? ''}` }, limit: MOST },
    { enabled: skeleton !== null },
  )
  return (query.data?.rows ?? []).filter(({ key }) => key !== row?.key)
}

export function Similar({ rows }: { readonly rows: readonly TaskRow[] }) {
  const go = useRoute((state) => state.go)
  if (rows.length === 0) return <Empty title={TASK.noSimilar} text={TASK.noSimilarText} />
  return (
    <div style={{ height: Math.min(460, rows.length * 28 + 34) }}>
      <Table
        label={TASK.similarTable}
        rows={rows}
        columns={COLUMNS}
        keyOf={({ key }) => String(key)}
        onOpen={({ key }) => go('task', { key: String(key) })}
      />
    </div>
  )
}
