/**
 * A window's wish for a run as the order of a trainer, checked before any process is started.
 * Not here: carrying it out (train.ts).
 */
import { parseConfig, parseSettings, PRESETS, resolveConfig } from '../contract/config.ts'
import type { RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { ModelRef, StartRun } from '../contract/inputs.ts'
import type { TrainOrder } from '../contract/news.ts'
import { type RemoteEngine, requireRemote } from '../contract/remote.ts'
import { baseAddress } from '../engine/tinker/address.ts'
import type { Store } from '../store/store.ts'
import { findCheckpoint, modelOf } from './checkpoints.ts'
import type { ModelList } from './model-list.ts'
import { modelFolder, NANO_MODEL } from './models.ts'
import { fromHomePath } from './paths.ts'
import { needRemote, type RemoteModel } from './remote-model.ts'

export type Places = {
  readonly home: string
  readonly models: Pick<ModelList, 'folder'>
  readonly read: <T>(body: (store: Store) => T) => T
  /** The server of the settings; null: there is none. */
  readonly remote: () => RemoteModel | null
  readonly remoteAt: (url: string) => RemoteEngine
}

/** The folder of the weights that a window refers to. */
export function folderOf(ref: ModelRef, { home, models, read, remote }: Places): string {
  if (ref.type === 'embedded') return NANO_MODEL
  if (ref.type === 'remote') return needRemote(remote()).folder
  if (ref.type === 'folder') return models.folder(ref.id)
  const { path } = read((store) => findCheckpoint(store, ref.run, ref.step))
  return modelOf(fromHomePath(home, path))
}

/** The server that a window refers to; null: this machine, or where a checkpoint's weights are. */
export function engineOf(ref: ModelRef | null, { remote }: Places): RemoteEngine | null {
  return ref?.type === 'remote' ? needRemote(remote()).engine : null
}

/** That of a new run: of its model, or as its address says. */
function serverOf({ model, engine }: StartRun, places: Places): RemoteEngine | null {
  return engineOf(model, places) ?? (engine === 'local' ? null : places.remoteAt(engine))
}

/** What the run's settings would be. Throws AppError('usage') naming the field. */
export function configOf({ preset, steps, seed, values }: StartRun): RunConfig {
  const given = parseSettings(settingTexts(values))
  const resolved = resolveConfig(preset, given)
  return parseConfig({
    ...resolved,
    ...(steps === null ? {} : { totalSteps: steps }),
    ...(seed === null ? {} : { seed }),
  })
}

export function orderOf(wish: StartRun, places: Places, acceptNoIsolation: boolean): TrainOrder {
  if (wish.steps !== null && wish.minutes !== null) {
    throw new AppError('usage', 'steps and minutes: expected one of the two, found both')
  }
  const config = configOf(wish)
  const remote = serverOf(wish, places)
  if (remote !== null) {
    baseAddress(remote.url, remote.allowHttp)
    requireRemote(config, remote)
  }
  const model = wish.model === null ? null : folderOf(wish.model, places)
  // Says now what the trainer would say later: a preset without a model of its own needs one.
  if (wish.fork === null) modelFolder(model, wish.preset)
  const { recipe, preset, device, steps, minutes, seed, fork, evaluate } = wish
  const engine = remote?.url ?? wish.engine
  return {
    home: places.home,
    recipe,
    preset,
    model,
    engine,
    device,
    steps,
    minutes,
    seed,
    settings: settingTexts(wish.values),
    resume: null,
    fork,
    evaluate,
    acceptNoIsolation,
    ...(remote === null ? {} : { remote }),
  }
}

/** Takes a run up again; everything else is in its history. */
export function resumeOrder(
  home: string,
  run: { readonly id: string; readonly preset: string; readonly device: string },
  acceptNoIsolation: boolean,
): TrainOrder {
  const device = (['cpu', 'webgpu', 'cuda'] as const).find((known) => known === run.device)
  return {
    home,
    recipe: 'azr',
    preset: Object.hasOwn(PRESETS, run.preset) ? run.preset : 'nano',
    model: null,
    engine: 'local',
    device: device ?? 'cpu',
    steps: null,
    minutes: null,
    seed: null,
    settings: [],
    resume: run.id,
    fork: null,
    evaluate: true,
    acceptNoIsolation,
  }
}

/** As --set has them: one way in for every setting. */
function settingTexts(values: StartRun['values']): string[] {
  return Object.entries(values).map(([key, value]) => {
    if (!Array.isArray(value)) return `${key}=${String(value)}`
    return `${key}=${value.length === 0 ? 'none' : value.join(',')}`
  })
}
