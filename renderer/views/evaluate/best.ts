/**
 * Which step a run keeps as its best, as it measured its held-out probe.
 */
import { useAsk } from '../../data/ask.ts'

/** null: no run, or none is marked. */
export function useBestStep(run: string | null): number | null {
  const list = useAsk('checkpoints.list', { run: run ?? '' }, { enabled: run !== null })
  return list.data?.find(({ best }) => best)?.step ?? null
}
