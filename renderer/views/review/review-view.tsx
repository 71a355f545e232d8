/**
 * The review of unsafe traces: one screen with parts, the queue first. Not here: what a part does (its own file).
 */
import { Segments } from '../../components/select.tsx'
import { useParam, useRoute } from '../../state/route.ts'
import { REVIEW } from '../../strings/review.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { AgreementPart } from './agreement.tsx'
import { AuditPart } from './audit.tsx'
import { ExchangePart } from './exchange.tsx'
import { FlagsPart } from './flags.tsx'
import { QueuePart } from './queue.tsx'
import { RulesPart } from './rules.tsx'

const PARTS = {
  queue: QueuePart,
  flags: FlagsPart,
  agreement: AgreementPart,
  rules: RulesPart,
  audit: AuditPart,
  exchange: ExchangePart,
} as const
type Part = keyof typeof PARTS

const CHOICES = Object.entries(REVIEW.tabs).map(([id, label]) => ({ id, label }))

function isPart(name: string | null): name is Part {
  return name !== null && Object.hasOwn(PARTS, name)
}

export function ReviewView() {
  const run = useParam('run')
  const tab = useParam('tab')
  const change = useRoute((state) => state.change)
  if (run === null) return <NoRun />
  const part: Part = isPart(tab) ? tab : 'queue'
  const Shown = PARTS[part]
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{REVIEW.title}</h1>
        <Segments
          label={REVIEW.tabList}
          choices={CHOICES}
          value={part}
          onChange={(next) => change({ tab: next })}
        />
      </div>
      <Shown key={run} run={run} />
    </div>
  )
}
