/**
 * Counts by value over steps, on a canvas: keys and pointer read cells, a click opens a step's tasks.
 */
import { ChartLine, Table2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { IconButton } from '../components/button.tsx'
import { Panel } from '../components/panel.tsx'
import { Segments } from '../components/select.tsx'
import { Empty } from '../components/states.tsx'
import { Table } from '../components/table.tsx'
import type { Column } from '../components/table.tsx'
import { integer, percent } from '../format.ts'
import type { Kind } from '../../electron/contract/task.ts'
import { KINDS } from '../../electron/contract/task.ts'
import { token, useTheme } from '../state/theme.ts'
import { CHARTS } from '../strings/charts.ts'
import { COMMON } from '../strings/common.ts'
import styles from './charts.module.css'
import type { Heat } from './heat.ts'

type Cell = { readonly row: number; readonly column: number }

/** What its rows are. */
export type HeatWords = {
  readonly title: string
  readonly help: string
  readonly row: (value: number) => string
  readonly cell: (step: string, row: string, share: string, count: string) => string
}

type Props = {
  readonly heat: Heat
  readonly words: HeatWords
  /** Before the choice of kinds. */
  readonly tools?: ReactNode
  readonly kind: Kind | 'all'
  readonly onKind: (kind: Kind | 'all') => void
  readonly onPick: (step: number) => void
}

const KIND_CHOICES = [
  { id: 'all' as const, label: COMMON.all },
  ...KINDS.map((kind) => ({ id: kind, label: COMMON.kinds[kind] })),
]

export function HeatMap({ heat, words, tools, kind, onKind, onPick }: Props) {
  const [asTable, setAsTable] = useState(false)
  const { title, help } = words
  const all = (
    <>
      {tools}
      <Segments label={CHARTS.kindLabel} choices={KIND_CHOICES} value={kind} onChange={onKind} />
      <IconButton
        icon={asTable ? ChartLine : Table2}
        label={asTable ? CHARTS.asChart(title) : CHARTS.asTable(title)}
        onPress={() => setAsTable(!asTable)}
      />
    </>
  )
  return (
    <Panel title={title} tools={all} flush>
      <div className={styles['card']}>
        {heat.steps.length === 0 ? (
          <Empty title={CHARTS.nothingYet} text={help} />
        ) : asTable ? (
          <HeatTable heat={heat} words={words} />
        ) : (
          <HeatDrawing heat={heat} words={words} onPick={onPick} />
        )}
      </div>
    </Panel>
  )
}

function HeatDrawing({ heat, words, onPick }: Pick<Props, 'heat' | 'words' | 'onPick'>) {
  const [cell, setCell] = useState<Cell | null>(null)
  const { rates, steps } = heat
  const step = (by: Cell) => setCell((before) => moved(before, by, heat))
  const keys: Readonly<Record<string, () => void>> = {
    ArrowUp: () => step({ row: -1, column: 0 }),
    ArrowDown: () => step({ row: 1, column: 0 }),
    ArrowLeft: () => step({ row: 0, column: -1 }),
    ArrowRight: () => step({ row: 0, column: 1 }),
    Enter: () => onPick(steps[cell?.column ?? 0] ?? 0),
  }
  return (
    <div>
      <div className={styles['rows']}>
        <div className={styles['labels']}>
          {rates.map((rate) => (
            <span key={rate}>{words.row(rate)}</span>
          ))}
        </div>
        <div
          className={styles['heat']}
          role="group"
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- arrow keys read its cells
          tabIndex={0}
          aria-label={`${words.title}. ${words.help}`}
          onKeyDown={(event) => {
            const act = keys[event.key]
            if (act === undefined) return
            event.preventDefault()
            act()
          }}
        >
          <HeatCanvas heat={heat} cell={cell} onCell={setCell} onPick={onPick} />
        </div>
      </div>
      <div className={styles['axis']}>
        <span>
          {COMMON.step} {steps[0]}
        </span>
        <span role="status">{cell === null ? CHARTS.heatHint : describe(heat, words, cell)}</span>
        <span>{steps.at(-1)}</span>
      </div>
    </div>
  )
}

function moved(before: Cell | null, by: Cell, { rates, steps }: Heat): Cell {
  const from = before ?? { row: 0, column: steps.length - 1 }
  const clamp = (value: number, count: number) => Math.max(0, Math.min(count - 1, value))
  return {
    row: clamp(from.row + by.row, rates.length),
    column: clamp(from.column + by.column, steps.length),
  }
}

function describe(
  { rates, steps, counts, totals }: Heat,
  words: HeatWords,
  { row, column }: Cell,
): string {
  const count = counts[row * steps.length + column] ?? 0
  const share = count / (totals[column] ?? 1)
  return words.cell(
    String(steps[column]),
    words.row(rates[row] ?? 0),
    percent(share),
    integer(count),
  )
}

type CanvasProps = {
  readonly heat: Heat
  readonly cell: Cell | null
  readonly onCell: (cell: Cell) => void
  readonly onPick: (step: number) => void
}

const HEIGHT = 180

function HeatCanvas({ heat, cell, onCell, onPick }: CanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const shown = useTheme((state) => state.shown)
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, heat, cell)
  }, [heat, cell, shown])
  const at = (event: { readonly nativeEvent: MouseEvent }): Cell => {
    const box = canvas.current
    const { offsetX, offsetY } = event.nativeEvent
    return {
      row: Math.floor((offsetY / HEIGHT) * heat.rates.length),
      column: Math.floor((offsetX / (box?.clientWidth ?? 1)) * heat.steps.length),
    }
  }
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- its parent has the keys
    <canvas
      ref={canvas}
      style={{ height: HEIGHT }}
      onMouseMove={(event) => onCell(moved(at(event), { row: 0, column: 0 }, heat))}
      onClick={(event) => onPick(heat.steps[at(event).column] ?? 0)}
    />
  )
}

