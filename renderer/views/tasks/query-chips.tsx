/**
 * The conditions of a query one by one, each to be taken away.
 */
import { X } from 'lucide-react'
import { clauseText } from '../../../electron/contract/query.ts'
import { FILTER } from '../../strings/task-filter.ts'
import { clausesOf, without } from '../../text/query-edit.ts'
import styles from './tasks.module.css'

type Props = { readonly text: string; readonly onChange: (text: string) => void }

export function QueryChips({ text, onChange }: Props) {
  const placed = clausesOf(text)
  if (placed.length === 0) return null
  return (
    <ul className={styles['chips']} aria-label={FILTER.applied}>
      {placed.map((one) => {
        const written = clauseText(one.clause)
        return (
          <li key={`${written} ${one.from}`} className={styles['chip']}>
            <code>{written}</code>
            <button
              type="button"
              aria-label={FILTER.remove(written)}
              onClick={() => onChange(without(text, one))}
            >
              <X size={12} aria-hidden />
            </button>
          </li>
        )
      })}
    </ul>
  )
}
