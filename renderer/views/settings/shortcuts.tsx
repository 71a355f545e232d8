/**
 * Keys of every command, to change; conflicts are named.
 */
import { Download, RotateCcw, Upload } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Settings } from '../../../electron/contract/settings.ts'
import { downloadText } from '../../charts/download.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { Panel } from '../../components/panel.tsx'
import { useCommands } from '../../data/commands.ts'
import { useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { conflicts } from '../../state/commands.ts'
import { DESK_ACTIONS, deskCommand, isDeskAction } from '../../state/desk-keys.ts'
import type { Command } from '../../state/commands.ts'
import { SETTINGS } from '../../strings/places.ts'
import { keysIn } from '../../text/shortcut-file.ts'
import { DESK_KEYS } from '../../strings/review.ts'
import layout from '../layout.module.css'
import styles from './settings.module.css'

const NOTHING = { palette: () => undefined, sheet: () => undefined }

type Keys = Settings['shortcuts']

/** Those of a screen or of one run come and go. */
const isLasting = ({ id }: Command): boolean => !/^(screen|open)\./.test(id)

export function Shortcuts({ settings }: { readonly settings: Settings }) {
  const { shortcuts } = settings
  const commands = useCommands(NOTHING).filter(isLasting)
  const desk = deskCommands(shortcuts)
  const set = useOrder('settings.set', ['settings.get'])
  const keep = (next: Keys) =>
    set.mutate(
      { values: {}, shortcuts: next },
      { onError: (error) => addNote('warning', error.message) },
    )
  return (
    <Panel
      title={SETTINGS.shortcuts}
      flush
      tools={<ShortcutTools shortcuts={shortcuts} onKeys={keep} />}
    >
      <p className={layout['muted']} style={{ padding: '8px 12px' }}>
        {SETTINGS.keysHint}
      </p>
      <Rows commands={commands} shortcuts={shortcuts} onKeys={keep} />
      {/* The desk's keys come before the frame's, so that each conflicts with its own only. */}
      <Rows commands={desk} shortcuts={shortcuts} onKeys={keep} />
    </Panel>
  )
}

type RowsProps = {
  readonly commands: readonly Command[]
  readonly shortcuts: Keys
  readonly onKeys: (next: Keys) => void
}

function Rows({ commands, shortcuts, onKeys }: RowsProps) {
  const double = conflicts(commands)
  return commands.map((command) => {
    const { id, keys, label } = command
    const { [id]: own, ...others } = shortcuts
    return (
      <ShortcutRow
        key={`${id} ${keys}`}
        command={command}
        others={(double.get(keys) ?? []).filter((one) => one !== label)}
        onKeys={(next) => onKeys({ ...shortcuts, [id]: next })}
        onReset={own === undefined ? null : () => onKeys(others)}
      />
    )
  })
}

type ToolsProps = { readonly shortcuts: Keys; readonly onKeys: (next: Keys) => void }

/** As a file, so that keys move with their person. */
function ShortcutTools({ shortcuts, onKeys }: ToolsProps) {
  const file = useRef<HTMLInputElement>(null)
  const read = async (chosen: File | undefined) => {
    if (chosen === undefined) return
    const keys = keysIn(await chosen.text())
    if (keys === null) addNote('warning', SETTINGS.noKeys(chosen.name))
    else onKeys(keys)
  }
  return (
    <>
      <input
        ref={file}
        type="file"
        accept="application/json,.json"
        hidden
        aria-label={SETTINGS.importKeys}
        onChange={(event) => {
          void read(event.target.files?.[0])
          event.target.value = ''
        }}
      />
      <Button
        icon={Download}
        look="quiet"
        label={SETTINGS.exportKeys}
        onPress={() => {
          const text = JSON.stringify(shortcuts, null, 2)
          downloadText('kelvin-shortcuts.json', 'application/json', text)
        }}
      />
      <Button
        icon={Upload}
        look="quiet"
        label={SETTINGS.importKeys}
        onPress={() => file.current?.click()}
      />
      <Button
        icon={RotateCcw}
        look="quiet"
        label={SETTINGS.resetKeys}
        disabled={Object.keys(shortcuts).length === 0}
        onPress={() => onKeys({})}
      />
    </>
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
  /** null: they are the usual ones. */
  readonly onReset: (() => void) | null
}

function ShortcutRow({ command, others, onKeys, onReset }: RowProps) {
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
      {onReset === null ? (
        <span />
      ) : (
        <IconButton icon={RotateCcw} label={SETTINGS.reset(command.label)} onPress={onReset} />
      )}
    </div>
  )
}
