/**
 * What goes on, for windows that listen.
 */
import type { Sources } from '../dispatch.ts'
import type { Bench } from '../bench.ts'
import { isWanted } from './settings.ts'

export function sources({ live, jobs, log, notices, settings }: Bench): Sources {
  return {
    'runs.news': ({ run, after }, emit) => live.follow(run, after, emit),
    'runs.changes': (_, emit) => live.changes.listen(emit),
    'jobs.news': (_, emit) => {
      for (const job of jobs.list().toReversed()) emit(job)
      return jobs.news.listen(emit)
    },
    'logs.lines': ({ after, limit, ...wanted }, emit) => {
      const kept = log.lines.after(after ?? 0).filter((line) => isWanted(line, wanted))
      emit(kept.slice(-limit))
      return log.lines.follow(log.lines.last(), (line) => {
        if (isWanted(line, wanted)) emit([line])
      })
    },
    'notices.news': ({ after }, emit) => notices.kept.follow(after, emit),
    'settings.changes': (_, emit) => {
      emit(settings.get())
      return settings.changes.listen(emit)
    },
  }
}
