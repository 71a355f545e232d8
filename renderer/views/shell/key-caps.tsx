/**
 * A shortcut as key caps.
 */
import { keyCaps } from '../../state/commands.ts'
import styles from './shell.module.css'

const MAC = navigator.userAgent.includes('Mac')

export function KeyCaps({ keys }: { readonly keys: string }) {
  return (
    <span className={styles['caps']}>
      {keyCaps(keys, MAC).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  )
}
