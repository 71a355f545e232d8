/**
 * One setting: what it is, its control, and back to the usual.
 */
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { SettingField, SettingKey, Settings } from '../../../electron/contract/settings.ts'
import { SETTING_FIELDS, settingProblem } from '../../../electron/contract/settings.ts'
import { THEMES, useTheme } from '../../state/theme.ts'
import { IconButton } from '../../components/button.tsx'
import { Switch, TextField } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { SETTINGS } from '../../strings/places.ts'
import styles from './settings.module.css'

type Value = string | number | boolean
type Props = { readonly name: SettingKey; readonly settings: Settings }

export function SettingRow({ name, settings }: Props) {
  const field: SettingField = SETTING_FIELDS[name]
  const value: Value = settings[name]
  const set = useOrder('settings.set', ['settings.get'])
  const choose = useTheme((state) => state.choose)
  const change = (next: Value | null) => {
    if (name === 'theme') choose(THEMES.find((theme) => theme === next) ?? 'system')
    set.mutate(
      { values: { [name]: next } },
      { onError: (error) => addNote('warning', error.message) },
    )
  }
  return (
    <div className={styles['row']}>
      <div>
        <span className={styles['name']}>{field.label}</span>
        <p>{field.help}</p>
      </div>
      <Control key={String(value)} name={name} field={field} value={value} onChange={change} />
      {value === field.default ? (
        <span />
      ) : (
        <IconButton
          icon={RotateCcw}
          label={`${SETTINGS.reset(field.label)}, ${SETTINGS.standard(String(field.default))}`}
          onPress={() => change(null)}
        />
      )}
    </div>
  )
}

type ControlProps = {
  readonly name: SettingKey
  readonly field: SettingField
  readonly value: Value
  readonly onChange: (value: Value) => void
}

function Control({ name, field, value, onChange }: ControlProps) {
  switch (field.type) {
    case 'flag':
      return <Switch bare label={field.label} value={value === true} onChange={onChange} />
    case 'choice':
      return (
        <Select
          bare
          label={field.label}
          choices={field.choices.map((id) => ({ id, label: id }))}
          value={String(value)}
          onChange={onChange}
        />
      )
    case 'integer':
    case 'number':
    case 'text':
      return <Typed name={name} field={field} value={value} onChange={onChange} />
    default:
      return field satisfies never
  }
}

/** Kept as typed; what fits is saved at once. */
function Typed({ name, field, value, onChange }: ControlProps) {
  const [text, setText] = useState(String(value))
  const read = (typed: string): Value => (field.type === 'text' ? typed : Number(typed))
  const problem = settingProblem(name, read(text))
  return (
    <TextField
      bare
      label={field.label}
      value={text}
      problem={problem}
      onChange={(typed) => {
        setText(typed)
        if (typed.trim() !== '' && settingProblem(name, read(typed)) === null) {
          onChange(read(typed))
        }
      }}
    />
  )
}
