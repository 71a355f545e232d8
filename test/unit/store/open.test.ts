import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import * as v from 'valibot'
import { expect, test } from 'vitest'
import { migrate } from '../../../electron/store/migrate.ts'
import { openStore, requireNode } from '../../../electron/store/open.ts'
import { MIGRATIONS } from '../../../electron/store/schema.ts'
import { Store } from '../../../electron/store/store.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const folder = temporaryFolder()

async function made(name: string): Promise<string> {
  const file = join(folder, name)
  const store = await openStore(file)
  store.close()
  return file
}

test('a new file becomes an empty history that opens again', async () => {
  const file = await made('new.db')
  const store = await openStore(file)
  expect(store.pragma('user_version')).toBe(MIGRATIONS.length)
  expect(store.pragma('journal_mode')).toBe('wal')
  expect(store.pragma('synchronous')).toBe(1)
  expect(store.pragma('foreign_keys')).toBe(1)
  expect(store.pragma('quick_check')).toBe('ok')
  store.close()
})

test('a history of a newer program is refused', async () => {
  const file = await made('newer.db')
  const raw = new Database(file)
  raw.pragma(`user_version = ${MIGRATIONS.length + 1}`)
  raw.close()
  const sentence = `newer.db: expected version ${MIGRATIONS.length} or older, found ${MIGRATIONS.length + 1}; it was written by a newer Kelvin`
  await expect(openStore(file)).rejects.toThrow(sentence)
  await expect(openStore(file, { readonly: true })).rejects.toThrow(sentence)
})

test('an older history is brought up to date, step by step, keeping its rows', () => {
  const store = new Store(':memory:', new Database(':memory:'))
  migrate(store, ['CREATE TABLE a (x INTEGER)'])
  store.run('INSERT INTO a VALUES (7)')
  migrate(store, ['CREATE TABLE a (x INTEGER)', 'ALTER TABLE a ADD COLUMN y INTEGER DEFAULT 1'])
  expect(store.get('SELECT * FROM a', v.unknown())).toEqual({ x: 7, y: 1 })
  expect(store.pragma('user_version')).toBe(2)
})

test('a migration that fails leaves the version and the tables as they were', () => {
  const store = new Store('h.db', new Database(':memory:'))
  expect(() =>
    migrate(store, ['CREATE TABLE a (x INTEGER)', 'CREATE TABLE a (x INTEGER)']),
  ).toThrow('h.db: running a script failed: table a already exists')
  expect(store.pragma('user_version')).toBe(0)
  expect(store.all('SELECT name FROM sqlite_schema', v.unknown())).toEqual([])
})

test('a database of another program is refused', async () => {
  const file = join(folder, 'other.db')
  const raw = new Database(file)
  raw.exec('CREATE TABLE photos (x)')
  raw.close()
  await expect(openStore(file)).rejects.toThrow(
    'other.db: expected a history of Kelvin, found a database of another program',
  )
})

test('a file that is no database is refused, and stays as it was', async () => {
  const file = join(folder, 'text.db')
  writeFileSync(file, 'this is a letter, not a database')
  await expect(openStore(file)).rejects.toThrow('expected an SQLite 3 database')
  mkdirSync(join(folder, 'directory.db'))
  await expect(openStore(join(folder, 'directory.db'))).rejects.toThrow('cannot be read')
})

test('a database with only the right header is refused', async () => {
  const file = join(folder, 'cut.db')
  writeFileSync(file, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(84, 0xff)]))
  await expect(openStore(file)).rejects.toMatchObject({ name: 'AppError', code: 'store' })
})

test.each([
  ['a trigger of its own', 'CREATE TRIGGER evil AFTER INSERT ON runs BEGIN DELETE FROM runs; END'],
  ['a missing table', 'DROP TABLE groups'],
  ['another column', 'ALTER TABLE runs ADD COLUMN extra TEXT'],
])('a history with %s is refused', async (name, sql) => {
  const file = await made(`${name.replaceAll(' ', '-')}.db`)
  const raw = new Database(file)
  raw.exec(sql)
  raw.close()
  await expect(openStore(file)).rejects.toThrow('expected what version')
  await expect(openStore(file, { readonly: true })).rejects.toThrow('expected what version')
})

test('a reader needs a history, sees what the writer wrote and cannot write', async () => {
  await expect(openStore(join(folder, 'none.db'), { readonly: true })).rejects.toThrow(
    'expected a history, found no file',
  )
  const file = join(folder, 'shared.db')
  const writer = await openStore(file)
  const reader = await openStore(file, { readonly: true })
  writer.run(`INSERT INTO runs (id, recipe, preset, seed, config, model_path, model_sha256,
    prompt_version, sandbox_level, python_version, engine, device, state, reason, created_ms,
    updated_ms, current_step) VALUES ('a','','',0,'','','','',0,'','','','','',0,0,0)`)
  expect(reader.all('SELECT id FROM runs', v.unknown())).toEqual([{ id: 'a' }])
  expect(() => reader.run('DELETE FROM runs')).toThrow('attempt to write a readonly database')
  reader.close()
  writer.close()
})

test('an old Node is refused before the native module is loaded', () => {
  expect(() => requireNode('20.20.2')).toThrow('Kelvin needs Node 22 or later, found 20.20.2')
  requireNode('22.0.0')
})
