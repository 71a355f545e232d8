/**
 * Pausing: the loop is not pulled while it is held. Between two steps nothing is half done.
 * Not here: who asks for it (live-runs.ts), how the wish travels (trainer-line.ts).
 */
import type { TrainNews } from '../contract/news.ts'
import type { Recorder } from './recorder.ts'

export type Hold = {
  readonly set: (held: boolean) => void
  /** null: not held. Resolves when let go, and when the signal ends the run. */
  readonly released: (signal: AbortSignal) => Promise<void> | null
}

export function createHold(): Hold {
  let held = false
  let release: () => void = () => undefined
  return {
    set: (wanted) => {
      held = wanted
      if (!held) release()
    },
    released: (signal) => {
      if (!held || signal.aborted) return null
      return new Promise((resolve) => {
        release = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}

type Resting = {
  readonly hold?: Hold
  readonly signal: AbortSignal
  readonly onNews: (news: TrainNews) => void
}

/** Waits where the run is held, and says so to the history and to whoever listens. */
export async function rest(
  step: number,
  { hold, signal, onNews }: Resting,
  recorder: Pick<Recorder, 'state'>,
): Promise<void> {
  const released = hold?.released(signal) ?? null
  if (released === null) return
  recorder.state('paused', '')
  onNews({ type: 'paused', step })
  await released
  recorder.state('running', '')
  onNews({ type: 'resumed', step })
}
