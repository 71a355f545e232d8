/**
 * Inputs with their outputs; of induction tasks also which the solver sees.
 */
import type { Task } from '../../../electron/contract/task.ts'
import { Panel } from '../../components/panel.tsx'
import { TASK } from '../../strings/tasks.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'

type Props = { readonly task: Task; readonly outputs: readonly string[] }

export function Pairs({ task, outputs }: Props) {
  const induction = task.kind === 'induction'
  return (
    <Panel title={TASK.pairs} flush>
      <div className={layout['scrollx']}>
        <table className={layout['plain']}>
          <thead>
            <tr>
              <th scope="col">{TASK.input}</th>
              <th scope="col">{task.variant === 'error' ? TASK.ends : TASK.output}</th>
              {induction ? <th scope="col">{TASK.shown}</th> : null}
            </tr>
          </thead>
          <tbody>
            {task.pairs.map(({ input }, at) => (
              // oxlint-disable-next-line react/no-array-index-key -- pairs never move, and may repeat
              <tr key={at}>
                <td className="mono">{visible(input)}</td>
                <td className="mono">{visible(outputs[at] ?? '')}</td>
                {induction ? <td>{at < task.visible ? TASK.yes : TASK.hidden}</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}
