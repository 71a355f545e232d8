/**
 * An icon that opens a list of actions.
 */
import type { LucideIcon } from 'lucide-react'
import { Button, Menu, MenuItem, MenuTrigger, Popover } from 'react-aria-components'
import styles from './controls.module.css'
import { classes } from './classes.ts'
import type { Choice } from './select.tsx'

type Props<Id extends string> = {
  readonly icon: LucideIcon
  readonly label: string
  readonly items: readonly Choice<Id>[]
  readonly onAction: (id: Id) => void
}

export function ActionMenu<Id extends string>({ icon: Icon, label, items, onAction }: Props<Id>) {
  return (
    <MenuTrigger>
      <Button
        className={classes(styles['button'], styles['quiet'], styles['icon'])}
        aria-label={label}
      >
        <Icon size={16} aria-hidden />
      </Button>
      <Popover className={styles['popover'] ?? ''}>
        <Menu
          className={styles['list'] ?? ''}
          onAction={(key) => {
            const item = items.find(({ id }) => id === key)
            if (item !== undefined) onAction(item.id)
          }}
        >
          {items.map((item) => (
            <MenuItem key={item.id} id={item.id} className={styles['option'] ?? ''}>
              {item.label}
            </MenuItem>
          ))}
        </Menu>
      </Popover>
    </MenuTrigger>
  )
}
