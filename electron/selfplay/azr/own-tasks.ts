/**
 * The stores' first tasks out of a user's file: checked and run like proposals, whatever outputs the file claims.
 * Not here: reading the file (host), the model's own seeds (seed.ts). Source: azr.md 11.3.
 */
import type { RunConfig } from '../../contract/config.ts'
import type { Kind, Task } from '../../contract/task.ts'
import type { EpisodeSpec, JudgedProposal, Response, SeedTask, StepContext } from '../recipe.ts'
import type { Draft } from './read.ts'
import { validateDrafts } from './validate.ts'

/** The identity has index 0. */
const FIRST = 1

/** The user's tasks, checked and run like proposals. */
export async function ownTasks(
  context: StepContext,
  kinds: readonly Kind[],
): Promise<{ readonly found: readonly Task[]; readonly warnings: readonly string[] }> {
  const { seeds, config } = context
  if (seeds.length === 0) return { found: [], warnings: [] }
  const asked = seeds.filter(({ kind }) => kind !== 'induction' || kinds.includes(kind))
  const judged = await validateDrafts(
    context,
    asked.map((seed, at) => draftOf(config, seed, FIRST + at)),
  )
  const fresh = judged.flatMap(({ task, standing }) =>
    task !== null && standing === 'fresh' ? [task] : [],
  )
  const triples = kinds.filter((kind) => kind !== 'induction')
  const found = fresh.flatMap((task) => (task.kind === 'induction' ? task : twins(task, triples)))
  return { found, warnings: refusals(judged, seeds.length) }
}

function draftOf(
  config: RunConfig,
  { kind, program, inputs, message }: SeedTask,
  at: number,
): Draft {
  const own =
    kind === 'induction' ? kind : (config.types.find((one) => one !== 'induction') ?? kind)
  const spec: EpisodeSpec = {
    role: 'propose',
    kind: own,
    purpose: 'propose',
    index: at,
    samples: 1,
    prompt: { text: '', tokens: [] },
    task: null,
    references: [],
  }
  const wanted = own === 'induction' ? config.inputs : 1
  const problem =
    inputs.length < wanted ? `expected ${wanted} inputs, found ${inputs.length}` : null
  const response: Response = {
    id: `0/propose/${own}/${at}`,
    spec,
    seed: 0,
    text: '',
    response: '',
    tokens: [],
    logprobs: [],
    stopReason: 'stop',
  }
  return { response, program, inputs: inputs.slice(0, wanted), message, formatOk: true, problem }
}

/** The task itself and, for every other kind, the same program and input as a task of that kind. */
export function twins(task: Task, kinds: readonly Kind[]): Task[] {
  return kinds.map((kind) =>
    kind === task.kind ? task : { ...task, kind, id: task.id.replace(task.kind, kind) },
  )
}

/** One sentence about those left out, by the check that refused most. */
function refusals(judged: readonly JudgedProposal[], total: number): string[] {
  const reasons = judged.flatMap(({ standing, checks }) => {
    if (standing === 'fresh') return []
    const failed = checks.find(({ pass }) => !pass)
    return [`${failed?.name ?? standing}: ${failed?.evidence ?? ''}`]
  })
  const [first] = reasons
  if (first === undefined) return []
  return [
    `Seed file: ${reasons.length} of ${total} tasks were left out; the first for ${first.slice(0, 200)}.`,
  ]
}
