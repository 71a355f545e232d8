/**
 * The one long table: only visible rows are drawn, keys move an active row, the header sorts. Rows come in pages;
 * `onEnd` asks for the next. Not here: what the rows are, nor how they are fetched.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react'
import { useEffect, useId, useRef, useState } from 'react'
import { classes } from './classes.ts'
import { HeadBox, RowBox } from './table-boxes.tsx'
import { chooseByKey, choicesOf } from './table-choices.ts'
import type { Choices } from './table-choices.ts'
import { moveActive } from './table-keys.ts'
import { pinnedAt, templateOf, widthOf } from './table-width.ts'
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
  /** Keys of chosen rows: by Space, Shift and arrows, Ctrl or Cmd and A, and by their boxes. */
  readonly chosen?: ReadonlySet<string>
  readonly onChoose?: (keys: ReadonlySet<string>) => void
  /** How many of the first columns stay in view. */
  readonly pinned?: number
  readonly sorted?: Sorted
  readonly onSort?: (by: string) => void
  readonly more?: boolean
  readonly onEnd?: () => void
  readonly foot?: ReactNode
}

export function Table<Row>(props: TableProps<Row>) {
  const { rows, columns, label, foot } = props
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollPaddingStart: 32,
  })
  const { active, move, choices } = useRows(props, (to) => virtual.scrollToIndex(to))
  const items = virtual.getVirtualItems()
  const drawn = items.some(({ index }) => index === active)
  useEnd(items.at(-1)?.index ?? 0, props)
  const template = templateOf(props)
  return (
    <div className={styles['frame']}>
      <div
        ref={scroller}
        className={styles['grid']}
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={props.more === true ? -1 : rows.length + 1}
        aria-colcount={columns.length + (choices === null ? 0 : 1)}
        {...(choices === null ? {} : { 'aria-multiselectable': true })}
        {...(drawn ? { 'aria-activedescendant': `${id}-${active}` } : {})}
        onKeyDown={(event) => {
          if (choices === null || !chooseByKey(event, props, choices, active, move)) {
            onKey(event, props, active, move)
          }
        }}
      >
        <Head {...props} template={template} choices={choices} />
        <div
          className={styles['space']}
          role="rowgroup"
          style={{ height: virtual.getTotalSize(), minWidth: widthOf(props) }}
        >
          {items.map(({ index, start }) => (
            <TableRow
              key={index}
              {...props}
              id={`${id}-${index}`}
              index={index}
              start={start}
              template={template}
              choices={choices}
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

/** Which row is active, moving it, and what is chosen. */
function useRows<Row>(props: TableProps<Row>, show: (index: number) => void) {
  const [active, setActive] = useActive(props.rows.length)
  const anchor = useRef(active)
  const move = (to: number, keepsAnchor = false) => {
    if (!keepsAnchor) anchor.current = to
    setActive(to)
    show(to)
    const row = props.rows[to]
    if (row !== undefined) props.onActive?.(row)
  }
  return { active, move, choices: choicesOf(props, anchor) }
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

type HeadProps<Row> = TableProps<Row> & {
  readonly template: string
  readonly choices: Choices | null
}

function Head<Row>(props: HeadProps<Row>) {
  const { columns, sorted, onSort, template, choices } = props
  return (
    <div role="rowgroup" className={styles['head']} style={{ minWidth: widthOf(props) }}>
      <div
        role="row"
        aria-rowindex={1}
        className={styles['titles']}
        style={{ gridTemplateColumns: template }}
      >
        {choices === null ? null : <HeadBox {...choices} />}
        {columns.map((column, at) => (
          <HeadCell
            key={column.id}
            column={column}
            pinned={pinnedAt(props, at)}
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
  readonly pinned: CSSProperties | null
  readonly sorted: Sorted | null
  readonly onSort: ((by: string) => void) | undefined
}

function HeadCell<Row>({ column, pinned, sorted, onSort }: HeadCellProps<Row>) {
  const { sort, label, end = false } = column
  const direction = sorted === null ? 'none' : sorted.descending ? 'descending' : 'ascending'
  return (
    <div
      role="columnheader"
      className={classes(
        styles['cell'],
        styles['title'],
        end && styles['end'],
        pinned !== null && styles['pinned'],
      )}
      style={pinned ?? {}}
      {...(sort === undefined ? {} : { 'aria-sort': direction })}
    >
      {sort === undefined || onSort === undefined ? (
        label
      ) : (
        <SortButton label={label} sorted={sorted} onSort={() => onSort(sort)} />
      )}
    </div>
  )
}

type SortProps = {
  readonly label: string
  readonly sorted: Sorted | null
  readonly onSort: () => void
}

function SortButton({ label, sorted, onSort }: SortProps) {
  const Arrow = sorted?.descending === true ? ArrowDown : ArrowUp
  return (
    <button
      type="button"
      className={classes(styles['sort'], sorted !== null && styles['sorted'])}
      onClick={onSort}
    >
      {label}
      {sorted === null ? null : <Arrow size={12} aria-hidden />}
    </button>
  )
}

type RowProps<Row> = TableProps<Row> & {
  readonly id: string
  readonly index: number
  readonly start: number
  readonly template: string
  readonly choices: Choices | null
  readonly active: boolean
  readonly onActivate: () => void
}

function TableRow<Row>(props: RowProps<Row>) {
  const { rows, index, columns, isSelected, onOpen, onActivate, active, choices } = props
  const row = rows[index]
  if (row === undefined) return null
  const isChosen = choices?.has(index) ?? isSelected?.(row) ?? false
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the grid has the keys of its rows
    <div
      id={props.id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className={classes(styles['row'], active && styles['active'])}
      style={{ transform: `translateY(${props.start}px)`, gridTemplateColumns: props.template }}
      onClick={onActivate}
      onDoubleClick={() => onOpen(row)}
    >
      {choices === null ? null : (
        <RowBox chosen={isChosen} onToggle={(isRange) => choices.toggle(index, isRange)} />
      )}
      {columns.map((column, at) => (
        <Cell key={column.id} column={column} row={row} pinned={pinnedAt(props, at)} />
      ))}
    </div>
  )
}

type CellProps<Row> = {
  readonly column: Column<Row>
  readonly row: Row
  readonly pinned: CSSProperties | null
}

function Cell<Row>({ column, row, pinned }: CellProps<Row>) {
  return (
    <div
      role="gridcell"
      className={classes(
        styles['cell'],
        column.end === true && styles['end'],
        pinned !== null && styles['pinned'],
      )}
      style={pinned ?? {}}
    >
      {column.cell(row)}
    </div>
  )
}
