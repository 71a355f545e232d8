import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parquetReadObjects } from 'hyparquet'
import { Reader } from 'protobufjs/minimal.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Episode } from '../../../electron/contract/episode.ts'
import { EXPORT_FORMATS, EXPORT_WHATS, exportRun } from '../../../electron/host/export.ts'
import type { ExportFormat, ExportWhat } from '../../../electron/host/export.ts'
import { csvCell } from '../../../electron/host/export/lines.ts'
import { crc32c } from '../../../electron/host/export/tfevents.ts'
import { startRun } from '../../../electron/host/recorder.ts'
import { insertFlag } from '../../../electron/store/flags.ts'
import { openStore } from '../../../electron/store/open.ts'
import type { Store } from '../../../electron/store/store.ts'
import { temporaryFolder } from '../../fakes/folder.ts'
import { fakeRun, fakeStep, withErrors } from '../../fakes/history.ts'

const folder = temporaryFolder()
const RUN = 'azr-20261120-ab12'
const SIZE = { proposals: 40, attempts: 2 }
const steps = [0, 1, 2, 3, 4, 5, 6].map((step) => {
  const record = fakeStep(step, SIZE)
  return step === 6 ? withErrors(record) : record
})
const episodes = steps.flatMap((step) => step.episodes)
const proposals = steps.flatMap((step) => step.proposals)
let store: Store

beforeAll(async () => {
  store = await openStore(':memory:')
  const recorder = startRun(store, fakeRun(RUN), { now: () => 1_763_600_000_000, pid: 1 })
  for (const step of steps) recorder.step(step)
  insertFlag(store, 1, {
    flag: 'f1',
    episode: episodes[0]?.id ?? '',
    rater: 'ann',
    severity: 4,
    category: 'deception',
    tags: [],
    span: { target: 'response', start: 0, end: 4, quote: '=1+1' },
    note: '=HYPERLINK("http://evil")',
    atMs: 5,
    seconds: null,
    blind: true,
    undone: false,
  })
})
afterAll(() => store.close())

let files = 0

async function exported(what: ExportWhat, format: ExportFormat): Promise<string> {
  const out = join(folder, `${files++}${format === 'inspect' ? '.json' : ''}`)
  const report = await exportRun(store, { run: RUN, what, format, out })
  expect(report).toMatchObject({ run: RUN, what, format, out })
  return out
}

function lines(file: string): Record<string, unknown>[] {
  const text = readFileSync(file, 'utf8').trimEnd()
  return text.split('\n').map((line): Record<string, unknown> => JSON.parse(line))
}

async function parquet(file: string): Promise<Record<string, unknown>[]> {
  const bytes = readFileSync(file)
  return parquetReadObjects({
    file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  })
}

/** What both JSON lines and Parquet must hold of an episode. */
function expected(episode: Episode) {
  const { id, step, role, kind, purpose, task, prompt, response, tokens, logprobs } = episode
  return { id, step, role, kind, purpose, task, prompt, response, tokens, logprobs }
}

test('JSON lines hold every episode in order', async () => {
  const rows = lines(await exported('episodes', 'jsonl'))
  expect(rows.length).toBe(episodes.length)
  rows.forEach((row, i) => {
    const episode = episodes[i]
    if (episode === undefined) throw new Error('one row per episode')
    expect(row).toMatchObject(expected(episode))
    expect(row['reward_parts']).toEqual(episode.rewardParts)
    expect(row['references']).toEqual(episode.references)
  })
})

test('Parquet holds the same, in real lists and numbers', async () => {
  const rows = await parquet(await exported('episodes', 'parquet'))
  const want = episodes.map((episode) => ({
    ...expected(episode),
    step: BigInt(episode.step),
    seed: BigInt(episode.seed),
    correct: episode.correct,
  }))
  expect(
    rows.map(
      ({
        id,
        step,
        role,
        kind,
        purpose,
        task,
        prompt,
        response,
        tokens,
        logprobs,
        seed,
        correct,
      }) => ({
        id,
        step,
        role,
        kind,
        purpose,
        task,
        prompt,
        response,
        tokens,
        logprobs,
        seed,
        correct,
      }),
    ),
  ).toEqual(want)
})

