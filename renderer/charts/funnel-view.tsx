/**
 * The validity funnel as bars: what is left after each check, and what it refused.
 */
import { Panel } from '../components/panel.tsx'
import { Segments } from '../components/select.tsx'
import { integer, percent } from '../format.ts'
import { CHARTS } from '../strings/charts.ts'
import styles from './charts.module.css'
import type { Funnel } from './funnel.ts'

export type Span = 'all' | 'last'

type Props = {
  readonly funnel: Funnel
  readonly span: Span
  readonly onSpan: (span: Span) => void
}

const SPANS = [
  { id: 'all' as const, label: CHARTS.spans.all },
  { id: 'last' as const, label: CHARTS.spans.last },
]

export function FunnelView({ funnel, span, onSpan }: Props) {
  const { proposed, valid, stages } = funnel
  const tools = <Segments label={CHARTS.span} choices={SPANS} value={span} onChange={onSpan} />
  return (
    <Panel title={CHARTS.funnelTitle} tools={tools}>
      <div className={styles['funnel']} role="table" aria-label={CHARTS.funnelHelp}>
        <StageRow label={CHARTS.proposed} count={proposed} of={proposed} lost={false} />
        {stages.map(({ check, lost }) => (
          <StageRow
            key={check}
            label={CHARTS.lost(CHARTS.checks[check] ?? check)}
            count={lost}
            of={proposed}
            lost
          />
        ))}
        <StageRow label={CHARTS.accepted} count={valid} of={proposed} lost={false} />
      </div>
    </Panel>
  )
}

type StageProps = {
  readonly label: string
  readonly count: number
  readonly of: number
  readonly lost: boolean
}

function StageRow({ label, count, of, lost }: StageProps) {
  const share = of === 0 ? 0 : count / of
  return (
    <div role="row" style={{ display: 'contents' }}>
      <span role="rowheader">{label}</span>
      <span role="cell" className={styles['stage']}>
        <span className={lost ? styles['lost'] : ''} style={{ width: `${share * 100}%` }} />
      </span>
      <span role="cell" className="number">
        {integer(count)} ({percent(share)})
      </span>
    </div>
  )
}
