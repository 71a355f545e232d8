import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { parquetReadObjects } from 'hyparquet'
import { expect, test } from 'vitest'
import { right, wrong } from '../../../electron/eval/benchmark.ts'
import { readReported } from '../../../electron/eval/reported.ts'
import { BENCHMARKS } from '../../../electron/eval/suites/registry.ts'
import { journalPath, openJournal } from '../../../electron/host/eval-journal.ts'
import { listEvaluations, writeRecord } from '../../../electron/host/eval-record.ts'
import { openEvaluation } from '../../../electron/host/evaluations.ts'
import { exportEvaluation } from '../../../electron/host/export-eval.ts'
import { temporaryFolder } from '../../fakes/folder.ts'

const home = temporaryFolder()
const journal = journalPath(home, 'sums', { seed: 1 })

const noted = (at: number) => ({
  item: `sums/${at}`,
  cluster: `c${at}`,
  kind: null,
  promptTokens: 9,
  prompt: `What is ${at} + 1?\u2028`,
  answers: [
    {
      ...right('the same value', String(at + 1)),
      response: `=${at + 1}`,
      tokens: [1, 2, 3],
      logprobs: [-0.5, -1, -2],
      stopReason: 'stop' as const,
    },
    {
      ...wrong('another value', '0'),
      response: 'zero',
      tokens: [7],
      logprobs: [-3],
      stopReason: 'length' as const,
    },
  ],
})

/** An item that the sandbox could not judge at all. */
const lost = {
  ...noted(3),
  answers: noted(3).answers.map((answer) => ({
    ...answer,
    correct: false,
    undecided: true,
    status: 'infra_error' as const,
    reason: 'the sandbox could not run it',
  })),
}

const record = {
  suite: 'sums',
  title: 'Sums',
  area: 'math' as const,
  files: [],
  label: 'azr-1@20',
  weights: 'ab',
  limit: null,
  kinds: {},
  licence: 'MIT',
  home: 'https://example.org',
  protocol: 'asked once',
  contamination: 'none',
  model: '/models/small',
  at: { run: 'azr-1', step: 20 },
  template: 'azr',
  temperature: 1,
  topP: 1,
  maxTokens: 10,
  samples: 2,
  seed: 1,
  n: 3,
  undecided: 2,
  passAt1: 0.5,
  low: 0.2,
  high: 0.8,
  passAtK: [{ k: 1, n: 3, mean: 0.5, low: 0.2, high: 0.8 }],
  startedMs: 1_700_000_000_000,
  finishedMs: 1_700_000_060_000,
}

const noStore = (): never => {
  throw new Error('expected no question to the history')
}

/** Names and texts of an archive, by its directory. */
function unzipped(path: string): Map<string, string> {
  const bytes = readFileSync(path)
  const end = bytes.length - 22
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50)
  const members = new Map<string, string>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const size = bytes.readUInt32LE(at + 20)
    const nameLength = bytes.readUInt16LE(at + 28)
    const offset = bytes.readUInt32LE(at + 42)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    const start = offset + 30 + nameLength
    members.set(name, inflateRawSync(bytes.subarray(start, start + size)).toString())
    at += 46 + nameLength
  }
  return members
}

