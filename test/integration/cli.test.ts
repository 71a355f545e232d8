import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { databaseFile } from '../../electron/host/paths.ts'
import { startRun } from '../../electron/host/recorder.ts'
import { openStore } from '../../electron/store/open.ts'
import { temporaryFolder } from '../fakes/folder.ts'
import { fakeRun, fakeStep } from '../fakes/history.ts'
import { kelvin } from '../fakes/kelvin.ts'
import { writeTinyModel } from '../fakes/random-nano.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const RUN = 'azr-20261120-ab12'

beforeAll(async () => {
  await writeTinyModel(at('model'))
  writeFileSync(at('program.py'), 'def f(x, y=1):\n    return {x: [y, "\\n"]}\n')
  writeFileSync(at('latin1.py'), Buffer.from([0x66, 0xff]))
  mkdirSync(at('broken'))
  writeFileSync(at('broken/config.json'), '{')
  mkdirSync(at('full'))
  writeFileSync(at('full/letter.txt'), '')
  mkdirSync(at('newer'))
  const newer = await openStore(databaseFile(at('newer')))
  newer.pragma('user_version = 999')
  newer.close()
  mkdirSync(at('home'))
  const store = await openStore(databaseFile(at('home')))
  const recorder = startRun(store, fakeRun(RUN), { now: () => 1_700_000_000_000, pid: 0 })
  recorder.step(fakeStep(0, { proposals: 4, attempts: 2 }))
  recorder.state('finished', '')
  store.close()
})

const SAMPLE = ['sample', '--model', at('model'), '--prompt', 'a']
const EXPORT = ['export', '--run', RUN, '--home', at('home'), '--out', at('out.csv')]

describe('bad input is exit 2 with one sentence', () => {
  test.each<[sentence: string | RegExp, ...args: string[]]>([
    ["unknown command 'trian'; did you mean train?", 'trian'],
    ["unknown command 'selftst'; did you mean selftest?", 'sandbox', 'selftst'],
    ["unknown option '--stpes'; did you mean --steps?", 'train', '--stpes', '3'],
    ["option '--steps <n>' argument missing", 'train', '--json', '--steps'],
    [/^too many arguments for 'doctor'/, 'doctor', 'now'],
    [
      'setting "lerningRate" does not exist; did you mean learningRate?',
      'train',
      '--set',
      'lerningRate=1',
    ],
    ['setting "batch": expected key=value', 'train', '--set', 'batch'],
    ['batch: expected a whole number from 1 to 4096, found 9999', 'train', '--set', 'batch=9999'],
    ['preset "nanu" does not exist; did you mean nano?', 'train', '--preset', 'nanu'],
    [
      '--steps: expected a whole number from 1 to 1000000, found "many"',
      'train',
      '--steps',
      'many',
    ],
    ['--seed: expected a whole number from 0 to 2147483647, found "-1"', 'train', '--seed', '-1'],
    [
      '--steps and --minutes: expected one of the two, found both',
      'train',
      '--steps',
      '1',
      '--minutes',
      '1',
    ],
    ['--fork: expected RUN@STEP, found "azr-1"', 'train', '--fork', 'azr-1'],
    ['--only: expected engine, sandbox, store, loop, found "gpu"', 'bench', '--only', 'loop,gpu'],
    ['--recipe: expected azr, found "grpo"', 'train', '--recipe', 'grpo'],
    ['--device: expected cpu, webgpu, cuda, found "gpu"', 'train', '--device', 'gpu'],
    [
      '--what model: expected --format hf, found csv',
      ...EXPORT,
      '--what',
      'model',
      '--format',
      'csv',
    ],
    [
      `run ${RUN}: expected a checkpoint, found none`,
      ...EXPORT,
      '--what',
      'model',
      '--format',
      'hf',
    ],
    [
      /full: expected a new or empty folder or a model, found a folder with letter\.txt$/,
      'pretrain',
      '--out',
      at('full'),
    ],
    [
      /missing: expected a model folder, found no config\.json$/,
      ...SAMPLE,
      '--model',
      at('missing'),
    ],
    [/broken\/config\.json: /, ...SAMPLE, '--model', at('broken')],
    ['--prompt: expected a text, found none', ...SAMPLE, '--prompt='],
    [/^--max-tokens: expected at most 319, /, ...SAMPLE, '--max-tokens', '1000'],
    [
      /^suite humaneva: expected one of nano-heldout, /,
      'eval',
      '--suite',
      'humaneva',
      '--home',
      at('home'),
    ],
    [
      'run "azr-2": expected a run of the history, found none',
      'runs',
      'show',
      'azr-2',
      '--home',
      at('home'),
    ],
    [
      /^kelvin\.db: expected version \d+ or older, found 999; it was written by a newer Kelvin$/,
      'runs',
      'list',
      '--home',
      at('newer'),
    ],
    [
      /program\.py.*: expected a folder that can be written, found: /,
      'runs',
      'list',
      '--home',
      at('program.py/home'),
    ],
    [
      '--what: expected tasks, episodes, steps, flags, evals, model, found "task"',
      ...EXPORT,
      '--what',
      'task',
      '--format',
      'csv',
    ],
    [
      /^export: tfevents holds steps; for tasks expected one of /,
      ...EXPORT,
      '--what',
      'tasks',
      '--format',
      'tfevents',
    ],
    [
      '--what steps: --where is for tasks',
      ...EXPORT,
      '--what',
      'steps',
      '--format',
      'csv',
      '--where',
      'a',
    ],
    [/nothing\.py: cannot be read: ENOENT/, 'sandbox', 'run', at('nothing.py')],
    [/latin1\.py: expected UTF-8 text, found other bytes$/, 'sandbox', 'run', at('latin1.py')],
  ])('%s', async (sentence, ...args) => {
    const { exit, stdout, stderr } = await kelvin([...args, ...jsonFor(args)])
    expect(stderr.match(/\n/g)).toHaveLength(1)
    expect(stderr.startsWith('kelvin: ')).toBe(true)
    const said = stderr.slice('kelvin: '.length, -1)
    if (typeof sentence === 'string') expect(said).toBe(sentence)
    else expect(said).toMatch(sentence)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
  })
})