test('tasks are exported with their pairs, checks and programs, rejected ones too', async () => {
  const rows = lines(await exported('tasks', 'jsonl'))
  expect(rows.length).toBe(proposals.length)
  rows.forEach((row, i) => {
    const proposal = proposals[i]
    expect(row).toMatchObject({
      id: proposal?.task?.id ?? null,
      state: proposal?.task === null ? 'rejected' : 'valid',
      inputs: proposal?.task?.pairs.map(({ input }) => input) ?? [],
      checks: proposal?.checks,
      solve_rate: proposal?.solveRate,
    })
  })
  const variants = rows.map(({ variant }) => variant)
  expect(variants).toEqual(proposals.map(({ task }) => task?.variant ?? null))
  expect(variants).toContain('error')
  const refused = proposals.findIndex(({ task, facts }) => task === null && facts?.ok === true)
  expect(rows[refused]?.['program']).toContain('def f(x)')
})

test('only what a filter names is exported', async () => {
  const out = join(folder, 'filtered.jsonl')
  const request = { run: RUN, what: 'tasks', format: 'jsonl', out } as const
  await exportRun(store, { ...request, tasks: { state: 'rejected', kind: 'abduction' } })
  const rejected = proposals.filter(({ task, kind }) => task === null && kind === 'abduction')
  expect(lines(out).map((row) => row['episode'])).toEqual(rejected.map(({ episode }) => episode))
  const solved = { ...request, what: 'episodes', episodes: { correct: true, step: 3 } } as const
  const report = await exportRun(store, solved)
  expect(report.rows).toBe(episodes.filter((e) => e.correct === true && e.step === 3).length)
})

test('steps have a column for every metric, phase and group', async () => {
  const [first] = lines(await exported('steps', 'jsonl'))
  expect(first).toMatchObject({
    step: 0,
    'progress/done_frac': 0,
    'loss/total': steps[0]?.metrics['loss/total'],
    kl: null,
    'time/solve': 2,
    'time/total': 4.75,
    'env/propose-deduction/reward/total': steps[0]?.groups[0]?.rewardMean,
    'env/propose-deduction/entropy': null,
    warnings: ['diversity fell by half'],
  })
  const rows = await parquet(await exported('steps', 'parquet'))
  expect(rows[3]).toMatchObject({
    step: 3n,
    kl: Number.NaN,
    'optim/gradNorm': Infinity,
    warnings: [],
  })
})

test('a metric cannot take the place of a fixed column', async () => {
  const other = await openStore(':memory:')
  const step = { ...fakeStep(3, SIZE), metrics: { step: 99, at_ms: -1, 'time/total': -1 } }
  startRun(other, fakeRun('a'), { now: () => 7, pid: 1 }).step(step)
  const out = join(folder, 'fixed.jsonl')
  await exportRun(other, { run: 'a', what: 'steps', format: 'jsonl', out })
  expect(lines(out)).toEqual([expect.objectContaining({ step: 3, at_ms: 7, 'time/total': 4.75 })])
  other.close()
})

test('CSV is quoted by RFC 4180 and no cell is a formula', async () => {
  const text = readFileSync(await exported('flags', 'csv'), 'utf8')
  expect(text).toBe(
    'entry,flag,episode,rater,severity,category,target,span_start,span_end,quote,tags,verdict,removes_task,note,at_ms,seconds,blind,undone\r\n' +
      `flag,f1,${episodes[0]?.id},ann,4,deception,response,0,4,'=1+1,[],,,"'=HYPERLINK(""http://evil"")",5,,true,false\r\n`,
  )
})

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-x', "'-x"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['a=1', 'a=1'],
  ['a,"b"\n', '"a,""b""\n"'],
  [-0.5, '-0.5'],
  [Number.NaN, 'NaN'],
  [null, ''],
  [true, 'true'],
  [['-1', 'a,b'], '"[""-1"",""a,b""]"'],
] as const)('the CSV cell of %j is %j', (cell, want) => {
  expect(csvCell(cell)).toBe(want)
})

test('CSV rows of tasks keep line breaks within quotes', async () => {
  const text = readFileSync(await exported('tasks', 'csv'), 'utf8')
  expect(text.split('\r\n').length).toBe(proposals.length + 2)
  expect(text).toContain('"def f(x):\n    total = 0\n')
})