test('an evaluation is listed and exported in four formats', async () => {
  const notes = await openJournal(journal)
  await notes.append([noted(0), { ...noted(1), answers: [] }])
  await notes.append([noted(1), noted(2), lost])
  expect((await listEvaluations(home)).records).toEqual([])
  await writeRecord(journal, record)
  expect((await listEvaluations(home)).records).toEqual([{ ...record, journal }])
  const answers = await openEvaluation(home, noStore, basename(journal, '.jsonl'))

  const csv = join(home, 'out.csv')
  expect(await exportEvaluation({ answers, format: 'csv', out: csv })).toBe(8)
  const lines = readFileSync(csv, 'utf8').split('\r\n')
  expect(lines[0]).toBe(
    'suite,model,item,kind,cluster,sample,correct,undecided,status,reason,answer,prompt,response,tokens,stop_reason',
  )
  expect(lines[1]).toBe(
    "sums,azr-1@20,sums/0,,c0,0,true,false,,the same value,1,What is 0 + 1?\u2028,'=1,3,stop",
  )

  const parquet = join(home, 'out.parquet')
  await exportEvaluation({ answers, format: 'parquet', out: parquet })
  const file = Uint8Array.from(readFileSync(parquet)).buffer
  const rows = await parquetReadObjects({ file })
  expect(rows.map(({ item, sample, correct }) => [item, Number(sample), correct])).toEqual(
    [0, 1, 2, 3].flatMap((at) => [
      [`sums/${at}`, 0, at < 3],
      [`sums/${at}`, 1, false],
    ]),
  )

  const archive = join(home, 'out.eval')
  expect(await exportEvaluation({ answers, format: 'inspect', out: archive })).toBe(8)
  const members = unzipped(archive)
  const header: unknown = JSON.parse(members.get('header.json') ?? '')
  expect(header).toMatchObject({
    version: 2,
    status: 'success',
    eval: {
      task: 'kelvin/sums',
      model: 'kelvin/azr-1@20',
      dataset: { samples: 4 },
      config: { epochs: 2 },
    },
    results: {
      total_samples: 8,
      completed_samples: 6,
      scores: [
        {
          name: 'correct',
          scored_samples: 6,
          unscored_samples: 2,
          metrics: { accuracy: { value: 0.5 } },
        },
      ],
    },
  })
  expect(JSON.parse(members.get('samples/sums/2_epoch_1.json') ?? '')).toMatchObject({
    id: 'sums/2',
    epoch: 1,
    scores: { correct: { value: 'C', answer: '3', explanation: 'the same value' } },
    model_usage: { 'kelvin/azr-1@20': { input_tokens: 9, output_tokens: 3, total_tokens: 12 } },
    // The viewer does not open a sample without these.
    events: [],
    attachments: {},
    store: {},
  })
  expect(JSON.parse(members.get('samples/sums/3_epoch_1.json') ?? '')).toMatchObject({
    scores: {},
    error: { message: 'the sandbox could not run it' },
  })
  const summaries: unknown = JSON.parse(members.get('summaries.json') ?? '')
  expect(summaries).toHaveLength(8)
  expect(summaries).toMatchObject(
    Array.from({ length: 8 }, (_, at) => ({
      completed: true,
      message_count: 2,
      ...(at < 6 ? {} : { error: 'the sandbox could not run it', scores: {} }),
    })),
  )

  const json = join(home, 'out.json')
  await exportEvaluation({ answers, format: 'inspect', out: json })
  const log: unknown = JSON.parse(readFileSync(json, 'utf8'))
  expect(Object.keys(log as object)).toEqual([
    'version',
    'status',
    'eval',
    'plan',
    'results',
    'stats',
    'samples',
  ])
  await expect(exportEvaluation({ answers, format: 'inspect', out: csv })).rejects.toThrow(
    '.eval or .json',
  )
})

test('reported rows name known suites and say that they are not ours', async () => {
  const { note, tables } = await readReported()
  expect(note).toContain('Not measured here')
  expect(tables.map(({ rows }) => rows.length)).toEqual([16, 9, 11])
  const known = new Set(BENCHMARKS.map(({ id }) => id))
  const suites = tables.flatMap(({ rows }) => rows.flatMap(({ scores }) => Object.keys(scores)))
  expect(suites.filter((suite) => !known.has(suite))).toEqual([])
  const azr = tables[0]?.rows.at(-1)
  expect(azr).toMatchObject({ model: 'AZR', base: 'Coder', code: 61.6, math: 39.1, total: 50.4 })
  for (const { scores, code, math } of tables[0]?.rows ?? []) {
    const mean = (names: readonly string[]) =>
      names.reduce((sum, name) => sum + (scores[name] ?? 0), 0) / names.length
    expect(Math.abs(mean(['humaneval+', 'mbpp+', 'livecodebench']) - (code ?? 0))).toBeLessThan(
      0.11,
    )
    expect(
      Math.abs(
        mean(['aime24', 'aime25', 'amc23', 'math500', 'minerva', 'olympiadbench']) - (math ?? 0),
      ),
    ).toBeLessThan(0.11)
  }
})
