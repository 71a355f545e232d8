/**
 * What watches a run while it trains, and holds back what was confirmed: between every two steps. Rules and thresholds
 * are those that hold at that moment, whoever changed them since the run began.
 * Not here: the rules (safety/), what a decision does (quarantine.ts).
 */
import type { RunConfig } from '../contract/config.ts'
import type { StepRecord } from '../contract/run.ts'
import type { Monitor } from '../safety/monitor.ts'
import type { LoopState } from '../selfplay/state.ts'
import { insertConsequence } from '../store/decisions.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { rest } from './hold.ts'
import { startedPausing } from './pausing.ts'
import { BY_ITSELF, createGuard } from './quarantine.ts'
import type { Guard } from './quarantine.ts'
import { followRules } from './rules-file.ts'
import type { RulesInUse } from './rules-file.ts'
import { withSignals } from './sandbox-watch.ts'
import type { SandboxWatch } from './sandbox-watch.ts'
import { watchStep } from './scan.ts'
import type { Run } from './training-run.ts'

export type RunSafety = {
  readonly guard: Guard
  readonly rules: () => Promise<RulesInUse>
  /** What the sandbox saw since it was last asked. */
  readonly takeSignals: SandboxWatch['take']
}

/** With the rules of the home. Throws AppError('config') when its rules file cannot be used. */
export async function openSafety(
  store: Store,
  run: string,
  home: string,
  config: RunConfig,
  takeSignals: SandboxWatch['take'],
): Promise<RunSafety> {
  const guard = createGuard(store, run, startedPausing(config))
  return { guard, rules: await followRules(home), takeSignals }
}

type Watched = Pick<Run, 'place' | 'safety' | 'options'>

/** After a step was recorded: what rules say of it. */
export async function watchRecorded(
  run: Watched,
  record: Pick<StepRecord, 'step' | 'episodes' | 'proposals'>,
): Promise<void> {
  const { place, safety } = run
  const monitor = await rulesNow(run, record.step)
  const traces = withSignals(record, safety.takeSignals())
  watchStep(place.store, place.recorder.run, monitor, record.step, traces)
}

/** A change is a row; a file that cannot be used is told and changes nothing. */
async function rulesNow({ place, safety, options }: Watched, step: number): Promise<Monitor> {
  const { monitor, change, problem } = await safety.rules()
  if (problem !== null) {
    const text = `${problem}; the rules of before go on watching`
    options.onNews({ type: 'warning', step, text })
  }
  if (change !== null) {
    const of = { action: 'rules changed', step, author: BY_ITSELF, detail: change } as const
    const row = { ...of, episode: null, task: null, atMs: Date.now() }
    insertConsequence(place.store, runKey(place.store, place.recorder.run), row)
  }
  return monitor
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
