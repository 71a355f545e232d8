/**
 * An errand that pretends: the order's prompt or suite names what it does. Real is the process, and the line to it.
 */
import { AppError } from '../../electron/contract/errors.ts'
import type { ErrandNews } from '../../electron/host/errand.ts'
import { serveErrand } from '../../electron/host/errand-line.ts'
import { processLine } from '../../electron/host/trainer-line.ts'

const never = (): Promise<never> => new Promise(() => setInterval(() => undefined, 60_000))

serveErrand(
  {
    evaluate: async ({ suites }, { onProgress, signal }) => {
      onProgress(1, 2)
      if (suites[0] === 'waits') {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw new AppError('cancelled', 'cancelled')
      }
      const score = { n: 2, passAt1: Number.NaN, low: 0, high: 1, kinds: {}, undecided: 2 }
      return { model: 'm', against: null, suites: { [suites[0] ?? '']: score }, details: {} }
    },
    sample: async ({ prompt }) => {
      if (prompt === 'dies') process.kill(process.pid, 'SIGKILL')
      if (prompt === 'refuses') throw new AppError('checkpoint', 'expected a model, found none')
      if (prompt === 'breaks') throw new RangeError('the engine broke')
      return prompt === 'deaf' ? await never() : []
    },
    probe: async () => [],
    judge: async ({ traces }, { onAnswer }) => {
      for (const { id: episode } of traces) {
        onAnswer({ episode, response: 'no', verdict: { ok: false, why: 'expected a verdict' } })
      }
    },
  },
  processLine<ErrandNews>(),
)
