/**
 * Which step of a run measured best on held-out items, so that its checkpoint stays.
 * Not here: measuring (run-measure.ts, run-suites.ts), checkpoints (checkpoints.ts).
 */
import type { EvalItem } from '../contract/history.ts'
import { suiteScore } from '../eval/scores.ts'
import { readCheckpoints } from '../store/checkpoints.ts'
import { readEvalItems } from '../store/evals.ts'
import { runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'

/** Greedy answers to these items decide. */
export type Probe = { readonly suite: string; readonly items: ReadonlySet<string> }

/** Whether a step scored higher than the best checkpoint so far; probe null: nothing is measured. */
export function isBest(store: Store, run: string, step: number, probe: Probe | null): boolean {
  if (probe === null) return false
  const key = runKey(store, run)
  const now = scoreAt(store, key, step, probe)
  if (now === null) return false
  const best = readCheckpoints(store, key).find((checkpoint) => checkpoint.best)
  if (best === undefined) return true
  const before = scoreAt(store, key, best.step, probe)
  return best.step !== step && (before === null || now > before)
}

/** null: not measured then. */
function scoreAt(store: Store, run: number, step: number, { suite, items }: Probe): number | null {
  const answers = readEvalItems(store, run, { step, suite, temperature: 0 })
  const own = answers.filter(({ item }) => items.has(item)).map(scored)
  const { n, passAt1 } = suiteScore(own)
  return n === 0 ? null : passAt1
}

const scored = ({ item: id, cluster, kind, sample, correct, undecided }: EvalItem) => ({
  item: { id, cluster, kind },
  sample,
  correct,
  undecided,
})
