/**
 * One uPlot instance: made for a host element, given pictures, closed. Draws at most two points per pixel of a line.
 * Not here: React (chart.tsx), which lines there are (catalogue.ts).
 */
import uPlot from 'uplot'
import { figure } from '../format.ts'
import { token } from '../state/theme.ts'
import { decimate } from './decimate.ts'
import type { Columns } from './decimate.ts'
import { smooth } from './smooth.ts'
import { isFlat, yRange } from './range.ts'
import type { ChartSpec, Line } from './spec.ts'
import { stackedSpec, unstacked } from './stack.ts'

export type Range = readonly [from: number, to: number]
export type Hover = { readonly x: number; readonly values: readonly (number | null)[] }

export type Picture = {
  readonly spec: ChartSpec
  readonly smoothing: number
  /** The part of x that is shown; null: all. */
  readonly range: Range | null
  readonly width: number
  readonly height: number
}

export type Listeners = {
  readonly onHover: (hover: Hover | null) => void
  readonly onRange: (range: Range | null) => void
  /** isLogs: with Shift. */
  readonly onPick: (x: number, isLogs: boolean) => void
}

export type Plot = {
  readonly show: (picture: Picture) => void
  /** Moves the crosshair by points; picks it. */
  readonly move: (by: number) => void
  readonly pick: () => void
  /** Hands on where the crosshair is. */
  readonly at: (act: (x: number) => void) => void
  readonly canvas: HTMLCanvasElement
  readonly close: () => void
}

const SYNC = 'kelvin'
// uPlot declares a const enum, which modules compiled one by one cannot read.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- as said
const LOGARITHMIC = 3 as uPlot.Scale.Distr

/** The structure (number of lines, their names and colours) is that of the first picture. */
export function openPlot(host: HTMLElement, given: Picture, listeners: Listeners): Plot {
  const first = prepared(given)
  let picture = first
  const plot = new uPlot(
    optionsOf(first, listeners, () => picture),
    dataOf(first),
    host,
  )
  const unlisten = listen(plot, listeners)
  return {
    show: (wanted) => {
      const next = prepared(wanted)
      picture = next
      if (plot.width !== next.width || plot.height !== next.height) {
        plot.setSize({ width: next.width, height: next.height })
      }
      plot.setData(dataOf(next))
    },
    move: (by) => moveCursor(plot, by),
    pick: () => {
      const x = plot.data[0][plot.cursor.idx ?? -1]
      if (x !== undefined) listeners.onPick(x, false)
    },
    at: (act) => {
      const x = plot.data[0][plot.cursor.idx ?? -1]
      if (x !== undefined) act(x)
    },
    canvas: plot.ctx.canvas,
    close: () => {
      unlisten()
      plot.destroy()
    },
  }
}

/** Stacked lines are drawn as they stand, without smoothing: a whole is the sum of its parts. */
function prepared(picture: Picture): Picture {
  const spec = stackedSpec(picture.spec)
  return spec === picture.spec ? picture : { ...picture, spec, smoothing: 0 }
}

function rangeOf({ spec, range }: Picture): Range {
  const { xs } = spec
  const [low, high] = range ?? [xs[0] ?? 0, xs.at(-1) ?? 1]
  return isFlat(low, high) ? [low - 1, high + 1] : [low, high]
}

type Aligned = [xs: number[], ...lines: (number | null)[][]]

function dataOf(picture: Picture): Aligned {
  const { spec, smoothing, width } = picture
  const bands = spec.lines.flatMap(({ low, high }) =>
    low === undefined || high === undefined ? [] : [low, high],
  )
  const smoothed = smoothing > 0 ? spec.lines.map(({ values }) => smooth(values, smoothing)) : []
  const columns: Columns = {
    xs: spec.xs,
    lines: [...spec.lines.map(({ values }) => values), ...smoothed, ...bands],
  }
  const [from, to] = rangeOf(picture)
  const kept = decimate(columns, from, to, Math.max(50, width))
  return [
    Array.from(kept.xs),
    ...kept.lines.map((line) =>
      Array.from(line, (value) => (Number.isFinite(value) ? value : null)),
    ),
  ]
}

