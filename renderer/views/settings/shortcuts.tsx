/**
 * Keys of every command, to change; conflicts are named.
 */
import { useState } from 'react'
import type { Settings } from '../../../electron/contract/settings.ts'
import { TextField } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { useCommands } from '../../data/commands.ts'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { conflicts } from '../../state/commands.ts'
import { DESK_ACTIONS, deskCommand, isDeskAction } from '../../state/desk-keys.ts'
import type { Command } from '../../state/commands.ts'
import { SETTINGS } from '../../strings/places.ts'
import { DESK_KEYS } from '../../strings/review.ts'
import layout from '../layout.module.css'
import styles from './settings.module.css'

const NOTHING = { palette: () => undefined, sheet: () => undefined }

export function Shortcuts({ settings }: { readonly settings: Settings }) {
  const commands = useCommands(NOTHING)
  const desk = deskCommands(settings.shortcuts)
  const set = useOrder('settings.set', ['settings.get'])
  // The desk's keys come before the frame's, so that each conflicts with its own only.
  const double = conflicts(commands)
  const doubleAtDesk = conflicts(desk)
  const change = (id: string, keys: string) =>
    set.mutate(
      { values: {}, shortcuts: { ...settings.shortcuts, [id]: keys } },
      { onError: (error) => addNote('warning', error.message) },
    )
  return (
    <Panel title={SETTINGS.shortcuts} flush>
      <p className={layout['muted']} style={{ padding: '8px 12px' }}>
        {SETTINGS.keysHint}
      </p>
      {commands.map((command) => (
        <ShortcutRow
          key={command.id}
          command={command}
          others={(double.get(command.keys) ?? []).filter((label) => label !== command.label)}
          onKeys={(keys) => change(command.id, keys)}
        />
      ))}
      {desk.map((command) => (
        <ShortcutRow
          key={command.id}
          command={command}
          others={(doubleAtDesk.get(command.keys) ?? []).filter((one) => one !== command.label)}
          onKeys={(keys) => change(command.id, keys)}
        />
      ))}
    </Panel>
  )
}

/** Keys of the review desk, which acts on them itself. */
function deskCommands(shortcuts: Settings['shortcuts']): readonly Command[] {
  return Object.keys(DESK_ACTIONS)
    .filter(isDeskAction)
    .map((action) => ({
      id: deskCommand(action),
      label: `${DESK_KEYS.group}: ${DESK_ACTIONS[action].label}`,
      group: DESK_KEYS.group,
      keys: shortcuts[deskCommand(action)] ?? DESK_ACTIONS[action].keys,
      act: () => undefined,
    }))
}

type RowProps = {
  readonly command: Command
  readonly others: readonly string[]
  readonly onKeys: (keys: string) => void
}

function ShortcutRow({ command, others, onKeys }: RowProps) {
  const [keys, setKeys] = useState(command.keys)
  const commit = () => {
    if (keys !== command.keys) onKeys(keys.trim())
  }
  return (
    <div className={styles['shortcut']}>
      <span>{command.label}</span>
      <span className={styles['conflict']}>
        {others.length === 0 ? '' : SETTINGS.conflict(others.join(', '))}
      </span>
      <div onBlur={commit}>
        <TextField bare label={command.label} value={keys} onChange={setKeys} />
      </div>
    </div>
  )
}
