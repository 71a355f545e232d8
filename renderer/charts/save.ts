/**
 * Charts as files: comma-separated values and a vector picture. Model text never enters either; labels are escaped
 * all the same. Not here: the download itself (download.ts).
 */
import type { ChartSpec } from './spec.ts'

/** One row per x; empty where there is no value. Cells that a spreadsheet would run as a formula are quoted. */
export function chartCsv({ xs, lines }: ChartSpec, xName: string): string {
  const head = [xName, ...lines.map(({ label }) => label)].map(csvCell).join(',')
  const rows = Array.from(xs, (x, at) =>
    [x, ...lines.map(({ values }) => values[at] ?? Number.NaN)]
      .map((value) => (Number.isFinite(value) ? String(value) : ''))
      .join(','),
  )
  return [head, ...rows].join('\n')
}

export function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export type Ink = {
  readonly text: string
  readonly muted: string
  readonly grid: string
  readonly background: string
  readonly colourOf: (token: string) => string
}

type Box = {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

const WIDTH = 720
const HEIGHT = 360
const BOX: Box = { left: 60, top: 56, width: 640, height: 256 }

export function chartSvg(spec: ChartSpec, ink: Ink, xName: string): string {
  const xRange = extent([spec.xs])
  const yRange = spec.range ?? padded(extent(spec.lines.map(({ values }) => values)))
  const x = scale(xRange, [BOX.left, BOX.left + BOX.width])
  const y = scale(yRange, [BOX.top + BOX.height, BOX.top])
  const body = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="${ink.background}"/>`,
    label(BOX.left, 22, spec.title, ink.text, 'font-size="15" font-weight="600"'),
    ...legend(spec, ink),
    ...axes(xRange, yRange, { x, y }, ink),
    ...spec.lines.map((line) => path(spec.xs, line, { x, y }, ink)),
    label(BOX.left + BOX.width / 2, HEIGHT - 8, xName, ink.muted, 'text-anchor="middle"'),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Inter, system-ui, sans-serif" font-size="12">${body.join('')}</svg>`
}

type Scale = (value: number) => number
type Scales = { readonly x: Scale; readonly y: Scale }

function scale(from: readonly [number, number], to: readonly [number, number]): Scale {
  const span = from[1] - from[0] || 1
  return (value) => to[0] + ((value - from[0]) / span) * (to[1] - to[0])
}

function extent(columns: readonly Float64Array[]): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const values of columns) {
    for (const value of values) {
      if (!Number.isFinite(value)) continue
      low = Math.min(low, value)
      high = Math.max(high, value)
    }
  }
  return low > high ? [0, 1] : [low, high]
}

function padded([low, high]: readonly [number, number]): readonly [number, number] {
  const margin = (high - low) * 0.05 || 0.5
  return [low - margin, high + margin]
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

function label(x: number, y: number, text: string, fill: string, more: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${fill}" ${more}>${escapeXml(text)}</text>`
}

function legend({ lines, unit }: ChartSpec, ink: Ink): string[] {
  const entries = lines.flatMap(({ label: name, colour }, at) => [
    `<rect x="${BOX.left + at * 108}" y="34" width="10" height="3" fill="${ink.colourOf(colour)}"/>`,
    label(BOX.left + 14 + at * 108, 39, name, ink.muted, ''),
  ])
  return [...entries, label(BOX.left + BOX.width, 22, unit, ink.muted, 'text-anchor="end"')]
}

function axes(
  xRange: readonly [number, number],
  yRange: readonly [number, number],
  { x, y }: Scales,
  ink: Ink,
): string[] {
  const ticks = (range: readonly [number, number]) =>
    Array.from({ length: 5 }, (_, at) => range[0] + ((range[1] - range[0]) * at) / 4)
  const rows = ticks(yRange).flatMap((tick) => [
    `<line x1="${BOX.left}" x2="${BOX.left + BOX.width}" y1="${y(tick).toFixed(1)}" y2="${y(tick).toFixed(1)}" stroke="${ink.grid}"/>`,
    label(BOX.left - 6, y(tick) + 4, tickText(tick), ink.muted, 'text-anchor="end"'),
  ])
  const columns = ticks(xRange).map((tick) =>
    label(x(tick), BOX.top + BOX.height + 18, tickText(tick), ink.muted, 'text-anchor="middle"'),
  )
  return [...rows, ...columns]
}

function tickText(value: number): string {
  return String(Number(value.toPrecision(3)))
}

/** A gap in the values is a gap in the line. */
function path(
  xs: Float64Array,
  line: ChartSpec['lines'][number],
  { x, y }: Scales,
  ink: Ink,
): string {
  if (line.mark === true) return rings(xs, line, { x, y }, ink)
  let open = false
  let steps = ''
  for (let at = 0; at < xs.length; at++) {
    const value = line.values[at] ?? Number.NaN
    if (Number.isFinite(value)) {
      steps += `${open ? 'L' : 'M'}${x(xs[at] ?? 0).toFixed(1)} ${y(value).toFixed(1)}`
    }
    open = Number.isFinite(value)
  }
  const dash = line.dashed === true ? ' stroke-dasharray="5 4"' : ''
  return `<path d="${steps}" fill="none" stroke="${ink.colourOf(line.colour)}" stroke-width="1.6"${dash}/>`
}

function rings(
  xs: Float64Array,
  { values, colour }: ChartSpec['lines'][number],
  { x, y }: Scales,
  ink: Ink,
): string {
  const drawn = Array.from(values).flatMap((value, at) =>
    Number.isFinite(value)
      ? [`<circle cx="${x(xs[at] ?? 0).toFixed(1)}" cy="${y(value).toFixed(1)}" r="6"/>`]
      : [],
  )
  return `<g fill="none" stroke="${ink.colourOf(colour)}" stroke-width="2">${drawn.join('')}</g>`
}
