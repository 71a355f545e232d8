/**
 * Suites' files from their public homes, on request: streamed to a part file, unpacked, checked against the published
 * checksum and read once before they take their place.
 * Not here: the addresses (eval/suites/homes.ts), asking whether to (the screen and the command line do).
 */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { AppError, messageOf, throwIfCancelled } from '../contract/errors.ts'
import { benchmarkOf } from '../eval/suites/registry.ts'
import { type HomeFile, SUITE_HOMES, type SuiteHome } from '../eval/suites/homes.ts'

export type FetchOptions = {
  readonly signal: AbortSignal
  /** Bytes; total null: the home does not say. */
  readonly onProgress: (done: number, total: number | null) => void
  readonly now?: () => number
  readonly homes?: Readonly<Record<string, SuiteHome>>
}

export type Fetched = {
  readonly suite: string
  readonly licence: string
  readonly home: string
  /** Those that were not there yet. */
  readonly files: readonly FetchedFile[]
  readonly items: number
}

type FetchedFile = {
  readonly path: string
  readonly url: string
  readonly bytes: number
  readonly sha256: string
  /** Whether a published checksum was met; null: there is none. */
  readonly known: boolean | null
}

/** Throws AppError('usage') for a suite without a home, AppError('config') naming what did not arrive as it should. */
export async function fetchSuite(
  folder: string,
  suite: string,
  options: FetchOptions,
): Promise<Fetched> {
  const { homes = SUITE_HOMES, now = Date.now } = options
  const benchmark = benchmarkOf(suite)
  const known = homes[suite]
  if (benchmark === undefined || known === undefined) {
    throw new AppError('usage', `suite ${suite}: expected a public suite, found none of that name`)
  }
  const { licence, home } = benchmark
  const files: FetchedFile[] = []
  for (const file of known.files) {
    if (existsSync(join(folder, file.path))) continue
    const fetched = await fetchFile(folder, file, options)
    const note = { atMs: now(), suite, licence, home, ...fetched }
    await appendFile(join(folder, 'sources.jsonl'), `${JSON.stringify(note)}\n`)
    files.push(fetched)
  }
  const { questions } = await benchmark.load(folder)
  return { suite, licence, home, files, items: questions.length }
}

/** From the first address that gives the right bytes. */
async function fetchFile(
  folder: string,
  file: HomeFile,
  options: FetchOptions,
): Promise<FetchedFile> {
  const target = join(folder, file.path)
  await mkdir(dirname(target), { recursive: true })
  const refusals: string[] = []
  for (const url of file.urls) {
    throwIfCancelled(options.signal)
    try {
      return await attempt(url, target, file, options)
    } catch (cause) {
      throwIfCancelled(options.signal)
      refusals.push(`${url}: ${messageOf(cause)}`)
    } finally {
      await rm(`${target}.part`, { force: true })
      await rm(`${target}.packed`, { force: true })
    }
  }
  throw new AppError('config', `${file.path} was not fetched; ${refusals.join('; ')}`)
}

async function attempt(
  url: string,
  target: string,
  { path, packing, sha256, bytes }: HomeFile,
  { signal, onProgress }: FetchOptions,
): Promise<FetchedFile> {
  const packed = `${target}.packed`
  const part = `${target}.part`
  await download(url, packing === 'plain' ? part : packed, bytes, signal, onProgress)
  if (packing === 'gzip') {
    await pipeline(
      createReadStream(packed),
      createGunzip(),
      counted(bytes, () => undefined),
      createWriteStream(part),
      { signal },
    )
  }
  if (packing === 'parquet') await pipeline(parquetLines(packed), createWriteStream(part))
  const found = await digestOf(part)
  if (sha256 !== null && found.sha256 !== sha256) {
    throw new Error(`expected sha256 ${sha256}, found ${found.sha256} (${found.bytes} bytes)`)
  }
  await rename(part, target)
  return { path, url, ...found, known: sha256 === null ? null : true }
}

/** What no file of ours is longer than. */
const MOST_BYTES = 8 * 2 ** 30

async function download(
  url: string,
  out: string,
  bytes: number | null,
  signal: AbortSignal,
  onProgress: FetchOptions['onProgress'],
): Promise<void> {
  const response = await fetch(url, { signal })
  if (!response.ok || response.body === null) {
    throw new Error(`expected the file, found status ${response.status}`)
  }
  if (!isTrusted(response.url)) throw new Error(`expected https, was sent to ${response.url}`)
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  const total = Number.isFinite(length) ? length : bytes
  await pipeline(
    chunksOf(response.body),
    counted(null, (done) => onProgress(done, total)),
    createWriteStream(out),
    { signal },
  )
}

async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value
  } finally {
    await reader.cancel()
  }
}

/** Plain http from this machine only, which is where tests serve from. */
function isTrusted(address: string): boolean {
  const { protocol, hostname } = new URL(address)
  return protocol === 'https:' || hostname === '127.0.0.1'
}

/** Passes bytes on; more than twice what is expected is no such file. */
function counted(expected: number | null, onBytes: (done: number) => void): Transform {
  const most = expected === null ? MOST_BYTES : expected * 2 + 65_536
  let done = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, next) {
      done += chunk.length
      onBytes(done)
      if (done > most) next(new Error(`expected at most ${most} bytes, found more`))
      else next(null, chunk)
    },
  })
}

async function* parquetLines(path: string): AsyncGenerator<string> {
  const bytes = await readFile(path)
  const file = Uint8Array.from(bytes).buffer
  for (const row of await parquetReadObjects({ file })) yield `${JSON.stringify(row, plain)}\n`
}

/** Whole numbers of 64 bits and dates, as the suites' own JSON has them. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

async function digestOf(
  path: string,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path)) {
    if (!Buffer.isBuffer(chunk)) continue
    hash.update(chunk)
    bytes += chunk.length
  }
  return { sha256: hash.digest('hex'), bytes }
}
