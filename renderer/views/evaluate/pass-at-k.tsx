/**
 * pass@k of sampled evaluations, those of one suite over each other: base against trained.
 */
import { useMemo } from 'react'
import { Chart } from '../../charts/chart.tsx'
import { passCharts } from '../../charts/pass-at-k.ts'
import type { Evaluation } from '../../../electron/contract/evaluation.ts'
import { Empty } from '../../components/states.tsx'
import { EVALUATE } from '../../strings/evaluate.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'

export function PassAtK({ evaluations }: { readonly evaluations: readonly Evaluation[] }) {
  const specs = useMemo(() => passCharts(evaluations), [evaluations])
  if (specs.length === 0) {
    return <Empty title={EVALUATE.passNone} text={EVALUATE.passNoneText} />
  }
  return (
    <div className={layout['scroll']}>
      <div className={styles['charts']}>
        {specs.map((spec) => (
          <Chart
            key={spec.id}
            spec={spec}
            smoothing={0}
            range={null}
            xName={EVALUATE.k}
            height={300}
            onRange={() => undefined}
            onPick={() => undefined}
          />
        ))}
      </div>
    </div>
  )
}
