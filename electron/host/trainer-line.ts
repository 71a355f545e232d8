/**
 * The trainer's end of its line to the process that started it: an order in, news out, a stop heard.
 * Not here: the training (train.ts), who starts and restarts it (supervisor.ts).
 */
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { TrainOrder } from '../contract/news.ts'
import type { TrainNews, TrainSummary } from '../contract/news.ts'
import { createHold } from './hold.ts'
import type { Hold } from './hold.ts'

/** What the trainer is told. A second order is refused. */
export const ToTrainer = v.variant('type', [
  v.object({ type: v.literal('order'), order: TrainOrder }),
  v.object({ type: v.literal('stop') }),
  /** Pause between two steps, or go on. */
  v.object({ type: v.literal('hold'), held: v.boolean() }),
])
export type ToTrainer = v.InferOutput<typeof ToTrainer>

export type Training = (
  order: TrainOrder,
  options: {
    readonly signal: AbortSignal
    readonly onNews: (news: TrainNews) => void
    readonly hold: Hold
  },
) => Promise<TrainSummary>

/** The process as the trainer sees it; an argument so that tests need no process. */
export type Line<News = TrainNews> = {
  readonly on: (
    event: 'message' | 'disconnect' | NodeJS.Signals,
    heard: (what: unknown) => void,
  ) => void
  /** Resolves once the news is on its way, also when nobody listens any more. */
  readonly send: (news: News) => Promise<void>
  readonly exit: (code: number) => void
}

/** How long a trainer without a parent may take to save. */
const ORPHAN_MS = 120_000
export const CRASH_EXIT = 70

/** Waits for one order, carries it out, tells how it ended and exits. */
export function serveTrainer(training: Training, line: Line): void {
  const stop = new AbortController()
  const hold = createHold()
  let busy = false
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) line.on(name, () => stop.abort())
  line.on('disconnect', () => {
    stop.abort()
    setTimeout(() => line.exit(CRASH_EXIT), ORPHAN_MS).unref()
    if (!busy) line.exit(0)
  })
  line.on('message', (message) => {
    const told = v.safeParse(ToTrainer, message)
    if (told.success && told.output.type === 'stop') {
      stop.abort()
    } else if (told.success && told.output.type === 'hold') {
      hold.set(told.output.held)
    } else if (!busy) {
      busy = true
      void carryOut(training, told, stop.signal, hold, line)
    }
  })
}

async function carryOut(
  training: Training,
  told: v.SafeParseResult<typeof ToTrainer>,
  signal: AbortSignal,
  hold: Hold,
  line: Line,
): Promise<void> {
  const onNews = (news: TrainNews): void => void line.send(news)
  const outcome = await outcomeOf(async () => training(orderIn(told), { signal, onNews, hold }))
  if (outcome !== null) await line.send(outcome)
  line.exit(outcome === null ? CRASH_EXIT : 0)
}

function orderIn({ success, output, issues }: v.SafeParseResult<typeof ToTrainer>): TrainOrder {
  if (success && output.type === 'order') return output.order
  const [issue] = issues ?? []
  const where = issue === undefined ? null : v.getDotPath(issue)
  throw new AppError('usage', `${where ?? 'order'}: ${issue?.message ?? 'expected an order'}`)
}

/** null: a graphics device is gone, which a new process finds again: it ends as a crash does, and is resumed. */
async function outcomeOf(work: () => Promise<TrainSummary>): Promise<TrainNews | null> {
  try {
    return { type: 'done', summary: await work() }
  } catch (cause) {
    const code = cause instanceof AppError ? cause.code : 'internal'
    // The stack is for the log, which the supervisor writes; the news is one sentence.
    process.stderr.write(`${stackOf(cause)}\n`)
    if (code === 'device') return null
    return { type: 'failed', code, message: messageOf(cause) }
  }
}

export function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
}

/** This process, whoever started it. Whatever nobody caught ends it: the supervisor starts another one. */
export function processLine<News = TrainNews>(): Line<News> {
  const crash = (cause: unknown): void => {
    process.stderr.write(`${stackOf(cause)}\n`)
    process.exit(CRASH_EXIT)
  }
  process.on('uncaughtException', crash)
  process.on('unhandledRejection', crash)
  const port: Electron.ParentPort | undefined = process.parentPort
  return port === undefined ? forkedLine<News>() : utilityLine<News>(port)
}

/** A child of Node. */
function forkedLine<News>(): Line<News> {
  return {
    on: (event, heard) => void process.on(event, heard),
    exit: (code) => process.exit(code),
    send: (news) =>
      new Promise((resolve) => {
        if (process.send === undefined || !process.connected) resolve()
        else process.send(news, undefined, {}, () => resolve())
      }),
  }
}

/** A utility process of Electron, which ends its own when it ends itself: nobody has to be missed. */
function utilityLine<News>(port: Electron.ParentPort): Line<News> {
  return {
    on: (event, heard) => {
      if (event === 'message') port.on('message', ({ data }) => heard(data))
      else process.on(event, heard)
    },
    exit: (code) => process.exit(code),
    send: async (news) => port.postMessage(news),
  }
}
