/**
 * Four measures of a proposal: always logged, rewards only where the run asks for them.
 * Source: azr.md section 6 (intrinsic terms); the program's own figures come with its facts.
 */
import type { RunConfig } from '../../contract/config.ts'
import type { IntrinsicTerm } from '../../contract/fields.ts'
import type { Kind, ProgramFacts, Task } from '../../contract/task.ts'
import type { JudgedProposal, StepContext } from '../recipe.ts'
import { argumentTypes, typeOf } from '../values.ts'
import { similarity } from './difference.ts'
import { isOf } from './error.ts'

export type Terms = Readonly<Record<IntrinsicTerm, number>>

export const NO_TERMS: Terms = { complexity: 0, 'edit-distance': 0, halstead: 0, diversity: 0 }

type Facts = Extract<ProgramFacts, { ok: true }>

/** The terms of proposals, in order; zeros where there is no task. */
export async function withTerms(
  context: StepContext,
  proposals: readonly Omit<JudgedProposal, 'terms'>[],
): Promise<JudgedProposal[]> {
  const shown = proposals.flatMap(({ task, response }) =>
    task === null ? [] : response.spec.references.map(({ program }) => program),
  )
  const programs = [...new Set(shown)]
  const facts = await context.execution.analyse(programs)
  const factsOf = new Map(programs.map((program, at) => [program, facts[at]]))
  const counted = new Map<string, Answers>()
  return proposals.map((proposal) => {
    const { task, response, facts: own } = proposal
    if (task === null || own?.ok !== true) return { ...proposal, terms: NO_TERMS }
    const shapes = response.spec.references.flatMap(({ program }) => {
      const known = factsOf.get(program)
      return known?.ok === true ? [known.shape] : []
    })
    const group = `${task.kind}/${task.variant ?? ''}`
    const answers = counted.get(group) ?? countAnswers(context, task)
    counted.set(group, answers)
    return { ...proposal, terms: termsOf(task, own, shapes, answers) }
  })
}

function termsOf(
  task: Task,
  { cognitive, cyclomatic, halstead, shape }: Facts,
  shapes: readonly (readonly string[])[],
  answers: Answers,
): Terms {
  const size =
    0.5 * Math.min(halstead.effort / 10_000, 1) + 0.2 * Math.min(halstead.volume / 500, 1)
  return {
    complexity: cognitive / 15,
    'edit-distance': mean(shapes.map((other) => 1 - similarity(shape, other))),
    halstead: size + 0.3 * Math.min(cyclomatic / 10, 1),
    diversity: mean(answersOf(task).map((text) => rarity(task.kind, text, answers))),
  }
}

/** Reward parts for a proposal that earned `learnability` > 0. */
export function combined(config: RunConfig, learnability: number, terms: Terms): number {
  const capped = config.intrinsic.map((name) =>
    Math.min(config.intrinsicWeight * terms[name], config.intrinsicMax),
  )
  if (capped.length === 0) return learnability
  const sum = capped.reduce((total, term) => total + term, 0)
  const product = capped.reduce((total, term) => total * term, 1)
  return {
    sum: learnability + sum,
    multiply: learnability * product,
    'sum-multiply': learnability + product,
    'multiply-sum': learnability * sum,
  }[config.intrinsicCombine]
}

/** How often each answer is in the store, and each type of answer (null: types do not count). */
type Answers = {
  readonly total: number
  readonly values: ReadonlyMap<string, number>
  readonly types: ReadonlyMap<string, number> | null
}

/** Among tasks of the same kind and variant. */
function countAnswers({ state, config }: StepContext, { kind, variant }: Task): Answers {
  const texts = (state.stores[kind] ?? []).filter(isOf(variant)).flatMap(answersOf)
  const types = config.hierarchicalDiversity ? texts.map((text) => answerType(kind, text)) : null
  return { total: texts.length, values: countsOf(texts), types: types && countsOf(types) }
}

function countsOf(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** What a solver has to find: the output, the input, or for induction what every pair gives. */
function answersOf({ kind, pairs }: Task): string[] {
  return pairs.map(({ input, output }) => (kind === 'abduction' ? input : output))
}

/** 1: never seen. */
function rarity(kind: Kind, text: string, { total, values, types }: Answers): number {
  if (total === 0) return 1
  const count = values.get(text) ?? 0
  if (types === null) return 1 - count / total
  const ofType = types.get(answerType(kind, text)) ?? 0
  return (1 - ofType / total + 1 - (ofType === 0 ? 0 : count / ofType)) / 2
}

function answerType(kind: Kind, text: string): string {
  return kind === 'abduction' ? argumentTypes(text) : typeOf(text)
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((total, value) => total + value, 0) / values.length
}