function optionsOf(first: Picture, { onHover }: Listeners, now: () => Picture): uPlot.Options {
  const { spec, smoothing, width, height } = first
  const { lines } = spec
  const faint = smoothing > 0
  const bandStart = 1 + lines.length * (faint ? 2 : 1)
  const banded = lines.filter(({ low, high }) => low !== undefined && high !== undefined)
  return {
    width,
    height,
    padding: [8, 10, 0, 0],
    legend: { show: false },
    cursor: {
      drag: { x: true, y: false, setScale: false },
      sync: { key: SYNC, scales: ['x', null] },
      points: { size: 6 },
      focus: { prox: 24 },
    },
    scales: {
      x: { time: false, range: () => [...rangeOf(now())] },
      y: {
        ...(spec.log === true ? { distr: LOGARITHMIC } : {}),
        range: (_plot, low, high) => yRange(now().spec, low, high),
      },
    },
    axes: [axis(24), axis(52)],
    series: [
      {},
      ...lines.map((line) => seriesOf(line, faint ? 0.28 : 1, faint ? 1 : 1.5, spec.xs.length)),
      ...(faint ? lines.map((line) => seriesOf(line, 1, 1.75, spec.xs.length)) : []),
      ...banded.flatMap(() => [edge(), edge()]),
    ],
    bands: banded.map(({ colour }, at) => ({
      series: [bandStart + 2 * at + 1, bandStart + 2 * at],
      fill: fade(token(colour), spec.stacked === true ? 0.45 : 0.14),
    })),
    hooks: {
      setCursor: [
        (plot) => {
          onHover(hoverOf(plot, lines.length, spec.stacked === true))
        },
      ],
    },
  }
}

function seriesOf(line: Line, opacity: number, width: number, count: number): uPlot.Series {
  return {
    label: line.label,
    stroke: fade(token(line.colour), opacity),
    width,
    ...(line.dashed === true ? { dash: [5, 4] } : {}),
    points:
      line.mark === true
        ? { show: opacity === 1, size: 12, width: 2, fill: 'transparent' }
        : { show: count <= 40 && opacity === 1, size: 5 },
    spanGaps: false,
  }
}

function edge(): uPlot.Series {
  return { stroke: 'transparent', width: 0, points: { show: false } }
}

function axis(size: number): uPlot.Axis {
  return {
    stroke: token('text-muted'),
    font: `11px ${token('font')}`,
    size,
    gap: 4,
    grid: { stroke: token('line'), width: 1 },
    ticks: { show: false },
    space: size === 24 ? 70 : 36,
    values: (_plot, splits) => splits.map((value) => figure(value, 4)),
  }
}

/** Hexadecimal colours of the tokens with an opacity. */
function fade(colour: string, opacity: number): string {
  if (opacity >= 1 || !/^#[0-9a-f]{6}$/i.test(colour)) return colour
  const alpha = Math.round(opacity * 255)
  return `${colour}${alpha.toString(16).padStart(2, '0')}`
}

function hoverOf(plot: uPlot, lines: number, isStacked: boolean): Hover | null {
  const at = plot.cursor.idx
  const x = at === null || at === undefined ? undefined : plot.data[0][at]
  if (x === undefined || at === null || at === undefined) return null
  const values = plot.data.slice(1, 1 + lines).map((line) => line[at] ?? null)
  return { x, values: isStacked ? unstacked(values) : values }
}

function moveCursor(plot: uPlot, by: number): void {
  const [xs] = plot.data
  const at = Math.max(0, Math.min(xs.length - 1, (plot.cursor.idx ?? -1) + by))
  plot.setCursor({ left: plot.valToPos(xs[at] ?? 0, 'x'), top: 8 })
}

/** Drag selects a range, double click shows all, Ctrl and wheel zooms, a click picks. */
function listen(plot: uPlot, { onRange, onPick }: Listeners): () => void {
  const { over } = plot
  const release = (event: MouseEvent) => {
    const { left, width } = plot.select
    if (width > 4) {
      onRange([plot.posToVal(left, 'x'), plot.posToVal(left + width, 'x')])
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    } else {
      const x = plot.data[0][plot.cursor.idx ?? -1]
      if (x !== undefined) onPick(x, event.shiftKey)
    }
  }
  const all = () => onRange(null)
  const wheel = (event: WheelEvent) => {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    const [from, to] = [plot.scales['x']?.min ?? 0, plot.scales['x']?.max ?? 1]
    const centre = plot.posToVal(event.offsetX, 'x')
    const factor = event.deltaY > 0 ? 1.25 : 0.8
    onRange([centre - (centre - from) * factor, centre + (to - centre) * factor])
  }
  over.addEventListener('mouseup', release)
  over.addEventListener('dblclick', all)
  over.addEventListener('wheel', wheel, { passive: false })
  return () => {
    over.removeEventListener('mouseup', release)
    over.removeEventListener('dblclick', all)
    over.removeEventListener('wheel', wheel)
  }
}
