/**
 * `kelvin train`: one run from its order to its summary. Opens what a run needs, pulls the loop, records every
 * step, saves and measures between steps. Runs in a process of its own (trainer-process.ts).
 * Not here: the loop (selfplay/), rows (recorder.ts), progress on a screen (cli/).
 */
import type { RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { TrainOrder, TrainSummary } from '../contract/news.ts'
import type { StepRecord } from '../contract/run.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { isReserved } from '../nano/holdout.ts'
import { openSandbox } from '../sandbox/open.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { azr } from '../selfplay/azr/azr.ts'
import { type LoopDeps, train, type TrainEvent } from '../selfplay/loop.ts'
import type { PromptSet } from '../selfplay/prompts/prompts.ts'
import type { LoopState } from '../selfplay/state.ts'
import { newRunId, runKey } from '../store/runs.ts'
import { readLastStep } from '../store/steps.ts'
import type { Store } from '../store/store.ts'
import { isBest } from './best-checkpoint.ts'
import { readLoopState, saveCheckpoint } from './checkpoints.ts'
import { askCards, createCardMeter } from './card-meter.ts'
import { watchMemory } from '../engine/process-memory.ts'
import { createMachineMeter } from './machine-meter.ts'
import type { Measure } from './measure.ts'
import { memoryRoom, requireMemory } from './memory-plan.ts'
import { codecOf, promptsOf, weightsDigest } from './models.ts'
import { openHistory } from './open-history.ts'
import { openTraining } from './open-training.ts'
import { type Recorder, resumeRun, startRun, type Writer } from './recorder.ts'
import { hasStagnated } from './run-measure.ts'
import {
  type HeldOut,
  measureProbes,
  measureWhole,
  NO_HELD_OUT,
  openHeldOut,
  startScores,
} from './held-out.ts'
import { writeRunFile } from './run-file.ts'
import { planRun, type RunPlan } from './run-plan.ts'
import { holdBack, openSafety, restSafely, watchRecorded } from './run-safety.ts'
import { createTally, type Tally } from './run-tally.ts'
import { watchSandbox } from './sandbox-watch.ts'
import { grammarTasks } from './task-source.ts'
import type { Run, TrainOptions } from './training-run.ts'

const WRITER: Writer = { now: () => Date.now(), pid: process.pid }

export async function runTraining(order: TrainOrder, options: TrainOptions): Promise<TrainSummary> {
  const store = await openHistory(order.home)
  try {
    const plan = await planRun(store, order)
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
  const memory = watchMemory()
  const meter = createMachineMeter(sandbox, {
    home: order.home,
    starts: startsOf(store, plan.resumed?.id ?? null),
    now: () => performance.now(),
    memory: memory.now,
    ...(order.device === 'cpu' ? {} : { cards: createCardMeter(askCards) }),
  })
  const watch = watchSandbox(meter.sandbox)
  const { engine, url, asked } = await openTraining(order, plan, options)
  try {
    if (url === 'local') {
      const room = await memoryRoom(config, order.device)
      requireMemory(await readModelConfig(plan.model), config, room)
    }
    const client = await engine.createTrainingClient(plan.model)
    if (plan.from !== null) await client.loadState(plan.from)
    const state = plan.from === null ? null : await readLoopState(plan.from)
    const prompts = promptsOf(config)
    const codec = await codecOf(plan.model, config)
    const { device } = engine.stats()
    const entered = { ...order, device, engine: url }
    const recorder = await enterRun(entered, plan, store, sandbox, prompts, state)
    const place = { home: order.home, store, recorder, keep: config }
    const safety = await openSafety(store, recorder.run, order.home, config, watch.take)
    const { sandbox: watched } = watch
    const made = { order, plan, place, client, sandbox: watched, codec, prompts, safety, options }
    const machine = () => ({ ...meter.take(), ...asked() })
    return await carryOut({ ...made, machine, memory }, state)
  } finally {
    memory.stop()
    await engine.close()
  }
}

/** How often a run was taken up again, this time included. */
function startsOf(store: Store, resumed: string | null): number {
  if (resumed === null) return 0
  return (readLastStep(store, runKey(store, resumed))?.machine['starts'] ?? 0) + 1
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
  const made = {
    id: newRunId(recipe, Date.now(), Math.random),
    recipe,
    preset,
    seed: config.seed,
    config,
    model: { path: model, sha256: await weightsDigest(model, order.remote) },
    promptVersion: prompts.version,
    sandboxLevel: sandbox.level,
    pythonVersion: sandbox.pythonVersion,
    engine: order.engine,
    device: order.device,
    plannedSteps: order.minutes === null ? config.totalSteps : null,
    parent,
  }
  const recorder = startRun(store, made, WRITER)
  writeRunFile(order.home, made)
  return recorder
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
  const tally = createTally(config.totalSteps, run.memory.peak)
  const held = order.evaluate ? await openHeldOut(run, state, tally) : NO_HELD_OUT
  const { state: last, stagnant } = await pullLoop(run, state, held, tally)
  const done = (stagnant || last.step >= tally.steps()) && !options.signal.aborted
  const checkpoint = await saveCheckpoint(place, run.client, last, done ? 'final' : 'periodic')
  options.onNews({ type: 'checkpoint', step: last.step, path: checkpoint })
  const after = done ? await measureWhole(run, held, last.step, tally) : null
  return {
    run: place.recorder.run,
    recipe: plan.recipe,
    preset: plan.preset,
    seed: config.seed,
    steps: last.step,
    ...tally.summary(last),
    evalBefore: startScores(held),
    evalAfter: after,
    checkpoint,
    interrupted: !done,
  }
}

type Pulled = { readonly state: LoopState; readonly stagnant: boolean }

/** Pulls the loop to its end, to stagnation or to the signal; returns the state after the last whole step. */
async function pullLoop(
  run: Run,
  state: LoopState | null,
  held: HeldOut,
  tally: Tally,
): Promise<Pulled> {
  let last = state === null ? null : run.safety.guard.afterStep(state).state
  let config = run.plan.config
  const minutes = run.order.minutes
  for (;;) {
    let leaving: Leaving = null
    for await (const event of eventsUntilCancelled(train(azr, loopDeps(run, config, last)), last)) {
      if (event.type === 'phase') run.options.onNews(event)
      else {
        last = await afterStep(run, config, event.record, event.state, held, tally)
        leaving = leavingAfter(run, config, event, last, held.probes)
        if (leaving !== null) break
      }
    }
    if (leaving === 'planned' && minutes !== null) {
      config = { ...config, totalSteps: tally.stepsFor(minutes, CALIBRATION_STEPS) }
      run.place.recorder.plan(config.totalSteps)
    } else if (leaving !== 'swept') {
      if (last === null) throw new AppError('cancelled', 'cancelled before the first step')
      return { state: last, stagnant: leaving === 'stagnant' }
    }
  }
}

/** Why the loop is left between two steps; all but stagnation enter it again. */
type Leaving = 'stagnant' | 'planned' | 'swept' | null

/** kept: the state without what had to leave the buffers, which is what the loop has to go on with. */
function leavingAfter(
  run: Run,
  config: RunConfig,
  { record: { step }, state }: TrainEvent & { readonly type: 'step' },
  kept: LoopState,
  probes: readonly Measure[],
): Leaving {
  if (hasStagnated(run, config, step, probes)) return 'stagnant'
  if (run.order.minutes !== null && step === CALIBRATION_STEPS) return 'planned'
  return kept === state ? null : 'swept'
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

/** A measurement that the signal cuts short is left out: the state is still to be saved. */
async function unlessCancelled(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    if (!(cause instanceof AppError && cause.code === 'cancelled')) throw cause
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
    admit: run.safety.guard.admit,
    isReserved,
    clock: () => performance.now(),
    signal: options.signal,
    seeds: run.plan.seeds,
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
  held: HeldOut,
  tally: Tally,
): Promise<LoopState> {
  const { place, options } = run
  place.recorder.step(record, run.machine())
  await watchRecorded(run, record)
  options.onNews({ type: 'step', ...tally.step(record, state, config.totalSteps) })
  for (const text of record.warnings) options.onNews({ type: 'warning', step: record.step, text })
  const { step } = record
  const due = (every: number): boolean =>
    every > 0 && step > 0 && step < config.totalSteps && step % every === 0
  if (due(config.evalEvery)) {
    await unlessCancelled(() => measureProbes(run, held, step, tally))
  }
  const kept = holdBack(run, step, state)
  const best = config.keepBest && isBest(place.store, place.recorder.run, step, held.deciding)
  if (step === 0 || best || due(config.checkpointEvery)) {
    const kind = step === 0 ? 'start' : 'periodic'
    const path = await saveCheckpoint(place, run.client, kept, kind, best)
    options.onNews({ type: 'checkpoint', step, path })
  }
  return await restSafely(run, step, kept)
}
