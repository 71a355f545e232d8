/**
 * Whether the remote engine answers, what it serves and whether a key goes to it: one finding for doctor.
 */
import { AppError, messageOf } from '../contract/errors.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { Finding } from '../contract/workbench.ts'
import { readServed, servedModel } from '../engine/tinker/session.ts'
import { serverAt } from '../engine/tinker/tinker.ts'
import { newUsage } from '../engine/tinker/usage.ts'
import { readRemoteKey } from './remote-key.ts'

const PATIENCE_MS = 10_000

export async function lookAtRemote(remote: RemoteEngine, home: string): Promise<Finding> {
  const name = 'remote engine'
  try {
    const key = readRemoteKey(home)
    const deadline = () => AbortSignal.timeout(PATIENCE_MS)
    const http = serverAt({ remote, key, deadline }, newUsage())
    const model = servedModel(await readServed(http, { attempts: 1 }), remote)
    const context = model.context === null ? '' : `, context ${model.context}`
    const detail = `${remote.url} serves ${model.name}${context}; ${key === null ? 'no key is sent' : 'a key is sent'}`
    return { name, ok: true, needed: false, detail, hint: '' }
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    const hint = 'start the server, or tunnel it to this machine: ssh -L 8000:127.0.0.1:8000 HOST'
    return { name, ok: false, needed: false, detail: messageOf(cause), hint }
  }
}
