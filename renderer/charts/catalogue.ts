/**
 * Every line chart of a self-play run, as data. Adding a chart is adding a row.
 * Not here: the rows of each part (rows-*.ts), heat maps and funnel (heat.ts, funnel.ts), drawing (chart.tsx).
 */
import { POLICY } from './rows-policy.ts'
import { REWARD, SOLVE } from './rows-reward.ts'
import { REST } from './rows-system.ts'
import { DIVERSITY, VALIDITY } from './rows-validity.ts'
import type { Row } from './rows.ts'
import type { Source } from './source.ts'
import type { ChartSpec } from './spec.ts'

export type { ChartGroup } from './rows.ts'

export const CHART_ROWS: readonly Row[] = [
  ...REWARD,
  ...SOLVE,
  ...VALIDITY,
  ...DIVERSITY,
  ...POLICY,
  ...REST,
]

export function chartSpec({ lines, group: _group, ...row }: Row, source: Source): ChartSpec {
  return { ...row, xs: source.xs, lines: lines(source) }
}
