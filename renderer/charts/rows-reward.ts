/**
 * Charts of rewards and of solving. Not here: what lines are made of (rows.ts).
 * Source: workbench.md section 3; metric names are those of selfplay/.
 */
import type { Role } from '../../electron/contract/task.ts'
import { perKind, perKindMetric, perKindOf, perRoleAndKind } from './rows.ts'
import { perRoleAndKindMetric, several, SHARE } from './rows.ts'
import type { Row } from './rows.ts'
import { countOf, meanOf, ofTally, quantileOf, shareOf } from './source-tallies.ts'
import type { Source } from './source.ts'

const learnability = (rate: number): number => (rate > 0 && rate < 1 ? 1 - rate : 0)

const shareOfRate = (source: Source, test: (rate: number) => boolean) =>
  ofTally(source, 'solveRate', {}, (bins) => shareOf(bins, (bin) => test(Number(bin))))

/** Of the attempts at tasks whose solve rate is above low and at most high. */
function rightWithin(source: Source, low: number, high: number): Float64Array {
  return ofTally(source, 'attempts', {}, (bins) => {
    const within = bins.filter(({ bin }) => {
      const rate = Number(bin.split('/')[0])
      return rate > low && rate <= high
    })
    const right = within.filter(({ bin }) => bin.endsWith('/1'))
    return countOf(right) / countOf(within)
  })
}

function quantileRow(role: Role, title: string): Row {
  const quantile = (share: number) => (source: Source) =>
    ofTally(source, 'reward', { role }, (bins) => quantileOf(bins, share))
  return {
    id: `reward-quantiles-${role}`,
    group: 'reward',
    title,
    unit: 'reward',
    help: 'A tenth of the responses earn less than the lowest line, a tenth more than the highest.',
    lines: several([
      ['10 %', quantile(0.1)],
      ['Median', quantile(0.5)],
      ['90 %', quantile(0.9)],
    ]),
  }
}

const LEVELS = [-1, -0.5, 0, 1] as const

function levelRow(role: Role, title: string): Row {
  return {
    id: `reward-levels-${role}`,
    group: 'reward',
    title,
    unit: 'share of responses',
    help: 'How many earn exactly that: -1 not in the asked format, -0.5 wrong or of no use, 1 right.',
    range: SHARE,
    lines: several(
      LEVELS.map((level) => [
        String(level),
        (source) =>
          ofTally(source, 'reward', { role }, (bins) =>
            shareOf(bins, (bin) => Number(bin) === level),
          ),
      ]),
    ),
  }
}

export const REWARD: readonly Row[] = [
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
  {
    id: 'learnability',
    group: 'reward',
    title: 'Learnability',
    unit: 'mean of 1 - solve rate',
    help: 'Of valid tasks; 0 for those that all probes or none of them solved.',
    range: SHARE,
    lines: perKindOf((source, kind) =>
      ofTally(source, 'solveRate', { kind }, (bins) => meanOf(bins, learnability)),
    ),
  },
  {
    id: 'unlearnable',
    group: 'reward',
    title: 'Tasks without learnability',
    unit: 'share of valid tasks',
    help: 'Too easy: every probe solved it. Impossible: none did.',
    range: SHARE,
    lines: several([
      ['Too easy', (source) => shareOfRate(source, (rate) => rate >= 1)],
      ['Impossible', (source) => shareOfRate(source, (rate) => rate <= 0)],
    ]),
  },
  quantileRow('propose', 'Spread of proposer rewards'),
  quantileRow('solve', 'Spread of solver rewards'),
  levelRow('propose', 'Levels of proposer rewards'),
  levelRow('solve', 'Levels of solver rewards'),
]

export const SOLVE: readonly Row[] = [
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
  {
    id: 'difficulty',
    group: 'solve',
    title: 'Right attempts by difficulty',
    unit: 'share of attempts',
    help: 'Attempts at new tasks, by how many of the probes solved the same task.',
    range: SHARE,
    lines: several([
      ['Up to 25 %', (source) => rightWithin(source, -1, 0.25)],
      ['to 50 %', (source) => rightWithin(source, 0.25, 0.5)],
      ['to 75 %', (source) => rightWithin(source, 0.5, 0.75)],
      ['to 100 %', (source) => rightWithin(source, 0.75, 1)],
    ]),
  },
  {
    id: 'agreement',
    group: 'solve',
    title: 'Agreement of probes',
    unit: 'share of pairs',
    help: 'Pairs of probes of one task that are both right or both wrong.',
    range: SHARE,
    lines: perKindOf((source, kind) =>
      ofTally(source, 'solveRate', { kind }, (bins) =>
        meanOf(bins, (rate) => rate * rate + (1 - rate) * (1 - rate)),
      ),
    ),
  },
  {
    id: 'format-failed',
    group: 'solve',
    title: 'Not in the asked format',
    unit: 'share of responses',
    help: 'Responses that could not be read as a task or as an answer.',
    range: SHARE,
    lines: perRoleAndKindMetric('formatFailed'),
  },
]
