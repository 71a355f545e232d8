/**
 * The same chart of several runs on one axis: one chart per line of it, one line per run.
 */
import type { Curves } from '../data/curves.ts'
import { CHART_ROWS, chartSpec } from './catalogue.ts'
import { sourceOf } from './source.ts'
import type { ChartSpec } from './spec.ts'

type RunCurves = { readonly id: string; readonly curves: Curves }

const COLOURS = ['series-a', 'series-b', 'series-c', 'series-d', 'series-e', 'series-f'] as const

export function overlayCharts(chart: string, runs: readonly RunCurves[]): readonly ChartSpec[] {
  const row = CHART_ROWS.find(({ id }) => id === chart)
  if (row === undefined || runs.length === 0) return []
  const specs = runs.map(({ curves }) => chartSpec(row, sourceOf(curves, 'step')))
  const xs = unionOf(specs.map((spec) => spec.xs))
  const labels = specs[0]?.lines.map(({ label }) => label) ?? []
  return labels.map((label, at) => ({
    id: `${chart}-${at}`,
    title: labels.length === 1 ? row.title : `${row.title}: ${label}`,
    unit: row.unit,
    help: row.help,
    ...(row.range === undefined ? {} : { range: row.range }),
    xs,
    lines: specs.map((spec, index) => ({
      label: runs[index]?.id ?? '',
      colour: COLOURS[index % COLOURS.length] ?? 'series-a',
      values: spread(spec.xs, spec.lines[at]?.values ?? new Float64Array(), xs),
    })),
  }))
}

function unionOf(columns: readonly Float64Array[]): Float64Array {
  const all = new Set(columns.flatMap((xs) => Array.from(xs)))
  return Float64Array.from([...all].sort((a, b) => a - b))
}

/** Values at their own x, gaps elsewhere. */
function spread(from: Float64Array, values: Float64Array, xs: Float64Array): Float64Array {
  const known = new Map(Array.from(from, (x, at) => [x, values[at] ?? Number.NaN]))
  return Float64Array.from(xs, (x) => known.get(x) ?? Number.NaN)
}
