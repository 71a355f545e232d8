/**
 * Charts of baselines, lengths, safety and the machine. Not here: what lines are made of (rows.ts).
 * Source: workbench.md section 3; metric names are those of selfplay/.
 */
import { PHASES } from '../../electron/contract/run.ts'
import type { Phase } from '../../electron/contract/run.ts'
import { KINDS } from '../../electron/contract/task.ts'
import { COMMON } from '../strings/common.ts'
import { machine, one, perKindMetric, perRoleAndKind, perRoleAndKindMetric } from './rows.ts'
import { SERIES, several, SHARE } from './rows.ts'
import type { Row } from './rows.ts'
import { countOf, ofTally } from './source-tallies.ts'
import { ofMachine, ofMetric, ofSafety, ofStep } from './source.ts'
import type { Source } from './source.ts'

function perSecond(source: Source, tokens: string, phase: Phase): Float64Array {
  return ofStep(source, ({ metrics, phaseSeconds }) => {
    const seconds = phaseSeconds[phase] ?? 0
    return seconds > 0 ? (metrics[tokens] ?? Number.NaN) / seconds : Number.NaN
  })
}

export const REST: readonly Row[] = [
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
    id: 'truncated',
    group: 'length',
    title: 'Cut off responses',
    unit: 'share of responses',
    help: 'Ended by the length limit instead of their end token.',
    range: SHARE,
    lines: perRoleAndKindMetric('truncated'),
  },
  {
    id: 'length-by-outcome',
    group: 'length',
    title: 'Length of right and wrong answers',
    unit: 'tokens',
    help: 'Right ones drawn through, wrong ones dashed.',
    lines: (source) =>
      (['lengthRight', 'lengthWrong'] as const).flatMap((name) =>
        KINDS.map((kind) => ({
          label: `${COMMON.kinds[kind]}, ${name === 'lengthRight' ? 'right' : 'wrong'}`,
          colour: kind,
          dashed: name === 'lengthWrong',
          values: ofMetric(source, `solve/${kind}/${name}`),
        })),
      ),
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
    id: 'watched',
    group: 'safety',
    title: 'Watched traces',
    unit: 'of 1,000 episodes',
    help: 'What rules suggest to look at, what people flagged, and programs that reached for files or the network.',
    lines: several([
      ['Suggested', (source) => ofSafety(source, 'suggested')],
      ['Flagged by people', (source) => ofSafety(source, 'flagged')],
      ['Reached outside', (source) => ofSafety(source, 'reached')],
    ]),
  },
  {
    id: 'blocked',
    group: 'safety',
    title: 'Stopped by the sandbox',
    unit: 'episodes',
    help: 'Programs that took too long or too much, were refused, or could not be run.',
    lines: several(
      (['timeout', 'memory', 'rejected', 'infra_error'] as const).map((status) => [
        COMMON.statuses[status],
        (source) =>
          ofTally(source, 'status', {}, (bins) =>
            countOf(bins.filter(({ bin }) => bin === status)),
          ),
      ]),
    ),
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
    help: 'Where a step’s time goes, one phase on top of the other.',
    stacked: true,
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
  {
    id: 'phase-throughput',
    group: 'system',
    title: 'Throughput by phase',
    unit: 'tokens per second',
    help: 'Tokens sampled or trained on, over the time of their own phase.',
    lines: several([
      [COMMON.phases.propose, (source) => perSecond(source, 'sampled/propose', 'propose')],
      [COMMON.phases.solve, (source) => perSecond(source, 'sampled/solve', 'solve')],
      [COMMON.phases.update, (source) => perSecond(source, 'update/tokens', 'update')],
    ]),
  },
  {
    id: 'sandbox-times',
    group: 'system',
    title: 'Time in the sandbox',
    unit: 'ms per call',
    help: 'From asking to the answer, waiting included.',
    lines: several([
      ['Median', machine('sandboxP50Ms')],
      ['95 %', machine('sandboxP95Ms')],
    ]),
  },
  {
    id: 'sandbox-queue',
    group: 'system',
    title: 'Sandbox queue',
    unit: 'calls at a time',
    help: 'The most that were under way or waiting at one moment of the step.',
    lines: several([['Calls', machine('sandboxQueue')]]),
  },
  {
    id: 'memory',
    group: 'system',
    title: 'Memory',
    unit: 'MB',
    help: 'Of the process that trains, and what the machine has left.',
    lines: several([
      ['Training', machine('memoryMb')],
      ['Free', machine('freeMb')],
    ]),
  },
  {
    id: 'processor',
    group: 'system',
    title: 'Processor',
    unit: 'share of all cores',
    help: 'Of the process that trains, over the step.',
    range: SHARE,
    lines: several([['Training', machine('cpu')]]),
  },
  {
    id: 'graphics',
    group: 'system',
    title: 'Graphics card',
    unit: 'share of the step; of its memory',
    help: 'The busiest card, as its driver tells of it, where a run computes on one.',
    range: SHARE,
    lines: several([
      ['Busy', machine('gpu')],
      ['Memory', machine('gpuMemory')],
    ]),
  },
  {
    id: 'load',
    group: 'system',
    title: 'Load of the machine',
    unit: 'processes that want a core',
    help: 'Of everything that runs here, over the last minute.',
    lines: several([['Load', machine('load')]]),
  },
  {
    id: 'disk',
    group: 'system',
    title: 'Disk and restarts',
    unit: 'GB free; restarts',
    help: 'Where the history lies, and how often the run was taken up again so far.',
    lines: several([
      ['GB free', (source) => ofMachine(source, 'diskFreeMb').map((megabytes) => megabytes / 1024)],
      ['Restarts', machine('starts')],
    ]),
  },
]