/** Every command takes it; where an option lacks its argument it would be taken for that. */
const jsonFor = (args: readonly string[]): string[] =>
  args[0] === 'trian' || args.at(-1) === '--steps' ? [] : ['--json']

test('without Python programs are not run, and the doctor says what would help', async () => {
  const environment = { PATH: folder }
  const run = await kelvin(['sandbox', 'run', at('program.py')], { environment })
  expect({ exit: run.exit, stderr: run.stderr }).toEqual({
    exit: 2,
    stderr:
      'kelvin: sandbox: expected python3 3.9 or newer on PATH, found no python3; hidden page: expected Chrome, Edge or Chromium, found none installed\n',
  })
  const args = ['doctor', '--home', at('home'), '--json']
  const { exit, summary } = await kelvin(args, { environment })
  expect(exit).toBe(1)
  expect(summary).toMatchObject({ ok: false, python: null, sandbox: { level: 0, checks: [] } })
})

test('stacks are shown with KELVIN_DEBUG=1 only', async () => {
  const args = [...SAMPLE, '--model', at('missing')]
  const { exit, stderr } = await kelvin(args, { environment: { KELVIN_DEBUG: '1' } })
  expect(exit).toBe(2)
  expect(stderr).toMatch(/\n +at .*checkpoint\.ts|\n +at .*config-json\.ts/)
})

test('help is on stdout and exit 0; no command is help on stderr and exit 2', async () => {
  const [asked, unasked] = await Promise.all([kelvin(['train', '--help']), kelvin([])])
  expect({ exit: asked.exit, stderr: asked.stderr }).toEqual({ exit: 0, stderr: '' })
  expect(asked.stdout).toContain('--minutes <m>')
  expect({ exit: unasked.exit, stdout: unasked.stdout }).toEqual({ exit: 2, stdout: '' })
  expect(unasked.stderr).toContain('Usage: kelvin')
})

