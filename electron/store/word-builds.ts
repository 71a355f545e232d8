/**
 * Makes the text of an older history searchable, piece by piece beside other work, the newest rows first.
 * Not here: rows that are written now (words.ts).
 */
import * as v from 'valibot'
import { count, text } from './columns.ts'
import { readEpisode } from './episodes.ts'
import type { Store } from './store.ts'
import { readProposal } from './tasks.ts'
import { insertPromptWords, insertResponseWords, insertTaskWords, taskWords } from './words.ts'

const Build = v.object({
  name: v.picklist(['tasks', 'episodes', 'prompts']),
  below: count,
  total: count,
})
type Build = v.InferOutput<typeof Build>

/** How much of an older history is not searchable yet, in rows. left 0: all is. */
export function readWordBuilds(store: Store): { readonly left: number; readonly total: number } {
  const builds = store.all('SELECT * FROM word_builds', Build)
  return {
    left: builds.reduce((sum, { below }) => sum + below, 0),
    total: builds.reduce((sum, { total }) => sum + total, 0),
  }
}

/** The next rows, the newest first. Returns whether anything is left. */
export function buildWords(store: Store, rows: number): boolean {
  return store.transaction('making text searchable', () => {
    const build = store.get('SELECT * FROM word_builds ORDER BY name DESC LIMIT 1', Build)
    if (build === undefined) return false
    const last = BUILDERS[build.name](store, build.below, rows)
    if (last === null || last <= 1) {
      store.run('DELETE FROM word_builds WHERE name = ?', [build.name])
    } else {
      store.run('UPDATE word_builds SET below = ? WHERE name = ?', [last - 1, build.name])
    }
    return true
  })
}

type Builder = (store: Store, below: number, rows: number) => number | null

/** The key of the last row done; null: there was none. */
const BUILDERS: Readonly<Record<Build['name'], Builder>> = {
  tasks: (store, below, rows) => {
    const found = store.all(
      'SELECT key, run, episode FROM tasks WHERE key <= ? ORDER BY key DESC LIMIT ?',
      v.object({ key: count, run: count, episode: v.nullable(text) }),
      [below, rows],
    )
    for (const { key, run, episode } of found) {
      const proposal = readProposal(store, run, key)
      const said =
        episode === null || proposal?.task !== null ? null : readEpisode(store, run, episode)
      if (proposal !== null) {
        insertTaskWords(store, key, taskWords(proposal, said?.response ?? null))
      }
    }
    return found.at(-1)?.key ?? null
  },
  episodes: (store, below, rows) => {
    const found = store.all(
      `SELECT episode AS key, response AS text FROM episode_text WHERE episode <= ?
       ORDER BY episode DESC LIMIT ?`,
      Text,
      [below, rows],
    )
    for (const { key, text } of found) insertResponseWords(store, key, text)
    return found.at(-1)?.key ?? null
  },
  prompts: (store, below, rows) => {
    const found = store.all(
      'SELECT key, prompt AS text FROM prompts WHERE key <= ? ORDER BY key DESC LIMIT ?',
      Text,
      [below, rows],
    )
    for (const { key, text } of found) insertPromptWords(store, key, text)
    return found.at(-1)?.key ?? null
  },
}

const Text = v.object({ key: count, text })