/** One pixel per cell would blur its edges: cells are whole pixels of a canvas of the shown size. */
function paint(canvas: HTMLCanvasElement, heat: Heat, cell: Cell | null): void {
  const { rates, steps, counts, totals } = heat
  const [width, height] = [Math.max(canvas.clientWidth, steps.length), HEIGHT]
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')
  if (pen === null) return
  const [low, high] = [rgb(token('heat-low')), rgb(token('heat-high'))]
  for (let row = 0; row < rates.length; row++) {
    for (let column = 0; column < steps.length; column++) {
      const share = (counts[row * steps.length + column] ?? 0) / Math.max(1, totals[column] ?? 1)
      // The square root keeps rare cells apart from empty ones.
      pen.fillStyle = mix(low, high, Math.sqrt(share))
      const [x, y] = [(column / steps.length) * width, (row / rates.length) * height]
      pen.fillRect(x, y, width / steps.length + 1, height / rates.length - 1)
    }
  }
  if (cell === null) return
  pen.strokeStyle = token('focus')
  pen.lineWidth = 2
  pen.strokeRect(
    (cell.column / steps.length) * width,
    (cell.row / rates.length) * height,
    Math.max(4, width / steps.length),
    height / rates.length,
  )
}

type Rgb = readonly [number, number, number]

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16)
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255]
}

function mix(low: Rgb, high: Rgb, share: number): string {
  const part = (at: 0 | 1 | 2) => Math.round(low[at] + (high[at] - low[at]) * share)
  return `rgb(${part(0)} ${part(1)} ${part(2)})`
}

function HeatTable({ heat, words }: Pick<Props, 'heat' | 'words'>) {
  const { rates, steps, counts } = heat
  const rows = steps.map((_, at) => steps.length - 1 - at)
  const columns: Column<number>[] = [
    { id: 'step', label: COMMON.step, width: 64, end: true, cell: (at) => steps[at] },
    ...rates.map((rate, row): Column<number> => ({
      id: String(rate),
      label: words.row(rate),
      width: 64,
      end: true,
      cell: (at) => integer(counts[row * steps.length + at] ?? 0),
    })),
  ]
  return (
    <div className={styles['twin']}>
      <Table
        label={CHARTS.tableOf(words.title)}
        rows={rows}
        columns={columns}
        keyOf={String}
        onOpen={() => undefined}
      />
    </div>
  )
}
