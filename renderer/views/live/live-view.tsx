/**
 * The charts of the selected run, in groups, all over one axis.
 */
import { useMemo, useState } from 'react'
import { CHART_ROWS } from '../../charts/catalogue.ts'
import type { ChartGroup } from '../../charts/catalogue.ts'
import { sourceOf } from '../../charts/source.ts'
import type { Source, XAxis } from '../../charts/source.ts'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { useCurves } from '../../data/curves.ts'
import type { Curves } from '../../data/curves.ts'
import { useRun } from '../../data/run.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import { useSetting } from '../../data/settings.ts'
import type { RunView } from '../../../electron/contract/workbench.ts'
import { useRoute } from '../../state/route.ts'
import { CHARTS } from '../../strings/charts.ts'
import { COMMON } from '../../strings/common.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { ChartGroupView } from './chart-group.tsx'
import type { ChartOptions } from './chart-group.tsx'
import { LiveBar } from './live-bar.tsx'
import styles from './live.module.css'
import { StepStrip } from './step-strip.tsx'

export function LiveView() {
  const { run, query } = useRun()
  const curves = useCurves(run)
  if (run === null) return <NoRun />
  return (
    <Loaded query={query} what={CHARTS.page}>
      {(view) => (
        <Loaded query={curves} what={CHARTS.page}>
          {(known) => <Charts view={view} curves={known} />}
        </Loaded>
      )}
    </Loaded>
  )
}

const GROUPS = Object.keys(CHARTS.groups).filter((group): group is ChartGroup =>
  CHART_ROWS.some((row) => row.group === group),
)

function Charts({ view, curves }: { readonly view: RunView; readonly curves: Curves }) {
  const [axis, setAxis] = useState<XAxis>('step')
  const usual = useSetting('smoothing')
  const [chosen, setSmoothing] = useState<number | null>(null)
  const smoothing = chosen ?? usual
  const [range, setRange] = useState<ChartOptions['range']>(null)
  const [log, setLog] = useState(false)
  const source = useSource(view.run.id, curves, axis)
  const steps = useSteps(curves)
  const options: ChartOptions = {
    smoothing,
    range,
    log,
    xName: CHARTS.xAxes[axis],
    onRange: setRange,
    onStep: steps.tasks,
    onLogs: steps.logs,
  }
  if (curves.steps.length === 0) {
    return <Empty page title={CHARTS.noSteps} text={CHARTS.noStepsText} />
  }
  return (
    <div className={layout['page']}>
      <LiveBar
        axis={axis}
        onAxis={(next) => {
          setAxis(next)
          setRange(null)
        }}
        smoothing={smoothing}
        onSmoothing={setSmoothing}
        log={log}
        onLog={setLog}
        zoomed={range !== null}
        onAll={() => setRange(null)}
      />
      <div className={layout['scroll']}>
        <Warnings curves={curves} />
        {steps.row === null ? null : (
          <StepStrip
            row={steps.row}
            onMove={steps.move}
            onTasks={() => steps.tasks(steps.row?.step ?? 0)}
            onLogs={() => steps.logs(steps.row?.step ?? 0)}
          />
        )}
        {GROUPS.map((group) => (
          <ChartGroupView
            key={group}
            group={group}
            source={source}
            curves={curves}
            evals={view.evals}
            options={options}
          />
        ))}
      </div>
    </div>
  )
}

function useSource(run: string, curves: Curves, axis: XAxis): Source {
  const safety = useAsk('steps.safety', { run }, { everyMs: OFTEN_MS }).data
  return useMemo(
    () => sourceOf({ ...curves, ...(safety === undefined ? {} : { safety }) }, axis),
    [curves, axis, safety],
  )
}

/** Flags and suggestions come long after their step. */
const OFTEN_MS = 15_000

/** The step that is looked at, the last one until another is chosen, and where it leads. */
function useSteps({ steps }: Curves) {
  const [chosen, setChosen] = useState<number | null>(null)
  const go = useRoute((state) => state.go)
  const at = chosen === null ? steps.length - 1 : steps.findIndex(({ step }) => step === chosen)
  const row = steps[at] ?? steps.at(-1) ?? null
  const move = (by: -1 | 1) => {
    const next = steps[Math.max(0, Math.min(steps.length - 1, at + by))]
    if (next !== undefined) setChosen(next.step)
  }
  const logs = (step: number) => {
    const found = steps.find((one) => one.step === step)
    go('logs', { at: String(found?.atMs ?? '') })
  }
  const tasks = (step: number) => go('tasks', { q: `step:${step}` })
  useScreenCommands([
    { id: 'before', label: CHARTS.before, keys: '[', act: () => move(-1) },
    { id: 'after', label: CHARTS.after, keys: ']', act: () => move(1) },
    { id: 'logs', label: CHARTS.stepLogs, can: row !== null, act: () => logs(row?.step ?? 0) },
  ])
  return { row, move, tasks, logs }
}

/** Of the last step: what a researcher should look at. */
function Warnings({ curves }: { readonly curves: Curves }) {
  const last = curves.steps.at(-1)
  if (last === undefined || last.warnings.length === 0) return null
  return (
    <ul className={styles['warnings']} aria-label={`${COMMON.step} ${last.step}`}>
      {last.warnings.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  )
}
