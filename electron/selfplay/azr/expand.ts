/**
 * Which solutions are asked for: probes, that measure new proposals, and attempts at stored tasks.
 * Prompts that are too long are left out before drawing, never after, so that a batch is full.
 * Source: azr.md 1.3, 1.4 (solver tasks), 12 (D9, D23); nano.md section 4 (solver-only control).
 */
import type { RunConfig } from '../../contract/config.ts'
import { AppError } from '../../contract/errors.ts'
import type { Purpose } from '../../contract/episode.ts'
import type { Kind, Task } from '../../contract/task.ts'
import { drawn, drawnByWeight, seedOf } from '../random.ts'
import type { Random } from '../random.ts'
import type { EpisodeSpec, Expansion, JudgedProposal, Prompt, StepContext } from '../recipe.ts'
import { solverPrompt } from './view.ts'

export async function expand(
  context: StepContext,
  proposals: readonly JudgedProposal[],
): Promise<Expansion> {
  if (context.config.control === 'solver-only') return solverOnly(context)
  const probes = probeSpecs(context, proposals)
  const attempts = context.config.types.flatMap((kind) => attemptSpecs(context, kind, proposals))
  return { specs: [...probes, ...attempts], given: [] }
}

/** Whether the difficulty of a proposal is measured; a repeat is not worth it where it earns nothing. */
function isProbed({ config }: StepContext, { standing }: JudgedProposal): boolean {
  return standing === 'fresh' || (standing === 'repeat' && !config.noveltyDiscount)
}

/** Deduction is verified by comparing, without the sandbox, so that many more attempts cost little. */
function attemptCount({ batch, deductionFactor }: RunConfig, kind: Kind): number {
  return kind === 'deduction' ? batch * deductionFactor : batch
}

// Attempts have the lowest indices, probes those above, by proposal.
function probeSpecs(context: StepContext, proposals: readonly JudgedProposal[]): EpisodeSpec[] {
  const { config } = context
  const { mcSamples } = config
  return proposals.flatMap((proposal) => {
    const { task, response } = proposal
    if (task === null || !isProbed(context, proposal)) return []
    const index = attemptCount(config, task.kind) + response.spec.index * mcSamples
    return [solveSpec('probe', task, solverPrompt(context, task), index, mcSamples)]
  })
}

function attemptSpecs(
  context: StepContext,
  kind: Kind,
  proposals: readonly JudgedProposal[],
): EpisodeSpec[] {
  const tasks = chosenTasks(context, kind, proposals)
  return tasks.map(({ task, prompt }, index) => solveSpec('attempt', task, prompt, index, 1))
}

async function solverOnly(context: StepContext): Promise<Expansion> {
  const { config, taskSource, step, isReserved } = context
  if (taskSource === null) {
    throw new AppError('config', 'control: expected a source of tasks for solver-only, found none')
  }
  const given: Task[] = []
  const specs: EpisodeSpec[] = []
  for (const kind of config.types) {
    const bodies = await taskSource(kind, config.batch, seedOf(config.seed, step, 'source', kind))
    for (const [index, body] of bodies.entries()) {
      const task = { ...body, id: `${step}/${kind}/${index}`, step }
      const prompt = solverPrompt(context, task)
      if (isReserved(body.program) || !fits(context, prompt)) continue
      given.push(task)
      specs.push(solveSpec('attempt', task, prompt, index * config.mcSamples, config.mcSamples))
    }
  }
  return { specs, given }
}

function solveSpec(
  purpose: Purpose,
  task: Task,
  prompt: Prompt,
  index: number,
  samples: number,
): EpisodeSpec {
  return { role: 'solve', kind: task.kind, purpose, index, samples, prompt, task, references: [] }
}

type Chosen = { readonly task: Task; readonly prompt: Prompt }

/** A batch of tasks of a kind: new ones as the mix says, the others from the whole store. */
function chosenTasks(
  context: StepContext,
  kind: Kind,
  proposals: readonly JudgedProposal[],
): Chosen[] {
  const { config } = context
  const count = attemptCount(config, kind)
  const random = context.random('attempts', kind)
  const fresh = config.solveSource === 'sameStep' ? freshTasks(kind, proposals) : []
  const all = [...(context.state.stores[kind] ?? []), ...fresh]
  if (config.solveMix === 'step') return byStep(context, all, count, random)
  const isNew = newness(context)
  const share = { 'max-new': 1, 'half-new': 0.5, uniform: 0 }[config.solveMix]
  const limit = Math.floor(count * share)
  const first = fitting(context, drawn(all.filter(isNew), all.length, random), limit)
  const taken = new Set(first.map(({ task }) => task))
  const others = drawn(
    all.filter((task) => !taken.has(task)),
    all.length,
    random,
  )
  const chosen = [...first, ...fitting(context, others, count - first.length)]
  return repeatedTo(chosen, count)
}

function freshTasks(kind: Kind, proposals: readonly JudgedProposal[]): Task[] {
  return proposals.flatMap(({ task, standing }) =>
    task !== null && task.kind === kind && standing === 'fresh' ? [task] : [],
  )
}

/** New: of the last solveWindow steps, this one included where its own tasks are solved. */
function newness({ config, step }: StepContext): (task: Task) => boolean {
  const last = config.solveSource === 'sameStep' ? step : step - 1
  return (task) => task.step > last - config.solveWindow && task.step <= last
}

/** With replacement, the newer the likelier. */
function byStep(
  context: StepContext,
  all: readonly Task[],
  count: number,
  random: Random,
): Chosen[] {
  const weighted = all.map((item) => ({ item, weight: item.step + 1 }))
  const draws = Array.from({ length: count }, () =>
    fitting(context, drawnByWeight(weighted, weighted.length, random), 1),
  )
  return draws.flat()
}

/** The first tasks whose prompts fit, up to a number. */
function fitting(context: StepContext, tasks: readonly Task[], limit: number): Chosen[] {
  const chosen: Chosen[] = []
  for (const task of tasks) {
    if (chosen.length >= limit) break
    const prompt = solverPrompt(context, task)
    if (fits(context, prompt)) chosen.push({ task, prompt })
  }
  return chosen
}

function fits({ config }: StepContext, prompt: Prompt): boolean {
  return prompt.tokens.length <= config.maxPrompt
}

// Fewer tasks than a batch: over again from the first.
function repeatedTo(chosen: readonly Chosen[], count: number): Chosen[] {
  if (chosen.length === 0) return []
  return Array.from({ length: count }, (_, at) => chosen[at % chosen.length]).flatMap((one) =>
    one === undefined ? [] : [one],
  )
}
