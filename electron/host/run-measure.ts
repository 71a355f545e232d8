/**
 * Held-out measures of a training: at its start, between steps, at its end, and whether they still rise.
 * Not here: grading and statistics (measure.ts, eval/).
 */
import type { RunConfig } from '../contract/config.ts'
import type { SuiteScores } from '../contract/news.ts'
import type { EvalRecord } from '../contract/run.ts'
import type { ReasoningDeps } from '../eval/reasoning.ts'
import { loadSuite, SUITES } from '../nano/suites.ts'
import type { LoopState } from '../selfplay/state.ts'
import { readEvalItems, readEvals } from '../store/evals.ts'
import { runKey } from '../store/runs.ts'
import {
  firstItems,
  historyOf,
  type Measure,
  measureAll,
  type Measured,
  scoresOf,
} from './measure.ts'
import { openSampling } from './open-engine.ts'
import type { Tally } from './run-tally.ts'
import type { Run } from './training-run.ts'

/** Items per kind of the probe that is measured during a run. */
const PROBE_ITEMS = 128
/** Answers per item of the sampled measures. */
const SAMPLES = 2
const EVAL_SEED = 1

/** The small greedy measure of the steps in between. */
export function probesOf(measures: readonly Measure[]): Measure[] {
  return measures.slice(0, 1).map((measure) => ({
    ...measure,
    items: firstItems(measure.items, PROBE_ITEMS),
  }))
}

/** Both suites, greedy and sampled. */
export async function suiteMeasures(): Promise<Measure[]> {
  const suites = await Promise.all(
    SUITES.map(async (suite) => ({ suite, items: await loadSuite(suite) })),
  )
  return [0, 1].flatMap((temperature) => suites.map((suite) => ({ ...suite, temperature })))
}

/** Answers of the weights that the run began with: also after a resume, so that differences stay paired. */
export async function measureStart(
  run: Run,
  measures: readonly Measure[],
  state: LoopState | null,
  tally: Tally,
): Promise<Measured[]> {
  if (measures.length === 0) return []
  const { plan, place, client } = run
  const resumed = plan.from !== null
  if (resumed) return keptStart(run, measures) ?? (await measureModel(run, measures, tally))
  const found = await measureClient(run, measures, 0, tally)
  const { records, items } = historyOf(0, found, settingsOf(run))
  place.recorder.evals(records, items)
  run.options.onNews({ type: 'eval', step: state?.step ?? 0, suites: scoresOf(found) })
  await client.saveWeightsForSampler()
  return found
}

/** What the history has of the start of this very run; null: not all of it, as in a fork. */
function keptStart({ place }: Run, measures: readonly Measure[]): Measured[] | null {
  const { store, recorder } = place
  const key = runKey(store, recorder.run)
  const found = measures.map((measure): Measured => {
    const { suite, temperature, items } = measure
    const known = new Map(items.map((item) => [item.id, item]))
    const rows = readEvalItems(store, key, { step: 0, suite, temperature })
    const answers = rows.flatMap(({ item: id, tokens, logprobs, ...row }) => {
      const item = known.get(id)
      if (item === undefined) return []
      return [
        { ...row, item, tokens: Array.from(tokens ?? []), logprobs: Array.from(logprobs ?? []) },
      ]
    })
    return { ...measure, answers }
  })
  const isWhole = found.every(({ items, temperature, answers }) => {
    const each = temperature === 0 ? 1 : SAMPLES
    return answers.length === items.length * each
  })
  return isWhole ? found : null
}

/** Answers of the starting folder, through an engine of its own. */
async function measureModel(
  run: Run,
  measures: readonly Measure[],
  tally: Tally,
): Promise<Measured[]> {
  const { plan, order } = run
  const { workers } = plan.config
  const engine = await openSampling(plan.model, null, order.home, { device: 'cpu', workers })
  try {
    const sampler = await engine.createSamplingClient(run.plan.model)
    return await tally.evaluating(() =>
      measureAll(measures, { ...reasoningDeps(run, 0), sampler }, settingsOf(run)),
    )
  } finally {
    await engine.close()
  }
}

function reasoningDeps(run: Run, step: number): Omit<ReasoningDeps, 'sampler'> {
  const { codec, prompts, sandbox, options } = run
  return {
    codec,
    prompts,
    sandbox,
    signal: options.signal,
    onProgress: (done, total) =>
      options.onNews({ type: 'phase', step, phase: 'evaluate', done, total }),
  }
}

const settingsOf = ({ plan }: Run) => ({ config: plan.config, samples: SAMPLES, seed: EVAL_SEED })

async function measureClient(
  run: Run,
  measures: readonly Measure[],
  step: number,
  tally: Tally,
): Promise<Measured[]> {
  const sampler = await run.client.saveWeightsForSampler()
  return await tally.evaluating(() =>
    measureAll(measures, { ...reasoningDeps(run, step), sampler }, settingsOf(run)),
  )
}

/** Measures the weights as they are, records and tells the scores with their change against the start. */
export async function measureNow(
  run: Run,
  measures: readonly Measure[],
  step: number,
  before: readonly Measured[],
  tally: Tally,
): Promise<SuiteScores | null> {
  if (measures.length === 0) return null
  const found = await measureClient(run, measures, step, tally)
  const { records, items } = historyOf(step, found, settingsOf(run))
  run.place.recorder.evals(records, items)
  const suites = scoresOf(found, restrict(before, found))
  run.options.onNews({ type: 'eval', step, suites })
  return suites
}

/** The earlier answers to just those items. */
function restrict(before: readonly Measured[], found: readonly Measured[]): Measured[] {
  const ids = new Set(found.flatMap(({ items }) => items.map(({ id }) => id)))
  return before.map((measured) => ({
    ...measured,
    answers: measured.answers.filter(({ item }) => ids.has(item.id)),
  }))
}

/** Whether the held-out probe has not risen for the run's patience. */
export function hasStagnated(
  { place, options }: Run,
  { patience, evalEvery }: RunConfig,
  step: number,
  probes: readonly Measure[],
): boolean {
  if (patience === 0 || probes.length === 0) return false
  // Only a measurement can tell anything new.
  if (evalEvery === 0 || step % evalEvery !== 0) return false
  const items = probes.reduce((sum, probe) => sum + probe.items.length, 0)
  const evals = readEvals(place.store, runKey(place.store, place.recorder.run))
  const best = bestStep(evals.filter(({ n, kind }) => kind === 'mean' && n === items))
  if (best === null || step - best < patience) return false
  const text = `stopped: the held-out probe has not risen since step ${best}`
  options.onNews({ type: 'warning', step, text })
  return true
}

/** The first step with the highest score. */
export function bestStep(evals: readonly EvalRecord[]): number | null {
  const best = evals.toSorted((a, b) => b.score - a.score || a.step - b.step)[0]
  return best?.step ?? null
}
