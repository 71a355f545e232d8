/**
 * The heat maps of a run: solve rates of new tasks, and advantages of what was trained on.
 */
import { useMemo, useState } from 'react'
import type { Kind, Role } from '../../../electron/contract/task.ts'
import { ROLES } from '../../../electron/contract/task.ts'
import { HeatMap } from '../../charts/heat-map.tsx'
import type { HeatWords } from '../../charts/heat-map.tsx'
import { heatOf } from '../../charts/heat.ts'
import { Segments } from '../../components/select.tsx'
import type { Curves } from '../../data/curves.ts'
import { fixed, percent, signed } from '../../format.ts'
import { CHARTS } from '../../strings/charts.ts'
import { COMMON } from '../../strings/common.ts'
import layout from '../layout.module.css'

type Props = { readonly curves: Curves; readonly onStep: (step: number) => void }

const COLUMNS = 400

const RATE_WORDS: HeatWords = {
  title: CHARTS.solveRates,
  help: CHARTS.solveRatesHelp,
  row: (rate) => percent(rate),
  cell: CHARTS.solveRateCell,
}
const ADVANTAGE_WORDS: HeatWords = {
  title: CHARTS.advantages,
  help: CHARTS.advantagesHelp,
  row: (value) => (value === 0 ? fixed(0, 1) : signed(value, 1)),
  cell: CHARTS.advantageCell,
}
const ROLE_CHOICES = ROLES.map((id) => ({ id, label: COMMON.roles[id] }))

export function SolveRates({ curves, onStep }: Props) {
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const heat = useMemo(
    () =>
      heatOf(curves.tallies, { name: 'solveRate', kind: kind === 'all' ? null : kind }, COLUMNS),
    [curves, kind],
  )
  return (
    <div className={layout['wide']}>
      <HeatMap heat={heat} words={RATE_WORDS} kind={kind} onKind={setKind} onPick={onStep} />
    </div>
  )
}

export function Advantages({ curves, onStep }: Props) {
  const [kind, setKind] = useState<Kind | 'all'>('all')
  const [role, setRole] = useState<Role>('solve')
  const heat = useMemo(() => {
    const of = { name: 'advantage', role, kind: kind === 'all' ? null : kind } as const
    return heatOf(curves.tallies, of, COLUMNS)
  }, [curves, role, kind])
  return (
    <div className={layout['wide']}>
      <HeatMap
        heat={heat}
        words={ADVANTAGE_WORDS}
        tools={
          <Segments
            label={CHARTS.roleLabel}
            choices={ROLE_CHOICES}
            value={role}
            onChange={setRole}
          />
        }
        kind={kind}
        onKind={setKind}
        onPick={onStep}
      />
    </div>
  )
}
