/**
 * What a row of the catalogue is made of: lines by role and kind, of means, metrics and counts.
 * Not here: the rows (rows-*.ts), columns of numbers (source.ts).
 */
import { KINDS } from '../../electron/contract/task.ts'
import type { Role } from '../../electron/contract/task.ts'
import { COMMON } from '../strings/common.ts'
import type { CHARTS } from '../strings/charts.ts'
import { ofGroup, ofMachine, ofMetric } from './source.ts'
import type { Source } from './source.ts'
import type { Line } from './spec.ts'

export type ChartGroup = keyof typeof CHARTS.groups

export type Row = {
  readonly id: string
  readonly group: ChartGroup
  readonly title: string
  readonly unit: string
  readonly help: string
  readonly range?: readonly [number, number]
  readonly log?: boolean
  /** Lines lie on top of each other: parts of a whole. */
  readonly stacked?: boolean
  readonly lines: (source: Source) => readonly Line[]
}

type GroupField = Parameters<typeof ofGroup>[3]

export const perKind = (role: Role, field: GroupField) => (source: Source) =>
  KINDS.map((kind): Line => ({
    label: COMMON.kinds[kind],
    colour: kind,
    values: ofGroup(source, role, kind, field),
  }))

/** Proposers dashed. */
function byRoleAndKind(values: (role: Role, kind: (typeof KINDS)[number]) => Float64Array) {
  return (['propose', 'solve'] as const).flatMap((role) =>
    KINDS.map((kind): Line => ({
      label: `${COMMON.kinds[kind]}, ${COMMON.roles[role].toLowerCase()}`,
      colour: kind,
      dashed: role === 'propose',
      values: values(role, kind),
    })),
  )
}

export const perRoleAndKind = (field: GroupField) => (source: Source) =>
  byRoleAndKind((role, kind) => ofGroup(source, role, kind, field))

export const perRoleAndKindMetric = (name: string) => (source: Source) =>
  byRoleAndKind((role, kind) => ofMetric(source, `${role}/${kind}/${name}`))

export const perKindMetric = (name: string) => (source: Source) =>
  KINDS.map((kind): Line => ({
    label: COMMON.kinds[kind],
    colour: kind,
    values: ofMetric(source, `${kind}/${name}`),
  }))

/** By the number that a kind's own name gives. */
export const perKindOf =
  (values: (source: Source, kind: (typeof KINDS)[number]) => Float64Array) => (source: Source) =>
    KINDS.map((kind): Line => ({
      label: COMMON.kinds[kind],
      colour: kind,
      values: values(source, kind),
    }))

export const one =
  (label: string, name: string, colour = 'series-a') =>
  (source: Source): readonly Line[] => [{ label, colour, values: ofMetric(source, name) }]

export const SERIES = [
  'series-a',
  'series-b',
  'series-c',
  'series-d',
  'series-e',
  'series-f',
] as const

/** One line per entry: its label and its values. */
export const several =
  (entries: readonly (readonly [label: string, values: (source: Source) => Float64Array])[]) =>
  (source: Source): readonly Line[] =>
    entries.map(([label, values], at) => ({
      label,
      colour: SERIES[at % SERIES.length] ?? 'series-a',
      values: values(source),
    }))

export const metric = (name: string) => (source: Source) => ofMetric(source, name)
export const machine = (name: string) => (source: Source) => ofMachine(source, name)

export const SHARE = [0, 1] as const
