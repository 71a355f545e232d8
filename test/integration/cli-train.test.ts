import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../fakes/folder.ts'
import { kelvin } from '../fakes/kelvin.ts'
import { writeTinyModel } from '../fakes/random-nano.ts'

const folder = temporaryFolder()
const at = (name: string): string => join(folder, name)
const SMALL = ['batch=1', 'mcSamples=2', 'maxResponse=16', 'seedFactor=0', 'workers=1']
const set = (settings: readonly string[]): string[] => settings.flatMap((one) => ['--set', one])
const HOME = ['--home', at('home'), '--no-evaluate', '--json']

beforeAll(() => writeTinyModel(at('model')))

/** Sends a signal when the first news of this type come. */
function signalAt(type: string, signal: NodeJS.Signals) {
  let sent = false
  return (line: unknown, child: ChildProcess): void => {
    if (sent || typeof line !== 'object' || line === null || !('type' in line)) return
    if (line.type !== type) return
    sent = true
    child.kill(signal)
  }
}

test('training ends with its summary as the last line', async () => {
  const args = ['train', '--model', at('model'), '--steps', '1', ...HOME, ...set(SMALL)]
  const { exit, stdout, summary } = await kelvin(args)
  expect(exit).toBe(0)
  const types = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).type)
  expect(types.filter((type) => type !== 'warning')).toEqual([
    'started',
    'step',
    'checkpoint',
    'step',
    'checkpoint',
    undefined,
  ])
  expect(summary).toMatchObject({ recipe: 'azr', seed: 1, steps: 1, interrupted: false })
})

test('Ctrl-C saves and exits with 130, and the run goes on from there', async () => {
  const args = ['train', '--model', at('model'), '--steps', '1000', ...HOME, ...set(SMALL)]
  const stopped = await kelvin(args, { onLine: signalAt('checkpoint', 'SIGINT') })
  expect(stopped.exit).toBe(130)
  expect(stopped.summary).toMatchObject({ interrupted: true, checkpoint: expect.any(String) })
  const { run, steps, checkpoint } = stopped.summary as Readonly<Record<string, string>>
  expect(existsSync(join(checkpoint ?? '', 'model', 'model.safetensors'))).toBe(true)

  const resume = ['train', '--resume', run ?? '', ...HOME]
  const resumed = await kelvin(resume, { onLine: signalAt('started', 'SIGTERM') })
  expect(JSON.parse(resumed.stdout.split('\n')[0] ?? '')).toMatchObject({
    type: 'started',
    run,
    resumedAt: steps,
  })
  expect(resumed.exit).toBe(130)
})

test('what is wrong with an order is bad input, told by the trainer before there is a run', async () => {
  const train = ['train', ...HOME]
  const [model, run] = await Promise.all([
    kelvin([...train, '--model', at('missing')]),
    kelvin([...train, '--resume', 'azr-1']),
  ])
  expect([model.exit, run.exit]).toEqual([2, 2])
  expect(model.stderr).toMatch(
    /^kelvin: .*missing: expected a model folder, found no config\.json\n$/,
  )
  expect(run.stderr).toBe('kelvin: run "azr-1": expected a run of the history, found none\n')
})

test("the suites' own solutions are all right", async () => {
  const args = ['eval', '--gold', '--limit', '4', '--home', at('home'), '--json']
  expect(await kelvin(args)).toMatchObject({
    exit: 0,
    summary: {
      suites: { 'nano-heldout': { n: 12, passAt1: 1 }, 'nano-ood': { n: 12, passAt1: 1 } },
    },
  })
})

test('a model is scored with an interval', async () => {
  const model = ['--model', at('model'), '--home', at('home')]
  const args = ['eval', ...model, '--suite', 'nano-ood', '--limit', '2', '--json']
  expect(await kelvin(args)).toMatchObject({
    exit: 0,
    summary: {
      suites: { 'nano-ood': { n: 6, low: expect.any(Number), high: expect.any(Number) } },
    },
  })
})

test('a stopped warm-up goes on where it stopped', async () => {
  const out = at('warm')
  const args = ['pretrain', '--out', out, '--size', 'tiny', '--no-evaluate', '--json', '--steps']
  const stopped = await kelvin([...args, '100000'], { onLine: signalAt('step', 'SIGINT') })
  expect(stopped).toMatchObject({ exit: 130, summary: { out, finished: false, heldOut: null } })
  const { steps } = stopped.summary as Readonly<Record<string, number>>
  const next = (steps ?? 0) + 1
  expect(await kelvin([...args, String(next)])).toMatchObject({
    exit: 0,
    summary: { steps: next, finished: true, heldOut: null },
  })
  const onwards = (size: string) =>
    kelvin([
      'pretrain',
      '--out',
      `${out}-on`,
      '--model',
      out,
      '--size',
      size,
      '--steps',
      '1',
      '--no-evaluate',
      '--json',
    ])
  const [refused, begun] = await Promise.all([onwards('nano'), onwards('tiny')])
  expect(refused).toMatchObject({ exit: 2 })
  expect(refused.stderr).toContain('expected the 824448 parameters of a nano model')
  expect(begun).toMatchObject({ exit: 0, summary: { steps: 1, finished: true } })
})
