/**
 * Tabs over panels; only the chosen panel is there.
 */
import type { ReactNode } from 'react'
import { Tab, TabList, TabPanel, Tabs as Base } from 'react-aria-components'
import styles from './controls.module.css'

export type TabItem = { readonly id: string; readonly label: string; readonly body: ReactNode }

type Props = {
  readonly label: string
  readonly items: readonly TabItem[]
  readonly value: string
  readonly onChange: (id: string) => void
}

export function Tabs({ label, items, value, onChange }: Props) {
  return (
    <Base selectedKey={value} onSelectionChange={(key) => onChange(String(key))}>
      <TabList className={styles['tabs'] ?? ''} aria-label={label}>
        {items.map((item) => (
          <Tab key={item.id} id={item.id} className={styles['tab'] ?? ''}>
            {item.label}
          </Tab>
        ))}
      </TabList>
      {items.map((item) => (
        <TabPanel key={item.id} id={item.id}>
          {item.body}
        </TabPanel>
      ))}
    </Base>
  )
}
