/**
 * The checks that need no execution, as a table in their order. Each row says what is wrong, or null.
 * Source: azr.md section 4; the held-out row keeps evaluation programs out of training (nano.md section 8).
 */
import type { Check, ProgramFacts } from '../../contract/task.ts'
import { forbiddenImport, forbiddenName } from '../policy.ts'
import type { StepContext } from '../recipe.ts'
import { argumentsOf } from '../values.ts'
import { compositeProblem } from './composite.ts'
import { keywordProblem } from './error.ts'
import type { Draft } from './read.ts'

/** A draft that may run: entry called f, inputs in one spelling. */
export type Candidate = {
  readonly program: string
  readonly inputs: readonly string[]
  readonly message: string
}

type Facts = Extract<ProgramFacts, { ok: true }>
type Row = {
  readonly name: string
  /** Only for proposals that build on given programs. */
  readonly composite?: true
  readonly problem: (draft: Draft, facts: Facts, context: StepContext) => string | null
}

const ROWS: readonly Row[] = [
  {
    name: 'entry',
    problem: (_, facts) =>
      !facts.hasEntry ? 'no function f' : facts.parameters < 1 ? 'f has no parameter' : null,
  },
  { name: 'imports', problem: (_, facts) => forbiddenImport(facts.imports) },
  {
    name: 'names',
    problem: ({ response }, facts, { config }) =>
      forbiddenName(facts.dunders) ??
      (response.spec.variant === 'error' ? keywordProblem(config.errorBanned, facts) : null),
  },
  {
    name: 'functions',
    problem: ({ response }, facts, { config }) => {
      const all = facts.shape.filter((node) => node.endsWith('FunctionDef')).length
      const count = all - (response.spec.given ?? []).length
      return config.rejectMultipleFunctions && count > 1 ? `${count} functions` : null
    },
  },
  {
    name: 'composite',
    composite: true,
    problem: ({ response, program }) => compositeProblem(response.spec.given ?? [], program),
  },
  {
    name: 'literal',
    problem: ({ inputs }) => inputs.find((input) => argumentsOf(input) === null) ?? null,
  },
  // The message is shown to the solver, the program is not.
  {
    name: 'message',
    problem: ({ message, program }) => (tells(message, program) ? 'it holds the program' : null),
  },
]

/** Checks up to the first that fails, and the candidate when none does. */
export function staticChecks(
  context: StepContext,
  draft: Draft,
  facts: ProgramFacts,
): { checks: Check[]; candidate: Candidate | null } {
  const reserved =
    context.isReserved(draft.program) || (facts.ok && context.isReserved(facts.program))
  const checks = [outcome('held-out', reserved ? 'a program of a held-out suite' : null)]
  if (!reserved) checks.push(outcome('syntax', facts.ok ? null : facts.error))
  if (reserved || !facts.ok) return { checks, candidate: null }
  for (const { name, problem } of rowsOf(draft)) {
    const check = outcome(name, problem(draft, facts, context))
    checks.push(check)
    if (!check.pass) return { checks, candidate: null }
  }
  const inputs = draft.inputs.map((input) => argumentsOf(input) ?? '')
  return { checks, candidate: { program: facts.program, inputs, message: draft.message } }
}

function rowsOf({ response }: Draft): readonly Row[] {
  return response.spec.given === undefined ? ROWS.filter(({ composite }) => !composite) : ROWS
}

function outcome(name: string, problem: string | null): Check {
  return { name, pass: problem === null, evidence: problem ?? '' }
}

function tells(message: string, program: string): boolean {
  const bare = (text: string) => text.replace(/\s+/g, '')
  return message !== '' && (/\bdef\s+f\s*\(/.test(message) || bare(message).includes(bare(program)))
}
