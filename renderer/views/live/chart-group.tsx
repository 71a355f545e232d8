/**
 * One group of charts, with the maps and funnels that belong to it.
 */
import { useMemo, useState } from 'react'
import { CHART_ROWS, chartSpec } from '../../charts/catalogue.ts'
import type { ChartGroup } from '../../charts/catalogue.ts'
import { Chart } from '../../charts/chart.tsx'
import { FunnelView } from '../../charts/funnel-view.tsx'
import type { Span } from '../../charts/funnel-view.tsx'
import { funnelOf } from '../../charts/funnel.ts'
import type { Range } from '../../charts/plot.ts'
import { scoreCharts } from '../../charts/scores.ts'
import { stepAt } from '../../charts/source.ts'
import type { Source } from '../../charts/source.ts'
import { isEmpty, logged } from '../../charts/spec.ts'
import type { ChartSpec } from '../../charts/spec.ts'
import type { Curves } from '../../data/curves.ts'
import type { EvalRecord } from '../../../electron/contract/run.ts'
import { CHARTS } from '../../strings/charts.ts'
import layout from '../layout.module.css'
import { Advantages, SolveRates } from './heats.tsx'
import styles from './live.module.css'

export type ChartOptions = {
  readonly smoothing: number
  readonly range: Range | null
  readonly log: boolean
  readonly xName: string
  readonly onRange: (range: Range | null) => void
  readonly onStep: (step: number) => void
  readonly onLogs: (step: number) => void
}

type Props = {
  readonly group: ChartGroup
  readonly source: Source
  readonly curves: Curves
  readonly evals: readonly EvalRecord[]
  readonly options: ChartOptions
}

export function ChartGroupView({ group, source, curves, evals, options }: Props) {
  const { onStep, onLogs, log, ...shared } = options
  const specs = useMemo(() => {
    const rows = CHART_ROWS.filter((row) => row.group === group)
    return rows.map((row) => (log ? logged(chartSpec(row, source)) : chartSpec(row, source)))
  }, [group, log, source])
  const at = (act: (step: number) => void) => (x: number) => {
    const step = stepAt(source, x)
    if (step !== null) act(step)
  }
  return (
    <section className={styles['group']} aria-label={CHARTS.groups[group]}>
      <h2>{CHARTS.groups[group]}</h2>
      <div className={layout['grid']}>
        {group === 'solve' ? <Scores evals={evals} onStep={onStep} /> : null}
        {specs.filter(hasValues).map((spec) => (
          <Chart key={spec.id} spec={spec} {...shared} onPick={at(onStep)} onLogs={at(onLogs)} />
        ))}
        {group === 'reward' ? <SolveRates curves={curves} onStep={onStep} /> : null}
        {group === 'policy' ? <Advantages curves={curves} onStep={onStep} /> : null}
        {group === 'validity' ? <ValidityFunnel curves={curves} /> : null}
      </div>
      <Missing titles={specs.filter(isEmpty).map(({ title }) => title)} />
    </section>
  )
}

const hasValues = (spec: ChartSpec): boolean => !isEmpty(spec)

/** A card without a line in it says no more than its name. */
function Missing({ titles }: { readonly titles: readonly string[] }) {
  if (titles.length === 0) return null
  return <p className={layout['muted']}>{CHARTS.withoutValues(titles.join(', '))}</p>
}

type ScoresProps = Pick<Props, 'evals'> & Pick<ChartOptions, 'onStep'>

/** Few points with intervals: neither smoothed nor zoomed. */
function Scores({ evals, onStep }: ScoresProps) {
  const specs = useMemo(() => scoreCharts(evals), [evals])
  return specs.map((spec) => (
    <Chart
      key={spec.id}
      spec={spec}
      smoothing={0}
      range={null}
      xName={CHARTS.xAxes.step}
      onRange={() => undefined}
      onPick={onStep}
    />
  ))
}

function ValidityFunnel({ curves }: Pick<Props, 'curves'>) {
  const [span, setSpan] = useState<Span>('all')
  const funnel = useMemo(() => {
    const first = span === 'all' ? 0 : (curves.steps.at(-20)?.step ?? 0)
    return funnelOf(curves.steps, curves.tallies, first, null)
  }, [curves, span])
  return (
    <div className={layout['wide']}>
      <FunnelView funnel={funnel} span={span} onSpan={setSpan} />
    </div>
  )
}
