/**
 * The control for one knob, by the type of its field.
 */
import { RUN_FIELDS } from '../../../electron/contract/config.ts'
import type { RunKey } from '../../../electron/contract/config.ts'
import type { Field } from '../../../electron/contract/fields.ts'
import { Switch, TextField } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import { valueOf } from '../../text/run-draft.ts'
import type { Draft, Value } from '../../text/run-draft.ts'
import { settingText } from '../../text/settings-diff.ts'
import styles from './new-run.module.css'

type Props = {
  readonly name: RunKey
  readonly draft: Draft
  readonly problem: string | null
  readonly onValue: (value: Value) => void
}

export function KnobInput({ name, draft, problem, onValue }: Props) {
  const field: Field = RUN_FIELDS[name]
  const value = valueOf(draft, name)
  switch (field.type) {
    case 'flag':
      return <Switch bare label={name} value={value === true} onChange={onValue} />
    case 'choice':
      return (
        <Select
          bare
          label={name}
          choices={field.choices.map((id) => ({ id, label: id }))}
          value={settingText(value)}
          onChange={onValue}
        />
      )
    case 'set':
      return <Members name={name} choices={field.choices} value={value} onValue={onValue} />
    case 'integer':
    case 'number':
      return (
        <TextField
          bare
          label={name}
          value={settingText(value)}
          problem={problem}
          onChange={onValue}
        />
      )
    default:
      return field satisfies never
  }
}

type MembersProps = {
  readonly name: string
  readonly choices: readonly string[]
  readonly value: Value
  readonly onValue: (value: Value) => void
}

function Members({ name, choices, value, onValue }: MembersProps) {
  const members: readonly string[] = typeof value === 'object' ? value : []
  return (
    <div className={styles['set']} role="group" aria-label={name}>
      {choices.map((choice) => (
        <Switch
          key={choice}
          label={choice}
          value={members.includes(choice)}
          onChange={(on) =>
            onValue(on ? [...members, choice] : members.filter((one) => one !== choice))
          }
        />
      ))}
    </div>
  )
}
