/**
 * One open database: prepared statements kept, rows checked on their way out, failures named.
 * Not here: opening and migrating (open.ts), SQL (one file per noun).
 */
import { basename } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'

export type Param = number | string | Uint8Array | null
export type Params = readonly Param[] | Readonly<Record<string, Param>>

/** What of better-sqlite3 is used here. */
export interface Statement {
  run(params: Params): unknown
  get(params: Params): unknown
  all(params: Params): unknown[]
}
export interface Driver {
  prepare(sql: string): Statement
  exec(sql: string): unknown
  pragma(text: string, options?: { simple: boolean }): unknown
  transaction<T>(body: () => T): { immediate(): T }
  close(): unknown
}

/** Checks a row as SQLite gives it; what comes out is a domain type. */
export type RowSchema<Row> = v.GenericSchema<unknown, Row>

export class Store {
  readonly file: string
  readonly #driver: Driver
  readonly #statements = new Map<string, Statement>()

  constructor(file: string, driver: Driver) {
    this.file = file
    this.#driver = driver
  }

  run(sql: string, params: Params = []): void {
    this.#attempt('writing', () => this.#prepare(sql).run(params))
  }

  get<Row>(sql: string, schema: RowSchema<Row>, params: Params = []): Row | undefined {
    const row = this.#attempt('reading', () => this.#prepare(sql).get(params))
    return row === undefined ? undefined : this.#check(sql, schema, row)
  }

  all<Row>(sql: string, schema: RowSchema<Row>, params: Params = []): Row[] {
    const rows = this.#attempt('reading', () => this.#prepare(sql).all(params))
    return rows.map((row) => this.#check(sql, schema, row))
  }

  /** All of body's writes or none. Nests; body must not be async. */
  transaction<T>(what: string, body: () => T): T {
    return this.#attempt(what, () => this.#driver.transaction(body).immediate())
  }

  exec(sql: string): void {
    this.#attempt('running a script', () => this.#driver.exec(sql))
  }

  pragma(text: string): unknown {
    return this.#attempt(text, () => this.#driver.pragma(text, { simple: true }))
  }

  close(): void {
    this.#statements.clear()
    this.#driver.close()
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const made = this.#driver.prepare(sql)
    this.#statements.set(sql, made)
    return made
  }

  #attempt<T>(what: string, body: () => T): T {
    try {
      return body()
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      const message = `${basename(this.file)}: ${what} failed: ${messageOf(cause)}`
      throw new AppError('store', message, { cause })
    }
  }

  #check<Row>(sql: string, schema: RowSchema<Row>, row: unknown): Row {
    const parsed = v.safeParse(schema, row)
    if (parsed.success) return parsed.output
    const [issue] = parsed.issues
    // The last: subqueries of the selected columns come before it.
    const table = /.*\bFROM (\w+)/s.exec(sql)?.[1] ?? 'row'
    const where = [table, v.getDotPath(issue)].filter((part) => part !== null).join('.')
    throw new AppError('store', `${basename(this.file)}: ${where}: ${issue.message}`)
  }
}
