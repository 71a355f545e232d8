/**
 * What can be done with a run in its state, and doing it. Shared by buttons, the list and the palette.
 */
import type { RunRow } from '../../electron/contract/history.ts'
import type { LiveRun } from '../../electron/contract/workbench.ts'
import { useAsk, useOrder } from './ask.ts'
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

/** Whether the host only shows. */
export function useReadOnly(): boolean {
  return useAsk('app.info', {}).data?.readOnly === true
}

const NOTHING: Allowed = { canPause: false, canResume: false, canStop: false }

export function useAllowed(run: Pick<RunRow, 'state'> | undefined, live: LiveRun | null): Allowed {
  const readOnly = useReadOnly()
  return readOnly || run === undefined ? NOTHING : allowed(run, live)
}

export function useRunOrders({ run }: { readonly run: RunRow }, live: LiveRun | null) {
  const pause = useOrder('runs.pause', ['runs.list', 'runs.show'])
  const resume = useOrder('runs.resume', ['runs.list', 'runs.show'])
  const stop = useOrder('runs.stop', ['runs.list', 'runs.show'])
  const can = useAllowed(run, live)
  const input = { run: run.id }
  const onError = (error: Error) => addNote('warning', error.message)
  return {
    ...can,
    pause: () => pause.mutate(input, { onError }),
    resume: () => resume.mutate(input, { onError }),
    stop: () => stop.mutate(input, { onError }),
  }
}
