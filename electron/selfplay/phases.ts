/**
 * Work inside a generator: while it runs its progress is yielded as news, the newest only.
 * Not here: what the phases do (loop.ts).
 */
import type { LoopEvent, Phase } from '../contract/run.ts'
import type { Progress } from '../engine/engine.ts'

export type PhaseEvent = Extract<LoopEvent, { type: 'phase' }>

/** Milliseconds of a clock that only grows. */
export type Clock = () => number

export type Stopwatch = Record<Phase, number>

export function newStopwatch(): Stopwatch {
  return { propose: 0, validate: 0, solve: 0, verify: 0, update: 0, evaluate: 0 }
}

/** Adds the seconds that the work took, however slowly the news is read. */
export async function* during<T>(
  step: number,
  phase: Phase,
  clock: Clock,
  seconds: Stopwatch,
  work: (report: Progress) => Promise<T>,
): AsyncGenerator<PhaseEvent, T> {
  let news: PhaseEvent = { type: 'phase', step, phase, done: 0, total: 0 }
  let arrival = Promise.withResolvers<'news'>()
  const report: Progress = (done, total) => {
    news = { type: 'phase', step, phase, done, total }
    arrival.resolve('news')
  }
  const started = clock()
  const running = work(report).finally(() => {
    seconds[phase] += (clock() - started) / 1000
  })
  // A failure is thrown below; this keeps it from being unhandled when the reader has gone.
  const ended = running.then(
    () => 'ended' as const,
    () => 'ended' as const,
  )
  yield news
  while ((await Promise.race([ended, arrival.promise])) === 'news') {
    arrival = Promise.withResolvers<'news'>()
    yield news
  }
  return await running
}
