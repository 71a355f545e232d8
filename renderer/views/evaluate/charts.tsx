/**
 * Charts of scores, one for each suite: nothing in them to pick, no range to choose.
 */
import { Chart } from '../../charts/chart.tsx'
import type { ChartSpec } from '../../charts/spec.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'

type Props = {
  readonly specs: readonly ChartSpec[]
  readonly xName: string
  readonly height: number
}

export function ScoreCharts({ specs, xName, height }: Props) {
  return (
    <div className={layout['scroll']}>
      <div className={styles['charts']}>
        {specs.map((spec) => (
          <Chart
            key={spec.id}
            spec={spec}
            smoothing={0}
            range={null}
            xName={xName}
            height={height}
            onRange={() => undefined}
            onPick={() => undefined}
          />
        ))}
      </div>
    </div>
  )
}
