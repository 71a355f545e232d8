/**
 * Filters of the table of tasks, its columns, and saved views.
 */
import { Columns3, FilterX } from 'lucide-react'
import {
  Button as BaseButton,
  ListBox,
  ListBoxItem,
  DialogTrigger,
  Dialog,
  Popover,
} from 'react-aria-components'
import { KINDS } from '../../../electron/contract/task.ts'
import { Button } from '../../components/button.tsx'
import controls from '../../components/controls.module.css'
import { TextField } from '../../components/fields.tsx'
import { Segments } from '../../components/select.tsx'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { TASKS } from '../../strings/tasks.ts'
import type { TaskQuery } from '../../text/task-query.ts'
import layout from '../layout.module.css'
import { SavedViews } from './saved-views.tsx'
import { TASK_COLUMNS } from './task-columns.tsx'

const KIND_CHOICES = [
  { id: '', label: COMMON.all },
  ...KINDS.map((kind): { id: string; label: string } => ({ id: kind, label: COMMON.kinds[kind] })),
]
const STATE_CHOICES = [
  { id: '', label: COMMON.all },
  { id: 'valid', label: TASKS.states.valid },
  { id: 'rejected', label: TASKS.states.rejected },
]

type Props = { readonly query: TaskQuery; readonly hidden: readonly string[] }

export function FilterBar({ query, hidden }: Props) {
  const change = useRoute((state) => state.change)
  const { kind, state, step } = query.params
  const filtered = kind !== '' || state !== '' || step !== ''
  return (
    <div className={layout['bar']}>
      <h1>{TASKS.title}</h1>
      <Segments
        label={TASKS.kind}
        choices={KIND_CHOICES}
        value={kind}
        onChange={(next) => change({ kind: next })}
      />
      <Segments
        label={TASKS.state}
        choices={STATE_CHOICES}
        value={state}
        onChange={(next) => change({ state: next })}
      />
      <StepFilter value={step} onChange={(next) => change({ step: next })} />
      <Button
        icon={FilterX}
        look="quiet"
        label={TASKS.clear}
        disabled={!filtered}
        onPress={() => change({ kind: '', state: '', step: '' })}
      />
      <span className={layout['grow']} />
      <SavedViews />
      <ColumnChooser hidden={hidden} />
    </div>
  )
}

type StepProps = { readonly value: string; readonly onChange: (value: string) => void }

function StepFilter({ value, onChange }: StepProps) {
  return (
    <label className={layout['row']}>
      <span className={controls['label']}>{TASKS.step}</span>
      <span style={{ width: 84 }}>
        <TextField bare label={TASKS.step} value={value} onChange={onChange} />
      </span>
    </label>
  )
}

function ColumnChooser({ hidden }: Pick<Props, 'hidden'>) {
  const change = useRoute((state) => state.change)
  const shown = TASK_COLUMNS.filter(({ id }) => !hidden.includes(id)).map(({ id }) => id)
  return (
    <DialogTrigger>
      <BaseButton className={controls['button'] ?? ''}>
        <Columns3 size={14} aria-hidden />
        {TASKS.chooser}
      </BaseButton>
      <Popover className={controls['popover'] ?? ''}>
        <Dialog aria-label={TASKS.chooser}>
          <ListBox
            className={controls['list'] ?? ''}
            aria-label={TASKS.chooser}
            selectionMode="multiple"
            selectedKeys={shown}
            onSelectionChange={(keys) => {
              const kept = keys === 'all' ? null : new Set([...keys].map(String))
              const off = TASK_COLUMNS.filter(({ id }) => kept !== null && !kept.has(id))
              change({ hide: off.map(({ id }) => id).join(',') })
            }}
          >
            {TASK_COLUMNS.map(({ id, label }) => (
              <ListBoxItem key={id} id={id} className={controls['option'] ?? ''}>
                {label}
              </ListBoxItem>
            ))}
          </ListBox>
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}
