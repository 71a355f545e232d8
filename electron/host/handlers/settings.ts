/**
 * Calls about settings, saved views and logs: what the window keeps and what the app has said.
 */
import { join } from 'node:path'
import type { LogLine } from '../../contract/workbench.ts'
import type { Bench } from '../bench.ts'
import { LOG_FILE } from '../log-book.ts'
import { logsDirectory } from '../paths.ts'
import { needDesk } from './app.ts'
import type { HandlersOf } from './types.ts'

export function settingsHandlers({
  info,
  desk,
  settings,
  views,
  log,
}: Bench): HandlersOf<'settings' | 'views' | 'logs'> {
  return {
    'settings.get': () => ({ settings: settings.get(), problems: settings.problems }),
    'settings.set': (changes) => settings.set(changes),
    'views.list': () => views.list(),
    'views.save': (view) => views.save(view),
    'views.remove': (name) => views.remove(name),
    'logs.reveal': async () => {
      await needDesk(desk).reveal(join(logsDirectory(info.home), LOG_FILE))
      return null
    },
    'logs.tail': ({ after, limit, ...wanted }) => {
      const lines = log.lines.after(after ?? 0).filter((line) => isWanted(line, wanted))
      // After a line: what follows it. Else the latest.
      return after === null ? lines.slice(-limit) : lines.slice(0, limit)
    },
  }
}

type Wanted = { readonly source: LogLine['source'] | null; readonly run: string | null }

export function isWanted(line: LogLine, { source, run }: Wanted): boolean {
  return (source === null || line.source === source) && (run === null || line.run === run)
}
