/**
 * Every knob of a run, in groups, searched by name and help.
 */
import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import { RUN_FIELDS } from '../../../electron/contract/config.ts'
import type { RunKey } from '../../../electron/contract/config.ts'
import type { Field } from '../../../electron/contract/fields.ts'
import { IconButton } from '../../components/button.tsx'
import { SearchField } from '../../components/fields.tsx'
import { Segments } from '../../components/select.tsx'
import { Empty } from '../../components/states.tsx'
import { NEW_RUN } from '../../strings/runs.ts'
import { changedKeys, matchingKeys, problemOf } from '../../text/run-draft.ts'
import { presetValues, settingText } from '../../text/settings-diff.ts'
import layout from '../layout.module.css'
import type { DraftProps } from './basics.tsx'
import { KnobInput } from './knob-input.tsx'
import styles from './new-run.module.css'

type Shown = 'all' | 'changed'
const SHOWN = [
  { id: 'all' as const, label: NEW_RUN.all },
  { id: 'changed' as const, label: NEW_RUN.changed },
]

export function Knobs({ draft, onChange }: DraftProps) {
  const [search, setSearch] = useState('')
  const [shown, setShown] = useState<Shown>('all')
  const changed = changedKeys(draft)
  const keys = matchingKeys(search).filter((key) => shown === 'all' || changed.includes(key))
  const groups = [...new Set(keys.map((key) => RUN_FIELDS[key].group))]
  return (
    <section className={styles['column']} aria-label={NEW_RUN.all}>
      <div className={layout['row']}>
        <div className={layout['grow']}>
          <SearchField label={NEW_RUN.search} value={search} onChange={setSearch} />
        </div>
        <Segments label={NEW_RUN.all} choices={SHOWN} value={shown} onChange={setShown} />
      </div>
      {groups.length === 0 ? (
        <Empty title={NEW_RUN.noMatch} text={NEW_RUN.noMatchText} />
      ) : (
        groups.map((group) => (
          <div key={group} className={styles['group']}>
            <h2>{group}</h2>
            {keys
              .filter((key) => RUN_FIELDS[key].group === group)
              .map((key) => (
                <Knob key={key} name={key} draft={draft} onChange={onChange} />
              ))}
          </div>
        ))
      )}
    </section>
  )
}

function Knob({ name, draft, onChange }: DraftProps & { readonly name: RunKey }) {
  const field: Field = RUN_FIELDS[name]
  const changed = changedKeys(draft).includes(name)
  const reset = () => {
    const { [name]: _gone, ...touched } = draft.touched
    onChange({ ...draft, touched })
  }
  return (
    <div className={`${styles['knob']} ${changed ? styles['changed'] : ''}`}>
      <div>
        <span className={styles['name']}>{name}</span>{' '}
        <span className={styles['range']}>{rangeText(field)}</span>
        <p>{field.help}</p>
      </div>
      <KnobInput
        name={name}
        draft={draft}
        problem={changed ? problemOf(draft, name) : null}
        onValue={(value) => onChange({ ...draft, touched: { ...draft.touched, [name]: value } })}
      />
      {changed ? (
        <IconButton
          icon={RotateCcw}
          label={`${NEW_RUN.reset(name)} (${settingText(presetValues(draft.preset)[name])})`}
          onPress={reset}
        />
      ) : (
        <span />
      )}
    </div>
  )
}

function rangeText(field: Field): string {
  if (field.type !== 'integer' && field.type !== 'number') return ''
  const range = NEW_RUN.range(settingText(field.min), settingText(field.max))
  return field.unit === '' ? range : `${range} ${field.unit}`
}
