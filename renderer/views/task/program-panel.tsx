/**
 * The program as it was proposed, alone or beside another one.
 */
import { useState } from 'react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { CodeView } from '../../components/code-view.tsx'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { Empty } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { useSetting } from '../../data/settings.ts'
import { TASK } from '../../strings/tasks.ts'

type Props = { readonly detail: TaskDetail; readonly similar: readonly TaskRow[] }

export function ProgramPanel({ detail, similar }: Props) {
  const { references } = detail
  const [other, setOther] = useState('')
  const wrap = useSetting('wrapCode')
  const attempt = useAttempt(detail, other)
  const proposed = useProposed(detail.run, other, similar)
  const program = programOf(detail)
  if (program === null) {
    return (
      <Panel title={TASK.program}>
        <Empty title={TASK.noProgram} text={TASK.noProgramText} />
      </Panel>
    )
  }
  const against = attempt ?? proposed ?? references.find(({ id }) => id === other)?.program ?? null
  const choices = [
    { id: '', label: TASK.noCompare },
    ...references.map(({ id }) => ({ id, label: TASK.reference(id) })),
    ...similar.slice(0, MOST_SIMILAR).map((one) => ({
      id: nameOf(one),
      label: TASK.similarOne(one.id ?? String(one.key)),
    })),
    ...programsOf(detail).map(({ id, correct }) => ({ id, label: TASK.attempt(id, correct) })),
  ]
  const lines = Math.max(program.split('\n').length, against?.split('\n').length ?? 0)
  return (
    <Panel
      title={TASK.program}
      flush
      tools={
        choices.length === 1 ? null : (
          <div style={{ width: 260 }} data-part="compare">
            <Select bare label={TASK.compare} choices={choices} value={other} onChange={setOther} />
          </div>
        )
      }
    >
      <CodeView
        label={TASK.program}
        text={program}
        wrap={wrap}
        against={against}
        height={Math.min(520, Math.max(96, lines * 19 + 24))}
      />
    </Panel>
  )
}

function programOf({ proposal: { task, facts } }: TaskDetail): string | null {
  return task?.program ?? (facts?.ok === true ? facts.program : null)
}

const MOST_SIMILAR = 20
const nameOf = ({ key }: TaskRow): string => `row ${key}`

/** The program of a similar task, by its row. */
function useProposed(run: string, name: string, similar: readonly TaskRow[]): string | null {
  const row = similar.find((one) => nameOf(one) === name)
  const task = useAsk(
    'tasks.show',
    { by: 'key', run, key: row?.key ?? 0 },
    { enabled: row !== undefined },
  )
  return row === undefined ? null : (task.data?.proposal.task?.program ?? null)
}

/** Solutions of induction tasks are programs: they can stand beside the one that was proposed. */
function programsOf({ proposal, attempts }: TaskDetail): TaskDetail['attempts'] {
  return proposal.kind === 'induction' ? attempts : []
}

function useAttempt(detail: TaskDetail, id: string): string | null {
  const isAttempt = programsOf(detail).some((attempt) => attempt.id === id)
  const trace = useAsk('episodes.show', { run: detail.run, id }, { enabled: isAttempt })
  return isAttempt ? (trace.data?.response ?? null) : null
}
