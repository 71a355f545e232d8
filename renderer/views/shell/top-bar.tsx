/**
 * Which run is selected, where it is, and what can be done with it.
 */
import { Eye, Pause, Play, Search, Square } from 'lucide-react'
import { Button } from '../../components/button.tsx'
import { StatePill } from '../../components/marks.tsx'
import { Bar } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { useAsk } from '../../data/ask.ts'
import { useRun } from '../../data/run.ts'
import { useReadOnly, useRunOrders } from '../../data/run-orders.ts'
import { etaRange, figure, integer, short } from '../../format.ts'
import { READ_ONLY } from '../../../electron/contract/reading.ts'
import type { LiveRun, RunView } from '../../../electron/contract/workbench.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { SHELL } from '../../strings/shell.ts'
import { Bell } from './bell.tsx'
import { KeyCaps } from './key-caps.tsx'
import styles from './shell.module.css'

export function TopBar({ onPalette }: { readonly onPalette: () => void }) {
  const { query, live } = useRun()
  const readOnly = useReadOnly()
  return (
    <header className={styles['top']}>
      <RunPicker />
      {query.data === undefined ? (
        <div className={styles['spacer']} />
      ) : (
        <>
          <RunProgress view={query.data} live={live} />
          <RunActions view={query.data} live={live} />
        </>
      )}
      {readOnly ? (
        <span className={styles['only']} title={READ_ONLY}>
          <Eye size={14} aria-hidden />
          {SHELL.readOnly}
        </span>
      ) : null}
      <Bell />
      <button type="button" className={styles['find']} onClick={onPalette}>
        <Search size={14} aria-hidden />
        <span>{SHELL.palette}</span>
        <KeyCaps keys="$mod+k" />
      </button>
    </header>
  )
}

function RunPicker() {
  const list = useAsk('runs.list', {})
  const run = useRoute((state) => state.route.params['run'] ?? '')
  const change = useRoute((state) => state.change)
  const rows = list.data?.rows ?? []
  const choices = [
    ...(rows.some((row) => row.run.id === run) ? [] : [{ id: run, label: run || SHELL.noRun }]),
    ...rows.map((row) => ({ id: row.run.id, label: row.run.id })),
  ]
  return (
    <div className={styles['picker']}>
      <Select
        bare
        label={SHELL.run}
        choices={choices}
        value={run}
        onChange={(id) => change({ run: id })}
      />
    </div>
  )
}

type Props = { readonly view: RunView; readonly live: LiveRun | null }

function RunProgress({ view: { run }, live }: Props) {
  const total = live?.last?.steps ?? run.plannedSteps ?? run.currentStep
  const done = live?.last?.step ?? run.currentStep
  const steps = SHELL.progress(integer(done), integer(total))
  const label = live === null ? undefined : COMMON.liveStates[live.state]
  return (
    <div className={styles['live']} role="status" aria-live="off">
      <StatePill state={run.state} {...(label === undefined ? {} : { label })} />
      <span>{steps}</span>
      <Bar label={steps} done={done} total={total} />
      {live === null ? null : <LiveFacts live={live} />}
    </div>
  )
}

function LiveFacts({ live }: { readonly live: LiveRun }) {
  return factsOf(live).map((fact) => <span key={fact}>{fact}</span>)
}

/** What a glance needs, in the order of its weight. */
function factsOf({ phase, tokensPerSecond, tasksPerSecond, restarts, ...live }: LiveRun) {
  const left = leftOf(live)
  return [
    ...(phase === null
      ? []
      : [SHELL.phase(COMMON.phases[phase.name], integer(phase.done), integer(phase.total))]),
    ...(left === null ? [] : [SHELL.left(etaRange(left))]),
    ...(tokensPerSecond > 0 ? [SHELL.tokensPerSecond(short(tokensPerSecond))] : []),
    ...(tasksPerSecond > 0 ? [SHELL.tasksPerSecond(figure(tasksPerSecond))] : []),
    ...(restarts > 0 ? [SHELL.restarted(integer(restarts))] : []),
  ]
}

/** Seconds: as the host reckons, else as the last step said. */
function leftOf({ secondsLeft, last }: Pick<LiveRun, 'secondsLeft' | 'last'>): number | null {
  if (secondsLeft !== null) return (secondsLeft.low + secondsLeft.high) / 2
  return last?.secondsLeft ?? null
}

function RunActions({ view, live }: Props) {
  const { canPause, canResume, canStop, pause, resume, stop } = useRunOrders(view, live)
  return (
    <div className={styles['actions']}>
      {canPause ? <Button icon={Pause} label={SHELL.pause} onPress={pause} /> : null}
      {canResume ? (
        <Button icon={Play} look="primary" label={SHELL.resume} onPress={resume} />
      ) : null}
      {canStop ? <Button icon={Square} label={SHELL.stop} onPress={stop} /> : null}
    </div>
  )
}
