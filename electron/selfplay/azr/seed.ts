/**
 * Bootstrapping from one identity program, and from the user's tasks where there are some: proposals without updates until the stores hold enough tasks.
 * Deduction and abduction start from the same programs; every pass sees the tasks of the passes before it.
 * Source: azr.md 1.2.
 */
import type { RunConfig } from '../../contract/config.ts'
import { KINDS } from '../../contract/task.ts'
import type { Kind, Task } from '../../contract/task.ts'
import type { Bootstrap, IsClean, JudgedProposal, Kept, Play, StepContext } from '../recipe.ts'
import { canonicalOf } from '../values.ts'
import { grown, grownWindow } from './after.ts'
import { ownTasks, twins } from './own-tasks.ts'
import { proposalSpec } from './plan.ts'
import { validate } from './validate.ts'

const IDENTITY = 'def f(x):\n    return x'

/** Passes per wanted batch before seeding gives up. */
const PATIENCE = 4

export async function bootstrap(
  context: StepContext,
  play: Play,
  isClean: IsClean,
): Promise<Bootstrap> {
  const { config } = context
  const kinds = seedKinds(config)
  const given = identityTasks(config, kinds)
  let seeds: Seeds = {
    kept: { stores: byKind(given), window: {} },
    proposals: [],
    given,
    next: 1,
  }
  if (config.control === 'solver-only') return { ...seeds, warnings: [] }
  const triples = kinds.filter((kind) => kind !== 'induction')
  const source = { context, play, isClean }
  const { found, warnings } = await ownTasks(context, kinds)
  seeds = withOwn(config, seeds, found, context.seeds.length)
  seeds = await fill(source, triples, seeds)
  if (kinds.includes('induction')) seeds = await fill(source, ['induction'], seeds)
  return { ...seeds, warnings: [...warnings, ...shortfalls(config, seeds.kept, kinds)] }
}

type Source = { readonly context: StepContext; readonly play: Play; readonly isClean: IsClean }

type Seeds = {
  readonly kept: Kept
  readonly proposals: readonly JudgedProposal[]
  readonly given: readonly Task[]
  /** Index of the next proposal of a kind, the identity being 0. */
  readonly next: number
}

/** Induction needs programs to write inputs for, so one of the other kinds is always seeded. */
export function seedKinds({ types }: RunConfig): Kind[] {
  const triples = types.filter((kind) => kind !== 'induction')
  const needed = triples.length > 0 ? triples : (['deduction'] as const)
  return KINDS.filter((kind) => types.includes(kind) || needed.some((one) => one === kind))
}

function identityTasks(config: RunConfig, kinds: readonly Kind[]): Task[] {
  const single = [config.promptSet === 'nano' ? '[1, 2, 3]' : "'Hello world'"]
  const several = Array.from({ length: config.inputs }, (_, at) => String(at + 1))
  return kinds.map((kind): Task => {
    const inputs = kind === 'induction' ? several : single
    return {
      id: `0/${kind}/0`,
      step: 0,
      kind,
      program: IDENTITY,
      pairs: inputs.map((input) => ({ input, output: canonicalOf(input) })),
      visible: kind === 'induction' ? config.visible : 1,
      message: kind === 'induction' ? 'Gives back what it is given.' : '',
    }
  })
}

/** Passes of one batch per kind until each kind's target is met or patience ends. */
async function fill(source: Source, kinds: readonly Kind[], from: Seeds): Promise<Seeds> {
  const { batch, seedFactor } = source.context.config
  const target = batch * seedFactor
  let seeds = from
  // The identity does not count.
  for (let pass = 0; pass < PATIENCE * seedFactor; pass++) {
    if (sizeOf(seeds.kept, kinds) > target) break
    seeds = await onePass(source, kinds, seeds, target + 1)
  }
  return seeds
}

async function onePass(
  { context, play, isClean }: Source,
  kinds: readonly Kind[],
  seeds: Seeds,
  limit: number,
): Promise<Seeds> {
  const { config } = context
  const state = { ...context.state, ...seeds.kept }
  const now = { ...context, state }
  const specs = kinds.flatMap((kind, at) =>
    Array.from({ length: config.batch }, (_, index) =>
      proposalSpec(now, kind, seeds.next + at * config.batch + index),
    ),
  )
  const proposals = await validate(now, await play(specs))
  const room = limit - sizeOf(seeds.kept, kinds)
  const fresh = proposals.flatMap((proposal) => {
    const { task, standing } = proposal
    return task !== null && standing === 'fresh' && isClean(proposal) ? [task] : []
  })
  const own = unique(fresh).slice(0, room)
  const added = own.flatMap((task) => twins(task, kinds))
  return {
    kept: keep(config, seeds.kept, kinds, proposals, added),
    proposals: [...seeds.proposals, ...proposals],
    given: [...seeds.given, ...added.filter((task) => !own.includes(task))],
    next: seeds.next + kinds.length * config.batch,
  }
}

// A deduction and an abduction proposal of one pass may be the same program and input.
function unique(tasks: readonly Task[]): Task[] {
  const keyed = new Map<string, Task>()
  for (const task of tasks) {
    const key = JSON.stringify([task.program, task.pairs])
    if (!keyed.has(key)) keyed.set(key, task)
  }
  return [...keyed.values()]
}

/** tasks: how many were read, each with an index of its own. */
function withOwn(config: RunConfig, seeds: Seeds, found: readonly Task[], tasks: number): Seeds {
  const kinds = [...new Set(found.map(({ kind }) => kind))]
  return {
    ...seeds,
    kept: keep(config, seeds.kept, kinds, [], found),
    given: [...seeds.given, ...found],
    next: seeds.next + tasks,
  }
}

function keep(
  config: RunConfig,
  kept: Kept,
  kinds: readonly Kind[],
  proposals: readonly JudgedProposal[],
  added: readonly Task[],
): Kept {
  const stores = { ...kept.stores }
  const window = { ...kept.window }
  for (const kind of kinds) {
    const tasks = added.filter((task) => task.kind === kind)
    stores[kind] = grown(config, kept.stores[kind] ?? [], tasks)
    const own = proposals.filter(({ response }) => response.spec.kind === kind)
    window[kind] = grownWindow(config, kept.window[kind], own)
  }
  return { stores, window }
}

function sizeOf({ stores }: Kept, kinds: readonly Kind[]): number {
  return stores[kinds[0] ?? '']?.length ?? 0
}

function byKind(tasks: readonly Task[]): Record<string, readonly Task[]> {
  return Object.fromEntries(tasks.map((task) => [task.kind, [task]]))
}

function shortfalls(config: RunConfig, { stores }: Kept, kinds: readonly Kind[]): string[] {
  const wanted = config.batch * config.seedFactor + 1
  return kinds.flatMap((kind) => {
    const found = stores[kind]?.length ?? 0
    const sentence = `Seeding ended with ${found} of ${wanted} ${kind} tasks: the model proposes too few valid new ones.`
    return found < Math.min(wanted, config.maxBuffer) ? [sentence] : []
  })
}
