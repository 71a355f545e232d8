/**
 * The server that the settings name, as a model that can be chosen wherever one is: address, name, and the folder
 * that says how its tokens are read.
 */
import { AppError } from '../contract/errors.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { Settings } from '../contract/settings.ts'
import { baseAddress } from '../engine/tinker/address.ts'
import { NANO_MODEL } from './models.ts'

/** folder: of the model's shape and tokenizer. */
export type RemoteModel = { readonly engine: RemoteEngine; readonly folder: string }

/** null: no address is set. */
export function remoteModel(settings: Settings): RemoteModel | null {
  const url = settings.remoteUrl.trim()
  if (url === '') return null
  const folder = settings.remoteFolder.trim()
  return { engine: remoteAt(url, settings), folder: folder === '' ? NANO_MODEL : folder }
}

/** Any server, as the settings talk to one. */
export function remoteAt(url: string, settings: Settings): RemoteEngine {
  const model = settings.remoteModel.trim()
  return {
    url,
    model: model === '' ? null : model,
    server: settings.remoteServer,
    allowHttp: settings.remoteHttp,
    serverAdam: settings.remoteAdam,
  }
}

/** Throws AppError('usage') where the settings name none, or not what reads its tokens. */
export function needRemote(remote: RemoteModel | null): RemoteModel {
  if (remote === null) {
    throw new AppError('usage', 'remote engine: expected its address in the settings, found none')
  }
  // Tokens of another vocabulary would be nonsense that nothing refuses.
  if (remote.engine.model !== null && remote.folder === NANO_MODEL) {
    throw new AppError(
      'usage',
      `remote engine: expected the folder of ${remote.engine.model}'s tokenizer in the settings, found none`,
    )
  }
  return remote
}

export function remoteProblems(remote: RemoteModel): string[] {
  try {
    needRemote(remote)
    baseAddress(remote.engine.url, remote.engine.allowHttp)
    return []
  } catch (cause) {
    if (cause instanceof AppError) return [cause.message]
    throw cause
  }
}
