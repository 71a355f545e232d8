/**
 * Every command by name: type, choose, Enter.
 */
import { Autocomplete, Input, Menu, MenuItem, SearchField, useFilter } from 'react-aria-components'
import { Dialog } from '../../components/dialog.tsx'
import controls from '../../components/controls.module.css'
import type { Command } from '../../state/commands.ts'
import { SHELL } from '../../strings/shell.ts'
import { KeyCaps } from './key-caps.tsx'
import styles from './shell.module.css'

type Props = {
  readonly open: boolean
  readonly commands: readonly Command[]
  readonly onClose: () => void
}

export function CommandPalette({ open, commands, onClose }: Props) {
  const { contains } = useFilter({ sensitivity: 'base' })
  const start = (key: unknown) => {
    onClose()
    commands.find(({ id }) => id === key)?.act()
  }
  return (
    <Dialog label={SHELL.palette} open={open} onClose={onClose}>
      <div className={styles['palette']}>
        <Autocomplete filter={contains}>
          <SearchField aria-label={SHELL.paletteHint} autoFocus>
            <Input className={controls['input'] ?? ''} placeholder={SHELL.paletteHint} />
          </SearchField>
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls needs focus */}
          <div className={styles['results']} tabIndex={0} role="region" aria-label={SHELL.found}>
            <Menu
              className={styles['menu'] ?? ''}
              aria-label={SHELL.palette}
              items={commands}
              onAction={start}
              renderEmptyState={() => <p className={controls['option']}>{SHELL.paletteNone}</p>}
            >
              {({ id, label, group, keys }) => (
                <MenuItem id={id} textValue={label} className={controls['option'] ?? ''}>
                  <span className={styles['item']}>
                    <span>
                      {label} <span className={styles['group']}>{group}</span>
                    </span>
                    <KeyCaps keys={keys} />
                  </span>
                </MenuItem>
              )}
            </Menu>
          </div>
        </Autocomplete>
      </div>
    </Dialog>
  )
}
