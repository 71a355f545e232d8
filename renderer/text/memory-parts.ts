/**
 * What a run's memory is made of, in the groups and the order in which it is shown.
 * Not here: the estimate (electron/engine/estimate.ts), the drawing (views/new-run/memory-panel.tsx).
 */
import type { MemoryReport } from '../../electron/contract/memory.ts'

const GROUPS = {
  always: ['weights', 'adapters', 'gradients', 'optimizer', 'runtime'],
  training: ['activations'],
  generating: ['cache', 'generation'],
} as const

export type MemoryGroup = keyof typeof GROUPS
export type MemoryPart = (typeof GROUPS)[MemoryGroup][number]

export type Part = {
  readonly name: MemoryPart
  readonly bytes: number
  /** Whether it is there when the run holds most. */
  readonly counted: boolean
}

export type Grouped = { readonly group: MemoryGroup; readonly parts: readonly Part[] }

/** Parts that are nothing are left out. */
export function memoryGroups(report: MemoryReport): readonly Grouped[] {
  const counted = countedGroups(report)
  return (['always', 'training', 'generating'] as const).map((group) => ({
    group,
    parts: GROUPS[group]
      .map((name) => ({ name, bytes: report[name], counted: counted.includes(group) }))
      .filter(({ bytes }) => bytes > 0),
  }))
}

const sumOf = (report: MemoryReport, group: MemoryGroup): number =>
  GROUPS[group].reduce((sum, name) => sum + report[name], 0)

/** Training and generation take turns where memory is given back between them: the larger one counts. */
export function countedGroups(report: MemoryReport): readonly MemoryGroup[] {
  const [always, training, generating] = [
    sumOf(report, 'always'),
    sumOf(report, 'training'),
    sumOf(report, 'generating'),
  ]
  if (always + training + generating <= report.total) return ['always', 'training', 'generating']
  return training > generating ? ['always', 'training'] : ['always', 'generating']
}
