/**
 * The program as it was proposed, alone or beside another one.
 */
import { useState } from 'react'
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { CodeView } from '../../components/code-view.tsx'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { Empty } from '../../components/states.tsx'
import { TASK } from '../../strings/tasks.ts'

export function ProgramPanel({ detail }: { readonly detail: TaskDetail }) {
  const { proposal, references } = detail
  const [other, setOther] = useState('')
  const { facts } = proposal
  const program = proposal.task?.program ?? (facts?.ok === true ? facts.program : null)
  if (program === null) {
    return (
      <Panel title={TASK.program}>
        <Empty title={TASK.noProgram} text={TASK.noProgramText} />
      </Panel>
    )
  }
  const against = references.find(({ id }) => id === other)?.program ?? null
  const choices = [
    { id: '', label: TASK.noCompare },
    ...references.map(({ id }) => ({ id, label: id })),
  ]
  const lines = Math.max(program.split('\n').length, against?.split('\n').length ?? 0)
  return (
    <Panel
      title={TASK.program}
      flush
      tools={
        references.length === 0 ? null : (
          <div style={{ width: 200 }}>
            <Select bare label={TASK.compare} choices={choices} value={other} onChange={setOther} />
          </div>
        )
      }
    >
      <CodeView
        label={TASK.program}
        text={program}
        against={against}
        height={Math.min(520, Math.max(96, lines * 19 + 24))}
      />
    </Panel>
  )
}
