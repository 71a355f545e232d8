/**
 * pass@k of sampled evaluations, those of one suite over each other: base against trained.
 */
import { useMemo } from 'react'
import { passCharts } from '../../charts/pass-at-k.ts'
import type { Evaluation } from '../../../electron/contract/evaluation.ts'
import { Empty } from '../../components/states.tsx'
import { EVALUATE } from '../../strings/evaluate.ts'
import { ScoreCharts } from './charts.tsx'

export function PassAtK({ evaluations }: { readonly evaluations: readonly Evaluation[] }) {
  const specs = useMemo(() => passCharts(evaluations), [evaluations])
  if (specs.length === 0) {
    return <Empty title={EVALUATE.passNone} text={EVALUATE.passNoneText} />
  }
  return <ScoreCharts specs={specs} xName={EVALUATE.k} height={300} />
}
