/**
 * What watches a run while it trains, and holds back what was confirmed: between every two steps.
 * Not here: the rules (safety/), what a decision does (quarantine.ts).
 */
import type { RunConfig } from '../contract/config.ts'
import type { StepRecord } from '../contract/run.ts'
import type { Monitor } from '../safety/monitor.ts'
import type { LoopState } from '../selfplay/state.ts'
import type { Store } from '../store/store.ts'
import { rest } from './hold.ts'
import { createGuard } from './quarantine.ts'
import type { Guard } from './quarantine.ts'
import { openMonitor } from './rules-file.ts'
import { withSignals } from './sandbox-watch.ts'
import type { SandboxWatch } from './sandbox-watch.ts'
import { watchStep } from './scan.ts'
import type { Run } from './training-run.ts'

export type RunSafety = {
  readonly guard: Guard
  readonly monitor: Monitor
  /** What the sandbox saw since it was last asked. */
  readonly takeSignals: SandboxWatch['take']
}

/** With the rules of the home. Throws AppError('config') when its rules file cannot be used. */
export async function openSafety(
  store: Store,
  run: string,
  home: string,
  { pauseAfterConfirmed: confirmed, pauseSeverity: severity }: RunConfig,
  takeSignals: SandboxWatch['take'],
): Promise<RunSafety> {
  const policy = { confirmed: confirmed === 0 ? null : confirmed, severity }
  const monitor = await openMonitor(home, null)
  return { guard: createGuard(store, run, policy), monitor, takeSignals }
}

type Watched = Pick<Run, 'place' | 'safety' | 'options'>

/** After a step was recorded: what rules say of it. */
export function watchRecorded(
  { place, safety }: Watched,
  record: Pick<StepRecord, 'step' | 'episodes' | 'proposals'>,
): void {
  const traces = withSignals(record, safety.takeSignals())
  watchStep(place.store, place.recorder.run, safety.monitor, record.step, traces)
}

/** What to go on with, without tasks that had to leave. Too many confirmed traces hold the run. */
export function holdBack({ safety, options }: Watched, step: number, state: LoopState): LoopState {
  const { state: kept, pause } = safety.guard.afterStep(state)
  if (pause !== null) {
    options.onNews({ type: 'warning', step, text: `Paused: ${pause}.` })
    options.hold?.set(true)
  }
  return kept
}

/** Rests where the run is held; what was confirmed meanwhile is out before it goes on. */
export async function restSafely(run: Watched, step: number, state: LoopState): Promise<LoopState> {
  const { options, place } = run
  let kept = state
  do {
    await rest(step, options, place.recorder)
    kept = holdBack(run, step, kept)
  } while (isHeld(options))
  return kept
}

function isHeld({ hold, signal }: Run['options']): boolean {
  return (hold?.released(signal) ?? null) !== null
}
