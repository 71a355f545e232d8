/**
 * The steps of a run turned into columns of numbers, once, for all charts of a page.
 * Not here: which charts there are (catalogue.ts), where steps come from (data/curves.ts).
 */
import type { SafetyCount, StepRow, Tally } from '../../electron/contract/history.ts'
import type { Role } from '../../electron/contract/task.ts'
import type { Kind } from '../../electron/contract/task.ts'
import type { StepGroup } from '../../electron/contract/workbench.ts'

export type XAxis = 'step' | 'tokens' | 'minutes'

export type Source = {
  readonly steps: readonly StepRow[]
  readonly xs: Float64Array
  /** Of each step, by `${role}/${kind}`. */
  readonly groups: readonly ReadonlyMap<string, StepGroup>[]
  /** By `${name} ${step}`. */
  readonly tallies: ReadonlyMap<string, readonly Tally[]>
  /** By `${name} ${step}`. */
  readonly safety: ReadonlyMap<string, number>
}

export type Columns = {
  readonly steps: readonly StepRow[]
  readonly groups: readonly StepGroup[]
  readonly tallies: readonly Tally[]
  readonly safety?: readonly SafetyCount[]
}

export function sourceOf({ steps, groups, tallies, safety = [] }: Columns, axis: XAxis): Source {
  const byStep = new Map<number, Map<string, StepGroup>>()
  for (const group of groups) {
    const known = byStep.get(group.step) ?? new Map<string, StepGroup>()
    known.set(`${group.role}/${group.kind}`, group)
    byStep.set(group.step, known)
  }
  const none: ReadonlyMap<string, StepGroup> = new Map()
  return {
    steps,
    xs: axisOf(steps, axis),
    groups: steps.map(({ step }) => byStep.get(step) ?? none),
    tallies: Map.groupBy(tallies, ({ name, step }) => `${name} ${step}`),
    safety: new Map(safety.map(({ name, step, count }) => [`${name} ${step}`, count])),
  }
}

function axisOf(steps: readonly StepRow[], axis: XAxis): Float64Array {
  let tokens = 0
  let seconds = 0
  return Float64Array.from(steps, (row) => {
    tokens += row.tokens
    seconds += row.seconds
    if (axis === 'tokens') return tokens
    return axis === 'minutes' ? seconds / 60 : row.step
  })
}

/** Which step an x belongs to: the nearest. */
export function stepAt({ steps, xs }: Source, x: number): number | null {
  let best: number | null = null
  let distance = Number.POSITIVE_INFINITY
  xs.forEach((value, at) => {
    const step = steps[at]?.step
    if (step === undefined || Math.abs(value - x) >= distance) return
    distance = Math.abs(value - x)
    best = step
  })
  return best
}

export function ofStep({ steps }: Source, value: (row: StepRow) => number): Float64Array {
  return Float64Array.from(steps, value)
}

export function ofMetric(source: Source, name: string): Float64Array {
  return ofStep(source, ({ metrics }) => metrics[name] ?? Number.NaN)
}

export function ofMachine(source: Source, name: string): Float64Array {
  return ofStep(source, ({ machine }) => machine[name] ?? Number.NaN)
}

/** Of 1,000 episodes of the step. */
export function ofSafety(source: Source, name: SafetyCount['name']): Float64Array {
  return ofStep(source, ({ step, episodes }) =>
    episodes === 0 ? Number.NaN : ((source.safety.get(`${name} ${step}`) ?? 0) * 1_000) / episodes,
  )
}

type GroupNumber = Exclude<keyof StepGroup, 'role' | 'kind' | 'step'>

export function ofGroup(
  { groups }: Source,
  role: Role,
  kind: Kind,
  field: GroupNumber,
): Float64Array {
  return Float64Array.from(groups, (byName) => {
    const group = byName.get(`${role}/${kind}`)
    return group === undefined || group.count === 0 ? Number.NaN : group[field]
  })
}