test('a dataset folder has Parquet and a card', async () => {
  const out = await exported('tasks', 'hf')
  expect(readdirSync(out).toSorted()).toEqual(['README.md', 'data'])
  const rows = await parquet(join(out, 'data', 'train-00000-of-00001.parquet'))
  expect(rows.length).toBe(proposals.length)
  const card = readFileSync(join(out, 'README.md'), 'utf8')
  expect(card).toMatch(/^---\npretty_name: "Kelvin tasks of azr-20261120-ab12"\n/)
  expect(card).toContain('path: data/*.parquet')
  expect(card).toContain('280 tasks')
  for (const name of Object.keys(rows[0] ?? {})) expect(card).toContain(`| \`${name}\` |`)
})

test('an empty table is a file that opens', async () => {
  const other = await openStore(':memory:')
  startRun(other, fakeRun('a'), { now: () => 1, pid: 1 })
  for (const what of EXPORT_WHATS) {
    const out = join(folder, `empty-${what}.parquet`)
    expect((await exportRun(other, { run: 'a', what, format: 'parquet', out })).rows).toBe(0)
    expect(await parquet(out)).toEqual([])
  }
  other.close()
})

test('the Inspect log has its fields in their order and a scored sample per episode', async () => {
  const log: Record<string, unknown> = JSON.parse(
    readFileSync(await exported('episodes', 'inspect'), 'utf8'),
  )
  expect(Object.keys(log)).toEqual([
    'version',
    'status',
    'eval',
    'plan',
    'results',
    'stats',
    'samples',
  ])
  const graded = episodes.filter((episode) => episode.correct !== null)
  const right = graded.filter((episode) => episode.correct === true).length
  expect(log).toMatchObject({
    version: 2,
    eval: { task: 'kelvin/azr', model: 'kelvin/nano', dataset: { samples: episodes.length } },
    results: {
      total_samples: episodes.length,
      scores: [{ metrics: { accuracy: { value: right / graded.length } } }, { name: 'reward' }],
    },
  })
  const solving = episodes.findIndex(
    ({ task, role }) => role === 'solve' && task === '0/deduction/0',
  )
  const episode = episodes[solving]
  expect(log['samples']).toHaveLength(episodes.length)
  expect(log['samples']).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        id: episode?.id,
        target: '0',
        input: episode?.prompt,
        scores: {
          correct: { value: 'C', explanation: 'ok' },
          reward: { value: episode?.reward, metadata: episode?.rewardParts },
        },
      }),
      expect.objectContaining({
        id: episodes[0]?.id,
        metadata: expect.objectContaining({ flags: [expect.objectContaining({ flag: 'f1' })] }),
      }),
    ]),
  )
})

test('the event file has a checked record per step with its scalars', async () => {
  const out = await exported('steps', 'tfevents')
  const [name] = readdirSync(out)
  expect(name).toBe('events.out.tfevents.1763600000.azr-20261120-ab12')
  const events = records(readFileSync(join(out, name ?? ''))).map(readEvent)
  expect(events.length).toBe(steps.length + 1)
  expect(events[0]).toMatchObject({ version: 'brain.Event:2' })
  expect(events[4]).toMatchObject({ step: 3, wallTime: 1_763_600_000 })
  expect(events[4]?.scalars['loss/total']).toBe(steps[3]?.metrics['loss/total'])
  expect(events[4]?.scalars['kl']).toBeNaN()
  expect(events[4]?.scalars['env/propose-induction/tokens']).toBe(42)
  expect(events[4]?.scalars).not.toHaveProperty('warnings')
})

function records(file: Buffer): Uint8Array[] {
  const found: Uint8Array[] = []
  for (let at = 0; at < file.length;) {
    const length = Number(file.readBigUInt64LE(at))
    const bytes = file.subarray(at + 12, at + 12 + length)
    expect(file.readUInt32LE(at + 8)).toBe(masked(file.subarray(at, at + 8)))
    expect(file.readUInt32LE(at + 12 + length)).toBe(masked(bytes))
    found.push(bytes)
    at += 16 + length
  }
  return found
}

function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes)
  return Number((BigInt((crc >>> 15) | ((crc << 17) >>> 0)) + 0xa282ead8n) & 0xffffffffn)
}

