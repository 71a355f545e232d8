/**
 * What a run measures of itself and when: at its start, between steps, at its end; and which step did best.
 * Not here: the probe of nano models (run-measure.ts), other suites (run-suites.ts).
 */
import type { SuiteScores } from '../contract/news.ts'
import { suiteScore } from '../eval/scores.ts'
import type { LoopState } from '../selfplay/state.ts'
import { markBest } from '../store/checkpoints.ts'
import { runKey } from '../store/runs.ts'
import { isBest, type Probe } from './best-checkpoint.ts'
import { type Measure, type Measured, scoresOf } from './measure.ts'
import { measureNow, measureStart, probesOf, suiteMeasures } from './run-measure.ts'
import { measureSchedule, openSchedule, type Schedule } from './run-suites.ts'
import type { Tally } from './run-tally.ts'
import type { Run } from './training-run.ts'

export type HeldOut = {
  /** Both suites that ship, whole: first and last. */
  readonly measures: readonly Measure[]
  /** Their small part of the steps in between. */
  readonly probes: readonly Measure[]
  /** Answers of the weights that the run began with. */
  readonly before: readonly Measured[]
  readonly schedule: Schedule
  /** What says which step is best; null: nothing is measured. */
  readonly deciding: Probe | null
}

export const NO_HELD_OUT: HeldOut = {
  measures: [],
  probes: [],
  before: [],
  schedule: { suites: [], before: new Map() },
  deciding: null,
}

/** Measures the start of a new run; the answers of a resumed one are its folder's. */
export async function openHeldOut(
  run: Run,
  state: LoopState | null,
  tally: Tally,
): Promise<HeldOut> {
  const { config } = run.plan
  const measures = config.promptSet === 'nano' ? await suiteMeasures() : []
  const schedule = await openSchedule(run.order.home, config)
  const probes = probesOf(measures)
  const before = await measureStart(run, measures, state, tally)
  if (state === null) await measureSchedule(run, schedule, 0, tally)
  return { measures, probes, before, schedule, deciding: decidingOf(probes, schedule) }
}

function decidingOf([probe]: readonly Measure[], { suites: [first] }: Schedule): Probe | null {
  if (probe !== undefined) {
    return { suite: probe.suite, items: new Set(probe.items.map(({ id }) => id)) }
  }
  if (first === undefined) return null
  const { benchmark, questions } = first
  return { suite: benchmark.id, items: new Set(questions.map(({ id }) => id)) }
}

/** Between two steps. */
export async function measureProbes(
  run: Run,
  { probes, before, schedule }: HeldOut,
  step: number,
  tally: Tally,
): Promise<void> {
  await measureNow(run, probes, step, before, tally)
  await measureSchedule(run, schedule, step, tally)
}

/** After the last step. */
export async function measureWhole(
  run: Run,
  held: HeldOut,
  step: number,
  tally: Tally,
): Promise<SuiteScores | null> {
  const { measures, before, schedule, deciding } = held
  const own = await measureNow(run, measures, step, before, tally)
  const others = await measureSchedule(run, schedule, step, tally)
  const { store, recorder } = run.place
  if (isBest(store, recorder.run, step, deciding)) {
    markBest(store, runKey(store, recorder.run), step)
  }
  return own === null && others === null ? null : { ...own, ...others }
}

export function startScores({ before, schedule }: HeldOut): SuiteScores | null {
  const others = [...schedule.before].map(([id, answers]) => [id, suiteScore(answers)] as const)
  const all = { ...scoresOf(before), ...Object.fromEntries(others) }
  return Object.keys(all).length === 0 ? null : all
}
