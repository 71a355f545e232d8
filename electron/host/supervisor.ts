/**
 * Starts the process that trains, passes its news on, takes the run up again after a crash, stops it when asked.
 * Not here: what that process does (trainer-process.ts), who asks (cli/, main).
 */
import type { TrainNews, TrainOrder, TrainSummary } from '../contract/news.ts'
import { recordCrash } from './crash-log.ts'
import type { Crash } from './crash-log.ts'
import type { Topic } from './topic.ts'
import { forkChild } from './trainer-child.ts'
import type { TrainerChild } from './trainer-child.ts'

export type SuperviseOptions = {
  /** Save, then stop. */
  readonly signal: AbortSignal
  /** End at once. */
  readonly force?: AbortSignal
  readonly onNews: (news: TrainNews) => void
  /** Told true to pause between two steps, false to go on. */
  readonly pause?: Topic<boolean>
  /** It ended by itself; resolves when the run is to be taken up again, or the signal has fired. Else it warns. */
  readonly beforeRestart?: (what: string) => Promise<void>
  /** Pieces of what the child writes to stderr. */
  readonly onOutput?: (text: string) => void
  /** How a child is made: by default a forked one. */
  readonly launch?: () => TrainerChild
  /** What a forked child runs; tests have others. */
  readonly script?: URL
  readonly now?: () => number
}

export type Supervised =
  | { readonly ok: true; readonly summary: TrainSummary }
  | {
      readonly ok: false
      readonly code: string
      readonly message: string
      /** null: it did not get as far as having a run. */
      readonly run: string | null
    }

const SCRIPT = new URL('./trainer-process.ts', import.meta.url)
const MAX_RESTARTS = 3
const WINDOW_MS = 10 * 60_000

/** Never rejects for what the child does: how it ended is the answer. */
export async function superviseTraining(
  order: TrainOrder,
  options: SuperviseOptions,
): Promise<Supervised> {
  const { signal, now = Date.now } = options
  const crashes: number[] = []
  let next = order
  let begun: string | null = null
  for (;;) {
    const end = await attempt(next, options)
    if (end.type === 'done') return { ok: true, summary: end.summary }
    begun = end.run ?? begun
    if (end.type === 'failed') {
      return { ok: false, code: end.code, message: end.message, run: begun }
    }
    crashes.push(now())
    const run = begun ?? order.resume
    const recent = crashes.filter((at) => at > now() - WINDOW_MS).length
    const isLast = run === null || signal.aborted || recent > MAX_RESTARTS
    const crash: Crash = { atMs: now(), run, what: end.what, stderr: end.stderr, final: isLast }
    await recordCrash(order.home, crash)
    if (isLast) return givenUp(run, end.what, signal.aborted, recent)
    const text = `${end.what}; resuming ${run}, restart ${recent} of ${MAX_RESTARTS}`
    if (options.beforeRestart === undefined) {
      options.onNews({ type: 'warning', step: end.step, text })
    } else {
      await options.beforeRestart(end.what)
    }
    if (hasStopped(signal)) {
      await recordCrash(order.home, { ...crash, final: true })
      return givenUp(run, end.what, true, recent)
    }
    next = resumed(order, run)
  }
}

/** A function, so that it is asked anew. */
const hasStopped = ({ aborted }: AbortSignal): boolean => aborted

/** The run has its settings already. */
function resumed(order: TrainOrder, run: string): TrainOrder {
  return { ...order, resume: run, fork: null, settings: [], steps: null, seed: null }
}

function givenUp(
  run: string | null,
  what: string,
  stopped: boolean,
  crashes: number,
): Supervised & { readonly ok: false } {
  const often = crashes > MAX_RESTARTS ? ` for the ${crashes}th time in 10 minutes` : ''
  const advice = run === null || stopped ? '' : `; take it up again with --resume ${run}`
  const when = stopped ? ' while it was being stopped' : ''
  return { ok: false, code: 'crashed', message: `${what}${often}${when}${advice}`, run }
}

type End = { readonly run: string | null; readonly step: number } & (
  | { readonly type: 'done'; readonly summary: TrainSummary }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
  | { readonly type: 'crashed'; readonly what: string; readonly stderr: string }
)

/** One process from its start to its exit. */
async function attempt(order: TrainOrder, options: SuperviseOptions): Promise<End> {
  const { signal, force, onNews, pause, onOutput, script = SCRIPT } = options
  const child = options.launch?.() ?? forkChild(script, 'the trainer')
  const stderr = tailOf(child, onOutput)
  const seen = watchNews(child, onNews)
  const stop = (): void => child.tell({ type: 'stop' })
  const kill = (): void => child.kill()
  const endPause = pause?.listen((held) => child.tell({ type: 'hold', held }))
  signal.addEventListener('abort', stop)
  force?.addEventListener('abort', kill)
  child.tell({ type: 'order', order })
  if (signal.aborted) stop()
  try {
    const what = await child.ended
    const { run, step, end } = seen()
    return end ?? { type: 'crashed', what, stderr: stderr(), run, step }
  } finally {
    endPause?.()
    signal.removeEventListener('abort', stop)
    force?.removeEventListener('abort', kill)
  }
}

function watchNews(child: TrainerChild, onNews: (news: TrainNews) => void) {
  let run: string | null = null
  let step = 0
  let end: End | null = null
  child.onMessage((message) => {
    if (!isNews(message)) return
    if (message.type === 'started') run = message.run
    if ('step' in message) step = message.step
    if (message.type === 'done') end = { type: 'done', summary: message.summary, run, step }
    if (message.type === 'failed') {
      end = { type: 'failed', code: message.code, message: message.message, run, step }
    }
    onNews(message)
  })
  return () => ({ run, step, end })
}

const NEWS: ReadonlySet<unknown> = new Set<TrainNews['type']>([
  'started',
  'phase',
  'step',
  'eval',
  'checkpoint',
  'warning',
  'paused',
  'resumed',
  'done',
  'failed',
])

/** Our own child, from this very version: the name says what is in it. */
function isNews(message: unknown): message is TrainNews {
  return (
    typeof message === 'object' && message !== null && 'type' in message && NEWS.has(message.type)
  )
}

const TAIL_CHARS = 8_000

/** The end of what it wrote to stderr: the stack of a crash, the complaint of a driver. */
function tailOf(child: TrainerChild, onOutput?: (text: string) => void): () => string {
  let tail = ''
  child.onOutput((text) => {
    tail = (tail + text).slice(-TAIL_CHARS)
    onOutput?.(text)
  })
  return () => tail
}
