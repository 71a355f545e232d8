/**
 * A training that a test steps by hand: what the supervisor would tell, without a process.
 */
import type { TrainNews, TrainOrder } from '../../electron/contract/news.ts'
import type { Supervise } from '../../electron/host/live-runs.ts'
import type { SuperviseOptions, Supervised } from '../../electron/host/supervisor.ts'

export type FakeTraining = {
  readonly order: TrainOrder
  readonly options: SuperviseOptions
  readonly tell: (news: TrainNews) => void
  readonly end: (end: Supervised) => void
  /** What it was told about pausing, in order. */
  readonly held: boolean[]
}

export type FakeSupervise = { readonly supervise: Supervise; readonly trainings: FakeTraining[] }

/** run: the id that a new training gets. A stop ends it as a trainer would. */
export function fakeSupervise(run = 'azr-1'): FakeSupervise {
  const trainings: FakeTraining[] = []
  const supervise: Supervise = (order, options) => {
    const { promise, resolve } = Promise.withResolvers<Supervised>()
    const held: boolean[] = []
    options.pause?.listen((value) => held.push(value))
    const stopped: Supervised = { ok: false, code: 'cancelled', message: 'stopped', run }
    options.signal.addEventListener('abort', () => resolve(stopped))
    trainings.push({ order, options, tell: options.onNews, end: resolve, held })
    const id = order.resume ?? run
    queueMicrotask(() =>
      options.onNews({ type: 'started', run: id, steps: 10, level: 4, resumedAt: 0 }),
    )
    return promise
  }
  return { supervise, trainings }
}

export function stepNews(step: number): TrainNews {
  return {
    type: 'step',
    step,
    steps: 10,
    seconds: 2,
    secondsLeft: 20,
    tasksProposed: step * 8,
    tasksValid: step * 4,
    attempts: step * 4,
    tasksSolved: step * 2,
    tokensPerSecond: 100,
    metrics: { 'reward/mean': Number.NaN },
  }
}
