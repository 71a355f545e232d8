/**
 * Widths of a table's columns, and where those stand that stay in view. Pure.
 */
import type { CSSProperties } from 'react'
import type { TableProps } from './table.tsx'

/** Of the boxes that choose rows. */
export const BOX = 34
const FILL_AT_LEAST = 160
/** A column that would take what is left takes this where it stays in view. */
const FILL_PINNED = 360

type Widths<Row> = Pick<TableProps<Row>, 'columns' | 'pinned' | 'onChoose'>

function widths<Row>({ columns, pinned = 0 }: Widths<Row>): readonly (number | 'fill')[] {
  return columns.map(({ width }, at) => (width === 'fill' && at < pinned ? FILL_PINNED : width))
}

export function templateOf<Row>(table: Widths<Row>): string {
  const own = widths(table).map((width) =>
    width === 'fill' ? `minmax(${FILL_AT_LEAST}px, 1fr)` : `${width}px`,
  )
  return (table.onChoose === undefined ? own : [`${BOX}px`, ...own]).join(' ')
}

export function widthOf<Row>(table: Widths<Row>): number {
  const own = widths(table).map((width) => (width === 'fill' ? FILL_AT_LEAST : width))
  return sum(own) + (table.onChoose === undefined ? 0 : BOX)
}

/** null: it moves with the others. */
export function pinnedAt<Row>(table: Widths<Row>, at: number): CSSProperties | null {
  if (at >= (table.pinned ?? 0)) return null
  const before = widths(table).slice(0, at)
  const left = sum(before.map((width) => (width === 'fill' ? FILL_AT_LEAST : width)))
  return { left: left + (table.onChoose === undefined ? 0 : BOX) }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
