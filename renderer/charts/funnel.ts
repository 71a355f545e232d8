/**
 * From proposals to valid tasks: how many each check refused, in the order of the checks.
 */
import { CHECK_ORDER } from '../../electron/contract/checks.ts'
import type { StepRow, Tally } from '../../electron/contract/history.ts'
import type { Kind } from '../../electron/contract/task.ts'

export type Stage = { readonly check: string; readonly lost: number; readonly left: number }
export type Funnel = {
  readonly proposed: number
  readonly valid: number
  readonly stages: readonly Stage[]
}

/** Over the steps from `first` on. With a kind, proposals are those refused and those with a solve rate. */
export function funnelOf(
  steps: readonly StepRow[],
  tallies: readonly Tally[],
  first: number,
  kind: Kind | null,
): Funnel {
  const lost = new Map<string, number>()
  let rated = 0
  for (const tally of tallies) {
    if (tally.step < first || (kind !== null && tally.kind !== kind)) continue
    if (tally.name === 'rejectedBy') lost.set(tally.bin, (lost.get(tally.bin) ?? 0) + tally.count)
    if (tally.name === 'solveRate') rated += tally.count
  }
  const refused = [...lost.values()].reduce((sum, count) => sum + count, 0)
  const all = steps.filter(({ step }) => step >= first).reduce((sum, row) => sum + row.proposed, 0)
  const proposed = kind === null ? Math.max(all, refused) : refused + rated
  return { proposed, valid: proposed - refused, stages: stagesOf(lost, proposed) }
}

function stagesOf(lost: ReadonlyMap<string, number>, proposed: number): readonly Stage[] {
  const place = (check: string) => {
    const at = CHECK_ORDER.findIndex((name) => name === check)
    return at < 0 ? CHECK_ORDER.length : at
  }
  let left = proposed
  return [...lost]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([check, count]) => {
      left -= count
      return { check, lost: count, left }
    })
}
