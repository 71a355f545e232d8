/**
 * A trainer that pretends: the order's model names what it does. Real is the process, and the line to it.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { AppError } from '../../electron/contract/errors.ts'
import type { TrainNews, TrainOrder, TrainSummary } from '../../electron/contract/news.ts'
import { processLine, serveTrainer } from '../../electron/host/trainer-line.ts'
import type { Training } from '../../electron/host/trainer-line.ts'

export const FAKE_RUN = 'azr-20261120-fake'

function summaryOf(order: TrainOrder, interrupted: boolean): TrainSummary {
  return {
    run: FAKE_RUN,
    recipe: order.recipe,
    preset: order.preset,
    seed: order.seed ?? 1,
    steps: 3,
    tasksProposed: 30,
    tasksValid: 20,
    attempts: 20,
    tasksSolved: 10,
    seconds: 1,
    secondsPerStep: 0.5,
    tokensPerSecond: 100,
    peakMemoryBytes: 1,
    phaseSeconds: { propose: 1, validate: 0, solve: 0, verify: 0, update: 1, evaluate: 0 },
    evalBefore: null,
    evalAfter: null,
    // What it was told, for the test to read.
    checkpoint: JSON.stringify(order),
    interrupted,
  }
}

const started = ({ resume }: TrainOrder): TrainNews => ({
  type: 'started',
  run: FAKE_RUN,
  steps: 3,
  level: 4,
  resumedAt: resume === null ? 0 : 2,
})
const at = (step: number): TrainNews => ({
  type: 'phase',
  step,
  phase: 'solve',
  done: 1,
  total: 2,
})

const forever = (): Promise<never> => new Promise(() => setInterval(() => undefined, 60_000))

const FAKES: Readonly<Record<string, Training>> = {
  works: async (order, { onNews }) => {
    onNews(started(order))
    onNews(at(3))
    return summaryOf(order, false)
  },
  'loses its device once': async (order, { onNews }) => {
    onNews(started(order))
    onNews(at(2))
    const been = join(order.home, 'been-here')
    if (existsSync(been)) return summaryOf(order, false)
    writeFileSync(been, '')
    throw new AppError('device', 'the graphics device was lost: VK_ERROR_DEVICE_LOST')
  },
  'crashes once': async (order, { onNews }) => {
    onNews(started(order))
    onNews(at(2))
    const been = join(order.home, 'been-here')
    if (existsSync(been)) return summaryOf(order, false)
    writeFileSync(been, '')
    process.stderr.write('the driver went away\n')
    setImmediate(() => process.kill(process.pid, 'SIGKILL'))
    return forever()
  },
  'always crashes': async (order, { onNews }) => {
    onNews(started(order))
    setImmediate(() => process.kill(process.pid, 'SIGKILL'))
    return forever()
  },
  'crashes before the run': async () => {
    process.kill(process.pid, 'SIGKILL')
    return forever()
  },
  'forgets a rejection': async (order, { onNews }) => {
    onNews(started(order))
    void Promise.reject(new Error('nobody caught this'))
    return forever()
  },
  refuses: () => Promise.reject(new AppError('checkpoint', 'expected a model, found none')),
  'fails midway': async (order, { onNews }) => {
    onNews(started(order))
    throw new AppError('store', 'kelvin.db: writing failed: disk full')
  },
  waits: async (order, { onNews, signal }) => {
    onNews(started(order))
    if (!signal.aborted) await once(signal, 'abort')
    writeFileSync(join(order.home, 'saved'), '')
    return summaryOf(order, true)
  },
  deaf: async (order, { onNews }) => {
    onNews(started(order))
    return forever()
  },
}

serveTrainer((order, options) => {
  const fake = FAKES[order.model ?? '']
  if (fake === undefined) throw new AppError('usage', `no fake ${order.model}`)
  return fake(order, options)
}, processLine())
