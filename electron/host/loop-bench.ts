/**
 * A short training as a window sees it: the loop's pace, and how late the process is that answers the window.
 * Measured in the process of the host, which does more than Electron's main process ever does.
 * Not here: engine and sandbox alone (engine/bench.ts, sandbox/bench.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import type { TrainOrder, TrainSummary } from '../contract/news.ts'
import { encode } from '../contract/wire.ts'
import type { Reply, Request } from '../contract/wire.ts'
import type { RunNews } from '../contract/workbench.ts'
import { openHost } from './host.ts'
import type { Host } from './host.ts'

export type Lag = { readonly p99Ms: number; readonly maxMs: number }
export type LoopBench = { readonly summary: TrainSummary; readonly lag: Lag }

const STEPS = 5
const RESOLUTION_MS = 1
const NANOSECONDS = 1e6

export async function loopBench(model: string | null, signal: AbortSignal): Promise<LoopBench> {
  const home = await mkdtemp(join(tmpdir(), 'kelvin-bench-'))
  const info = { version: '', mode: 'browser', reason: '' } as const
  const host = await openHost({ home, info })
  const stop = (): void => void host.live.close()
  signal.addEventListener('abort', stop, { once: true })
  try {
    const run = await host.live.start(orderOf(home, model))
    const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
    delay.enable()
    const summary = await watch(host, run)
    delay.disable()
    throwIfCancelled(signal)
    return { summary, lag: lagOf(delay) }
  } finally {
    signal.removeEventListener('abort', stop)
    await host.close()
    await rm(home, { recursive: true, force: true })
  }
}

/** The monitor's own pause is no lag. */
function lagOf(delay: { readonly max: number; percentile(p: number): number }): Lag {
  const late = (nanoseconds: number): number =>
    Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION_MS)
  return { p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) }
}

/** Follows a run as the page does, to its end: news as they come, and after each step what a chart and a list ask. */
function watch(host: Host, run: string): Promise<TrainSummary> {
  const { promise, resolve, reject } = Promise.withResolvers<TrainSummary>()
  let id = 1
  const connection = host.connect((reply) => {
    // As it goes over the wire.
    encode(reply)
    const news = newsOf(reply)
    if (news === null) return
    connection.receive({ type: 'seen', id: 1, count: 1 } satisfies Request)
    if (news.type === 'step') ask(news.step)
    if (news.type === 'done') resolve(news.summary)
    if (news.type === 'failed') reject(new AppError('engine', news.message))
    if (news.type === 'live' && news.live === null) {
      reject(new AppError('engine', news.reason || 'the run ended'))
    }
  })
  const call = (name: string, input: object): void => {
    id += 1
    connection.receive({ type: 'call', id, name, input } satisfies Request)
  }
  const ask = (step: number): void => {
    const range = { run, after: step - 2, limit: 500 }
    call('steps.range', range)
    call('steps.tallies', { ...range, name: 'solveRate' })
    call('steps.tallies', { ...range, name: 'rejectedBy' })
    call('runs.show', { run })
    call('tasks.page', { run, limit: 100 })
  }
  connection.receive({ type: 'open', id, name: 'runs.news', input: { run, after: 0 } })
  return promise.finally(() => connection.close())
}

function newsOf(reply: Reply): RunNews['news'] | null {
  // The only stream that was opened.
  return reply.type === 'item' ? (reply.value as RunNews).news : null
}

function orderOf(home: string, model: string | null): TrainOrder {
  return {
    home,
    recipe: 'azr',
    preset: 'nano',
    model,
    engine: 'local',
    device: 'cpu',
    steps: STEPS,
    minutes: null,
    seed: 1,
    settings: [],
    resume: null,
    fork: null,
    evaluate: false,
    acceptNoIsolation: false,
  }
}
