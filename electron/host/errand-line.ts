/**
 * The end of an errand's process: one errand in, its progress and its answer out, a stop heard.
 * Not here: the work itself (evaluate.ts, sample.ts), who sends it (errand.ts).
 */
import { AppError, messageOf } from '../contract/errors.ts'
import type { DeviceReport } from '../contract/workbench.ts'
import type { Errand, ErrandNews, ToErrand } from './errand.ts'
import type { EvalOptions, EvalOrder, EvalSummary } from './evaluate.ts'
import type { Answer, JudgeOptions, JudgeOrder } from './judge.ts'
import type { Sample, SampleOrder } from './sample.ts'
import { stackOf } from './trainer-line.ts'
import type { Line } from './trainer-line.ts'

export type Work = {
  readonly evaluate: (order: EvalOrder, options: EvalOptions) => Promise<EvalSummary>
  readonly sample: (order: SampleOrder, signal: AbortSignal) => Promise<readonly Sample[]>
  readonly judge: (order: JudgeOrder, options: JudgeOptions) => Promise<void>
  readonly probe: () => Promise<readonly DeviceReport[]>
}

/** Carries out the first errand and exits; whoever sent it has gone: exits too. */
export function serveErrand(work: Work, line: Line<ErrandNews>): void {
  const stop = new AbortController()
  let busy = false
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) line.on(name, () => stop.abort())
  line.on('disconnect', () => line.exit(0))
  line.on('message', (message) => {
    if (!isTold(message)) return
    if (message.type === 'stop') return stop.abort()
    if (busy) return
    busy = true
    void carryOut(message.errand, work, stop.signal, line)
  })
}

async function carryOut(
  errand: Errand,
  work: Work,
  signal: AbortSignal,
  line: Line<ErrandNews>,
): Promise<void> {
  await line.send(await answerTo(errand, work, signal, line))
  line.exit(0)
}

async function answerTo(
  errand: Errand,
  { evaluate, sample, judge, probe }: Work,
  signal: AbortSignal,
  line: Line<ErrandNews>,
): Promise<ErrandNews> {
  try {
    if (errand.type === 'sample') {
      return { type: 'sampled', samples: await sample(errand.order, signal) }
    }
    if (errand.type === 'probe') return { type: 'probed', devices: await probe() }
    if (errand.type === 'judge') {
      const onAnswer = (answer: Answer): void => void line.send({ type: 'answered', answer })
      await judge(errand.order, { signal, onAnswer })
      return { type: 'judged' }
    }
    const onProgress = (done: number, total: number): void =>
      void line.send({ type: 'progress', done, total })
    return { type: 'evaluated', summary: await evaluate(errand.order, { signal, onProgress }) }
  } catch (cause) {
    const isOurs = cause instanceof AppError
    if (!isOurs) process.stderr.write(`${stackOf(cause)}\n`)
    return { type: 'failed', code: isOurs ? cause.code : 'engine', message: messageOf(cause) }
  }
}

/** From our own parent, of this very version. */
function isTold(message: unknown): message is ToErrand {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    (message.type === 'errand' || message.type === 'stop')
  )
}
