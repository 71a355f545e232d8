/**
 * A few values of a column with how many tasks of the filter bear each: counted while somebody looks, and never
 * waited for.
 */
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import type { TaskFieldName } from '../../../electron/contract/task-fields.ts'
import controls from '../../components/controls.module.css'
import type { Choice } from '../../components/select.tsx'
import { useAsk } from '../../data/ask.ts'
import { integer } from '../../format.ts'
import { amongText, valuesOf, withCondition } from '../../text/query-edit.ts'
import layout from '../layout.module.css'

type Props = {
  readonly run: string
  readonly text: string
  readonly field: TaskFieldName
  readonly label: string
  readonly choices: readonly Choice<string>[]
  readonly onChange: (text: string) => void
}

export function FacetButtons({ run, text, field, label, choices, onChange }: Props) {
  return (
    <div className={layout['stack']} style={{ gap: 4, gridColumn: '1 / -1' }}>
      <span className={controls['label']}>{label}</span>
      <ToggleButtonGroup
        className={controls['segments'] ?? ''}
        aria-label={label}
        selectionMode="multiple"
        selectedKeys={valuesOf(text, field)}
        onSelectionChange={(keys) => {
          const values = choices.flatMap(({ id }) => (keys.has(id) ? [id] : []))
          onChange(withCondition(text, field, amongText(field, values)))
        }}
      >
        {choices.map(({ id, label: name }) => (
          <ToggleButton key={id} id={id} className={controls['segment'] ?? ''}>
            {name}
            <FacetCount run={run} query={withCondition(text, field, `${field}:${id}`)} />
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  )
}

function FacetCount({ run, query }: { readonly run: string; readonly query: string }) {
  const count = useAsk('tasks.count', { run, filter: { query } })
  return (
    <small className={layout['muted']}>
      {' '}
      {count.data === undefined ? '…' : integer(count.data.count)}
    </small>
  )
}
