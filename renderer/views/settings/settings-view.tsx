/**
 * Settings of the workbench, shortcuts, and what this machine offers.
 */
import { useState } from 'react'
import { SearchField } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { SETTING_FIELDS, isSettingKey } from '../../../electron/contract/settings.ts'
import type { SettingField, SettingKey, Settings } from '../../../electron/contract/settings.ts'
import { SETTINGS } from '../../strings/places.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { Diagnosis } from './diagnosis.tsx'
import { SettingRow } from './setting-row.tsx'
import styles from './settings.module.css'
import { Shortcuts } from './shortcuts.tsx'

export function SettingsView() {
  const query = useAsk('settings.get', {})
  const [search, setSearch] = useState('')
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{SETTINGS.title}</h1>
        <SearchField label={SETTINGS.search} value={search} onChange={setSearch} />
      </div>
      <div className={layout['scroll']}>
        <div className={styles['page']}>
          <Loaded query={query} what={SETTINGS.title}>
            {({ settings, problems }) => (
              <>
                <Problems problems={problems} />
                <Groups settings={settings} search={search} />
                <Shortcuts settings={settings} />
              </>
            )}
          </Loaded>
          <Diagnosis />
        </div>
      </div>
    </div>
  )
}

function Problems({ problems }: { readonly problems: readonly string[] }) {
  if (problems.length === 0) return null
  return (
    <div role="alert" className={styles['problems']}>
      <p>{SETTINGS.problems}</p>
      <ul>
        {problems.map((problem) => (
          <li key={problem}>{visible(problem)}</li>
        ))}
      </ul>
    </div>
  )
}

export function matchingSettings(search: string): readonly SettingKey[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return Object.keys(SETTING_FIELDS)
    .filter(isSettingKey)
    .filter((key) => {
      const { label, group, help }: SettingField = SETTING_FIELDS[key]
      const text = `${key} ${label} ${group} ${help}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
}

type GroupsProps = { readonly settings: Settings; readonly search: string }

function Groups({ settings, search }: GroupsProps) {
  const keys = matchingSettings(search)
  const groups = [...new Set(keys.map((key) => SETTING_FIELDS[key].group))]
  if (groups.length === 0) return <Empty title={SETTINGS.none} text={SETTINGS.noneText} />
  return groups.map((group) => (
    <Panel key={group} title={group} flush>
      {keys
        .filter((key) => SETTING_FIELDS[key].group === group)
        .map((key) => (
          <SettingRow key={key} name={key} settings={settings} />
        ))}
    </Panel>
  ))
}
