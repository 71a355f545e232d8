/**
 * One task: its program, what it asks, every check, everybody's attempts, and what the proposer was shown.
 */
import { ArrowLeft, Flag } from 'lucide-react'
import { useState } from 'react'
import type { TaskRow } from '../../../electron/contract/history.ts'
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { KindMark } from '../../components/marks.tsx'
import { Loaded } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useAsk } from '../../data/ask.ts'
import { useReviewAction } from '../../data/review-command.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import type { ScreenAction } from '../../data/screen-commands.ts'
import { integer } from '../../format.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { TASK } from '../../strings/tasks.ts'
import { stepOf } from '../../text/task-query.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { Attempts } from './attempts.tsx'
import { Checks } from './checks.tsx'
import { ProgramPanel } from './program-panel.tsx'
import { References } from './references.tsx'
import { Similar, useSimilar } from './similar.tsx'
import { TaskSide } from './task-side.tsx'

export function TaskView() {
  const run = useParam('run')
  const key = stepOf(useParam('key') ?? '')
  const id = useParam('id')
  const place =
    key === null
      ? ({ by: 'id', run: run ?? '', id: id ?? '' } as const)
      : ({ by: 'key', run: run ?? '', key } as const)
  const query = useAsk('tasks.show', place, { enabled: run !== null && (key ?? id) !== null })
  if (run === null || (key ?? id) === null) return <NoRun />
  return (
    <Loaded query={query} what={TASK.kind}>
      {(detail) => <Task detail={detail} />}
    </Loaded>
  )
}

function Task({ detail }: { readonly detail: TaskDetail }) {
  const { proposal, row } = detail
  const similar = useSimilar(detail.run, row)
  const review = useReviewAction(proposal.episode)
  useTaskCommands(proposal.task !== null, review)
  const go = useRoute((state) => state.go)
  const { key: _key, id: _id, ...filters } = useRoute((state) => state.route.params)
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <Button
          icon={ArrowLeft}
          look="quiet"
          label={TASK.back}
          onPress={() => go('tasks', filters)}
        />
        <h1 className="mono">{proposal.task?.id ?? proposal.episode ?? String(row?.key ?? '')}</h1>
        <KindMark kind={proposal.kind} variant={proposal.task?.variant} />
        <span className={layout['grow']} />
        {proposal.episode === null ? null : (
          <Button icon={Flag} label={review.label} onPress={review.act} />
        )}
      </div>
      <div className={layout['split']}>
        <div className={`${layout['scroll']} ${layout['stack']}`}>
          <ProgramPanel detail={detail} similar={similar} />
          <TaskTabs detail={detail} similar={similar} />
        </div>
        <TaskSide detail={detail} />
      </div>
    </div>
  )
}

/** What is on the page, by keys: running again, what to compare with, and the desk of reviews. */
function useTaskCommands(hasTask: boolean, review: ScreenAction): void {
  const press = (part: string) => () =>
    document.querySelector<HTMLButtonElement>(`[data-part="${part}"] button`)?.click()
  useScreenCommands([
    { id: 'rerun', label: TASK.rerun, keys: 'r', can: hasTask, act: press('rerun') },
    { id: 'compare', label: TASK.noCompare, keys: 'd', act: press('compare') },
    review,
  ])
}

type TabsProps = { readonly detail: TaskDetail; readonly similar: readonly TaskRow[] }

function TaskTabs({ detail, similar }: TabsProps) {
  const [tab, setTab] = useState('attempts')
  const { attempts, references, moreAttempts } = detail
  const count = `${integer(attempts.length)}${moreAttempts ? '+' : ''}`
  const items = [
    { id: 'attempts', label: TASK.attempts(count), body: <Attempts detail={detail} /> },
    { id: 'validity', label: TASK.validity, body: <Checks checks={detail.proposal.checks} /> },
    {
      id: 'references',
      label: TASK.references(integer(references.length)),
      body: <References references={references} />,
    },
    {
      id: 'similar',
      label: TASK.similar(integer(similar.length)),
      body: <Similar rows={similar} />,
    },
  ]
  return <Tabs label={TASK.kind} items={items} value={tab} onChange={setTab} />
}
