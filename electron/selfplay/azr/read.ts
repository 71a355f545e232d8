/**
 * A proposer's text as a draft: program, inputs, message, or why it could not be read.
 * Not here: fences and tags (prompts/), whether the draft is any good (checks.ts).
 */
import type { Response, StepContext } from '../recipe.ts'
import { composed } from './composite.ts'
import { strippedSource } from './strip.ts'
import { referenceView } from './view.ts'

export type Draft = {
  readonly response: Response
  readonly program: string
  readonly inputs: readonly string[]
  readonly message: string
  readonly formatOk: boolean
  /** Why it could not be read. */
  readonly problem: string | null
}

export function read(context: StepContext, response: Response): Draft {
  const { prompts, config, step } = context
  const { kind, references } = response.spec
  const empty = { response, program: '', inputs: [], message: '', formatOk: false }
  if (cut(context, response)) return { ...empty, problem: 'the response was cut at its limit' }
  const views = references.map((task) => referenceView(task, kind))
  const options = { references: views, inputs: config.inputs }
  const parsed = prompts.readProposal(kind, response.text, options)
  if (!parsed.ok) return { ...empty, problem: parsed.why }
  const { value, formatOk } = parsed
  const shown = kind === 'induction' ? references[0]?.program : undefined
  // Only seeds are stripped: comments are the way a proposer speaks to a solver (azr.md 11.5).
  const strip = shown === undefined && step === 0 && config.seedComments === 'strip'
  const own = shown ?? (strip ? strippedSource(value.program) : value.program)
  const program = composed(response.spec.given ?? [], own)
  const draft = { response, program, inputs: value.inputs, message: value.message, formatOk }
  return { ...draft, problem: inputsProblem(context, draft) }
}

/** A response without its end, where nothing but the stop token marks one. */
export function cut({ prompts }: Pick<StepContext, 'prompts'>, { stopReason }: Response): boolean {
  return prompts.stopEndsResponse === true && stopReason === 'length'
}

function inputsProblem({ config }: StepContext, { response, inputs }: Omit<Draft, 'problem'>) {
  const wanted = response.spec.kind === 'induction' ? config.inputs : 1
  return inputs.length === wanted ? null : `expected ${wanted} inputs, found ${inputs.length}`
}