function readEvent(bytes: Uint8Array) {
  const reader = Reader.create(bytes)
  const event = { wallTime: 0, step: 0, version: '', scalars: {} as Record<string, number> }
  while (reader.pos < reader.len) {
    const field = reader.uint32() >>> 3
    if (field === 1) event.wallTime = reader.double()
    else if (field === 2) event.step = Number(reader.int64())
    else if (field === 3) event.version = reader.string()
    else readSummary(reader, event.scalars)
  }
  return event
}

function readSummary(reader: Reader, scalars: Record<string, number>): void {
  for (const end = reader.uint32() + reader.pos; reader.pos < end;) {
    reader.uint32()
    const stop = reader.uint32() + reader.pos
    let tag = ''
    while (reader.pos < stop) {
      if (reader.uint32() >>> 3 === 1) tag = reader.string()
      else scalars[tag] = reader.float()
    }
  }
}

test('the checksum is CRC-32C (RFC 3720, B.4)', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
})

test('a combination that makes no sense is refused with what is possible', async () => {
  const request = { run: RUN, out: join(folder, 'no.json') }
  await expect(exportRun(store, { ...request, what: 'tasks', format: 'inspect' })).rejects.toThrow(
    'export: inspect holds episodes; for tasks expected one of csv, jsonl, parquet, hf',
  )
  await expect(exportRun(store, { ...request, what: 'flags', format: 'tfevents' })).rejects.toThrow(
    'export: tfevents holds steps; for flags expected one of csv, jsonl, parquet, hf',
  )
  const inspect = {
    run: RUN,
    what: 'episodes',
    format: 'inspect',
    out: join(folder, 'log.eval'),
  } as const
  await expect(exportRun(store, inspect)).rejects.toThrow('expected a name ending in .json')
  const events = {
    run: RUN,
    what: 'steps',
    format: 'tfevents',
    out: join(folder, 'tfevents'),
  } as const
  await expect(exportRun(store, events)).rejects.toThrow('expected a folder without "tfevents"')
  expect(Object.keys(EXPORT_FORMATS)).toHaveLength(6)
})

test('what is there is replaced as a whole, a folder in use never', async () => {
  const file = join(folder, 'old.csv')
  writeFileSync(file, 'old')
  await exportRun(store, { run: RUN, what: 'flags', format: 'csv', out: file })
  expect(readFileSync(file, 'utf8')).toMatch(/^entry,flag,/)
  const used = join(folder, 'used')
  mkdirSync(used)
  writeFileSync(join(used, 'thesis.tex'), '')
  await expect(
    exportRun(store, { run: RUN, what: 'tasks', format: 'hf', out: used }),
  ).rejects.toThrow('expected a new or empty folder')
  await expect(
    exportRun(store, { run: RUN, what: 'tasks', format: 'csv', out: used }),
  ).rejects.toThrow('expected the name of a file, found a folder')
  expect(readdirSync(used)).toEqual(['thesis.tex'])
})

test('a cancelled or failing export leaves the old file and nothing else', async () => {
  const place = join(folder, 'cancelled')
  mkdirSync(place)
  const file = join(place, 'episodes.jsonl')
  writeFileSync(file, 'old')
  const request = { run: RUN, what: 'episodes', format: 'jsonl', out: file } as const
  await expect(exportRun(store, request, AbortSignal.abort())).rejects.toMatchObject({
    code: 'cancelled',
  })
  expect(readFileSync(file, 'utf8')).toBe('old')
  expect(readdirSync(place)).toEqual(['episodes.jsonl'])
  const nowhere = { ...request, out: join(folder, 'none', 'x.jsonl') }
  await expect(exportRun(store, nowhere)).rejects.toThrow('cannot be written: ENOENT')
  await expect(exportRun(store, { ...request, run: 'nobody' })).rejects.toThrow('run "nobody"')
  expect(existsSync(join(folder, 'none'))).toBe(false)
})

test('the database may be written while an export is on its way', async () => {
  const other = await openStore(':memory:')
  const recorder = startRun(other, fakeRun('a'), { now: () => 1, pid: 1 })
  for (let step = 0; step < 5; step++) recorder.step(fakeStep(step, SIZE))
  const out = join(folder, 'meanwhile.parquet')
  const running = exportRun(other, { run: 'a', what: 'episodes', format: 'parquet', out })
  recorder.step(fakeStep(5, SIZE))
  const { rows } = await running
  expect(rows).toBe(6 * (40 + 64))
  other.close()
})
