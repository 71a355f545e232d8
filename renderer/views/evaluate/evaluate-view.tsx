/**
 * Evaluations: scoreboard, curves, answers, what the paper reported, suites; and what is under way.
 */
import { FlaskConical } from 'lucide-react'
import { useState } from 'react'
import type { ReactNode } from 'react'
import type { EvaluationBoard } from '../../../electron/contract/evaluation.ts'
import { Button } from '../../components/button.tsx'
import { Segments } from '../../components/select.tsx'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import layout from '../layout.module.css'
import { AnswersTab } from './answers.tsx'
import { BoardTab } from './board.tsx'
import { Curves } from './curves.tsx'
import { ExportButton } from './export-evaluations.tsx'
import { Jobs } from './jobs.tsx'
import { PassAtK } from './pass-at-k.tsx'
import { Reported } from './reported.tsx'
import { StartDialog } from './start-dialog.tsx'
import { Suites } from './suites.tsx'

const TABS = ['board', 'curves', 'answers', 'passAtK', 'reported', 'suites'] as const
type Tab = (typeof TABS)[number]
const CHOICES = TABS.map((id) => ({ id, label: EVALUATE.tabs[id] }))

export function EvaluateView() {
  const run = useParam('run')
  const param = useParam('tab')
  const change = useRoute((state) => state.change)
  const [starting, setStarting] = useState(false)
  const board = useAsk('evaluations.board', { run })
  const tab = TABS.find((name) => name === param) ?? 'board'
  const start = () => setStarting(true)
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{EVALUATE.title}</h1>
        <Segments
          label={EVALUATE.tabList}
          choices={CHOICES}
          value={tab}
          onChange={(next) => change({ tab: next })}
        />
        <span className={layout['grow']} />
        <ExportButton evaluations={board.data?.evaluations ?? []} />
        <Button icon={FlaskConical} look="primary" label={EVALUATE.start} onPress={start} />
      </div>
      <Jobs unfinished={board.data?.unfinished ?? []} />
      <Loaded query={board} what={EVALUATE.what}>
        {(found) => <Part tab={tab} board={found} run={run} onStart={start} />}
      </Loaded>
      {starting ? <StartDialog run={run} onClose={() => setStarting(false)} /> : null}
    </div>
  )
}

type PartProps = {
  readonly tab: Tab
  readonly board: EvaluationBoard
  readonly run: string | null
  readonly onStart: () => void
}

function Part({ tab, board: { evaluations }, run, onStart }: PartProps) {
  if (tab === 'suites') return <Suites />
  if (tab === 'reported') return <Reported />
  if (evaluations.length === 0) {
    return (
      <Empty title={EVALUATE.none} text={EVALUATE.noneText}>
        <Button look="primary" label={EVALUATE.start} onPress={onStart} />
      </Empty>
    )
  }
  const parts: Readonly<Record<Exclude<Tab, 'suites' | 'reported'>, ReactNode>> = {
    board: <BoardTab evaluations={evaluations} run={run} />,
    curves: <Curves run={run} />,
    answers: <AnswersTab evaluations={evaluations} run={run} />,
    passAtK: <PassAtK evaluations={evaluations} />,
  }
  return parts[tab]
}
