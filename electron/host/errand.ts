/**
 * The engine's work for a window, each piece in a process of its own: an evaluation, a judge, answers of a checkpoint. What
 * blocks or crashes there takes no window with it.
 * Not here: the process (errand-process.ts), training (supervisor.ts).
 */
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import { WIRE_ERRORS } from '../contract/wire.ts'
import type { DeviceReport } from '../contract/workbench.ts'
import type { EvalOptions, EvalOrder, EvalSummary } from './evaluate.ts'
import type { Answer, JudgeOptions, JudgeOrder } from './judge.ts'
import type { Sample, SampleOrder } from './sample.ts'
import type { ProcessChild } from './trainer-child.ts'

export type Errand =
  | { readonly type: 'eval'; readonly order: EvalOrder }
  | { readonly type: 'sample'; readonly order: SampleOrder }
  | { readonly type: 'judge'; readonly order: JudgeOrder }
  | { readonly type: 'probe' }

export type ToErrand = { readonly type: 'errand'; readonly errand: Errand } | { type: 'stop' }

export type ErrandNews =
  | { readonly type: 'progress'; readonly done: number; readonly total: number }
  | { readonly type: 'evaluated'; readonly summary: EvalSummary }
  | { readonly type: 'sampled'; readonly samples: readonly Sample[] }
  | { readonly type: 'answered'; readonly answer: Answer }
  | { readonly type: 'judged' }
  | { readonly type: 'probed'; readonly devices: readonly DeviceReport[] }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

export type ErrandChild = ProcessChild<ToErrand>

export type Errands = {
  readonly evaluate: (order: EvalOrder, options: EvalOptions) => Promise<EvalSummary>
  readonly sample: (order: SampleOrder, signal: AbortSignal) => Promise<readonly Sample[]>
  readonly judge: (order: JudgeOrder, options: JudgeOptions) => Promise<void>
  /** What the devices of this machine can do. */
  readonly probe: (signal: AbortSignal) => Promise<readonly DeviceReport[]>
}

export type ErrandOptions = {
  readonly launch: () => ErrandChild
  /** Pieces of what it writes to stderr. */
  readonly onOutput: (text: string) => void
  /** Calls body later; returns how to call it off. */
  readonly later: (milliseconds: number, body: () => void) => () => void
}

/** One that was called off and has not ended by then is killed: a run of the engine cannot be cut short. */
const GRACE_MS = 5_000

export function createErrands(options: ErrandOptions): Errands {
  return {
    evaluate: async (order, { signal, onProgress }) => {
      const news = await carryOut({ type: 'eval', order }, signal, options, (heard) => {
        if (heard.type === 'progress') onProgress(heard.done, heard.total)
      })
      if (news.type === 'evaluated') return news.summary
      throw failureOf(news)
    },
    sample: async (order, signal) => {
      const news = await carryOut({ type: 'sample', order }, signal, options, () => undefined)
      if (news.type === 'sampled') return news.samples
      throw failureOf(news)
    },
    judge: async (order, { signal, onAnswer }) => {
      const news = await carryOut({ type: 'judge', order }, signal, options, (heard) => {
        if (heard.type === 'answered') onAnswer(heard.answer)
      })
      if (news.type !== 'judged') throw failureOf(news)
    },
    probe: async (signal) => {
      const news = await carryOut({ type: 'probe' }, signal, options, () => undefined)
      if (news.type === 'probed') return news.devices
      throw failureOf(news)
    },
  }
}

/** From its start to its end; what it said last is the answer. */
async function carryOut(
  errand: Errand,
  signal: AbortSignal,
  { launch, onOutput, later }: ErrandOptions,
  onNews: (news: ErrandNews) => void,
): Promise<ErrandNews> {
  throwIfCancelled(signal)
  const child = launch()
  let last: ErrandNews | null = null
  let cancelKill: () => void = () => undefined
  const stop = (): void => {
    child.tell({ type: 'stop' })
    cancelKill = later(GRACE_MS, () => child.kill())
  }
  child.onOutput(onOutput)
  child.onMessage((message) => {
    if (!isNews(message)) return
    if (message.type === 'progress' || message.type === 'answered') onNews(message)
    else last = message
  })
  signal.addEventListener('abort', stop, { once: true })
  child.tell({ type: 'errand', errand })
  const how = await child.ended
  signal.removeEventListener('abort', stop)
  cancelKill()
  throwIfCancelled(signal)
  return last ?? { type: 'failed', code: 'engine', message: `${NAMES[errand.type]}: ${how}` }
}

const NAMES: Readonly<Record<Errand['type'], string>> = {
  eval: 'the evaluation',
  sample: 'talking to the model',
  judge: 'the judge',
  probe: 'looking at devices',
}

const NEWS: ReadonlySet<unknown> = new Set<ErrandNews['type']>([
  'progress',
  'evaluated',
  'sampled',
  'answered',
  'judged',
  'probed',
  'failed',
])

/** Our own child, from this very version: the name says what is in it. */
function isNews(message: unknown): message is ErrandNews {
  return (
    typeof message === 'object' && message !== null && 'type' in message && NEWS.has(message.type)
  )
}

function failureOf(news: ErrandNews): AppError {
  if (news.type !== 'failed')
    return new AppError('engine', `expected an answer, found ${news.type}`)
  const code = WIRE_ERRORS.find((known) => known === news.code)
  return new AppError(code ?? 'engine', news.message)
}
