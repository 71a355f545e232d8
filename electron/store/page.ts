/**
 * Keyset paging: a page starts after the last row of the page before, however deep in the table that is.
 * Every sort has an index of its own, which is named: the planner, without statistics, picks others.
 * Not here: what the rows are (tasks.ts, episodes.ts).
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { Page } from '../contract/history.ts'
import type { Param, RowSchema, Store } from './store.ts'

export type PageQuery<Row> = {
  readonly select: string
  readonly table: string
  readonly index: string
  /** A numeric column, never NULL; ties are broken by key. */
  readonly sort: string
  readonly descending: boolean
  /** SQL conditions with their parameters, all joined by AND. */
  readonly where: readonly Condition[]
  readonly after: string | undefined
  readonly limit: number
  /** The row with the value that it is sorted by, selected as `position`. */
  readonly row: RowSchema<Positioned<Row>>
}

export type Positioned<Row> = { readonly row: Row; readonly position: number }

export type Condition = { readonly sql: string; readonly param: Param }

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1_000

export function pageLimit(limit: number | undefined): number {
  if (limit === undefined) return DEFAULT_LIMIT
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new AppError('store', `page: expected a limit from 1 to ${MAX_LIMIT}, found ${limit}`)
}

export function readPage<Row extends { readonly key: number }>(
  store: Store,
  query: PageQuery<Row>,
): Page<Row> {
  const found = store.all(pageSql(query), query.row, pageParams(query))
  const shown = found.slice(0, query.limit)
  const last = shown.at(-1)
  const more = found.length > query.limit && last !== undefined
  return {
    rows: shown.map((entry) => entry.row),
    next: more ? `${last.position}:${last.row.key}` : null,
  }
}

/** One more row than asked for tells whether there is a next page. */
export function pageSql<Row>(query: PageQuery<Row>): string {
  const [compare, order] = query.descending ? ['<', 'DESC'] : ['>', 'ASC']
  const cursor = query.after === undefined ? [] : [`(${query.sort}, key) ${compare} (?, ?)`]
  const where = [...query.where.map((condition) => condition.sql), ...cursor].join(' AND ')
  return `SELECT ${query.select}, ${query.sort} AS position
    FROM ${query.table} INDEXED BY ${query.index} WHERE ${where}
    ORDER BY ${query.sort} ${order}, key ${order} LIMIT ?`
}

/** How many rows a filter leaves. Reads an index from end to end: asked for apart from the page. */
export function countWhere(store: Store, table: string, where: readonly Condition[]): number {
  const sql = `SELECT count(*) AS count FROM ${table} WHERE ${where.map(({ sql }) => sql).join(' AND ')}`
  const params = where.map(({ param }) => param)
  return store.get(sql, v.object({ count: v.number() }), params)?.count ?? 0
}

function pageParams<Row>(query: PageQuery<Row>): Param[] {
  const cursor = query.after === undefined ? [] : parseCursor(query.after)
  return [...query.where.map((condition) => condition.param), ...cursor, query.limit + 1]
}

/** `VALUE:KEY` of the last row seen. */
function parseCursor(after: string): [number, number] {
  const parts = after.split(':')
  const [value, key] = parts.map((part) => (part === '' ? Number.NaN : Number(part)))
  if (parts.length === 2 && value !== undefined && !Number.isNaN(value) && Number.isInteger(key)) {
    return [value, key ?? 0]
  }
  throw new AppError(
    'store',
    `page: expected the next of an earlier page, found ${JSON.stringify(after.slice(0, 40))}`,
  )
}
