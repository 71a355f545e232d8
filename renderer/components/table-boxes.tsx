/**
 * The boxes that choose rows with a pointer; keys do the same from the table itself.
 */
import { Square, SquareCheck, SquareMinus } from 'lucide-react'
import { COMMON } from '../strings/common.ts'
import { classes } from './classes.ts'
import type { Choices } from './table-choices.ts'
import styles from './table.module.css'

type RowProps = { readonly chosen: boolean; readonly onToggle: (isRange: boolean) => void }

export function RowBox({ chosen, onToggle }: RowProps) {
  const Icon = chosen ? SquareCheck : Square
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- Space in the table does the same
    <div
      role="gridcell"
      className={classes(styles['cell'], styles['pinned'], styles['box'])}
      style={{ left: 0 }}
      onClick={(event) => {
        event.stopPropagation()
        onToggle(event.shiftKey)
      }}
      onDoubleClick={(event) => event.stopPropagation()}
    >
      <Icon size={14} aria-hidden />
    </div>
  )
}

const ICONS = { none: Square, some: SquareMinus, all: SquareCheck } as const

export function HeadBox({ state, all }: Pick<Choices, 'state' | 'all'>) {
  const Icon = ICONS[state]
  return (
    <div
      role="columnheader"
      className={classes(styles['cell'], styles['pinned'], styles['box'])}
      style={{ left: 0 }}
    >
      <button
        type="button"
        className={styles['sort']}
        aria-label={state === 'all' ? COMMON.chooseNone : COMMON.chooseAll}
        onClick={() => all(state !== 'all')}
      >
        <Icon size={14} aria-hidden />
      </button>
    </div>
  )
}
