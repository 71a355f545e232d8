/**
 * The columns of the table of tasks.
 */
import { Ban, Check, Flag } from 'lucide-react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import { KindMark, Mark } from '../../components/marks.tsx'
import { PythonLine } from '../../components/snippet.tsx'
import type { Column } from '../../components/table.tsx'
import { fixed, integer, NOTHING, percent } from '../../format.ts'
import { COMMON } from '../../strings/common.ts'
import { CHARTS } from '../../strings/charts.ts'
import { TASKS } from '../../strings/tasks.ts'
import { visible } from '../../text/neutral.ts'
import styles from './tasks.module.css'

const { columns } = TASKS
type TaskColumn = Column<TaskRow>

const numeric = (
  id: string,
  label: string,
  width: number,
  value: (row: TaskRow) => number | null,
  sort?: string,
): TaskColumn => ({
  id,
  label,
  width,
  end: true,
  cell: (row) => {
    const number = value(row)
    return number === null ? NOTHING : integer(number)
  },
  ...(sort === undefined ? {} : { sort }),
})

export const TASK_COLUMNS: readonly TaskColumn[] = [
  numeric('step', columns.step, 72, ({ step }) => step, 'newest'),
  {
    id: 'kind',
    label: columns.kind,
    width: 112,
    sort: 'kind',
    cell: ({ kind }) => <KindMark kind={kind} />,
  },
  {
    id: 'state',
    label: columns.state,
    width: 190,
    sort: 'state',
    cell: ({ state, rejectedBy }) =>
      state === 'valid' ? (
        <Mark icon={Check} tone="right" label={TASKS.states.valid} />
      ) : (
        <Mark
          icon={Ban}
          tone="invalid"
          label={CHARTS.checks[rejectedBy ?? 'unknown'] ?? rejectedBy ?? ''}
        />
      ),
  },
  {
    id: 'verdict',
    label: columns.verdict,
    width: 130,
    sort: 'verdict',
    cell: ({ status }) => (status === null ? NOTHING : COMMON.statuses[status]),
  },
  {
    id: 'solveRate',
    label: columns.solveRate,
    width: 104,
    end: true,
    sort: 'solveRate',
    cell: ({ solveRate, probes }) =>
      solveRate === null ? NOTHING : TASKS.rate(percent(solveRate), integer(probes)),
  },
  {
    id: 'reward',
    label: columns.reward,
    width: 84,
    end: true,
    sort: 'reward',
    cell: ({ reward }) => fixed(reward),
  },
  {
    id: 'program',
    label: columns.program,
    width: 'fill',
    sort: 'program',
    cell: ({ firstLine }) => <PythonLine text={firstLine} />,
  },
  numeric('nodes', columns.nodes, 76, ({ nodes }) => nodes, 'nodes'),
  numeric('cognitive', columns.cognitive, 92, ({ cognitive }) => cognitive, 'cognitive'),
  numeric('cyclomatic', columns.cyclomatic, 92, ({ cyclomatic }) => cyclomatic, 'cyclomatic'),
  numeric('halstead', columns.halstead, 84, ({ halsteadVolume }) => halsteadVolume, 'halstead'),
  numeric('chars', columns.chars, 100, ({ programChars }) => programChars, 'programChars'),
  {
    id: 'tags',
    label: columns.tags,
    width: 130,
    cell: ({ tags }) => <Tags tags={tags} />,
  },
  {
    id: 'flags',
    label: columns.flags,
    width: 64,
    end: true,
    sort: 'flags',
    cell: ({ flags }) =>
      flags === 0 ? '' : <Mark icon={Flag} tone="unsafe" label={integer(flags)} />,
  },
]

const SELDOM: readonly string[] = ['verdict', 'cyclomatic', 'halstead']

/** Shown until the reader chooses others. */
export const USUAL_COLUMNS = TASK_COLUMNS.map(({ id }) => id).filter((id) => !SELDOM.includes(id))

function Tags({ tags }: Pick<TaskRow, 'tags'>) {
  return (
    <span className={styles['tags']}>
      {tags.map((tag) => (
        <span key={tag} className={styles['tag']}>
          {visible(tag)}
        </span>
      ))}
    </span>
  )
}
