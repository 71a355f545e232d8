/**
 * Filter and sort of the table of tasks, from the address and back. An address may hold anything.
 * Not here: the language of filters (contract/query.ts), changing one (query-edit.ts).
 */
import type { CallInput } from '../../electron/contract/api.ts'
import { TASK_SORTS } from '../../electron/contract/history.ts'
import { MAX_QUERY_CHARS, parseQuery } from '../../electron/contract/query.ts'
import type { Problem } from '../../electron/contract/query.ts'
import type { Sorted } from '../components/table.tsx'
import type { Params } from '../state/route.ts'

export type TaskQuery = {
  readonly page: CallInput<'tasks.page'> & { readonly filter: CallInput<'tasks.count'>['filter'] }
  readonly sorted: Sorted
  /** As it stands in the address. */
  readonly text: string
  /** What is wrong with it: nothing is asked for then. */
  readonly problems: readonly Problem[]
}

export function taskQuery(run: string, params: Params): TaskQuery {
  const text = queryText(params)
  const { problems } = parseQuery(text)
  const by = TASK_SORTS.find((name) => name === params['sort']) ?? 'newest'
  const descending = params['up'] !== '1'
  const filter = text === '' || problems.length > 0 ? {} : { query: text }
  return { page: { run, filter, sort: by, descending }, sorted: { by, descending }, text, problems }
}

function queryText(params: Params): string {
  return (params['q'] ?? '').slice(0, MAX_QUERY_CHARS).trim()
}

/** null: no number. */
export function stepOf(text: string): number | null {
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}

/** The other direction of the same column, or a new column with the largest first. */
export function toggledSort({ by, descending }: Sorted, next: string): Params {
  const up = next === by && descending
  return { sort: next, up: up ? '1' : '' }
}

/** Parameters of the address that a look at the table consists of: what a saved view keeps. */
export const VIEW_PARAMS = ['q', 'sort', 'up', 'cols', 'pin'] as const

export function viewParams(params: Params): Params {
  return Object.fromEntries(VIEW_PARAMS.map((name) => [name, params[name] ?? '']))
}
