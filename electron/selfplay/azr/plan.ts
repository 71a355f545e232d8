/**
 * Which proposals are asked for: per kind a batch of prompts with references from the stores.
 * Source: azr.md 1.3, 1.4.
 */
import type { Kind, Task } from '../../contract/task.ts'
import { below, drawn, drawnByWeight } from '../random.ts'
import type { Random } from '../random.ts'
import type { EpisodeSpec, Prompt, StepContext } from '../recipe.ts'
import { givenPrograms } from './composite.ts'
import { referenceView } from './view.ts'

/** Draws of references before a prompt goes without some of them. */
const REDRAWS = 8

export function plan(context: StepContext): EpisodeSpec[] {
  const { config, step } = context
  if (config.control === 'solver-only' || step <= config.pretrainSteps) return []
  return config.types.flatMap((kind) =>
    Array.from({ length: config.batch }, (_, index) => proposalSpec(context, kind, index)),
  )
}

export function proposalSpec(context: StepContext, kind: Kind, index: number): EpisodeSpec {
  const random = context.random('references', kind, index)
  const given = givenPrograms(context, kind, index)
  const { references, prompt } = chosen(context, kind, random, given)
  return {
    role: 'propose',
    kind,
    purpose: 'propose',
    index,
    samples: 1,
    prompt,
    task: null,
    references,
    ...(given.length === 0 ? {} : { given }),
  }
}

type Choice = { readonly references: readonly Task[]; readonly prompt: Prompt }

/** Redraws while the prompt is too long, then shows fewer references; always ends. */
function chosen(
  context: StepContext,
  kind: Kind,
  random: Random,
  given: readonly string[],
): Choice {
  const count = referenceCount(context, kind, random)
  const fewest = kind === 'induction' ? 1 : 0
  let choice = choose(context, kind, count, random, given)
  for (let draw = 1; draw < REDRAWS && tooLong(context, choice); draw++) {
    choice = choose(context, kind, count, random, given)
  }
  for (let fewer = count - 1; fewer >= fewest && tooLong(context, choice); fewer--) {
    choice = choose(context, kind, fewer, random, given)
  }
  return choice
}

function tooLong(context: StepContext, { prompt }: Choice): boolean {
  return prompt.tokens.length > context.config.maxPrompt
}

function referenceCount({ config }: StepContext, kind: Kind, random: Random): number {
  if (kind === 'induction') return 1
  if (config.referenceCount === 'exact') return config.references
  return below(config.references + 1, random)
}

function choose(
  context: StepContext,
  kind: Kind,
  count: number,
  random: Random,
  given: readonly string[],
): Choice {
  const references = draw(context, referencePool(context, kind), count, random)
  const views = references.map((task) => referenceView(task, kind))
  const options = { references: views, inputs: context.config.inputs, given }
  return { references, prompt: context.prompt(context.prompts.propose(kind, options)) }
}

function draw(
  { config }: StepContext,
  pool: readonly Task[],
  count: number,
  random: Random,
): readonly Task[] {
  if (config.referenceSampling === 'uniform') return drawn(pool, count, random)
  const weighted = pool.map((item) => ({ item, weight: item.step + 1 }))
  return drawnByWeight(weighted, count, random)
}

/** Induction writes inputs for programs of the other two kinds. */
function referencePool({ state }: StepContext, kind: Kind): readonly Task[] {
  if (kind !== 'induction') return state.stores[kind] ?? []
  const programs = [...(state.stores['deduction'] ?? []), ...(state.stores['abduction'] ?? [])]
  return programs.length > 0 ? programs : (state.stores['induction'] ?? [])
}
