/**
 * What the order comes to: estimate, problems, and what differs from the preset or the parent.
 */
import { useDeferredValue } from 'react'
import type { RunPlanView } from '../../../electron/contract/workbench.ts'
import { RUN_FIELDS } from '../../../electron/contract/config.ts'
import { Facts, Panel } from '../../components/panel.tsx'
import { Failed } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { duration, NOTHING } from '../../format.ts'
import { useParam } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { NEW_RUN } from '../../strings/runs.ts'
import { changedKeys, orderOf, parsed, problemOf, valueOf } from '../../text/run-draft.ts'
import type { Draft } from '../../text/run-draft.ts'
import { diffSettings, presetValues } from '../../text/settings-diff.ts'
import type { Changed } from '../../text/settings-diff.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import type { DraftProps } from './basics.tsx'
import { MemoryPanel } from './memory-panel.tsx'
import styles from './new-run.module.css'

export function PlanSide({ draft, onChange }: DraftProps) {
  const order = useDeferredValue(draft)
  const valid = changedKeys(order).every((key) => problemOf(order, key) === null)
  const plan = useAsk('runs.plan', orderOf(order), { enabled: valid })
  return (
    <section className={`${styles['column']} ${styles['side']}`} aria-label={COMMON.details}>
      <Panel title={NEW_RUN.plan}>
        {plan.error !== null ? (
          <Failed error={plan.error} />
        ) : plan.data === undefined ? (
          <p className={layout['muted']}>{NOTHING}</p>
        ) : (
          <Estimate plan={plan.data} />
        )}
      </Panel>
      {plan.data?.memory == null ? null : (
        <MemoryPanel
          memory={plan.data.memory}
          onPropose={(settings) =>
            onChange({ ...draft, touched: { ...draft.touched, ...settings } })
          }
        />
      )}
      <Differences draft={draft} />
    </section>
  )
}

function Estimate({ plan }: { readonly plan: RunPlanView }) {
  const { seconds, secondsPerStep, problems } = plan
  return (
    <>
      <Facts
        facts={[
          [NEW_RUN.seconds, seconds === null ? NEW_RUN.unknown : duration(seconds)],
          [NEW_RUN.perStep, secondsPerStep === null ? NEW_RUN.unknown : duration(secondsPerStep)],
        ]}
      />
      {problems.length === 0 ? null : (
        <div className={styles['problems']} role="alert">
          <h3>{NEW_RUN.problems}</h3>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{visible(problem)}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  )
}

function Differences({ draft }: { readonly draft: Draft }) {
  const from = useParam('from')
  const parent = useAsk('runs.show', { run: from ?? '' }, { enabled: from !== null })
  const now = {
    ...presetValues(draft.preset),
    ...Object.fromEntries(
      changedKeys(draft).map((key) => [key, parsed(RUN_FIELDS[key], valueOf(draft, key))]),
    ),
  }
  const preset = diffSettings(presetValues(draft.preset), now)
  return (
    <>
      {parent.data === undefined ? null : (
        <DiffTable
          title={NEW_RUN.diffParent(parent.data.run.id)}
          rows={diffSettings(parent.data.run.config, now)}
        />
      )}
      <DiffTable title={NEW_RUN.diff} rows={preset} />
    </>
  )
}

export function DiffTable({
  title,
  rows,
}: {
  readonly title: string
  readonly rows: readonly Changed[]
}) {
  return (
    <Panel title={title} flush>
      {rows.length === 0 ? (
        <p className={layout['muted']} style={{ padding: 12 }}>
          {NEW_RUN.noDiff}
        </p>
      ) : (
        <table className={styles['diff']}>
          <thead>
            <tr>
              <th scope="col">{NEW_RUN.setting}</th>
              <th scope="col">{NEW_RUN.before}</th>
              <th scope="col">{NEW_RUN.after}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, before, after }) => (
              <tr key={key}>
                <td>{key}</td>
                <td className={styles['old']}>{before}</td>
                <td>{after}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  )
}