test('the doctor looks at everything that training needs', async () => {
  const { exit, summary, stderr } = await kelvin(['doctor', '--home', at('home'), '--json'])
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(summary).toMatchObject({
    ok: true,
    node: process.versions.node,
    providers: expect.arrayContaining(['cpu']),
    python: { version: expect.stringMatching(/^3\./) },
    sandbox: { level: expect.any(Number), label: expect.any(String) },
    home: at('home'),
    diskFreeBytes: expect.any(Number),
  })
})

test('a program runs on literal arguments, and its failure is an answer', async () => {
  const run = ['sandbox', 'run', at('program.py'), '--json']
  const [fine, wrong] = await Promise.all([kelvin([...run, '--input', '3, 4']), kelvin(run)])
  expect(fine).toMatchObject({
    exit: 0,
    summary: { status: 'ok', output: String.raw`{3: [4, '\n']}`, cpuMs: expect.any(Number) },
  })
  expect(wrong).toMatchObject({ exit: 0, summary: { status: 'exception', detail: 'TypeError' } })
})

test('a checkpoint answers, and the same seed gives the same answers', async () => {
  const args = [...SAMPLE, '--n', '2', '--max-tokens', '6', '--seed', '5', '--json']
  const [first, again] = await Promise.all([kelvin(args), kelvin(args)])
  expect(first.exit).toBe(0)
  expect(first.stdout).toBe(again.stdout)
  const found: unknown = first.summary
  expect(found).toEqual({
    sequences: [0, 1].map(() => ({
      text: expect.any(String),
      tokens: expect.any(Array),
      logprobs: expect.any(Array),
      stopReason: expect.stringMatching(/^(stop|length)$/),
    })),
  })
})

test('runs are listed, shown, exported and removed', async () => {
  const home = ['--home', at('home'), '--json']
  expect(await kelvin(['runs', 'list', ...home])).toMatchObject({
    exit: 0,
    summary: { runs: [{ id: RUN, state: 'finished', proposed: 4 }] },
  })
  const people = await kelvin(['runs', 'list', '--home', at('home')])
  expect(people.stdout).toMatch(/^RUN +STATE +STEP +VALID TASKS +TIME +STARTED\n/)
  expect(await kelvin(['runs', 'show', RUN, ...home])).toMatchObject({
    exit: 0,
    summary: { run: { id: RUN }, steps: 1 },
  })
  const exported = await kelvin([...EXPORT, '--what', 'tasks', '--format', 'csv', '--json'])
  expect(exported).toMatchObject({ exit: 0, summary: { rows: 4, out: at('out.csv') } })
  expect(existsSync(at('out.csv'))).toBe(true)
  const some = [
    ...EXPORT,
    '--what',
    'tasks',
    '--format',
    'csv',
    '--json',
    '--where',
    'kind:deduction',
  ]
  expect((await kelvin(some)).summary).toMatchObject({ rows: 2 })
  expect((await kelvin(['runs', 'rm', RUN, 'azr-2', ...home])).exit).toBe(2)
  expect(await kelvin(['runs', 'rm', RUN, ...home])).toMatchObject({
    exit: 0,
    summary: { removed: [{ run: RUN, forks: [] }] },
  })
  expect((await kelvin(['runs', 'list', ...home])).summary).toEqual({ runs: [] })
})

test('installed as a package it works, in worker threads too', async () => {
  const repository = fileURLToPath(new URL('../..', import.meta.url))
  const place = at('node_modules/kelvin')
  for (const name of ['bin', 'electron', 'package.json', 'resources/python']) {
    cpSync(join(repository, name), join(place, name), { recursive: true })
  }
  symlinkSync(join(repository, 'node_modules'), join(place, 'node_modules'))
  const program = join(place, 'bin/kelvin.js')
  const args = [...SAMPLE, '--max-tokens', '4', '--json']
  const { exit, stderr, summary } = await kelvin(args, { program })
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
  expect(summary).toMatchObject({ sequences: [{ text: expect.any(String) }] })
  expect((await kelvin(['trian'], { program })).exit).toBe(2)
})
