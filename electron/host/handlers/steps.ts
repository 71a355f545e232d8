/**
 * Calls for charts: numbers of steps and counts, in pieces.
 */
import { readGroups, readLastStep, readSteps } from '../../store/steps.ts'
import { runKey } from '../../store/runs.ts'
import { readSafetyCounts } from '../../store/safety-counts.ts'
import { readTallies } from '../../store/tallies.ts'
import type { Bench } from '../bench.ts'
import type { HandlersOf } from './types.ts'

export function stepHandlers({ history }: Bench): HandlersOf<'steps'> {
  return {
    'steps.range': ({ run, after, limit }) =>
      history.read((store) => {
        const key = runKey(store, run)
        const steps = readSteps(store, key, after, limit)
        const first = steps[0]?.step
        const last = steps.at(-1)?.step
        if (first === undefined || last === undefined) return { steps, groups: [], more: false }
        const groups = readGroups(store, key, first, last)
        return { steps, groups, more: (readLastStep(store, key)?.step ?? last) > last }
      }),
    'steps.safety': ({ run }) =>
      history.read((store) => readSafetyCounts(store, runKey(store, run))),
    'steps.tallies': ({ run, name, after, limit }) =>
      history.read((store) => readTallies(store, runKey(store, run), name, after, after + limit)),
  }
}
