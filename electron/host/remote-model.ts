/**
 * The server that the settings name, as a model that can be chosen wherever one is: address, name, and the folder
 * that says how its tokens are read.
 */
import { AppError } from '../contract/errors.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { Settings } from '../contract/settings.ts'
import { baseAddress } from '../engine/tinker/address.ts'
import { NANO_MODEL } from './models.ts'

export type RemoteModel = { readonly engine: RemoteEngine; readonly folder: string }

/** null: no address is set. */
export function remoteModel(settings: Settings): RemoteModel | null {
  const { remoteUrl, remoteModel, remoteFolder, remoteServer, remoteHttp } = settings
  const [url, model, folder] = [remoteUrl, remoteModel, remoteFolder].map((given) => given.trim())
  if (url === undefined || url === '') return null
  return {
    engine: {
      url,
      model: model === undefined || model === '' ? null : model,
      server: remoteServer,
      allowHttp: remoteHttp,
      serverAdam: false,
    },
    folder: folder === undefined || folder === '' ? NANO_MODEL : folder,
  }
}

/** Throws AppError('usage') where the settings name none. */
export function needRemote(remote: RemoteModel | null): RemoteModel {
  if (remote !== null) return remote
  throw new AppError('usage', 'remote engine: expected its address in the settings, found none')
}

export function addressProblems({ engine }: RemoteModel): string[] {
  try {
    baseAddress(engine.url, engine.allowHttp)
    return []
  } catch (cause) {
    if (cause instanceof AppError) return [cause.message]
    throw cause
  }
}
