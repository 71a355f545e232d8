/**
 * One chart with the same lines of several runs, over steps.
 */
import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { CHART_ROWS } from '../../charts/catalogue.ts'
import { Chart } from '../../charts/chart.tsx'
import { overlayCharts } from '../../charts/overlay.ts'
import type { Range } from '../../charts/plot.ts'
import { Select } from '../../components/select.tsx'
import type { Curves } from '../../data/curves.ts'
import { useCurvesQuery } from '../../data/curves.ts'
import { CHARTS } from '../../strings/charts.ts'
import { COMPARE } from '../../strings/compare.ts'
import layout from '../layout.module.css'

const CHOICES = CHART_ROWS.map(({ id, title, group }) => ({
  id,
  label: `${CHARTS.groups[group]}: ${title}`,
}))

/** Named, so that it runs again only when an answer changed. */
function loadedOnly(results: readonly { readonly data: Curves | undefined }[]) {
  return results.map(({ data }) => data ?? null)
}

export function Overlay({ ids }: { readonly ids: readonly string[] }) {
  const [chart, setChart] = useState('solve-rate')
  const [range, setRange] = useState<Range | null>(null)
  const queryOf = useCurvesQuery()
  const curves = useQueries({
    queries: ids.map((id) => queryOf(id)),
    combine: loadedOnly,
  })
  const specs = useMemo(() => {
    const runs = ids.flatMap((id, at) => {
      const known: Curves | null = curves[at] ?? null
      return known === null ? [] : [{ id, curves: known }]
    })
    return overlayCharts(chart, runs)
  }, [chart, curves, ids])
  return (
    <div className={layout['stack']}>
      <div style={{ maxWidth: 420 }}>
        <Select label={COMPARE.chart} choices={CHOICES} value={chart} onChange={setChart} />
      </div>
      <div className={layout['grid']}>
        {specs.map((spec) => (
          <Chart
            key={spec.id}
            spec={spec}
            smoothing={0.6}
            range={range}
            xName={CHARTS.xAxes.step}
            onRange={setRange}
            onPick={() => undefined}
          />
        ))}
      </div>
    </div>
  )
}
