/**
 * What watches a run while it trains, and holds back what was confirmed: between every two steps.
 * Not here: the rules (safety/), what a decision does (quarantine.ts).
 */
import type { RunConfig } from '../contract/config.ts'
import type { StepRecord } from '../contract/run.ts'
import type { Monitor } from '../safety/monitor.ts'
import type { LoopState } from '../selfplay/state.ts'
import type { Store } from '../store/store.ts'
import { createGuard } from './quarantine.ts'
import type { Guard } from './quarantine.ts'
import { openMonitor } from './rules-file.ts'
import { watchStep } from './scan.ts'
import type { Run } from './training-run.ts'

export type RunSafety = { readonly guard: Guard; readonly monitor: Monitor }

/** With the rules of the home. Throws AppError('config') when its rules file cannot be used. */
export async function openSafety(
  store: Store,
  run: string,
  home: string,
  { pauseAfterConfirmed: confirmed, pauseSeverity: severity }: RunConfig,
): Promise<RunSafety> {
  const policy = { confirmed: confirmed === 0 ? null : confirmed, severity }
  return { guard: createGuard(store, run, policy), monitor: await openMonitor(home, null) }
}

/** After a step was recorded. Returns what to go on with: another state when tasks had to leave it. */
export function keepSafe(
  { place, safety, options }: Pick<Run, 'place' | 'safety' | 'options'>,
  { step, episodes }: Pick<StepRecord, 'step' | 'episodes'>,
  state: LoopState,
): LoopState {
  watchStep(place.store, place.recorder.run, safety.monitor, step, episodes)
  const { state: kept, pause } = safety.guard.afterStep(state)
  if (pause !== null) {
    options.onNews({ type: 'warning', step, text: `Paused: ${pause}.` })
    options.hold?.set(true)
  }
  return kept
}
