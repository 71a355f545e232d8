/**
 * Everybody's work on a task: Enter opens the trace.
 */
import type { EpisodeRow } from '../../../electron/contract/history.ts'
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { CorrectMark } from '../../components/marks.tsx'
import { Empty } from '../../components/states.tsx'
import { Table } from '../../components/table.tsx'
import type { Column } from '../../components/table.tsx'
import { integer, NOTHING, signed } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { TASK } from '../../strings/tasks.ts'
import { visible } from '../../text/neutral.ts'

const { columns } = TASK

export const ATTEMPT_COLUMNS: readonly Column<EpisodeRow>[] = [
  {
    id: 'purpose',
    label: columns.role,
    width: 84,
    cell: ({ purpose }) => COMMON.purposes[purpose],
  },
  {
    id: 'correct',
    label: columns.correct,
    width: 100,
    cell: ({ correct }) => <CorrectMark correct={correct} />,
  },
  {
    id: 'status',
    label: columns.status,
    width: 130,
    cell: ({ status }) => (status === null ? NOTHING : COMMON.statuses[status]),
  },
  {
    id: 'reward',
    label: columns.reward,
    width: 76,
    end: true,
    cell: ({ reward }) => signed(reward),
  },
  {
    id: 'advantage',
    label: columns.advantage,
    width: 86,
    end: true,
    cell: ({ advantage, trained }) => (trained ? signed(advantage) : NOTHING),
  },
  {
    id: 'tokens',
    label: columns.tokens,
    width: 68,
    end: true,
    cell: ({ tokens }) => integer(tokens),
  },
  {
    id: 'trained',
    label: columns.trained,
    width: 68,
    cell: ({ trained }) => (trained ? TASK.yes : TASK.no),
  },
  {
    id: 'first',
    label: columns.first,
    width: 'fill',
    cell: ({ firstLine }) => <code>{visible(firstLine)}</code>,
  },
]

export function Attempts({ detail }: { readonly detail: TaskDetail }) {
  const go = useRoute((state) => state.go)
  const { attempts } = detail
  if (attempts.length === 0) {
    return <Empty title={TASK.noAttempts} text={TASK.noAttemptsText} />
  }
  return (
    <div style={{ height: Math.min(460, attempts.length * 28 + 34) }}>
      <Table
        label={TASK.attemptTable}
        rows={attempts}
        columns={ATTEMPT_COLUMNS}
        keyOf={({ id }) => id}
        onOpen={({ id }) => go('trace', { episode: id })}
      />
    </div>
  )
}
