/**
 * The made-up steps that benchmarks use, under the names of tests.
 */
import type { StepRecord } from '../../electron/contract/run.ts'
import { NO_ERROR } from '../../electron/contract/task.ts'
import { canonicalOf } from '../../electron/selfplay/values.ts'

export {
  syntheticRun as fakeRun,
  syntheticStep as fakeStep,
} from '../../electron/host/synthetic-history.ts'
export type { StepSize } from '../../electron/host/synthetic-history.ts'

/** Every other proposal, where it made a deduction task, made an error task of it that ends with none. */
export function withErrors(record: StepRecord): StepRecord {
  const proposals = record.proposals.map((proposal, at): StepRecord['proposals'][number] => {
    const { task } = proposal
    if (task?.kind !== 'deduction' || at % 2 === 1) return proposal
    const output = canonicalOf(`'${NO_ERROR}'`)
    const pairs = task.pairs.map(({ input }) => ({ input, output }))
    return { ...proposal, task: { ...task, pairs, variant: 'error' } }
  })
  return { ...record, proposals }
}
