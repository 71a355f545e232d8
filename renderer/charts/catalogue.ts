/**
 * Every line chart of a self-play run, as data. Adding a chart is adding a row.
 * Not here: heat map and funnel (heat.ts, funnel.ts), drawing (chart.tsx).
 * Source: workbench.md section 3; metric names are those of selfplay/.
 */
import { PHASES } from '../../electron/contract/run.ts'
import { KINDS } from '../../electron/contract/task.ts'
import type { Role } from '../../electron/contract/task.ts'
import { COMMON } from '../strings/common.ts'
import { ofGroup, ofMetric, ofStep } from './source.ts'
import type { Source } from './source.ts'
import type { ChartSpec, Line } from './spec.ts'
import type { CHARTS } from '../strings/charts.ts'

export type ChartGroup = keyof typeof CHARTS.groups

type Row = {
  readonly id: string
  readonly group: ChartGroup
  readonly title: string
  readonly unit: string
  readonly help: string
  readonly range?: readonly [number, number]
  readonly log?: boolean
  readonly lines: (source: Source) => readonly Line[]
}

type GroupField = Parameters<typeof ofGroup>[3]

const perKind = (role: Role, field: GroupField) => (source: Source) =>
  KINDS.map((kind): Line => ({
    label: COMMON.kinds[kind],
    colour: kind,
    values: ofGroup(source, role, kind, field),
  }))

const perRoleAndKind = (field: GroupField) => (source: Source) =>
  (['propose', 'solve'] as const).flatMap((role) =>
    KINDS.map((kind): Line => ({
      label: `${COMMON.kinds[kind]}, ${COMMON.roles[role].toLowerCase()}`,
      colour: kind,
      dashed: role === 'propose',
      values: ofGroup(source, role, kind, field),
    })),
  )

const perKindMetric = (name: string) => (source: Source) =>
  KINDS.map((kind): Line => ({
    label: COMMON.kinds[kind],
    colour: kind,
    values: ofMetric(source, `${kind}/${name}`),
  }))

const one =
  (label: string, name: string, colour = 'series-a') =>
  (source: Source): readonly Line[] => [{ label, colour, values: ofMetric(source, name) }]

const SERIES = ['series-a', 'series-b', 'series-c', 'series-d', 'series-e', 'series-f'] as const

const SHARE = [0, 1] as const

const REWARD: readonly Row[] = [
  {
    id: 'proposer-reward',
    group: 'reward',
    title: 'Proposer reward',
    unit: 'mean reward',
    help: 'Learnability of valid proposals, less penalties for invalid ones.',
    lines: perKind('propose', 'rewardMean'),
  },
  {
    id: 'solver-reward',
    group: 'reward',
    title: 'Solver reward',
    unit: 'mean reward',
    help: '1 where the sandbox verified the answer, less penalties.',
    lines: perKind('solve', 'rewardMean'),
  },
  {
    id: 'learnable',
    group: 'reward',
    title: 'Learnable tasks',
    unit: 'share of valid tasks',
    help: 'Solved by some of the probes but not by all: only these teach.',
    range: SHARE,
    lines: perKindMetric('learnable'),
  },
]

const SOLVE: readonly Row[] = [
  {
    id: 'solve-rate',
    group: 'solve',
    title: 'Right attempts',
    unit: 'share of attempts',
    help: 'Of the tasks that the solver trains on.',
    range: SHARE,
    lines: perKind('solve', 'accuracy'),
  },
  {
    id: 'new-solve-rate',
    group: 'solve',
    title: 'Mean solve rate of new tasks',
    unit: 'share of probes',
    help: 'How hard the proposals of the step are for the solver of that step.',
    range: SHARE,
    lines: perKindMetric('solveRate'),
  },
  {
    id: 'reward-spread',
    group: 'solve',
    title: 'Spread of rewards',
    unit: 'standard deviation',
    help: 'Without spread in a group there is nothing to learn from it.',
    lines: perRoleAndKind('rewardStd'),
  },
]

const VALIDITY: readonly Row[] = [
  {
    id: 'valid',
    group: 'validity',
    title: 'Valid proposals',
    unit: 'share of proposals',
    help: 'Passed every check, executed twice with equal results.',
    range: SHARE,
    lines: perKind('propose', 'accuracy'),
  },
  {
    id: 'repeats',
    group: 'validity',
    title: 'Repeated tasks',
    unit: 'share of valid tasks',
    help: 'Tasks that were already in the buffer.',
    range: SHARE,
    lines: perKindMetric('repeatShare'),
  },
]

const DIVERSITY: readonly Row[] = [
  {
    id: 'distinct-programs',
    group: 'diversity',
    title: 'Distinct programs',
    unit: 'share of valid tasks',
    help: 'A fall warns of collapse.',
    range: SHARE,
    lines: perKindMetric('distinctPrograms'),
  },
  {
    id: 'distinct-skeletons',
    group: 'diversity',
    title: 'Distinct skeletons',
    unit: 'share of valid tasks',
    help: 'Programs with constants taken out: renaming numbers adds nothing here.',
    range: SHARE,
    lines: perKindMetric('distinctSkeletons'),
  },
  {
    id: 'answer-diversity',
    group: 'diversity',
    title: 'Rarity of answers',
    unit: '0 to 1',
    help: 'How rare the answers are among those in the buffer.',
    range: SHARE,
    lines: perKindMetric('diversity'),
  },
  {
    id: 'edit-distance',
    group: 'diversity',
    title: 'Distance to references',
    unit: '0 to 1',
    help: 'Edit distance of syntax trees to the tasks that were shown.',
    range: SHARE,
    lines: perKindMetric('edit-distance'),
  },
  {
    id: 'nodes',
    group: 'diversity',
    title: 'Program size',
    unit: 'syntax nodes',
    help: 'Mean number of nodes in the syntax tree.',
    lines: perKindMetric('nodes'),
  },
  {
    id: 'complexity',
    group: 'diversity',
    title: 'Cognitive complexity',
    unit: 'of 15',
    help: 'After SonarSource’s white paper.',
    lines: perKindMetric('complexity'),
  },
  {
    id: 'halstead',
    group: 'diversity',
    title: 'Halstead measure',
    unit: '0 to 1',
    help: 'Effort, volume and branches together.',
    lines: perKindMetric('halstead'),
  },
  {
    id: 'buffer',
    group: 'diversity',
    title: 'Tasks in the buffer',
    unit: 'tasks',
    help: 'What proposers are shown from and solvers draw on.',
    lines: (source) =>
      KINDS.map((kind) => ({
        label: COMMON.kinds[kind],
        colour: kind,
        values: ofMetric(source, `buffer/${kind}`),
      })),
  },
]

