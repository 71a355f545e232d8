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
  /** null: the planner's own choice, for conditions that leave few rows. */
  readonly index: string | null
  /** A column that is never NULL; ties are broken by key. */
  readonly sort: string
  readonly descending: boolean
  /** SQL conditions with their parameters, all joined by AND. */
  readonly where: readonly Condition[]
  readonly after: string | undefined
  /** The last place to look at, as of `after`; absent: the end. */
  readonly until?: Position
  readonly limit: number
  /** The row with the value that it is sorted by, selected as `position`. */
  readonly row: RowSchema<Positioned<Row>>
}

export type Positioned<Row> = { readonly row: Row; readonly position: number | string }
export type Position = readonly [value: number | string, key: number]

export type Condition = { readonly sql: string; readonly params: readonly Param[] }

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
  const isFull = found.length > query.limit && last !== undefined
  const next = isFull ? ([last.position, last.row.key] as const) : (query.until ?? null)
  return {
    rows: shown.map((entry) => entry.row),
    next: next === null ? null : cursorOf(next),
  }
}

/** One more row than asked for tells whether there is a next page. */
export function pageSql<Row>(query: PageQuery<Row>): string {
  const { sort, after, until } = query
  const [compare, back, order] = query.descending ? ['<', '>=', 'DESC'] : ['>', '<=', 'ASC']
  const where = [
    ...query.where.map((condition) => condition.sql),
    ...(after === undefined ? [] : [`(${sort}, key) ${compare} (?, ?)`]),
    ...(until === undefined ? [] : [`(${sort}, key) ${back} (?, ?)`]),
  ].join(' AND ')
  return `SELECT ${query.select}, ${sort} AS position
    FROM ${query.table}${indexedBy(query.index)} WHERE ${where}
    ORDER BY ${sort} ${order}, key ${order} LIMIT ?`
}

const indexedBy = (index: string | null): string => (index === null ? '' : ` INDEXED BY ${index}`)

export function pageParams<Row>(query: PageQuery<Row>): Param[] {
  const { after, until = [], where, limit } = query
  const cursor = after === undefined ? [] : parseCursor(after)
  return [...where.flatMap(({ params }) => params), ...cursor, ...until, limit + 1]
}

const PositionRow = v.object({ position: v.union([v.number(), v.string()]), key: v.number() })

/** The place `rows` further in an index, conditions on its columns only; null: fewer are left. */
export function placeAfter(
  store: Store,
  query: Omit<PageQuery<unknown>, 'select' | 'row' | 'limit' | 'until'>,
  rows: number,
): Position | null {
  const { sort, table, index, where, after, descending } = query
  const [compare, order] = descending ? ['<', 'DESC'] : ['>', 'ASC']
  const conditions = [
    ...where.map(({ sql }) => sql),
    ...(after === undefined ? [] : [`(${sort}, key) ${compare} (?, ?)`]),
  ]
  const row = store.get(
    `SELECT ${sort} AS position, key FROM ${table}${indexedBy(index)}
     WHERE ${conditions.join(' AND ')} ORDER BY ${sort} ${order}, key ${order} LIMIT 1 OFFSET ?`,
    PositionRow,
    [
      ...where.flatMap(({ params }) => params),
      ...(after === undefined ? [] : parseCursor(after)),
      rows - 1,
    ],
  )
  return row === undefined ? null : [row.position, row.key]
}

/** How many rows a filter leaves. Reads an index from end to end: asked for apart from the page. */
export function countWhere(store: Store, table: string, where: readonly Condition[]): number {
  const sql = `SELECT count(*) AS count FROM ${table} WHERE ${where.map(({ sql }) => sql).join(' AND ')}`
  const params = where.flatMap(({ params }) => params)
  return store.get(sql, v.object({ count: v.number() }), params)?.count ?? 0
}

const Cursor = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictTuple([v.union([v.number(), v.string()]), v.pipe(v.number(), v.integer())]),
)

/** As JSON; a missing number is sorted as -9e999, which JSON reads as minus infinity. */
export function cursorOf([value, key]: Position): string {
  return `[${value === Number.NEGATIVE_INFINITY ? '-9e999' : JSON.stringify(value)},${key}]`
}

export function parseCursor(after: string): Position {
  const parsed = v.safeParse(Cursor, after)
  if (parsed.success) return parsed.output
  throw new AppError(
    'store',
    `page: expected the next of an earlier page, found ${JSON.stringify(after.slice(0, 40))}`,
  )
}
