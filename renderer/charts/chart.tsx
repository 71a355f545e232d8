/**
 * One chart in the page: legend with the values under the crosshair, the plot, its table twin, and saving.
 */
import { ChartLine, Download, Table2 } from 'lucide-react'
import type { KeyboardEvent, RefObject } from 'react'
import { useEffect, useRef, useState } from 'react'
import 'uplot/dist/uPlot.min.css'
import { IconButton } from '../components/button.tsx'
import { Empty } from '../components/states.tsx'
import { ActionMenu } from '../components/menu.tsx'
import { Panel } from '../components/panel.tsx'
import { figure } from '../format.ts'
import { useTheme } from '../state/theme.ts'
import { CHARTS } from '../strings/charts.ts'
import styles from './charts.module.css'
import { ChartTable } from './chart-table.tsx'
import { openPlot } from './plot.ts'
import type { Hover, Plot, Range } from './plot.ts'
import { saveChart } from './save-chart.ts'
import { isEmpty } from './spec.ts'
import type { ChartSpec, Line } from './spec.ts'

export type ChartProps = {
  readonly spec: ChartSpec
  readonly smoothing: number
  readonly range: Range | null
  readonly xName: string
  readonly onRange: (range: Range | null) => void
  readonly onPick: (x: number) => void
  /** Absent: there are no logs behind it. */
  readonly onLogs?: (x: number) => void
  readonly height?: number
}

export function Chart(props: ChartProps) {
  const { spec, xName } = props
  const [asTable, setAsTable] = useState(false)
  const host = useRef<HTMLDivElement>(null)
  return (
    <Panel
      title={spec.title}
      note={spec.unit}
      flush
      tools={
        <>
          <IconButton
            icon={asTable ? ChartLine : Table2}
            label={asTable ? CHARTS.asChart(spec.title) : CHARTS.asTable(spec.title)}
            onPress={() => setAsTable(!asTable)}
          />
          <ActionMenu
            icon={Download}
            label={CHARTS.save(spec.title)}
            items={asTable ? CHARTS.formats.filter(({ id }) => id !== 'png') : CHARTS.formats}
            onAction={(format) => saveChart(format, spec, xName, host.current)}
          />
        </>
      }
    >
      <div className={styles['card']}>
        {isEmpty(spec) ? (
          <Empty title={CHARTS.nothingYet} text={spec.help} />
        ) : asTable ? (
          <ChartTable spec={spec} xName={xName} />
        ) : (
          <Drawing {...props} host={host} />
        )}
      </div>
    </Panel>
  )
}

type DrawingProps = ChartProps & { readonly host: RefObject<HTMLDivElement | null> }

function Drawing(props: DrawingProps) {
  const { spec, host, range, xName } = props
  const [hover, setHover] = useState<Hover | null>(null)
  const plot = usePlot(props, setHover)
  return (
    <>
      <Legend lines={spec.lines} hover={hover} xName={xName} />
      <div
        ref={host}
        className={styles['plot']}
        role="group"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it has keys: arrows, plus, minus, zero
        tabIndex={0}
        aria-label={CHARTS.describe(spec.title, spec.help)}
        onKeyDown={(event) => onKey(event, plot.current, range ?? wholeRange(spec), props)}
      />
    </>
  )
}

function wholeRange({ xs }: ChartSpec): Range {
  return [xs[0] ?? 0, xs.at(-1) ?? 1]
}

function onKey(
  event: KeyboardEvent,
  plot: Plot | null,
  [from, to]: Range,
  { onRange, onLogs }: ChartProps,
): void {
  const middle = (from + to) / 2
  const zoom = (factor: number) =>
    onRange([middle - ((to - from) / 2) * factor, middle + ((to - from) / 2) * factor])
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => plot?.move(-1),
    ArrowRight: () => plot?.move(1),
    Enter: () => plot?.pick(),
    ...(onLogs === undefined ? {} : { l: () => plot?.at(onLogs) }),
    '+': () => zoom(0.5),
    '-': () => zoom(2),
    '0': () => onRange(null),
  }
  const act = keys[event.key]
  if (act === undefined || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  act()
}

/** A new instance when the lines or the theme change; else the same one with a new picture. */
function usePlot(props: DrawingProps, onHover: (hover: Hover | null) => void) {
  const { spec, smoothing, range, host, height = 180 } = props
  const shown = useTheme((state) => state.shown)
  const plot = useRef<Plot | null>(null)
  const latest = useRef(props)
  latest.current = props
  const structure = spec.lines.map(({ label, colour, low }) => [label, colour, low !== undefined])
  const key = JSON.stringify([
    spec.id,
    structure,
    smoothing > 0,
    shown,
    spec.log,
    spec.xs.length <= 40,
  ])
  useEffect(() => {
    const element = host.current
    if (element === null) return undefined
    const picture = () => ({ ...latest.current, height, width: element.clientWidth })
    const made = openPlot(element, picture(), {
      onHover,
      onRange: (next) => latest.current.onRange(next),
      onPick: (x, isLogs) => {
        const { onPick: open, onLogs = open } = latest.current
        if (isLogs) onLogs(x)
        else open(x)
      },
    })
    plot.current = made
    const observer = new ResizeObserver(() => made.show(picture()))
    observer.observe(element)
    return () => {
      observer.disconnect()
      made.close()
      plot.current = null
    }
  }, [key, height, host, onHover])
  useEffect(() => {
    const width = host.current?.clientWidth ?? 0
    if (width > 0) plot.current?.show({ spec, smoothing, range, width, height })
  }, [spec, smoothing, range, height, host])
  return plot
}

type LegendProps = {
  readonly lines: readonly Line[]
  readonly hover: Hover | null
  readonly xName: string
}

function Legend({ lines, hover, xName }: LegendProps) {
  return (
    <div className={styles['legend']}>
      {lines.map(({ label, colour, dashed, mark, values }, at) => (
        <span key={label} className={styles['entry']}>
          <span
            className={
              mark === true
                ? styles['ring']
                : `${styles['swatch']} ${dashed === true ? styles['dashed'] : ''}`
            }
            style={{ color: `var(--${colour})` }}
          />
          {label}
          <b>{figure(hover === null ? lastOf(values) : (hover.values[at] ?? null))}</b>
        </span>
      ))}
      {hover === null ? null : <span>{`${xName} ${figure(hover.x, 6)}`}</span>}
    </div>
  )
}

function lastOf(values: Float64Array): number | null {
  return values.findLast((value) => Number.isFinite(value)) ?? null
}
