/**
 * What a training order comes to: the run's settings, its model and where it starts from.
 * Not here: carrying it out (train.ts).
 */
import { availableParallelism } from 'node:os'
import { parseConfig, parseSettings, resolveConfig, type RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { RunRow } from '../contract/history.ts'
import type { TrainOrder } from '../contract/news.ts'
import type { SeedTask } from '../selfplay/recipe.ts'
import { readRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { findCheckpoint, modelOf } from './checkpoints.ts'
import { modelFolder } from './models.ts'
import { fromHomePath } from './paths.ts'
import { readSeedFile } from './seed-file.ts'

export type RunPlan = {
  readonly config: RunConfig
  readonly recipe: string
  readonly preset: string
  /** Folder of the weights that the run began with: also the reference of KL terms. */
  readonly model: string
  /** Checkpoint to continue from; null: from the model's own weights. */
  readonly from: string | null
  /** The run that goes on; null: a new one. */
  readonly resumed: RunRow | null
  readonly parent: { readonly run: string; readonly step: number } | null
  /** Tasks of the user's that a new run begins with. */
  readonly seeds: readonly SeedTask[]
}

export async function planRun(store: Store, order: TrainOrder): Promise<RunPlan> {
  const seeds = order.seeds === undefined ? [] : await readSeedFile(order.seeds)
  return { ...planOf(store, order), seeds }
}

function planOf(store: Store, order: TrainOrder): Omit<RunPlan, 'seeds'> {
  if (order.resume !== null) return resumedPlan(store, order, order.resume)
  const config = configOf(order)
  const { recipe, preset } = order
  if (order.fork === null) {
    const model = modelFolder(order.model, preset)
    return { config, recipe, preset, model, from: null, resumed: null, parent: null }
  }
  const { run, step } = order.fork
  const parent = readRun(store, run)
  const checkpoint = findCheckpoint(store, run, step)
  const model = modelOf(fromHomePath(order.home, findCheckpoint(store, run, 0).path))
  const from = fromHomePath(order.home, checkpoint.path)
  return { config, recipe: parent.recipe, preset, model, from, resumed: null, parent: order.fork }
}

function configOf({ preset, steps, seed, settings }: TrainOrder): RunConfig {
  const given = {
    ...parseSettings(settings),
    ...(steps === null ? {} : { totalSteps: steps }),
    ...(seed === null ? {} : { seed }),
  }
  return withWorkers(resolveConfig(preset, given))
}

/** How many workers take part decides the last bits of every sum, so it is fixed when the run begins. */
function withWorkers(config: RunConfig): RunConfig {
  return config.workers > 0 ? config : { ...config, workers: availableParallelism() }
}

function resumedPlan(store: Store, order: TrainOrder, id: string): Omit<RunPlan, 'seeds'> {
  const run = readRun(store, id)
  if (run.state === 'finished') {
    throw new AppError(
      'usage',
      `run ${id}: expected an unfinished run, found one that finished at step ${run.currentStep}`,
    )
  }
  if (run.state === 'running') {
    throw new AppError(
      'usage',
      `run ${id}: expected a stopped run, found process ${run.pid} training it`,
    )
  }
  if (order.settings.length > 0) {
    throw new AppError(
      'usage',
      `run ${id}: settings cannot change when a run is resumed; fork it instead`,
    )
  }
  const checkpoint = findCheckpoint(store, id, null)
  return {
    config: { ...parseConfig(run.config), ...plannedSteps(run) },
    recipe: run.recipe,
    preset: run.preset,
    model: modelOf(fromHomePath(order.home, findCheckpoint(store, id, 0).path)),
    from: fromHomePath(order.home, checkpoint.path),
    resumed: run,
    parent: run.parent,
  }
}

/** A plan by time became a number of steps while the run was young; the schedule follows from it. */
function plannedSteps({ plannedSteps }: RunRow): Partial<RunConfig> {
  return plannedSteps === null ? {} : { totalSteps: plannedSteps }
}
