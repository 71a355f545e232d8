import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EVAL_SUITES } from '../../../electron/contract/evaluation.ts'
import type { HomeFile, SuiteHome } from '../../../electron/eval/suites/homes.ts'
import { SUITE_HOMES } from '../../../electron/eval/suites/homes.ts'
import { BENCHMARKS } from '../../../electron/eval/suites/registry.ts'
import { fetchSuite } from '../../../electron/host/evaluate-fetch.ts'
import { suiteReports } from '../../../electron/host/evaluate-reports.ts'
import { OWN_TASKS, SUITE_NAMES } from '../../../electron/host/evaluate-suites.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const folder = temporaryFolder()
const SUITE = 'livecodebench-execution'
const row = (at: number) => ({
  question_id: 2777,
  id: `sample_${at}`,
  function_name: 'double',
  code: 'def double(x):\n    return 2 * x\n',
  input: `double(x = ${at})`,
  output: String(2 * at),
  numsteps: 3,
})
const LINES = [1, 2].map((at) => `${JSON.stringify(row(at))}\n`).join('')
const sha = (text: string): string => createHash('sha256').update(text).digest('hex')

const parquet = (): Uint8Array => {
  const rows = [1, 2].map(row)
  const columnData = (Object.keys(row(1)) as (keyof ReturnType<typeof row>)[]).map((name) => {
    const data = rows.map((one) => one[name])
    const isNumber = typeof data[0] === 'number'
    return { name, data: isNumber ? data.map((value) => BigInt(value)) : data }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}

const PAGES: Readonly<Record<string, () => Uint8Array>> = {
  '/plain': () => Buffer.from(LINES),
  '/gzip': () => gzipSync(LINES),
  '/parquet': parquet,
  '/other': () => Buffer.from('{"id": 1}\n'),
  '/bomb': () => gzipSync(Buffer.alloc(4_000_000)),
}

let server: Server
let base: string
beforeAll(async () => {
  server = createServer((request, response) => {
    const page = PAGES[request.url ?? '']
    if (page === undefined) response.writeHead(404).end()
    else response.writeHead(200).end(page())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
})
afterAll(() => server.close())

function homeOf(pages: readonly string[], part: Partial<HomeFile>): Record<string, SuiteHome> {
  const file: HomeFile = {
    path: 'livecodebench/execution.jsonl',
    urls: pages.map((page) => `${base}${page}`),
    packing: 'plain',
    sha256: null,
    bytes: LINES.length,
    ...part,
  }
  return { [SUITE]: { files: [file] } }
}

const fetched = async (name: string, homes: Record<string, SuiteHome>, signal?: AbortSignal) => {
  const options = { signal: signal ?? new AbortController().signal, onProgress: () => undefined }
  const target = join(folder, name)
  return await fetchSuite(target, SUITE, { ...options, homes, now: () => 1 })
}

test.each([
  ['plain', {}],
  ['gzip', { packing: 'gzip', sha256: sha(LINES) }],
  ['parquet', { packing: 'parquet' }],
] as const)(
  'a %s file is fetched, checked, read and noted with its licence',
  async (page, part) => {
    const { files, items, licence } = await fetched(page, homeOf([`/${page}`], part))
    expect(items).toBe(2)
    expect(files).toMatchObject([{ known: 'sha256' in part ? true : null }])
    const note: unknown = JSON.parse(readFileSync(join(folder, page, 'sources.jsonl'), 'utf8'))
    expect(note).toMatchObject({ suite: SUITE, licence, url: `${base}/${page}`, atMs: 1 })
    expect(readdirSync(join(folder, page, 'livecodebench'))).toEqual(['execution.jsonl'])
    expect((await fetched(page, homeOf([], {}))).files).toEqual([])
  },
)

test('another place is tried where the first has other bytes, and the reason is told where none fits', async () => {
  const good = homeOf(['/missing', '/other', '/plain'], { sha256: sha(LINES) })
  expect((await fetched('second', good)).files).toMatchObject([{ url: `${base}/plain` }])
  const bad = homeOf(['/missing', '/other'], { sha256: sha(LINES) })
  const message = await fetched('bad', bad).catch((error: unknown) => String(error))
  expect(message).toContain('/missing: expected the file, found status 404')
  expect(message).toContain(`/other: expected sha256 ${sha(LINES)}, found ${sha('{"id": 1}\n')}`)
  expect(readdirSync(join(folder, 'bad', 'livecodebench'))).toEqual([])
})

test('a file that unpacks to far more than it should, or is no suite, is refused by name', async () => {
  await expect(fetched('bomb', homeOf(['/bomb'], { packing: 'gzip' }))).rejects.toThrow('at most')
  expect(existsSync(join(folder, 'bomb', 'livecodebench', 'execution.jsonl'))).toBe(false)
  await expect(fetched('wrong', homeOf(['/other'], {}))).rejects.toThrow(
    'livecodebench/execution.jsonl, line 1, field question_id',
  )
  const signal = AbortSignal.abort()
  await expect(fetched('off', homeOf(['/plain'], {}), signal)).rejects.toThrow('cancelled')
})

test('every public suite has a home with https addresses, and every suite can be scheduled', () => {
  expect(Object.keys(SUITE_HOMES).toSorted()).toEqual(BENCHMARKS.map(({ id }) => id).toSorted())
  const urls = Object.values(SUITE_HOMES).flatMap(({ files }) => files.flatMap((file) => file.urls))
  expect(urls.filter((url) => !/^https:\/\/\S+$/.test(url))).toEqual([])
  expect([...EVAL_SUITES].toSorted()).toEqual(
    SUITE_NAMES.filter((name) => name !== OWN_TASKS).toSorted(),
  )
})

test('the shelf tells what is here, of which version, and what is missing', async () => {
  const reports = new Map((await suiteReports(join(folder, 'plain'))).map((one) => [one.id, one]))
  expect(reports.get('nano-ood')).toMatchObject({ state: 'ready', fetch: null })
  expect(reports.get(SUITE)).toMatchObject({ state: 'ready', known: null })
  expect(reports.get('gsm8k')).toMatchObject({ state: 'missing', fetch: { bytes: 749_738 } })
  writeFileSync(join(folder, 'plain', 'livecodebench', 'test.jsonl'), '{}\n')
  const again = await suiteReports(join(folder, 'plain'))
  expect(again.find(({ id }) => id === 'livecodebench')?.state).toBe('ready')
})
