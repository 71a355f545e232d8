/**
 * Calls about episodes: pages, counts, whole traces.
 */
import { parseConfig } from '../../contract/config.ts'
import { AppError } from '../../contract/errors.ts'
import type { TextCodec } from '../../model/chat.ts'
import { countEpisodes, pageEpisodes } from '../../store/episode-pages.ts'
import { readEpisode } from '../../store/episodes.ts'
import { readOpenFlags } from '../../store/flags.ts'
import { readRun, runKey } from '../../store/runs.ts'
import type { Bench } from '../bench.ts'
import { codecOf } from '../models.ts'
import { tokenEnds } from '../token-ends.ts'
import type { HandlersOf } from './types.ts'

export function episodeHandlers({ history }: Bench): HandlersOf<'episodes'> {
  const codecs = createCodecs(({ run }) => history.read((store) => readRun(store, run)))
  return {
    'episodes.page': (request) => history.read((store) => pageEpisodes(store, request)),
    'episodes.count': ({ run, filter }) =>
      history.read((store) => ({ count: countEpisodes(store, runKey(store, run), filter) })),
    'episodes.show': async ({ run, id }) => {
      const { episode, flags } = history.read((store) => {
        const key = runKey(store, run)
        return { episode: readEpisode(store, key, id), flags: readOpenFlags(store, key, id) }
      })
      if (episode === null) {
        throw new AppError('store', `run ${run}: expected an episode ${id}, found none`)
      }
      const codec = await codecs({ run })
      return {
        ...episode,
        run,
        flags,
        promptTokens: Int32Array.from(episode.promptTokens),
        tokens: Int32Array.from(episode.tokens),
        logprobs: Float32Array.from(episode.logprobs),
        ends: codec === null ? null : tokenEnds(codec, episode.tokens, episode.response),
      }
    },
  }
}

const MAX_CODECS = 8
type RunFacts = { readonly model: { readonly path: string }; readonly config: unknown }

/** The codec of a run's model; null where its folder is gone. */
function createCodecs(readFacts: (of: { readonly run: string }) => RunFacts) {
  const known = new Map<string, Promise<TextCodec | null>>()
  return async (of: { readonly run: string }): Promise<TextCodec | null> => {
    const found = known.get(of.run)
    if (found !== undefined) return await found
    if (known.size >= MAX_CODECS) known.delete(known.keys().next().value ?? '')
    const opening = openCodec(readFacts(of))
    known.set(of.run, opening)
    return await opening
  }
}

async function openCodec({ model, config }: RunFacts): Promise<TextCodec | null> {
  try {
    return await codecOf(model.path, parseConfig(config))
  } catch (cause) {
    if (cause instanceof AppError) return null
    throw cause
  }
}
