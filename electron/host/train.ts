/**
 * `kelvin train`: one run from its order to its summary. Opens what a run needs, pulls the loop, records every
 * step, saves and measures between steps. Runs in a process of its own (trainer-process.ts).
 * Not here: the loop (selfplay/), rows (recorder.ts), progress on a screen (cli/).
 */
import type { RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { SuiteScores, TrainNews, TrainOrder, TrainSummary } from '../contract/news.ts'
import type { StepRecord } from '../contract/run.ts'
import type { TrainingClient } from '../engine/engine.ts'
import { createLocalEngine } from '../engine/local.ts'
import type { ReasoningDeps } from '../eval/reasoning.ts'
import type { TextCodec } from '../model/chat.ts'
import { isReserved } from '../nano/holdout.ts'
import { loadSuite, SUITES } from '../nano/suites.ts'
import { openSandbox } from '../sandbox/open.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { azr } from '../selfplay/azr/azr.ts'
import { type LoopDeps, train, type TrainEvent } from '../selfplay/loop.ts'
import type { PromptSet } from '../selfplay/prompts/prompts.ts'
import type { LoopState } from '../selfplay/state.ts'
import { newRunId } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { type Place, readLoopState, saveCheckpoint } from './checkpoints.ts'
import {
  firstItems,
  historyOf,
  type Measure,
  measureAll,
  type Measured,
  scoresOf,
} from './measure.ts'
import { codecOf, promptsOf, weightsDigest } from './models.ts'
import { openHistory } from './open-history.ts'
import { type Recorder, resumeRun, startRun, type Writer } from './recorder.ts'
import { planRun, type RunPlan } from './run-plan.ts'
import { type Hold, rest } from './hold.ts'
import { createTally, type Tally } from './run-tally.ts'
import { grammarTasks } from './task-source.ts'

export type TrainOptions = {
  readonly signal: AbortSignal
  readonly onNews: (news: TrainNews) => void
  readonly hold?: Hold
}

const WRITER: Writer = { now: () => Date.now(), pid: process.pid }
/** Items per kind of the probe that is measured during a run. */
const PROBE_ITEMS = 128
/** Answers per item of the sampled measures. */
const SAMPLES = 2
const EVAL_SEED = 1
/** Tokens of the shortest row of a micro-batch. */
const SHORTEST_ROW = 128

type Run = {
  readonly order: TrainOrder
  readonly plan: RunPlan
  readonly place: Place
  readonly client: TrainingClient
  readonly sandbox: Sandbox
  readonly codec: TextCodec
  readonly prompts: PromptSet
  readonly options: TrainOptions
}

export async function runTraining(order: TrainOrder, options: TrainOptions): Promise<TrainSummary> {
  const store = await openHistory(order.home)
  try {
    const plan = planRun(store, order)
    if (order.engine !== 'local') {
      throw new AppError('usage', `engine ${order.engine}: expected local`)
    }
    const sandbox = await openTrusted(order, plan.config)
    try {
      return await withEngine(order, plan, store, sandbox, options)
    } finally {
      await sandbox.close()
    }
  } finally {
    store.close()
  }
}

async function openTrusted(order: TrainOrder, { workers }: RunConfig): Promise<Sandbox> {
  const sandbox = await openSandbox({ workers })
  if (sandbox.level > 0 || order.acceptNoIsolation) return sandbox
  await sandbox.close()
  throw new AppError(
    'sandbox',
    'sandbox: level 0, programs would not be isolated; run `kelvin doctor`, or train with --accept-no-isolation',
  )
}

async function withEngine(
  order: TrainOrder,
  plan: RunPlan,
  store: Store,
  sandbox: Sandbox,
  options: TrainOptions,
): Promise<TrainSummary> {
  const { config } = plan
  const engine = createLocalEngine({
    device: order.device === 'cuda' ? 'cpu' : order.device,
    workers: config.workers,
    batch: { tokens: config.tokensPerMicroBatch, row: SHORTEST_ROW },
  })
  try {
    const client = await engine.createTrainingClient(plan.model)
    if (plan.from !== null) await client.loadState(plan.from)
    const state = plan.from === null ? null : await readLoopState(plan.from)
    const prompts = promptsOf(config)
    const codec = await codecOf(plan.model, config)
    const recorder = await enterRun(order, plan, store, sandbox, prompts, state)
    const place = { home: order.home, store, recorder }
    return await carryOut({ order, plan, place, client, sandbox, codec, prompts, options }, state)
  } finally {
    await engine.close()
  }
}

async function enterRun(
  order: TrainOrder,
  { config, recipe, preset, model, resumed, parent }: RunPlan,
  store: Store,
  sandbox: Sandbox,
  prompts: PromptSet,
  state: LoopState | null,
): Promise<Recorder> {
  if (resumed !== null) return resumeRun(store, resumed.id, state?.step ?? 0, WRITER)
  const id = newRunId(recipe, Date.now(), Math.random)
  return startRun(
    store,
    {
      id,
      recipe,
      preset,
      seed: config.seed,
      config,
      model: { path: model, sha256: await weightsDigest(model) },
      promptVersion: prompts.version,
      sandboxLevel: sandbox.level,
      pythonVersion: sandbox.pythonVersion,
      engine: order.engine,
      device: order.device,
      plannedSteps: order.minutes === null ? config.totalSteps : null,
      parent,
    },
    WRITER,
  )
}

async function carryOut(run: Run, state: LoopState | null): Promise<TrainSummary> {
  const { recorder } = run.place
  try {
    const summary = await trainAndMeasure(run, state)
    recorder.state(
      summary.interrupted ? 'interrupted' : 'finished',
      summary.interrupted ? 'stopped' : '',
    )
    return summary
  } catch (cause) {
    const cancelled = cause instanceof AppError && cause.code === 'cancelled'
    recorder.state(
      cancelled ? 'interrupted' : 'crashed',
      cause instanceof Error ? cause.message : '',
    )
    throw cause
  }
}

async function trainAndMeasure(run: Run, state: LoopState | null): Promise<TrainSummary> {
  const { order, plan, place, options } = run
  const { config } = plan
  options.onNews({
    type: 'started',
    run: place.recorder.run,
    steps: config.totalSteps,
    level: run.sandbox.level,
    resumedAt: state?.step ?? 0,
  })
  const tally = createTally(config.totalSteps)
  const measures = order.evaluate && config.promptSet === 'nano' ? await suiteMeasures() : []
  const before = await measureStart(run, measures, state, tally)
  const last = await pullLoop(run, state, measures, before, tally)
  const done = last.step >= tally.steps() && !options.signal.aborted
  const checkpoint = await saveCheckpoint(place, run.client, last, done ? 'final' : 'periodic')
  options.onNews({ type: 'checkpoint', step: last.step, path: checkpoint })
  const after = done ? await measureNow(run, measures, last.step, before, tally) : null
  return {
    run: place.recorder.run,
    recipe: plan.recipe,
    preset: plan.preset,
    seed: config.seed,
    steps: last.step,
    ...tally.summary(last),
    evalBefore: before.length === 0 ? null : scoresOf(before),
    evalAfter: after,
    checkpoint,
    interrupted: !done,
  }
}

/** Both suites, greedy and sampled. */
async function suiteMeasures(): Promise<Measure[]> {
  const suites = await Promise.all(
    SUITES.map(async (suite) => ({ suite, items: await loadSuite(suite) })),
  )
  return [0, 1].flatMap((temperature) => suites.map((suite) => ({ ...suite, temperature })))
}

/** Answers of the weights that the run began with: also after a resume, so that differences stay paired. */
async function measureStart(
  run: Run,
  measures: readonly Measure[],
  state: LoopState | null,
  tally: Tally,
): Promise<Measured[]> {
  if (measures.length === 0) return []
  const { plan, place, client } = run
  const resumed = plan.from !== null
  if (resumed) return await measureModel(run, measures, tally)
  const found = await measureClient(run, measures, 0, tally)
  const { records, items } = historyOf(0, found)
  place.recorder.evals(records, items)
  run.options.onNews({ type: 'eval', step: state?.step ?? 0, suites: scoresOf(found) })
  await client.saveWeightsForSampler()
  return found
}

/** Answers of the starting folder, through an engine of its own. */
async function measureModel(
  run: Run,
  measures: readonly Measure[],
  tally: Tally,
): Promise<Measured[]> {
  const engine = createLocalEngine({ device: 'cpu', workers: run.plan.config.workers })
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
async function measureNow(
  run: Run,
  measures: readonly Measure[],
  step: number,
  before: readonly Measured[],
  tally: Tally,
): Promise<SuiteScores | null> {
  if (measures.length === 0) return null
  const found = await measureClient(run, measures, step, tally)
  const { records, items } = historyOf(step, found)
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

/** Pulls the loop to its end or to the signal; returns the state after the last whole step. */
async function pullLoop(
  run: Run,
  state: LoopState | null,
  measures: readonly Measure[],
  before: readonly Measured[],
  tally: Tally,
): Promise<LoopState> {
  let last = state
  let config = run.plan.config
  const probes = measures.slice(0, 1).map((measure) => ({
    ...measure,
    items: firstItems(measure.items, PROBE_ITEMS),
  }))
  const minutes = run.order.minutes
  for (;;) {
    const events = train(azr, loopDeps(run, config, last))
    let replanned = false
    for await (const event of eventsUntilCancelled(events, last)) {
      if (event.type === 'phase') run.options.onNews(event)
      else {
        last = event.state
        await afterStep(run, config, event.record, event.state, probes, before, tally)
        replanned = minutes !== null && event.record.step === CALIBRATION_STEPS
        if (replanned) break
      }
    }
    if (!replanned || minutes === null) break
    config = { ...config, totalSteps: tally.stepsFor(minutes, CALIBRATION_STEPS) }
    run.place.recorder.plan(config.totalSteps)
  }
  if (last === null) throw new AppError('cancelled', 'cancelled before the first step')
  return last
}

/** Steps after which a plan by time is turned into a number of steps. */
const CALIBRATION_STEPS = 5

/** The signal ends the loop quietly once there is a state to save. */
async function* eventsUntilCancelled(
  events: AsyncGenerator<TrainEvent, LoopState>,
  state: LoopState | null,
): AsyncGenerator<TrainEvent, void> {
  let last = state
  try {
    for await (const event of events) {
      if (event.type === 'step') last = event.state
      yield event
    }
  } catch (cause) {
    const cancelled = cause instanceof AppError && cause.code === 'cancelled'
    if (!cancelled || last === null) throw cause
  }
}

function loopDeps(run: Run, config: RunConfig, state: LoopState | null): LoopDeps {
  const { client, codec, prompts, sandbox, options } = run
  return {
    config,
    client,
    codec,
    prompts,
    sandbox,
    admit: () => true,
    isReserved,
    clock: () => performance.now(),
    signal: options.signal,
    ...(config.control === 'solver-only'
      ? { taskSource: grammarTasks(sandbox, config.inputs, config.visible) }
      : {}),
    ...(state === null ? {} : { state }),
  }
}

async function afterStep(
  run: Run,
  config: RunConfig,
  record: StepRecord,
  state: LoopState,
  probes: readonly Measure[],
  before: readonly Measured[],
  tally: Tally,
): Promise<void> {
  const { place, options } = run
  place.recorder.step(record)
  options.onNews({ type: 'step', ...tally.step(record, state, config.totalSteps) })
  for (const text of record.warnings) options.onNews({ type: 'warning', step: record.step, text })
  const { step } = record
  const due = (every: number): boolean =>
    every > 0 && step > 0 && step < config.totalSteps && step % every === 0
  if (due(config.evalEvery)) await measureNow(run, probes, step, before, tally)
  if (step === 0 || due(config.checkpointEvery)) {
    const path = await saveCheckpoint(place, run.client, state, step === 0 ? 'start' : 'periodic')
    options.onNews({ type: 'checkpoint', step, path })
  }
  await rest(step, options, place.recorder)
}
