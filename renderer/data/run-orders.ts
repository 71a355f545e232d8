/**
 * What can be done with a run in its state, and doing it. Shared by buttons, the list and the palette.
 */
import type { RunRow } from '../../electron/contract/history.ts'
import type { LiveRun } from '../../electron/contract/workbench.ts'
import { useOrder } from './ask.ts'
import { addNote } from './live.ts'

export type Allowed = {
  readonly canPause: boolean
  readonly canResume: boolean
  readonly canStop: boolean
}

/** A run without a process here can only be taken up again, unless it is done. */
export function allowed({ state }: Pick<RunRow, 'state'>, live: LiveRun | null): Allowed {
  if (live === null) {
    const canResume = state === 'interrupted' || state === 'crashed' || state === 'paused'
    return { canPause: false, canResume, canStop: false }
  }
  return {
    canPause: live.state === 'running' || live.state === 'starting',
    canResume: live.state === 'paused' || live.restart !== null,
    canStop: live.state !== 'stopping',
  }
}

export function useRunOrders({ run }: { readonly run: RunRow }, live: LiveRun | null) {
  const pause = useOrder('runs.pause', ['runs.list', 'runs.show'])
  const resume = useOrder('runs.resume', ['runs.list', 'runs.show'])
  const stop = useOrder('runs.stop', ['runs.list', 'runs.show'])
  const input = { run: run.id }
  const onError = (error: Error) => addNote('warning', error.message)
  return {
    ...allowed(run, live),
    pause: () => pause.mutate(input, { onError }),
    resume: () => resume.mutate(input, { onError }),
    stop: () => stop.mutate(input, { onError }),
  }
}
