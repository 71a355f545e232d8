/**
 * All shortcuts on one sheet, by group.
 */
import { Dialog } from '../../components/dialog.tsx'
import type { Command } from '../../state/commands.ts'
import { SHELL } from '../../strings/shell.ts'
import { TABLE_KEYS } from '../../strings/keys.ts'
import { KeyCaps } from './key-caps.tsx'
import styles from './shell.module.css'

type Props = {
  readonly open: boolean
  readonly commands: readonly Command[]
  readonly onClose: () => void
}

type Entry = { readonly id: string; readonly label: string; readonly keys: string }

export function ShortcutsSheet({ open, commands, onClose }: Props) {
  const mapped = commands.filter(({ keys }) => keys !== '')
  const groups = [...new Set(mapped.map(({ group }) => group))]
  return (
    <Dialog label={SHELL.shortcuts} open={open} onClose={onClose}>
      {/* A box that scrolls needs focus. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- as said */}
      <div className={styles['sheet']} tabIndex={0} role="region" aria-label={SHELL.sheetKeys}>
        <h1>{SHELL.shortcuts}</h1>
        <div className={styles['columns']}>
          {groups.map((group) => (
            <Group key={group} name={group} entries={mapped.filter((one) => one.group === group)} />
          ))}
          {TABLE_KEYS.map(({ name, entries }) => (
            <Group key={name} name={name} entries={entries} />
          ))}
        </div>
        <p className={styles['group']}>{SHELL.shortcutsHint}</p>
      </div>
    </Dialog>
  )
}

function Group({ name, entries }: { readonly name: string; readonly entries: readonly Entry[] }) {
  return (
    <section>
      <h2>{name}</h2>
      <div className={styles['keys']}>
        {entries.map(({ id, label, keys }) => (
          <Pair key={id} label={label} keys={keys} />
        ))}
      </div>
    </section>
  )
}

function Pair({ label, keys }: { readonly label: string; readonly keys: string }) {
  return (
    <>
      <span>{label}</span>
      <KeyCaps keys={keys} />
    </>
  )
}
