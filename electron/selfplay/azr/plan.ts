/**
 * Which proposals are asked for: per kind a batch of prompts with references from the stores.
 * Source: azr.md 1.3, 1.4.
 */
import type { Kind, Task, Variant } from '../../contract/task.ts'
import { below, drawn, drawnByWeight } from '../random.ts'
import type { Random } from '../random.ts'
import type { EpisodeSpec, Prompt, StepContext } from '../recipe.ts'
import { givenPrograms } from './composite.ts'
import { isOf, variantFor } from './error.ts'
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
  const variant = variantFor(context, kind, index)
  const given = variant === undefined ? givenPrograms(context, kind, index) : []
  const pool = referencePool(context, kind, variant)
  const { references, prompt } = chosen(context, { kind, pool, given, variant, random })
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
    ...(variant === undefined ? {} : { variant }),
  }
}

/** What a prompt is to be made of. */
type Asked = {
  readonly kind: Kind
  readonly pool: readonly Task[]
  readonly given: readonly string[]
  readonly variant: Variant | undefined
  readonly random: Random
}

type Choice = { readonly references: readonly Task[]; readonly prompt: Prompt }

/** Redraws while the prompt is too long, then shows fewer references; always ends. */
function chosen(context: StepContext, asked: Asked): Choice {
  const count = referenceCount(context, asked)
  const fewest = asked.kind === 'induction' ? 1 : 0
  let choice = choose(context, asked, count)
  for (let draw = 1; draw < REDRAWS && tooLong(context, choice); draw++) {
    choice = choose(context, asked, count)
  }
  for (let fewer = count - 1; fewer >= fewest && tooLong(context, choice); fewer--) {
    choice = choose(context, asked, fewer)
  }
  return choice
}

function tooLong(context: StepContext, { prompt }: Choice): boolean {
  return prompt.tokens.length > context.config.maxPrompt
}

function referenceCount({ config }: StepContext, { kind, random }: Asked): number {
  if (kind === 'induction') return 1
  if (config.referenceCount === 'exact') return config.references
  return below(config.references + 1, random)
}

function choose(
  context: StepContext,
  { kind, pool, given, variant, random }: Asked,
  count: number,
): Choice {
  const { inputs, errorBanned } = context.config
  const references = draw(context, pool, count, random)
  const views = references.map((task) => referenceView(task, kind))
  const error = variant === 'error' ? { error: { banned: errorBanned } } : {}
  const options = { references: views, inputs, given, ...error }
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

/** Of the same variant; induction writes inputs for plain programs of the other two kinds. */
function referencePool(
  { state }: StepContext,
  kind: Kind,
  variant: Variant | undefined,
): readonly Task[] {
  const of = (kind: Kind) => (state.stores[kind] ?? []).filter(isOf(variant))
  if (kind !== 'induction') return of(kind)
  const programs = [...of('deduction'), ...of('abduction')]
  return programs.length > 0 ? programs : of('induction')
}
