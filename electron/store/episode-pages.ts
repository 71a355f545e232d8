/**
 * Pages of the table of episodes. Not here: whole traces (episodes.ts).
 */
import * as v from 'valibot'
import type { EpisodeFilter, EpisodeRow, EpisodeSort } from '../contract/history.ts'
import type { Page, PageRequest } from '../contract/history.ts'
import { bit, count, EPISODE_COLUMNS, real, text, toBit } from './columns.ts'
import { openFlagsSql } from './flags.ts'
import { countWhere, pageLimit, readPage } from './page.ts'
import type { Condition, PageQuery, Positioned } from './page.ts'
import { runKey } from './runs.ts'
import type { Store } from './store.ts'

export type EpisodePageRequest = PageRequest<EpisodeSort, EpisodeFilter>

export function pageEpisodes(store: Store, request: EpisodePageRequest): Page<EpisodeRow> {
  return readPage(store, episodeQuery(runKey(store, request.run), request))
}

export function countEpisodes(store: Store, run: number, filter: EpisodeFilter): number {
  const where = [{ sql: 'run = ?', params: [run] }, ...conditions(filter)]
  return countWhere(store, 'episodes', where)
}

/** Steps grow with keys, so newest first is by step. */
const SORTS: Readonly<Record<EpisodeSort, { readonly column: string; readonly index: string }>> = {
  newest: { column: 'step', index: 'episodes_step' },
  reward: { column: 'reward_order', index: 'episodes_reward' },
  advantage: { column: 'advantage_order', index: 'episodes_advantage' },
  tokens: { column: 'tokens', index: 'episodes_tokens' },
}

export function episodeQuery(run: number, request: EpisodePageRequest): PageQuery<EpisodeRow> {
  const sort = request.sort ?? 'newest'
  const filter = request.filter ?? {}
  return {
    select: `episodes.*, ${openFlagsSql('episodes', 'id')} AS flags`,
    table: 'episodes',
    index: indexFor(sort, filter),
    sort: SORTS[sort].column,
    descending: request.descending ?? true,
    where: [{ sql: 'run = ?', params: [run] }, ...conditions(filter)],
    after: request.after,
    limit: pageLimit(request.limit),
    row: Row,
  }
}

/** Tasks and steps have few rows, whatever they are sorted by. */
function indexFor(sort: EpisodeSort, filter: EpisodeFilter): string {
  if (filter.task !== undefined) return 'episodes_task'
  if (filter.step !== undefined) return 'episodes_step'
  if (sort === 'newest' && filter.status !== undefined) return 'episodes_status'
  return SORTS[sort].index
}

/** Also the names of their columns. */
const FILTERS = ['step', 'role', 'kind', 'purpose', 'task', 'status'] as const

function conditions(filter: EpisodeFilter): Condition[] {
  const equals = FILTERS.flatMap((name) => {
    const param = filter[name]
    return param === undefined ? [] : [{ sql: `${name} = ?`, params: [param] }]
  })
  const { correct } = filter
  return correct === undefined
    ? equals
    : [...equals, { sql: 'correct = ?', params: [toBit(correct)] }]
}

const position = v.union([v.number(), v.string()])

const Row = v.pipe(
  v.object({
    position,
    key: count,
    ...EPISODE_COLUMNS,
    reward: real,
    advantage: real,
    trained: bit,
    stop_reason: v.picklist(['stop', 'length']),
    tokens: count,
    first_line: text,
    flags: count,
  }),
  v.transform(({ position: place, stop_reason, first_line, ...row }): Positioned<EpisodeRow> => ({
    position: place,
    row: { ...row, stopReason: stop_reason, firstLine: first_line },
  })),
)
