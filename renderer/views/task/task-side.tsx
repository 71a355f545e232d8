/**
 * Beside the program: what the task is, its pairs, and running it again.
 */
import { ScrollText } from 'lucide-react'
import type { TaskDetail } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import type { Fact } from '../../components/panel.tsx'
import { fixed, integer, NOTHING, percent } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { TASK, TASKS } from '../../strings/tasks.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { Pairs } from './pairs.tsx'
import { Rerun } from './rerun.tsx'

export function TaskSide({ detail }: { readonly detail: TaskDetail }) {
  const { task, episode } = detail.proposal
  const go = useRoute((state) => state.go)
  return (
    <section className={layout['aside']} aria-label={COMMON.details}>
      <Panel title={TASK.facts}>
        <Facts facts={factsOf(detail)} />
        {episode === null ? null : (
          <div className={layout['row']} style={{ marginTop: 12 }}>
            <Button
              icon={ScrollText}
              label={TASK.proposerTrace}
              onPress={() => go('trace', { episode })}
            />
          </div>
        )}
      </Panel>
      {task === null ? null : (
        <>
          <Pairs task={task} outputs={detail.outputs} />
          {task.message === '' ? null : (
            <Panel title={TASK.message}>
              <p>{visible(task.message)}</p>
            </Panel>
          )}
          <Rerun key={task.id} task={task} kept={detail.outputs[0] ?? ''} />
        </>
      )}
    </section>
  )
}

function factsOf({ proposal, row }: TaskDetail): readonly Fact[] {
  const { solveRate, task, episode } = proposal
  return [
    [TASK.kind, kindText(proposal)],
    [TASK.step, integer(task?.step ?? row?.step ?? 0)],
    [TASK.solveRate, rateText(solveRate ?? row?.solveRate ?? null, row?.probes ?? 0)],
    [TASK.reward, row === null ? NOTHING : fixed(row.reward)],
    ...(episode === null ? [[TASK.id, TASK.given] as const] : []),
    ...programFacts(proposal),
  ]
}

function kindText({ kind, task }: TaskDetail['proposal']): string {
  return COMMON.kindOf(kind, task?.variant)
}

function rateText(rate: number | null, probes: number): string {
  return rate === null ? NOTHING : TASKS.rate(percent(rate), integer(probes))
}

function programFacts({ facts }: TaskDetail['proposal']): readonly Fact[] {
  if (facts?.ok !== true) return []
  const imports = facts.imports.length === 0 ? NOTHING : visible(facts.imports.join(', '))
  return [
    [TASK.nodes, integer(facts.nodes)],
    [TASK.cognitive, integer(facts.cognitive)],
    [TASK.cyclomatic, integer(facts.cyclomatic)],
    [TASK.halstead, fixed(facts.halstead.volume, 1)],
    [TASK.imports, imports],
  ]
}
