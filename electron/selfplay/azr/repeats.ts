/**
 * Which proposals came before: exactly (program and inputs) or but for their constants (skeleton).
 * Source: azr.md 1.2 (unseen entries), nano.md 4.2 (novelty discount).
 */
import type { Kind, Task, TaskBody } from '../../contract/task.ts'
import { digest } from '../random.ts'
import type { JudgedProposal } from '../recipe.ts'
import type { LoopState, Seen } from '../state.ts'

export function keyOfTask({ kind, program, pairs, variant }: TaskBody): string {
  const inputs = pairs.map(({ input }) => input)
  return JSON.stringify([kind, program, inputs, ...(variant === undefined ? [] : [variant])])
}

// Tasks never change, so a digest is made once in the life of one.
const digests = new WeakMap<Task, string>()

function digestOf(task: Task): string {
  const made = digests.get(task) ?? digest(keyOfTask(task))
  digests.set(task, made)
  return made
}

/** Digests of everything of a kind that is stored or within the window. */
export function knownKeys({ stores, window }: LoopState, kind: Kind): Set<string> {
  const stored = (stores[kind] ?? []).map(digestOf)
  const seen = (window[kind] ?? []).map(({ task }) => task)
  return new Set([...stored, ...seen])
}

/** What the window keeps of a valid proposal; null for an invalid one. */
export function seenOf({ task, facts }: JudgedProposal): Seen | null {
  if (task === null) return null
  const skeleton = facts?.ok === true ? facts.skeleton : task.program
  return { skeleton: digest(skeleton), task: digestOf(task) }
}

/** How many of the last `limit` valid proposals before each one had its skeleton; batch order counts. */
export function skeletonCounts(
  proposals: readonly JudgedProposal[],
  window: readonly Seen[],
  limit: number,
): number[] {
  const recent = window.slice(-limit).map(({ skeleton }) => skeleton)
  const counts = new Map<string, number>()
  const change = (skeleton: string, by: number) =>
    counts.set(skeleton, (counts.get(skeleton) ?? 0) + by)
  for (const skeleton of recent) change(skeleton, 1)
  return proposals.map((proposal) => {
    const seen = seenOf(proposal)
    if (seen === null) return 0
    const count = counts.get(seen.skeleton) ?? 0
    recent.push(seen.skeleton)
    change(seen.skeleton, 1)
    if (recent.length > limit) change(recent.shift() ?? '', -1)
    return count
  })
}
