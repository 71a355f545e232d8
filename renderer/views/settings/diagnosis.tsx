/**
 * What this machine offers: runtime, providers, Python, sandbox with its self-test, disk.
 */
import type { Diagnosis as Report } from '../../../electron/contract/workbench.ts'
import { PassMark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { SETTINGS } from '../../strings/places.ts'
import layout from '../layout.module.css'
import runs from '../runs/runs.module.css'
import { FindingRow } from '../runs/first-run.tsx'

export function Diagnosis() {
  const doctor = useAsk('app.doctor', {})
  return (
    <>
      <Panel title={SETTINGS.diagnosis}>
        <Loaded query={doctor} what={SETTINGS.diagnosis}>
          {({ findings }) => (
            <div className={runs['findings']}>
              {findings.map((finding) => (
                <FindingRow key={finding.name} finding={finding} />
              ))}
            </div>
          )}
        </Loaded>
      </Panel>
      {doctor.data === undefined ? null : <SandboxChecks report={doctor.data} />}
    </>
  )
}

function SandboxChecks({ report: { sandbox } }: { readonly report: Report }) {
  return (
    <Panel title={`${SETTINGS.sandbox}: ${sandbox.label}`} flush>
      <table className={layout['plain']}>
        <tbody>
          {sandbox.checks.map(({ name, pass }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>
                <PassMark pass={pass} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}
