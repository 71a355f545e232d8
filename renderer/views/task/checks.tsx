/**
 * Every check that a proposal went through, in order, with what was seen.
 */
import type { Check } from '../../../electron/contract/task.ts'
import { PassMark } from '../../components/marks.tsx'
import { CHARTS } from '../../strings/charts.ts'
import { TASK } from '../../strings/tasks.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'

export function Checks({ checks }: { readonly checks: readonly Check[] }) {
  if (checks.length === 0) return <p className={layout['muted']}>{TASK.noChecks}</p>
  return (
    <table className={layout['plain']}>
      <thead>
        <tr>
          <th scope="col">{TASK.check}</th>
          <th scope="col">{TASK.result}</th>
          <th scope="col">{TASK.evidence}</th>
        </tr>
      </thead>
      <tbody>
        {checks.map(({ name, pass, evidence }) => (
          <tr key={name}>
            <td className="mono">{name}</td>
            <td>
              <PassMark pass={pass} />
            </td>
            <td className="mono">
              {evidence === '' ? (pass ? '' : (CHARTS.checks[name] ?? '')) : visible(evidence)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
