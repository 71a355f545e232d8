/**
 * Calls about this machine and this program.
 */
import { statfs } from 'node:fs/promises'
import { availableParallelism, loadavg, totalmem } from 'node:os'
import { AppError } from '../../contract/errors.ts'
import type { Diagnosis } from '../../contract/workbench.ts'
import type { Bench } from '../bench.ts'
import { checkedLink } from '../desk.ts'
import type { Desk } from '../desk.ts'
import { diagnose } from '../doctor.ts'
import { remoteModel } from '../remote-model.ts'
import type { HandlersOf } from './types.ts'

export function appHandlers({ info, desk, errands, settings }: Bench): HandlersOf<'app'> {
  let looking: Promise<Diagnosis> | null = null
  return {
    'app.info': () => info,
    // Several windows that ask at once share one look: it starts a sandbox.
    'app.doctor': async () => {
      looking ??= diagnose(
        info.home,
        () => errands.probe(new AbortController().signal),
        remoteModel(settings.get())?.engine,
      ).finally(() => (looking = null))
      return await looking
    },
    'app.usage': async () => ({
      memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY),
      memoryFreeBytes: process.availableMemory(),
      ownBytes: process.memoryUsage.rss(),
      diskFreeBytes: await freeBytes(info.home),
      load: loadavg()[0] ?? 0,
      cores: availableParallelism(),
    }),
    'app.openLink': async ({ url }) => {
      const link = checkedLink(url)
      await needDesk(desk).openLink(link)
      return null
    },
  }
}

export function needDesk(desk: Desk | null): Desk {
  if (desk !== null) return desk
  throw new AppError('usage', 'this needs the desktop window; a browser cannot do it')
}

export async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    // Not every file system tells.
    return null
  }
}
