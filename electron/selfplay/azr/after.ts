/**
 * What is kept of a step: admitted tasks per kind, the oldest leaving first, and the window of valid proposals.
 * Source: azr.md 1.4 (admission), section 2 (bufferEviction), 12 (D8).
 */
import type { RunConfig } from '../../contract/config.ts'
import type { Kind, Task } from '../../contract/task.ts'
import type { Forest, Kept, JudgedProposal, ScoredProposal, StepContext } from '../recipe.ts'
import { seenOf } from './repeats.ts'

export function after({ config, state }: StepContext, forest: Forest): Kept {
  const entries = config.types.map((kind) => {
    const proposals = forest.proposals.filter(({ response }) => response.spec.kind === kind)
    const admitted = proposals.flatMap((proposal) => admittedTask(config, proposal))
    return { kind, proposals, added: admitted }
  })
  const stores = { ...state.stores }
  const window = { ...state.window }
  for (const { kind, proposals, added } of entries) {
    stores[kind] = grown(config, state.stores[kind] ?? [], added)
    window[kind] = grownWindow(config, state.window[kind] ?? [], proposals)
  }
  return { stores, window }
}

/** The store with tasks behind it, the oldest ones gone. */
export function grown(
  { maxBuffer }: RunConfig,
  store: readonly Task[],
  added: readonly Task[],
): readonly Task[] {
  return added.length === 0 ? store : [...store, ...added].slice(-maxBuffer)
}

export function grownWindow(
  { noveltyWindow }: RunConfig,
  window: Kept['window'][Kind] = [],
  proposals: readonly JudgedProposal[],
) {
  const added = proposals.flatMap((proposal) => seenOf(proposal) ?? [])
  return [...window, ...added].slice(-noveltyWindow)
}

function admittedTask({ admission }: RunConfig, proposal: ScoredProposal): Task[] {
  const { task, standing, solveRate } = proposal
  if (task === null || standing !== 'fresh') return []
  if (admission === 'all') return [task]
  if (solveRate === null || solveRate === 1) return []
  return admission === 'non-extremes' && solveRate === 0 ? [] : [task]
}
