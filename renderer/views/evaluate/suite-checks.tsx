/**
 * Suites to tick: those whose files are here, and the run's own tasks. The others say what they lack.
 */
import type { SuiteReport } from '../../../electron/contract/evaluation.ts'
import { Switch } from '../../components/fields.tsx'
import { EVALUATE } from '../../strings/evaluate.ts'
import { OWN_TASKS } from '../../text/eval-draft.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'

type Props = {
  readonly suites: readonly SuiteReport[]
  /** A run's checkpoint is measured. */
  readonly withRun: boolean
  readonly chosen: readonly string[]
  readonly onChange: (suites: readonly string[]) => void
}

export function SuiteChecks({ suites, withRun, chosen, onChange }: Props) {
  const toggle = (id: string) => (on: boolean) =>
    onChange(on ? [...chosen, id] : chosen.filter((one) => one !== id))
  const ready = suites.filter(({ state }) => state === 'ready')
  const others = suites.filter(({ state }) => state !== 'ready')
  return (
    <div className={layout['stack']}>
      <div className={styles['checks']}>
        {ready.map(({ id, title }) => (
          <Switch key={id} label={title} value={chosen.includes(id)} onChange={toggle(id)} />
        ))}
        {withRun ? (
          <span>
            <Switch
              label={EVALUATE.ownTasks}
              value={chosen.includes(OWN_TASKS)}
              onChange={toggle(OWN_TASKS)}
            />
            <small>{EVALUATE.ownTasksHint}</small>
          </span>
        ) : null}
      </div>
      {(['missing', 'answers'] as const).map((state) => (
        <Others
          key={state}
          name={EVALUATE.suiteStates[state]}
          suites={others.filter((suite) => suite.state === state)}
        />
      ))}
    </div>
  )
}

type OthersProps = { readonly name: string; readonly suites: readonly SuiteReport[] }

function Others({ name, suites }: OthersProps) {
  if (suites.length === 0) return null
  return (
    <p className={layout['muted']}>
      {name}: {suites.map(({ title }) => title).join(', ')}
    </p>
  )
}
