/**
 * Calls about flags: the trail, what holds of an episode, a new entry.
 * Not here: rules and agreement (safety/).
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '../../contract/errors.ts'
import type { FlagEntry } from '../../contract/history.ts'
import { readEpisode } from '../../store/episodes.ts'
import { insertFlag, readFlags, readLastEntry, readOpenFlags } from '../../store/flags.ts'
import { runKey } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import { NOT_A_PERSON } from '../flag-ratings.ts'
import type { HandlersOf } from './types.ts'

/** The name that entries carry. Rules and judges are no persons. */
export function personOf(rater: string): string {
  if (!NOT_A_PERSON.test(rater)) return rater
  throw new AppError('usage', `settings.rater: expected a person, found ${rater}`)
}

export function flagHandlers({ history, settings, now }: Bench): HandlersOf<'flags'> {
  return {
    'flags.list': ({ run, after, limit }) =>
      history.read((store) => {
        const found = readFlags(store, runKey(store, run), after, limit + 1)
        return { entries: found.slice(0, limit), more: found.length > limit }
      }),
    'flags.ofEpisode': ({ run, id }) =>
      history.read((store) => readOpenFlags(store, runKey(store, run), id)),
    'flags.add': async ({ run, flag, ...entry }) => {
      const rater = personOf(settings.get().rater)
      return await history.write((store) => {
        const key = runKey(store, run)
        const before = flag === null ? null : readLastEntry(store, key, flag)
        // After the entry that it changes, whatever the clock says.
        const atMs = Math.max(now(), (before?.atMs ?? 0) + 1)
        const added: FlagEntry = { ...entry, flag: flag ?? randomUUID(), rater, atMs }
        if (readEpisode(store, key, entry.episode) === null) {
          throw new AppError(
            'store',
            `run ${run}: expected an episode ${entry.episode}, found none`,
          )
        }
        insertFlag(store, key, added)
        return added
      })
    },
  }
}
