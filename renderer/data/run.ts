/**
 * The run that is selected in the address, whole, with what its process says right now.
 */
import type { LiveRun, RunView } from '../../electron/contract/workbench.ts'
import { useParam } from '../state/route.ts'
import { useAsk } from './ask.ts'
import { useLive } from './live.ts'

export function useRun() {
  const run = useParam('run')
  const query = useAsk('runs.show', { run: run ?? '' }, { enabled: run !== null })
  const live = useLive((state) => (run === null ? undefined : state.runs.get(run)))
  // null: it has ended, whatever an older answer says.
  return { run, query, live: live === undefined ? (query.data?.live ?? null) : live }
}

export type SelectedRun = { readonly view: RunView; readonly live: LiveRun | null }
