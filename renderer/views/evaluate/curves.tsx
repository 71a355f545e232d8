/**
 * Held-out scores over a run's steps, with intervals.
 */
import { useMemo } from 'react'
import { scoreCharts } from '../../charts/scores.ts'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import type { EvalRecord } from '../../../electron/contract/run.ts'
import { CHARTS } from '../../strings/charts.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import { NoRun } from '../no-run.tsx'
import { useBestStep } from './best.ts'
import { ScoreCharts } from './charts.tsx'

export function Curves({ run }: { readonly run: string | null }) {
  const best = useBestStep(run)
  const query = useAsk('evals.list', { run: run ?? '' }, { enabled: run !== null })
  if (run === null) return <NoRun />
  return (
    <Loaded query={query} what={EVALUATE.what}>
      {(records) => <Charts records={records} best={best} />}
    </Loaded>
  )
}

type ChartsProps = { readonly records: readonly EvalRecord[]; readonly best: number | null }

function Charts({ records, best }: ChartsProps) {
  const specs = useMemo(() => scoreCharts(records, best), [records, best])
  if (specs.length === 0) return <Empty title={EVALUATE.none} text={EVALUATE.noneText} />
  return <ScoreCharts specs={specs} xName={CHARTS.xAxes.step} height={220} />
}
