/**
 * Held-out scores over a run's steps, with intervals.
 */
import { useMemo } from 'react'
import { Chart } from '../../charts/chart.tsx'
import { scoreCharts } from '../../charts/scores.ts'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import type { EvalRecord } from '../../../electron/contract/run.ts'
import { CHARTS } from '../../strings/charts.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import styles from './evaluate.module.css'

export function Curves({ run }: { readonly run: string | null }) {
  const query = useAsk('evals.list', { run: run ?? '' }, { enabled: run !== null })
  if (run === null) return <NoRun />
  return (
    <Loaded query={query} what={EVALUATE.what}>
      {(records) => <Charts records={records} />}
    </Loaded>
  )
}

function Charts({ records }: { readonly records: readonly EvalRecord[] }) {
  const specs = useMemo(() => scoreCharts(records), [records])
  if (specs.length === 0) return <Empty title={EVALUATE.none} text={EVALUATE.noneText} />
  return (
    <div className={layout['scroll']}>
      <div className={styles['charts']}>
        {specs.map((spec) => (
          <Chart
            key={spec.id}
            spec={spec}
            smoothing={0}
            range={null}
            xName={CHARTS.xAxes.step}
            height={220}
            onRange={() => undefined}
            onPick={() => undefined}
          />
        ))}
      </div>
    </div>
  )
}
