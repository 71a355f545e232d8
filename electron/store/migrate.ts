/**
 * Brings a database to this program's version, and refuses one that is newer, foreign or altered.
 * Not here: the migrations themselves (schema.ts).
 */
import { basename } from 'node:path'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { count, text } from './columns.ts'
import { APPLICATION_ID, MIGRATIONS } from './schema.ts'
import type { Store } from './store.ts'

/** Runs what is missing, all in one transaction: two processes may open a new home at once. */
export function migrate(store: Store, migrations: readonly string[] = MIGRATIONS): void {
  if (isCurrent(store, migrations.length)) return
  store.transaction('migrating', () => {
    const version = ownVersion(store, migrations.length)
    for (const script of migrations.slice(version)) store.exec(script)
    store.pragma(`application_id = ${APPLICATION_ID}`)
    store.pragma(`user_version = ${migrations.length}`)
  })
}

/** For readers, who cannot migrate. */
export function requireCurrent(store: Store, migrations: readonly string[] = MIGRATIONS): void {
  if (isCurrent(store, migrations.length)) return
  const found = ownVersion(store, migrations.length)
  throw refusal(
    store,
    `expected version ${migrations.length}, found ${found}; open it once for writing to bring it up to date`,
  )
}

/** Tables, columns, indexes and triggers are those of the version: a made-up database runs no trigger of its own. */
export function requireSchema(store: Store, expected: Store): void {
  const want = objects(expected)
  const found = objects(store)
  const names = [...new Set([...want.keys(), ...found.keys()])]
  const odd = names.find((name) => want.get(name) !== found.get(name))
  if (odd === undefined) return
  throw refusal(
    store,
    `${odd}: expected what version ${MIGRATIONS.length} holds, found ${found.has(odd) ? 'something else' : 'nothing'}`,
  )
}

function isCurrent(store: Store, latest: number): boolean {
  return ownVersion(store, latest) === latest
}

function ownVersion(store: Store, latest: number): number {
  const version = v.parse(count, store.pragma('user_version'))
  const owner = store.pragma('application_id')
  if (owner !== APPLICATION_ID && (version > 0 || objects(store).size > 0)) {
    throw refusal(store, 'expected a history of Kelvin, found a database of another program')
  }
  if (version > latest) {
    throw refusal(
      store,
      `expected version ${latest} or older, found ${version}; it was written by a newer Kelvin`,
    )
  }
  return version
}

const Objects = v.object({ name: text, sql: v.nullable(text) })

function objects(store: Store): Map<string, string | null> {
  const rows = store.all(
    `SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%'`,
    Objects,
  )
  return new Map(rows.map((row) => [row.name, row.sql]))
}

function refusal(store: Store, sentence: string): AppError {
  return new AppError('store', `${basename(store.file)}: ${sentence}`)
}
