/**
 * Which columns the table shows, in which order, and which stay in view; kept in the address.
 */
import { ArrowDown, ArrowUp, Columns3, Pin, PinOff } from 'lucide-react'
import { Button as BaseButton, DialogTrigger, Popover } from 'react-aria-components'
import { Button, IconButton } from '../../components/button.tsx'
import controls from '../../components/controls.module.css'
import { Switch } from '../../components/fields.tsx'
import { useRoute } from '../../state/route.ts'
import { COLUMNS } from '../../strings/task-filter.ts'
import { moved, toggled } from '../../text/table-columns.ts'
import type { ColumnChoice } from '../../text/table-columns.ts'
import layout from '../layout.module.css'
import { TASK_COLUMNS } from './task-columns.tsx'
import styles from './tasks.module.css'

const KNOWN = TASK_COLUMNS.map(({ id }) => id)
const LABELS = new Map(TASK_COLUMNS.map(({ id, label }) => [id, label]))

export function ColumnChooser({ shown, pinned }: ColumnChoice) {
  const change = useRoute((state) => state.change)
  const hidden = KNOWN.filter((id) => !shown.includes(id))
  const set = (next: readonly string[]) => change({ cols: next.join(',') })
  return (
    <DialogTrigger>
      <BaseButton className={controls['button'] ?? ''}>
        <Columns3 size={14} aria-hidden />
        {COLUMNS.title}
      </BaseButton>
      <Popover className={controls['popover'] ?? ''}>
        <div className={styles['columns']}>
          {[...shown, ...hidden].map((id) => (
            <ColumnRow
              key={id}
              id={id}
              choice={{ shown, pinned }}
              onShown={set}
              onPinned={(count) => change({ pin: count === 0 ? '' : String(count) })}
            />
          ))}
          <Button label={COLUMNS.reset} onPress={() => change({ cols: '', pin: '' })} />
        </div>
      </Popover>
    </DialogTrigger>
  )
}

type RowProps = {
  readonly id: string
  readonly choice: ColumnChoice
  readonly onShown: (shown: readonly string[]) => void
  readonly onPinned: (count: number) => void
}

function ColumnRow({ id, choice: { shown, pinned }, onShown, onPinned }: RowProps) {
  const label = LABELS.get(id) ?? id
  const at = shown.indexOf(id)
  const isPinned = at >= 0 && at < pinned
  return (
    <>
      <Switch label={label} value={at >= 0} onChange={() => onShown(toggled(KNOWN, shown, id))} />
      <span className={layout['row']} style={{ gap: 0, flexWrap: 'nowrap' }}>
        <IconButton
          icon={ArrowUp}
          label={COLUMNS.left(label)}
          disabled={at <= 0}
          onPress={() => onShown(moved(shown, id, -1))}
        />
        <IconButton
          icon={ArrowDown}
          label={COLUMNS.right(label)}
          disabled={at < 0 || at === shown.length - 1}
          onPress={() => onShown(moved(shown, id, 1))}
        />
        <IconButton
          icon={isPinned ? PinOff : Pin}
          label={isPinned ? COLUMNS.unpin : COLUMNS.pin(label)}
          disabled={at < 0 || at > 3}
          onPress={() => onPinned(isPinned ? 0 : at + 1)}
        />
      </span>
    </>
  )
}
