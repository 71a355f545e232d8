import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { databaseFile } from '../../electron/host/paths.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { openStore } from '../../electron/store/open.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { fakeRun, fakeStep } from '../fakes/history.ts'

const home = temporaryFolder()
const RUN = 'azr-cli'
const EPISODE = '0/propose/deduction/0'

beforeAll(async () => {
  const store = await openStore(databaseFile(home))
  const recorder = startRun(store, fakeRun(RUN), { now: () => 1_000, pid: 1 })
  const record = fakeStep(0, { proposals: 9, attempts: 1 })
  const [first, ...rest] = record.episodes
  const response = '# outsmart the \u001b[31mless intelligent humans'
  const episodes = first === undefined ? [] : [{ ...first, response }, ...rest]
  recorder.step({ ...record, episodes })
  recorder.state('finished', '')
  store.close()
})

type Ended = { readonly exit: number; readonly stdout: string; readonly stderr: string }

function kelvin(...args: string[]): Promise<Ended> {
  const cli = new URL('../../electron/cli.ts', import.meta.url).pathname
  return new Promise((resolve) => {
    execFile(process.execPath, [cli, ...args, '--home', home], (error, stdout, stderr) => {
      resolve({ exit: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}

async function summary(...args: string[]): Promise<Record<string, unknown>> {
  const ended = await kelvin(...args, '--json')
  if (ended.exit !== 0) throw new Error(ended.stderr)
  const found: Record<string, unknown> = JSON.parse(ended.stdout.trimEnd().split('\n').at(-1) ?? '')
  return found
}

const of = ['--run', RUN]

test('a review by the command line: scan, flag, decide, agree, export, import, report', async () => {
  expect(await summary('flags', 'scan', ...of)).toMatchObject({ run: RUN, suggested: 1 })
  const add = ['flags', 'add', ...of, '--episode', EPISODE, '--category', 'deception']
  const place = ['--span', 'response:2-10', '--note', 'uh-oh']
  const flag = await summary(...add, '--rater', 'ann', '--severity', '5', ...place)
  expect(flag).toMatchObject({ rater: 'ann', severity: 5, span: { quote: 'outsmart' } })
  await summary(...add, '--rater', 'ben', '--severity', '2')
  const decided = ['--episode', EPISODE, '--verdict', 'confirmed', '--author', 'cat']
  expect(await summary('flags', 'decide', ...of, ...decided)).toMatchObject({
    action: 'quarantined',
  })
  expect(await summary('flags', 'list', ...of)).toMatchObject({
    flags: 2,
    decisions: [{ episode: EPISODE, severity: 5, category: 'deception' }],
  })
  expect(await summary('flags', 'pause', ...of, '--after', '3', '--author', 'cat')).toMatchObject({
    confirmed: 3,
    severity: 4,
    counted: 1,
    author: 'cat',
  })
  expect(await summary('flags', 'agree', ...of)).toMatchObject({ episodes: 1, conflicts: 1 })
  const out = join(home, 'flags.jsonl')
  expect(await summary('flags', 'export', ...of, '--out', out)).toMatchObject({
    flags: 2,
    decisions: 1,
  })
  expect(await summary('flags', 'import', out)).toMatchObject({ added: 0, known: 3 })
  const page = join(home, 'report.html')
  expect(await summary('report', ...of, '--out', page)).toMatchObject({ excerpts: 1 })
  expect(readFileSync(page, 'utf8')).toContain('<mark>outsmart</mark>')
})

test('texts for people hold nothing that steers a terminal, and csv is a table', async () => {
  const rules = join(home, 'own.json')
  const rule = {
    id: 'user.less',
    version: 1,
    category: 'other',
    score: 0.5,
    reason: 'X.',
    enabled: false,
    patterns: ['the .less'],
  }
  writeFileSync(rules, JSON.stringify({ format: 'kelvin-rules', rules: [rule] }))
  for (const args of [
    ['flags', 'list'],
    ['flags', 'agree'],
    ['flags', 'try', '--rules', rules],
  ]) {
    const ended = await kelvin(...args, ...of)
    expect(ended.exit).toBe(0)
    expect(ended.stdout).not.toContain('\u001b[31m')
  }
  const out = join(home, 'flags.csv')
  await summary('flags', 'export', ...of, '--out', out, '--format', 'csv')
  expect(readFileSync(out, 'utf8')).toMatch(/^entry,flag,episode,rater/)
  await summary('flags', 'export', ...of, '--out', out, '--format', 'csv', '--redact')
  expect(readFileSync(out, 'utf8')).toMatch(/^flag,[^,]+,[^,]+,rater 1,5,/m)
})

test.each([
  [['flags', 'add', ...of, '--episode', EPISODE], 'expected --severity and --category'],
  [
    ['flags', 'add', ...of, '--episode', EPISODE, '--severity', '9'],
    '--severity: expected a whole number from 1 to 5',
  ],
  [['flags', 'add', ...of, '--episode', EPISODE, '--span', 'x'], '--span: expected a place'],
  [
    ['flags', 'add', ...of, '--episode', EPISODE, '--rater', 'rule:x'],
    '--rater: expected the name of a person',
  ],
  [['flags', 'decide', ...of, '--episode', '7/x', '--verdict', 'open'], 'expected an episode 7/x'],
  [['flags', 'list', '--run', 'none'], 'expected a run of the history'],
  [['flags', 'import', '/nowhere'], 'cannot be read'],
  [['flags', 'scan', ...of, '--rules', '/nowhere'], 'cannot be read'],
  [['flags', 'export', ...of, '--out', 'x', '--format', 'xml'], '--format: expected jsonl'],
  [
    ['report', ...of, '--out', join(home, 'r.html'), '--episode', 'none'],
    'expected an episode none',
  ],
])('%j is bad input, in one sentence', async (args, sentence) => {
  const { exit, stderr } = await kelvin(...args)
  expect(exit).toBe(2)
  expect(stderr).toContain(sentence)
  expect(stderr.trimEnd().split('\n')).toHaveLength(1)
})