const POLICY: readonly Row[] = [
  {
    id: 'entropy',
    group: 'policy',
    title: 'Entropy',
    unit: 'nats per token',
    help: 'Of sampled tokens. A fall to zero ends exploration.',
    lines: perRoleAndKind('entropyMean'),
  },
  {
    id: 'kl',
    group: 'policy',
    title: 'KL to the starting model',
    unit: 'nats per token',
    help: 'Of proposer tokens, where the run asks for it.',
    lines: one('KL', 'update/kl'),
  },
  {
    id: 'ratio',
    group: 'policy',
    title: 'Largest ratio',
    unit: 'new / old probability',
    help: 'Of any token in the update.',
    lines: one('Ratio', 'update/ratioMax'),
  },
  {
    id: 'clipped',
    group: 'policy',
    title: 'Clipped tokens',
    unit: 'share of tokens',
    help: 'Tokens whose ratio left the allowed range.',
    lines: one('Clipped', 'update/clipped'),
  },
  {
    id: 'gradient',
    group: 'policy',
    title: 'Gradient norm',
    unit: 'before clipping',
    help: 'Spikes are worth a look at the step’s tasks.',
    lines: one('Norm', 'update/gradNorm'),
  },
  {
    id: 'loss',
    group: 'policy',
    title: 'Loss',
    unit: 'sum over tokens',
    help: 'Its level says little; jumps do.',
    lines: one('Loss', 'update/loss'),
  },
  {
    id: 'learning-rate',
    group: 'policy',
    title: 'Learning rate',
    unit: 'per step',
    help: 'With its ramp and decay.',
    lines: one('Rate', 'update/learningRate'),
  },
]

const REST: readonly Row[] = [
  {
    id: 'baseline',
    group: 'baseline',
    title: 'Baselines by role and kind',
    unit: 'reward',
    help: 'What an episode’s reward is compared with: the mean of its own group.',
    lines: perRoleAndKind('baseline'),
  },
  {
    id: 'scale',
    group: 'baseline',
    title: 'Scales by role and kind',
    unit: 'reward',
    help: 'What the difference is divided by: the deviation of its own group.',
    lines: perRoleAndKind('scale'),
  },
  {
    id: 'length',
    group: 'length',
    title: 'Response length',
    unit: 'tokens',
    help: 'Mean per role and kind.',
    lines: perRoleAndKind('lengthMean'),
  },
  {
    id: 'lines',
    group: 'length',
    title: 'Lines of programs',
    unit: 'lines',
    help: 'Of valid proposals.',
    lines: perKindMetric('lines'),
  },
  {
    id: 'left-out',
    group: 'safety',
    title: 'Left out of the update',
    unit: 'episodes',
    help: 'Quarantined after review, or undecided because the sandbox failed.',
    lines: (source) => [
      { label: 'Quarantined', colour: 'unsafe', values: ofMetric(source, 'quarantined') },
      { label: 'Undecided', colour: 'series-f', values: ofMetric(source, 'undecided') },
    ],
  },
  {
    id: 'coin-flips',
    group: 'safety',
    title: 'True-or-False outputs',
    unit: 'share of outputs',
    help: 'Chance gets half of these right: an easy way to earn reward.',
    range: SHARE,
    lines: perKindMetric('boolShare'),
  },
  {
    id: 'throughput',
    group: 'system',
    title: 'Throughput',
    unit: 'tokens per second',
    help: 'Sampled tokens over the whole step.',
    lines: (source) => [
      {
        label: 'Tokens/s',
        colour: 'series-a',
        values: ofStep(source, ({ tokens, seconds }) => (seconds > 0 ? tokens / seconds : NaN)),
      },
    ],
  },
  {
    id: 'phases',
    group: 'system',
    title: 'Time by phase',
    unit: 'seconds',
    help: 'Where a step’s time goes.',
    lines: (source) =>
      PHASES.map((phase, at) => ({
        label: COMMON.phases[phase],
        colour: SERIES[at] ?? 'series-f',
        values: ofStep(source, ({ phaseSeconds }) => phaseSeconds[phase] ?? Number.NaN),
      })),
  },
  {
    id: 'sequences',
    group: 'system',
    title: 'Sequences in the update',
    unit: 'sequences',
    help: 'How many responses each update learns from.',
    lines: one('Sequences', 'update/sequences'),
  },
]

export const CHART_ROWS: readonly Row[] = [
  ...REWARD,
  ...SOLVE,
  ...VALIDITY,
  ...DIVERSITY,
  ...POLICY,
  ...REST,
]

export function chartSpec({ lines, group: _group, ...row }: Row, source: Source): ChartSpec {
  return { ...row, xs: source.xs, lines: lines(source) }
}
