/**
 * Charts of validity, diversity and complexity. Not here: what lines are made of (rows.ts).
 * Source: workbench.md section 3; metric names are those of selfplay/.
 */
import { KINDS } from '../../electron/contract/task.ts'
import type { Kind } from '../../electron/contract/task.ts'
import { CHARTS } from '../strings/charts.ts'
import { COMMON } from '../strings/common.ts'
import { perKind, perKindMetric, perKindOf, SERIES, SHARE } from './rows.ts'
import type { Row } from './rows.ts'
import { countOf, ofTally, totalsOf } from './source-tallies.ts'
import { ofMetric, ofStep } from './source.ts'
import type { Source } from './source.ts'
import type { Line } from './spec.ts'

function rejectionLines(source: Source): readonly Line[] {
  const proposed = ofStep(source, (step) => step.proposed)
  return totalsOf(source, 'rejectedBy')
    .slice(0, SERIES.length)
    .map(([check], at) => ({
      label: CHARTS.checks[check] ?? check,
      colour: SERIES[at] ?? 'series-f',
      values: ofTally(source, 'rejectedBy', {}, (bins) =>
        countOf(bins.filter(({ bin }) => bin === check)),
      ).map((count, step) => (Number.isNaN(count) ? 0 : count) / (proposed[step] ?? 1)),
    }))
}

function duplicateLines(source: Source): readonly Line[] {
  return (['distinctPrograms', 'distinctSkeletons'] as const).flatMap((name) =>
    KINDS.map((kind) => ({
      label: `${COMMON.kinds[kind]}${name === 'distinctPrograms' ? '' : ', but for constants'}`,
      colour: kind,
      dashed: name === 'distinctSkeletons',
      values: ofMetric(source, `${kind}/${name}`).map((distinct) => 1 - distinct),
    })),
  )
}

/** Metrics are named after the types that occur. */
function typeEntropy(source: Source, kind: Kind): Float64Array {
  const prefix = `${kind}/output/`
  return ofStep(source, ({ metrics }) => {
    const shares = Object.entries(metrics).flatMap(([name, share]) =>
      name.startsWith(prefix) && share > 0 ? [share] : [],
    )
    return shares.length === 0
      ? Number.NaN
      : shares.reduce((sum, share) => sum - share * Math.log(share), 0)
  })
}

export const VALIDITY: readonly Row[] = [
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
  {
    id: 'duplicates',
    group: 'validity',
    title: 'Duplicates within a step',
    unit: 'share of valid tasks',
    help: 'Programs that the step has already: word for word drawn through, but for constants dashed.',
    range: SHARE,
    lines: duplicateLines,
  },
  {
    id: 'rejections',
    group: 'validity',
    title: 'Reasons for refusal',
    unit: 'share of proposals',
    help: 'The six checks that refused most in this run.',
    lines: rejectionLines,
  },
]

export const DIVERSITY: readonly Row[] = [
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
    id: 'depth',
    group: 'diversity',
    title: 'Program depth',
    unit: 'syntax nodes',
    help: 'How many nodes of the syntax tree stand above each other at most, in the mean.',
    lines: perKindMetric('depth'),
  },
  {
    id: 'complexity-gap',
    group: 'diversity',
    title: 'Complexity gap',
    unit: 'cognitive complexity',
    help: 'Programs of proposers less those that solvers wrote for the same pairs: above zero, solvers find simpler ones.',
    lines: perKindMetric('complexityGap'),
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
  {
    id: 'cyclomatic',
    group: 'diversity',
    title: 'Cyclomatic complexity',
    unit: 'paths',
    help: 'Mean over valid programs.',
    lines: perKindMetric('cyclomatic'),
  },
  {
    id: 'characters',
    group: 'diversity',
    title: 'Length of programs',
    unit: 'characters',
    help: 'Mean over valid programs.',
    lines: perKindMetric('characters'),
  },
  {
    id: 'pair-characters',
    group: 'diversity',
    title: 'Length of inputs and outputs',
    unit: 'characters per pair',
    help: 'Mean over the pairs of valid tasks.',
    lines: perKindMetric('pairCharacters'),
  },
  {
    id: 'bigrams',
    group: 'diversity',
    title: 'Distinct word pairs',
    unit: 'share of word pairs',
    help: 'Of all valid programs of a step together: the fewer, the more they repeat each other.',
    range: SHARE,
    lines: perKindMetric('distinctBigrams'),
  },
  {
    id: 'type-entropy',
    group: 'diversity',
    title: 'Variety of output types',
    unit: 'nats',
    help: 'Entropy over types of outputs: 0 where all are of one type.',
    lines: perKindOf(typeEntropy),
  },
  {
    id: 'buffer-age',
    group: 'diversity',
    title: 'Age of the buffer',
    unit: 'steps',
    help: 'How long ago its tasks were made, in the mean.',
    lines: perKindOf((source, kind) => ofMetric(source, `bufferAge/${kind}`)),
  },
]
