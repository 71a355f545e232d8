/**
 * The program as it was proposed, alone or beside another one.
 */
import { useState } from 'react'
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { CodeView } from '../../components/code-view.tsx'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { Empty } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { useSetting } from '../../data/settings.ts'
import { TASK } from '../../strings/tasks.ts'

export function ProgramPanel({ detail }: { readonly detail: TaskDetail }) {
  const { proposal, references } = detail
  const [other, setOther] = useState('')
  const wrap = useSetting('wrapCode')
  const attempt = useAttempt(detail, other)
  const { facts } = proposal
  const program = proposal.task?.program ?? (facts?.ok === true ? facts.program : null)
  if (program === null) {
    return (
      <Panel title={TASK.program}>
        <Empty title={TASK.noProgram} text={TASK.noProgramText} />
      </Panel>
    )
  }
  const against = attempt ?? references.find(({ id }) => id === other)?.program ?? null
  const choices = [
    { id: '', label: TASK.noCompare },
    ...references.map(({ id }) => ({ id, label: TASK.reference(id) })),
    ...programsOf(detail).map(({ id, correct }) => ({ id, label: TASK.attempt(id, correct) })),
  ]
  const lines = Math.max(program.split('\n').length, against?.split('\n').length ?? 0)
  return (
    <Panel
      title={TASK.program}
      flush
      tools={
        choices.length === 1 ? null : (
          <div style={{ width: 260 }}>
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

/** Solutions of induction tasks are programs: they can stand beside the one that was proposed. */
function programsOf({ proposal, attempts }: TaskDetail): TaskDetail['attempts'] {
  return proposal.kind === 'induction' ? attempts : []
}

function useAttempt(detail: TaskDetail, id: string): string | null {
  const isAttempt = programsOf(detail).some((attempt) => attempt.id === id)
  const trace = useAsk('episodes.show', { run: detail.run, id }, { enabled: isAttempt })
  return isAttempt ? (trace.data?.response ?? null) : null
}
