/**
 * Numbers of a step that say whether the proposer still makes varied and hard tasks, and warnings when not.
 * Named `${kind}/${measure}`; shares are in [0, 1].
 * Source: azr.md 10.5, nano.md sections 6 and 7 (collapse, stop rules).
 */
import type { Kind } from '../../contract/task.ts'
import type { Forest, Measures, ScoredProposal, StepContext } from '../recipe.ts'
import { typeOf } from '../values.ts'
import { success } from './score.ts'

const DISTINCT_AT_LEAST = 0.6
const BOOL_AT_MOST = 0.3
/** Fewer valid proposals say nothing about diversity. */
const ENOUGH = 8

export function measure({ config }: StepContext, forest: Forest): Measures {
  const perKind = config.types.map((kind) => {
    const proposals = forest.proposals.filter(({ response }) => response.spec.kind === kind)
    const probes = forest.solutions.filter(
      ({ response, undecided }) =>
        response.spec.kind === kind && response.spec.purpose === 'probe' && !undecided,
    )
    const values = proposals.length === 0 ? {} : proposalMeasures(proposals)
    const gaps = forest.solutions.flatMap(({ response, complexityGap }) =>
      response.spec.kind === kind && complexityGap !== undefined ? [complexityGap] : [],
    )
    if (gaps.length > 0) values['complexityGap'] = mean(gaps)
    if (probes.length > 0) values['probeAccuracy'] = mean(probes.map((one) => success(config, one)))
    return { kind, values, valid: validOf(proposals).length, proposed: proposals.length }
  })
  return {
    metrics: Object.fromEntries(
      perKind.flatMap(({ kind, values }) =>
        Object.entries(values).map(([name, value]) => [`${kind}/${name}`, value]),
      ),
    ),
    warnings: perKind.flatMap(({ kind, values, valid, proposed }) => [
      ...(proposed > 0 && valid === 0 ? [`No valid ${kind} proposal in this step.`] : []),
      ...(valid >= ENOUGH ? collapse(kind, values) : []),
    ]),
  }
}

function validOf(proposals: readonly ScoredProposal[]): ScoredProposal[] {
  return proposals.filter(({ standing, undecided }) => standing !== 'invalid' && !undecided)
}

type Values = Record<string, number>

function proposalMeasures(proposals: readonly ScoredProposal[]): Values {
  const valid = validOf(proposals)
  const facts = valid.flatMap(({ facts }) => (facts?.ok === true ? [facts] : []))
  const rates = valid.flatMap(({ solveRate }) => (solveRate === null ? [] : [solveRate]))
  const types = valid.flatMap(({ task }) => task?.pairs.map(({ output }) => typeOf(output)) ?? [])
  const values: Values = { valid: valid.length }
  const add = (name: string, of: readonly number[]) => {
    if (of.length > 0) values[name] = mean(of)
  }
  if (valid.length > 0) {
    values['distinctPrograms'] = new Set(facts.map(({ program }) => program)).size / valid.length
    values['distinctSkeletons'] = new Set(facts.map(({ skeleton }) => skeleton)).size / valid.length
    values['repeatShare'] = share(valid, ({ standing }) => standing === 'repeat')
  }
  add('solveRate', rates)
  add(
    'learnable',
    rates.map((rate) => (rate > 0 && rate < 1 ? 1 : 0)),
  )
  add(
    'nodes',
    facts.map(({ nodes }) => nodes),
  )
  add(
    'depth',
    facts.flatMap(({ depth }) => (depth === undefined ? [] : [depth])),
  )
  add(
    'lines',
    facts.map(({ program }) => program.split('\n').length),
  )
  add(
    'cyclomatic',
    facts.map(({ cyclomatic }) => cyclomatic),
  )
  add(
    'characters',
    facts.map(({ program }) => program.length),
  )
  add(
    'pairCharacters',
    valid.flatMap(
      ({ task }) => task?.pairs.map(({ input, output }) => input.length + output.length) ?? [],
    ),
  )
  add('distinctBigrams', distinctBigrams(facts.map(({ program }) => program)))
  for (const term of ['complexity', 'edit-distance', 'halstead', 'diversity'] as const) {
    add(
      term,
      valid.map(({ terms }) => terms[term]),
    )
  }
  for (const type of new Set(types)) values[`output/${type}`] = share(types, (one) => one === type)
  if (types.length > 0) values['boolShare'] = share(types, (type) => type === 'bool')
  return values
}

/** Share of different pairs of neighbouring words among all of them. Source: distinct-2 of arXiv 1510.03055. */
function distinctBigrams(programs: readonly string[]): number[] {
  const pairs = programs.flatMap((program) => {
    const words = program.match(/\w+|[^\w\s]/g) ?? []
    return words.slice(1).map((word, at) => `${words[at]} ${word}`)
  })
  return pairs.length === 0 ? [] : [new Set(pairs).size / pairs.length]
}

/** Sentences for a user; induction proposals write no programs. */
function collapse(kind: Kind, values: Values): string[] {
  if (kind === 'induction') return []
  const distinct = values['distinctPrograms'] ?? 1
  const bools = values['boolShare'] ?? 0
  const warnings: string[] = []
  if (distinct < DISTINCT_AT_LEAST) {
    warnings.push(
      `Diversity is collapsing: only ${percent(distinct)} of the valid ${kind} proposals are distinct programs.`,
    )
  }
  if (bools > BOOL_AT_MOST) {
    warnings.push(
      `Coin-flip tasks: ${percent(bools)} of the ${kind} outputs are True or False, which chance gets right.`,
    )
  }
  return warnings
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function share<T>(items: readonly T[], test: (item: T) => boolean): number {
  return items.length === 0 ? 0 : items.filter(test).length / items.length
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}
