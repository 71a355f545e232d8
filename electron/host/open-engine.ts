/**
 * The engine that answers for a model folder: this machine's, or a server's where the folder or the order says so.
 * Not here: what engines do (engine/), the key's file (remote-key.ts).
 */
import type { RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import { type RemoteEngine, requireRemote } from '../contract/remote.ts'
import { LORA_TARGETS } from '../contract/fields.ts'
import type { Engine } from '../engine/engine.ts'
import { createLocalEngine, type LocalOptions } from '../engine/local.ts'
import { readRemoteState } from '../engine/tinker/state.ts'
import { createTinkerEngine, type TinkerEngine } from '../engine/tinker/tinker.ts'
import { readRemoteKey } from './remote-key.ts'

/** The server where a folder's weights are, else the one that is asked for; null: this machine. */
export async function remoteFor(
  folder: string,
  asked: RemoteEngine | null,
): Promise<RemoteEngine | null> {
  return (await readRemoteState(folder))?.engine ?? asked
}

/** To sample from a folder. */
export async function openSampling(
  folder: string,
  asked: RemoteEngine | null,
  home: string,
  local: LocalOptions,
): Promise<Engine> {
  const remote = await remoteFor(folder, asked)
  if (remote === null) return createLocalEngine(local)
  return createTinkerEngine({ remote, key: readRemoteKey(home) })
}

/** To train with a run's settings. Throws AppError('usage') for settings that the server cannot honour. */
export function openRemoteTraining(
  remote: RemoteEngine,
  config: RunConfig,
  home: string,
): TinkerEngine {
  requireRemote(config, remote)
  const { loraRank: rank, loraTargets, seed } = config
  const targets = LORA_TARGETS.filter((target) => loraTargets.includes(target))
  return createTinkerEngine({
    remote,
    key: readRemoteKey(home),
    lora: { rank, seed, targets },
  })
}

/** Throws AppError('checkpoint') where weights lie at a server, for what needs them here. */
export async function requireOwnWeights(folder: string): Promise<void> {
  const state = await readRemoteState(folder)
  if (state === null) return
  throw new AppError(
    'checkpoint',
    `${folder}: expected weights in the folder, found them at ${state.engine.url} as ${state.path}`,
  )
}

/** What a model at a server is called on screens and in files. */
export function remoteLabel({ url, model }: RemoteEngine): string {
  const host = URL.canParse(url) ? new URL(url).host : 'no address'
  return model === null ? host : `${model.slice(0, 80)} at ${host}`
}
