/**
 * What the selected run is made of: progress by phase, identity, lineage, checkpoints, settings.
 */
import { GitFork } from 'lucide-react'
import { Fragment } from 'react'
import { PHASES } from '../../../electron/contract/run.ts'
import type { Phase } from '../../../electron/contract/run.ts'
import type { LiveRun, RunView } from '../../../electron/contract/workbench.ts'
import { IconButton } from '../../components/button.tsx'
import { Bar, Facts, Panel } from '../../components/panel.tsx'
import type { Fact } from '../../components/panel.tsx'
import { useRun } from '../../data/run.ts'
import { bytes, duration, integer, lastPart, NOTHING } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { changedSettings } from '../../text/settings-diff.ts'
import { COMMON } from '../../strings/common.ts'
import { RUNS } from '../../strings/runs.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { TrainedMark } from '../review/trained-mark.tsx'
import styles from './runs.module.css'

export function RunInspector() {
  const { query } = useRun()
  const view = query.data
  return (
    <section className={layout['aside']} aria-label={COMMON.details}>
      {view === undefined ? (
        <p className={layout['muted']}>{RUNS.choose}</p>
      ) : (
        <>
          <Phases view={view} />
          <Panel title={RUNS.about}>
            <Facts facts={aboutRun(view)} />
          </Panel>
          <Checkpoints view={view} />
          <Panel title={RUNS.settings}>
            <ChangedSettings view={view} />
          </Panel>
        </>
      )}
    </section>
  )
}

function aboutRun({ run, forks }: RunView): readonly Fact[] {
  const parent = run.parent === null ? RUNS.none : `${run.parent.run}, step ${run.parent.step}`
  return [
    ...(run.reason === '' ? [] : [[reasonLabel(run), visible(run.reason)] as const]),
    [RUNS.model, visible(lastPart(run.model.path))],
    [RUNS.seed, String(run.seed)],
    [RUNS.engine, run.engine],
    [RUNS.device, run.device],
    [RUNS.prompts, run.promptVersion],
    [RUNS.python, run.pythonVersion],
    [RUNS.sandbox, String(run.sandboxLevel)],
    [RUNS.parent, parent],
    [RUNS.forks, forks.length === 0 ? RUNS.none : forks.join(', ')],
  ]
}

const reasonLabel = ({ state }: RunView['run']): string =>
  state === 'finished' ? RUNS.note : RUNS.reason

/** Of a run that goes on the phase it is in; of others how the last step's time went. */
function Phases({ view: { lastStep } }: { readonly view: RunView }) {
  const { live } = useRun()
  const seconds = (name: Phase) => lastStep?.phaseSeconds[name]
  const whole = PHASES.reduce((sum, name) => sum + (seconds(name) ?? 0), 0)
  const now = live?.phase ?? null
  return (
    <Panel title={RUNS.phases}>
      <div className={styles['phases']}>
        {PHASES.map((name, index) => {
          const spent = seconds(name)
          const { done, total } =
            now === null ? { done: spent ?? 0, total: whole } : within(now, name, index)
          return (
            <Fragment key={name}>
              <span>{COMMON.phases[name]}</span>
              <Bar label={COMMON.phases[name]} done={done} total={total} />
              <span className="number">{spent === undefined ? NOTHING : duration(spent)}</span>
            </Fragment>
          )
        })}
      </div>
    </Panel>
  )
}

type Progress = NonNullable<LiveRun['phase']>

function within(now: Progress, name: Phase, index: number): Pick<Progress, 'done' | 'total'> {
  if (name === now.name) return now
  return { done: index < PHASES.indexOf(now.name) ? 1 : 0, total: 1 }
}

function Checkpoints({ view: { run, checkpoints } }: { readonly view: RunView }) {
  const go = useRoute((state) => state.go)
  if (checkpoints.length === 0) {
    return (
      <Panel title={RUNS.checkpoints}>
        <p className={layout['muted']}>{RUNS.noCheckpoints}</p>
      </Panel>
    )
  }
  return (
    <Panel title={RUNS.checkpoints} flush>
      <table className={`${layout['plain']} ${layout['middle']}`}>
        <tbody>
          {checkpoints.map(({ step, kind, bytes: size }) => (
            <tr key={step}>
              <td className="number">{integer(step)}</td>
              <td>
                {kind} <TrainedMark run={run.id} step={step} />
              </td>
              <td className="number">{bytes(size)}</td>
              <td>
                <IconButton
                  icon={GitFork}
                  label={`${RUNS.fork}: ${step}`}
                  onPress={() => go('new', { from: run.id, step: String(step) })}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  )
}

function ChangedSettings({ view: { run } }: { readonly view: RunView }) {
  const changed = changedSettings(run.preset, run.config)
  if (changed.length === 0) return <p className={layout['muted']}>{RUNS.sameSettings}</p>
  return <Facts facts={changed.map(({ key, after }) => [key, after])} />
}
