/**
 * Choosing rows of a table, one by one, in ranges or all that are there. Not here: drawing boxes (table-boxes.tsx).
 */
import type { KeyboardEvent } from 'react'
import { moveActive } from './table-keys.ts'
import type { TableProps } from './table.tsx'

export type Choices = {
  readonly has: (index: number) => boolean
  /** isRange: everything from where the last single choice was. */
  readonly toggle: (index: number, isRange: boolean) => void
  readonly range: (to: number) => void
  readonly all: (chosen: boolean) => void
  readonly state: 'none' | 'some' | 'all'
}

type Anchor = { current: number }

/** null: rows of this table cannot be chosen. */
export function choicesOf<Row>(
  { rows, keyOf, chosen = new Set(), onChoose }: TableProps<Row>,
  anchor: Anchor,
): Choices | null {
  if (onChoose === undefined) return null
  const keyAt = (index: number): readonly string[] => {
    const row = rows[index]
    return row === undefined ? [] : [keyOf(row)]
  }
  const range = (to: number) => {
    const [first, last] = [Math.min(anchor.current, to), Math.max(anchor.current, to)]
    const keys = Array.from({ length: last - first + 1 }, (_, at) => keyAt(first + at)).flat()
    onChoose(new Set([...chosen, ...keys]))
  }
  const toggle = (index: number, isRange: boolean) => {
    if (isRange) return range(index)
    anchor.current = index
    const [key] = keyAt(index)
    if (key === undefined) return undefined
    const next = new Set(chosen)
    if (!next.delete(key)) next.add(key)
    return onChoose(next)
  }
  return {
    has: (index) => keyAt(index).some((key) => chosen.has(key)),
    toggle,
    range,
    all: (on) => onChoose(new Set(on ? rows.map(keyOf) : [])),
    state: chosen.size === 0 ? 'none' : chosen.size >= rows.length ? 'all' : 'some',
  }
}

/** Whether the key chose something. */
export function chooseByKey<Row>(
  event: KeyboardEvent,
  { rows }: TableProps<Row>,
  choices: Choices,
  active: number,
  move: (to: number, keepsAnchor?: boolean) => void,
): boolean {
  if (event.target !== event.currentTarget || event.altKey) return false
  const isCommand = event.ctrlKey || event.metaKey
  const to = event.shiftKey ? moveActive(event.key, active, rows.length, 20) : null
  if (isCommand && event.key.toLowerCase() === 'a') choices.all(choices.state !== 'all')
  else if (isCommand) return false
  else if (event.key === ' ') choices.toggle(active, event.shiftKey)
  else if (event.key === 'Escape' && choices.state !== 'none') choices.all(false)
  else if (to !== null) {
    choices.range(to)
    move(to, true)
  } else return false
  event.preventDefault()
  return true
}
