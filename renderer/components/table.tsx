/**
 * The one long table: only visible rows are drawn, keys move an active row, the header sorts. Rows come in pages;
 * `onEnd` asks for the next. Not here: what the rows are, nor how they are fetched.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { KeyboardEvent, ReactNode } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import { classes } from './classes.ts'
import { moveActive } from './table-keys.ts'
import styles from './table.module.css'

/** Chromium clips heights at 33,554,428 px: a million rows leave 33 px each. */
const ROW = 28

export type Column<Row> = {
  readonly id: string
  readonly label: string
  /** Pixels; 'fill' shares what is left. */
  readonly width: number | 'fill'
  readonly end?: boolean
  /** Name of the sort that the header asks for. */
  readonly sort?: string
  readonly cell: (row: Row) => ReactNode
}

export type Sorted = { readonly by: string; readonly descending: boolean }

export type TableProps<Row> = {
  readonly label: string
  readonly rows: readonly Row[]
  readonly columns: readonly Column<Row>[]
  readonly keyOf: (row: Row) => string
  readonly onOpen: (row: Row) => void
  readonly isSelected?: (row: Row) => boolean
  readonly onToggle?: (row: Row) => void
  readonly onActive?: (row: Row) => void
  readonly sorted?: Sorted
  readonly onSort?: (by: string) => void
  readonly more?: boolean
  readonly onEnd?: () => void
  readonly foot?: ReactNode
}

export function Table<Row>(props: TableProps<Row>) {
  const { rows, columns, label, foot } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useActive(rows.length)
  const id = useId()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollPaddingStart: 32,
  })
  const items = virtual.getVirtualItems()
  const drawn = items.some(({ index }) => index === active)
  useEnd(items.at(-1)?.index ?? 0, props)
  const move = (to: number) => {
    setActive(to)
    virtual.scrollToIndex(to)
    const row = rows[to]
    if (row !== undefined) props.onActive?.(row)
  }
  const template = templateOf(columns)
  return (
    <div className={styles['frame']}>
      <div
        ref={scroller}
        className={styles['grid']}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={props.more === true ? -1 : rows.length + 1}
        aria-colcount={columns.length}
        {...(drawn ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        onKeyDown={(event) => onKey(event, props, active, move)}
      >
        <Head {...props} template={template} />
        <div
          className={styles['space']}
          role="rowgroup"
          style={{ height: virtual.getTotalSize(), minWidth: widthOf(columns) }}
        >
          {items.map(({ index, start }) => (
            <TableRow
              key={index}
              {...props}
              id={`${id}-${index}`}
              index={index}
              start={start}
              template={template}
              active={index === active}
              onActivate={() => move(index)}
            />
          ))}
        </div>
      </div>
      {foot === undefined ? null : <div className={styles['foot']}>{foot}</div>}
    </div>
  )
}

/** Another filter may leave fewer rows than the active one's number. */
function useActive(count: number): readonly [number, (row: number) => void] {
  const [chosen, setChosen] = useState(0)
  return [Math.max(0, Math.min(chosen, count - 1)), setChosen]
}

/** Asks for the next page when the last rows come near. */
function useEnd<Row>(last: number, { rows, more = false, onEnd }: TableProps<Row>): void {
  const near = more && last >= rows.length - 30
  const count = rows.length
  const ask = useRef(onEnd)
  ask.current = onEnd
  useEffect(() => {
    if (near) ask.current?.()
  }, [near, count])
}

function templateOf<Row>(columns: readonly Column<Row>[]): string {
  return columns
    .map(({ width }) => (width === 'fill' ? 'minmax(160px, 1fr)' : `${width}px`))
    .join(' ')
}

function widthOf<Row>(columns: readonly Column<Row>[]): number {
  return columns.reduce((sum, { width }) => sum + (width === 'fill' ? 160 : width), 0)
}

function onKey<Row>(
  event: KeyboardEvent,
  { rows, onOpen, onToggle }: TableProps<Row>,
  active: number,
  move: (to: number) => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.target !== event.currentTarget) return
  const row = rows[active]
  const to = moveActive(event.key, active, rows.length, 20)
  if (to !== null) move(to)
  else if (event.key === 'Enter' && row !== undefined) onOpen(row)
  else if (event.key === ' ' && row !== undefined && onToggle !== undefined) onToggle(row)
  else return
  event.preventDefault()
}

type HeadProps<Row> = TableProps<Row> & { readonly template: string }

function Head<Row>({ columns, sorted, onSort, template }: HeadProps<Row>) {
  return (
    <div role="rowgroup" className={styles['head']} style={{ minWidth: widthOf(columns) }}>
      <div
        role="row"
        aria-rowindex={1}
        style={{ display: 'grid', gridTemplateColumns: template, height: '100%' }}
      >
        {columns.map((column) => (
          <HeadCell
            key={column.id}
            column={column}
            sorted={column.sort !== undefined && sorted?.by === column.sort ? sorted : null}
            onSort={onSort}
          />
        ))}
      </div>
    </div>
  )
}

type HeadCellProps<Row> = {
  readonly column: Column<Row>
  readonly sorted: Sorted | null
  readonly onSort: ((by: string) => void) | undefined
}

function HeadCell<Row>({ column, sorted, onSort }: HeadCellProps<Row>) {
  const { sort, label, end = false } = column
  const Arrow = sorted?.descending === true ? ArrowDown : ArrowUp
  const direction = sorted === null ? 'none' : sorted.descending ? 'descending' : 'ascending'
  return (
    <div
      role="columnheader"
      className={classes(styles['cell'], styles['title'], end && styles['end'])}
      {...(sort === undefined ? {} : { 'aria-sort': direction })}
    >
      {sort === undefined || onSort === undefined ? (
        label
      ) : (
        <button
          type="button"
          className={classes(styles['sort'], sorted !== null && styles['sorted'])}
          onClick={() => onSort(sort)}
        >
          {label}
          {sorted === null ? null : <Arrow size={12} aria-hidden />}
        </button>
      )}
    </div>
  )
}

type RowProps<Row> = TableProps<Row> & {
  readonly id: string
  readonly index: number
  readonly start: number
  readonly template: string
  readonly active: boolean
  readonly onActivate: () => void
}

function TableRow<Row>(props: RowProps<Row>) {
  const { rows, index, columns, isSelected, onOpen, onActivate, active } = props
  const row = rows[index]
  if (row === undefined) return null
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has the keys of its rows
    <div
      id={props.id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isSelected?.(row) ?? false}
      className={classes(styles['row'], active && styles['active'])}
      style={{ transform: `translateY(${props.start}px)`, gridTemplateColumns: props.template }}
      onClick={onActivate}
      onDoubleClick={() => onOpen(row)}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="gridcell"
          className={classes(styles['cell'], column.end === true && styles['end'])}
        >
          {column.cell(row)}
        </div>
      ))}
    </div>
  )
}
