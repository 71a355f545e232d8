/**
 * When a run pauses by itself: at so many confirmed traces of a severity since its last pause. What was set while it ran
 * goes before what it was started with. Not here: pausing (run-safety.ts).
 */
import * as v from 'valibot'
import type { RunConfig } from '../contract/config.ts'
import type { RunRow } from '../contract/history.ts'
import type { Pausing } from '../contract/review.ts'
import type { PausePolicy } from '../contract/safety.ts'
import { insertConsequence, lastConsequenceMs } from '../store/decisions.ts'
import { readConfirmed } from '../store/lineage.ts'
import type { Confirmed } from '../store/lineage.ts'
import { insertPausing, readPausing } from '../store/pausing.ts'
import type { SetPolicy } from '../store/pausing.ts'
import { readRun, runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'

export const NEVER_PAUSE: PausePolicy = { confirmed: null, severity: 4 }

/** Of a run's settings as they were saved, also by another version, only these. */
const Started = v.object({
  pauseAfterConfirmed: v.pipe(v.number(), v.integer(), v.minValue(1)),
  pauseSeverity: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(5)),
})

export function startedPausing(config: RunRow['config'] | RunConfig): PausePolicy {
  const read = v.safeParse(Started, config)
  if (!read.success) return NEVER_PAUSE
  return { confirmed: read.output.pauseAfterConfirmed, severity: read.output.pauseSeverity }
}

/** started: what holds until something else is set. */
export function heldPausing(store: Store, run: number, started: PausePolicy): PausePolicy {
  return readPausing(store, run) ?? started
}

/** Why to pause now; null: go on. */
export function pauseReason(
  store: Store,
  run: number,
  confirmed: readonly Confirmed[],
  policy: PausePolicy,
): string | null {
  if (policy.confirmed === null) return null
  const fresh = countFresh(store, run, confirmed, policy)
  if (fresh < policy.confirmed) return null
  const traces = fresh === 1 ? '1 confirmed trace' : `${fresh} confirmed traces`
  return `${traces} of severity ${policy.severity} or more since the last pause, where ${policy.confirmed} pause a run`
}

/** Those that count since the run last paused. */
function countFresh(
  store: Store,
  run: number,
  confirmed: readonly Confirmed[],
  policy: PausePolicy,
): number {
  const since = lastConsequenceMs(store, run, 'paused') ?? 0
  return confirmed.filter(({ severity, atMs }) => severity >= policy.severity && atMs > since)
    .length
}

export function showPausing(store: Store, run: string): Pausing {
  const key = runKey(store, run)
  const set = readPausing(store, key)
  const policy = set ?? startedPausing(readRun(store, run).config)
  const counted = countFresh(store, key, readConfirmed(store, key), policy)
  return {
    confirmed: policy.confirmed,
    severity: policy.severity,
    counted,
    author: set?.author ?? null,
  }
}

/** Holds from the end of the step that is under way. */
export function setPausing(store: Store, run: string, policy: SetPolicy, atMs: number): Pausing {
  const key = runKey(store, run)
  const { confirmed, severity, author } = policy
  const detail =
    confirmed === null
      ? 'confirmed traces do not pause it'
      : `${confirmed} confirmed of severity ${severity} or more pause it`
  store.transaction('setting a threshold', () => {
    insertPausing(store, key, { ...policy, atMs })
    const step = readRun(store, run).currentStep
    const of = { action: 'threshold set', step, author, detail, atMs } as const
    insertConsequence(store, key, { ...of, episode: null, task: null })
  })
  return showPausing(store, run)
}
