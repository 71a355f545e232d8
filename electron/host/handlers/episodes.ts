/**
 * Calls about episodes: pages, counts, whole traces.
 */
import { parseConfig } from '../../contract/config.ts'
import type { SeenTokens } from '../../contract/episode.ts'
import { AppError } from '../../contract/errors.ts'
import { RUN_FIELDS } from '../../contract/fields.ts'
import type { Run } from '../../contract/history.ts'
import type { TextCodec } from '../../model/chat.ts'
import { countEpisodes, pageEpisodes } from '../../store/episode-pages.ts'
import { readEpisode } from '../../store/episodes.ts'
import { readOpenFlags } from '../../store/flags.ts'
import { readRun, runKey } from '../../store/runs.ts'
import { findTask } from '../../store/tasks.ts'
import type { Bench } from '../bench.ts'
import { codecOf } from '../models.ts'
import { tokenEnds } from '../token-ends.ts'
import type { HandlersOf } from './types.ts'

export function episodeHandlers({ history }: Bench): HandlersOf<'episodes'> {
  const known = createRunFacts(({ run }) => history.read((store) => readRun(store, run)))
  return {
    'episodes.page': (request) => history.read((store) => pageEpisodes(store, request)),
    'episodes.count': ({ run, filter }) =>
      history.read((store) => ({ count: countEpisodes(store, runKey(store, run), filter) })),
    'episodes.show': async ({ run, id }) => {
      const { episode, flags, variant } = history.read((store) => {
        const key = runKey(store, run)
        const episode = readEpisode(store, key, id)
        const task = findTask(store, key, episode?.task ?? '')?.task
        return { episode, flags: readOpenFlags(store, key, id), variant: task?.variant }
      })
      if (episode === null) {
        throw new AppError('store', `run ${run}: expected an episode ${id}, found none`)
      }
      const { codec, clipLow, clipHigh } = await known({ run })
      const { seen, ...rest } = episode
      return {
        ...rest,
        run,
        flags,
        ...(variant === undefined ? {} : { variant }),
        promptTokens: Int32Array.from(episode.promptTokens),
        tokens: Int32Array.from(episode.tokens),
        logprobs: Float32Array.from(episode.logprobs),
        seen: seen === undefined ? null : { ...typed(seen), clipLow, clipHigh },
        ends: codec === null ? null : tokenEnds(codec, episode.tokens, episode.response),
      }
    },
  }
}

const typed = ({ logprobs, entropy }: SeenTokens) => ({
  logprobs: Float32Array.from(logprobs),
  entropy: Float32Array.from(entropy),
})

const MAX_KNOWN = 8
type Row = { readonly model: { readonly path: string }; readonly config: Run['config'] }
type RunFacts = {
  /** null where the folder of the run's model is gone. */
  readonly codec: TextCodec | null
  readonly clipLow: number
  readonly clipHigh: number
}

/** What every trace of a run needs of it. */
function createRunFacts(readRow: (of: { readonly run: string }) => Row) {
  const known = new Map<string, Promise<RunFacts>>()
  return async (of: { readonly run: string }): Promise<RunFacts> => {
    const found = known.get(of.run)
    if (found !== undefined) return await found
    if (known.size >= MAX_KNOWN) known.delete(known.keys().next().value ?? '')
    const reading = factsOf(readRow(of))
    known.set(of.run, reading)
    return await reading
  }
}

async function factsOf(row: Row): Promise<RunFacts> {
  const number = (name: 'clipLow' | 'clipHigh'): number => {
    const value = row.config[name]
    return typeof value === 'number' ? value : RUN_FIELDS[name].default
  }
  return { codec: await openCodec(row), clipLow: number('clipLow'), clipHigh: number('clipHigh') }
}

async function openCodec({ model, config }: Row): Promise<TextCodec | null> {
  try {
    return await codecOf(model.path, parseConfig(config))
  } catch (cause) {
    if (cause instanceof AppError) return null
    throw cause
  }
}
