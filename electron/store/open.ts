/**
 * Opens the history: one file, one writer at a time, any number of readers.
 * Not here: where the file is (host/paths.ts).
 * Source: https://sqlite.org/wal.html, https://sqlite.org/security.html
 */
import { closeSync, existsSync, openSync, readSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, messageOf } from '../contract/errors.ts'
import { migrate, requireCurrent, requireSchema } from './migrate.ts'
import { Store } from './store.ts'
import type { Driver } from './store.ts'

export type OpenOptions = {
  /** Readers never block the writer and never change the file. */
  readonly readonly?: boolean
}

const MEMORY = ':memory:'
const OLDEST_NODE = 22
const BUSY_MS = 5_000

export async function openStore(file: string, options: OpenOptions = {}): Promise<Store> {
  requireNode(process.versions.node)
  const readonly = options.readonly === true
  if (file !== MEMORY) requireHeader(file, readonly)
  const store = new Store(file, await connect(file, readonly))
  try {
    return await prepare(store, readonly)
  } catch (cause) {
    store.close()
    throw cause
  }
}

/** better-sqlite3 ends older Nodes with a segmentation fault instead of an error. */
export function requireNode(version: string): void {
  const major = Number.parseInt(version, 10)
  if (major >= OLDEST_NODE) return
  throw new AppError('store', `Kelvin needs Node ${OLDEST_NODE} or later, found ${version}`)
}

async function connect(file: string, readonly: boolean): Promise<Driver> {
  const { default: Database } = await import('better-sqlite3')
  try {
    return new Database(file, { readonly, fileMustExist: readonly, timeout: BUSY_MS })
  } catch (cause) {
    throw new AppError('store', `${file}: cannot be opened: ${messageOf(cause)}`, { cause })
  }
}

async function prepare(store: Store, readonly: boolean): Promise<Store> {
  store.pragma('trusted_schema = OFF')
  store.pragma('cell_size_check = ON')
  store.pragma('cache_size = -65536')
  store.pragma('temp_store = MEMORY')
  if (readonly) requireCurrent(store)
  else prepareWriter(store)
  if (store.file !== MEMORY) await compareSchema(store)
  return store
}

function prepareWriter(store: Store): void {
  // Only has an effect before the first table; gives disk back when a run is removed.
  store.pragma('auto_vacuum = INCREMENTAL')
  migrate(store)
  store.pragma(`journal_mode = ${journalMode(store.file)}`)
  store.pragma('synchronous = NORMAL')
  store.pragma('foreign_keys = ON')
}

async function compareSchema(store: Store): Promise<void> {
  const model = await openStore(MEMORY)
  try {
    requireSchema(store, model)
  } finally {
    model.close()
  }
}

/** NFS, SMB, CIFS, FUSE (sshfs): their machines share no memory, which a write-ahead log needs. */
const NETWORK_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x6969, 0xfe534d42, 0xff534d42, 0x65735546,
])

function journalMode(file: string): 'WAL' | 'DELETE' {
  if (file === MEMORY || process.platform !== 'linux') return 'WAL'
  // Some file systems report their number as a negative 32-bit one.
  const type = statfsSync(dirname(file)).type >>> 0
  return NETWORK_FILE_SYSTEMS.has(type) ? 'DELETE' : 'WAL'
}

const MAGIC = 'SQLite format 3\0'

function requireHeader(file: string, readonly: boolean): void {
  if (!existsSync(file)) {
    if (!readonly) return
    throw new AppError('store', `${file}: expected a history, found no file`)
  }
  const found = firstBytes(file)
  if (found === '' || found === MAGIC) return
  throw new AppError('store', `${file}: expected an SQLite 3 database, found another kind of file`)
}

function firstBytes(file: string): string {
  const bytes = Buffer.alloc(MAGIC.length)
  try {
    const handle = openSync(file, 'r')
    try {
      return bytes.toString('latin1', 0, readSync(handle, bytes))
    } finally {
      closeSync(handle)
    }
  } catch (cause) {
    throw new AppError('store', `${file}: cannot be read: ${messageOf(cause)}`, { cause })
  }
}
