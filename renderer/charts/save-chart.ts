/**
 * A chart as a file that the user gets: the bitmap on screen, a vector picture, or its values.
 */
import { token } from '../state/theme.ts'
import { download, downloadText } from './download.ts'
import { chartCsv, chartSvg } from './save.ts'
import type { ChartSpec } from './spec.ts'

export type SaveFormat = 'png' | 'svg' | 'csv'

export function saveChart(
  format: SaveFormat,
  spec: ChartSpec,
  xName: string,
  host: HTMLElement | null,
): void {
  if (format === 'csv') downloadText(`${spec.id}.csv`, 'text/csv', chartCsv(spec, xName))
  if (format === 'svg') {
    downloadText(`${spec.id}.svg`, 'image/svg+xml', chartSvg(spec, inkNow(), xName))
  }
  if (format === 'png') savePng(spec, host)
}

function inkNow() {
  return {
    text: token('text'),
    muted: token('text-muted'),
    grid: token('line'),
    background: token('bg'),
    colourOf: token,
  }
}

const HEAD = 64

function savePng(spec: ChartSpec, host: HTMLElement | null): void {
  const source = host?.querySelector('canvas')
  const canvas = document.createElement('canvas')
  const pen = canvas.getContext('2d')
  if (source === null || source === undefined || pen === null) return
  canvas.width = source.width
  canvas.height = source.height + HEAD
  pen.fillStyle = token('bg')
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.fillStyle = token('text')
  pen.font = `600 16px ${token('font')}`
  pen.fillText(`${spec.title}${spec.unit === '' ? '' : ` (${spec.unit})`}`, 12, 24)
  pen.font = `12px ${token('font')}`
  let left = 12
  for (const { label, colour } of spec.lines) {
    pen.fillStyle = token(colour)
    pen.fillRect(left, 42, 12, 3)
    pen.fillStyle = token('text-muted')
    pen.fillText(label, left + 18, 48)
    left += 34 + pen.measureText(label).width
  }
  pen.drawImage(source, 0, HEAD)
  canvas.toBlob((blob) => {
    if (blob !== null) download(`${spec.id}.png`, blob)
  })
}
