/**
 * A fork server as the pool starts it: what it says of itself once it is ready.
 * Not here: its process and frames (server.ts), believing it (level.ts).
 */
import * as v from 'valibot'
import { launch } from './launch.ts'
import type { Launch } from './launch.ts'
import { Server } from './server.ts'

const Ready = v.object({
  python: v.string(),
  /** Modules that programs may import. */
  modules: v.array(v.string()),
  /** Landlock ABI in force, or 0. */
  landlock: v.number(),
  /** The zygote's process id as its children see it. */
  process: v.number(),
})
export type Ready = v.InferOutput<typeof Ready>

export const startZygote = (how: Launch): Server => new Server(launch(how))

/** Throws AppError('sandbox') when it ends before it serves. */
export async function readyOf(zygote: Server): Promise<Ready> {
  return v.parse(Ready, await zygote.greeting())
}
