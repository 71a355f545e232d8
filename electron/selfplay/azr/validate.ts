/**
 * From a proposer's text to a task, or to the check that refused it. Checks have names and an order, and stop
 * at the first failure. Gold comes from two children under different hash seeds.
 * Source: azr.md sections 3.3, 4 and 12 (D1, D3, D9, D14, D18, D21 are the defects avoided here).
 */
import type { Check, Kind, ProgramFacts, Task, TaskBody } from '../../contract/task.ts'
import type { Outcome, RunStatus } from '../../contract/verdict.ts'
import { digest } from '../random.ts'
import type { JudgedProposal, Response, Standing, StepContext } from '../recipe.ts'
import { unwritable } from '../values.ts'
import type { Candidate } from './checks.ts'
import { staticChecks } from './checks.ts'
import { echoes } from './composite.ts'
import { asNames } from './error.ts'
import { withTerms } from './intrinsic.ts'
import { read } from './read.ts'
import type { Draft } from './read.ts'
import { keyOfTask, knownKeys } from './repeats.ts'
import { solverPrompt } from './view.ts'

export function validate(
  context: StepContext,
  responses: readonly Response[],
): Promise<JudgedProposal[]> {
  return validateDrafts(
    context,
    responses.map((response) => read(context, response)),
  )
}

export async function validateDrafts(
  context: StepContext,
  drafts: readonly Draft[],
): Promise<JudgedProposal[]> {
  const readable = drafts.filter(({ problem }) => problem === null)
  const found = await context.execution.analyse(readable.map(({ program }) => program))
  const facts = new Map(readable.map((draft, at) => [draft, found[at]]))
  const checked = drafts.map((draft) => check(context, draft, facts.get(draft)))
  const runnable = checked.flatMap(({ candidate }) => (candidate === null ? [] : [candidate]))
  const replies = await context.execution.twice(runnable, context.report)
  const outcomes = new Map(runnable.map((candidate, at) => [candidate, replies[at] ?? []]))
  const passing = await passedOn(context, checked, outcomes)
  const known = new Map<Kind, Set<string>>()
  const concluded = checked.map((one) => {
    const ran = one.candidate === null ? [] : (outcomes.get(one.candidate) ?? [])
    return conclude(context, one, ran, known, passing)
  })
  return withTerms(context, concluded)
}

type Checked = {
  readonly draft: Draft
  readonly facts: ProgramFacts | null
  readonly checks: readonly Check[]
  /** What is left to run; null when a check refused it. */
  readonly candidate: Candidate | null
}

function check(context: StepContext, draft: Draft, found: ProgramFacts | undefined): Checked {
  const parse: Check = {
    name: 'parse',
    pass: draft.problem === null,
    evidence: draft.problem ?? '',
  }
  if (draft.problem !== null) return { draft, facts: null, checks: [parse], candidate: null }
  const facts = found ?? { ok: false, error: 'no analysis' }
  const { checks, candidate } = staticChecks(context, draft, facts)
  return { draft, facts, checks: [parse, ...checks], candidate }
}

function conclude(
  context: StepContext,
  { draft, facts, checks, candidate }: Checked,
  ran: readonly Outcome[],
  known: Map<Kind, Set<string>>,
  passing: ReadonlySet<Candidate>,
): Omit<JudgedProposal, 'terms'> {
  const { response, formatOk } = draft
  const base = { response, formatOk, outcomes: [], correct: null, undecided: false, facts }
  const refused = { ...base, task: null, standing: 'invalid' as const }
  if (candidate === null) return { ...refused, status: null, checks }
  const status = statusOf(ran)
  const outcomes = response.spec.variant === 'error' ? asNames(ran) : ran
  const run = runChecks(outcomes)
  if (run.every(({ pass }) => pass)) run.push(...composesCheck(response, passing.has(candidate)))
  const all = [...checks, ...run]
  if (status === 'infra_error') return { ...refused, status, checks: all, undecided: true }
  if (run.some(({ pass }) => !pass)) return { ...refused, status, checks: all }
  const task = taskOf(context, response, candidate, outcomes)
  const { standing, more } = standingOf(context, task, known)
  const kept = standing === 'unservable' ? null : task
  return { ...base, task: kept, standing, status, checks: [...all, ...more] }
}

function composesCheck({ spec }: Response, passesOn: boolean): Check[] {
  if (spec.given === undefined) return []
  const evidence = passesOn ? 'f gives back what a given program does' : ''
  return [{ name: 'composes', pass: !passesOn, evidence }]
}

/** Composite proposals whose output is that of a given program on the same input. */
async function passedOn(
  context: StepContext,
  checked: readonly Checked[],
  outcomes: ReadonlyMap<Candidate, readonly Outcome[]>,
): Promise<ReadonlySet<Candidate>> {
  const calls = checked.flatMap(({ draft, candidate }) => {
    const [outcome] = candidate === null ? [] : (outcomes.get(candidate) ?? [])
    if (candidate === null || outcome?.status !== 'ok') return []
    const { inputs } = candidate
    return echoes(draft.response.spec.given ?? []).map((program) => {
      return { candidate, output: outcome.canonical, request: { program, inputs } }
    })
  })
  const replies = await context.execution.once(
    calls.map(({ request }) => request),
    context.report,
  )
  const same = calls.filter(({ output }, at) => {
    const [reply] = replies[at] ?? []
    return reply?.status === 'ok' && reply.canonical === output
  })
  return new Set(same.map(({ candidate }) => candidate))
}

/** What the sandbox said first that was not ok; trouble of its own comes before everything. */
export function statusOf(outcomes: readonly Outcome[]): RunStatus {
  const statuses = outcomes.map(({ status }) => status)
  if (statuses.includes('infra_error')) return 'infra_error'
  return statuses.find((status) => status !== 'ok') ?? 'ok'
}

const REFUSED_AT: Readonly<Record<Exclude<RunStatus, 'ok'>, 'runs' | 'deterministic' | 'output'>> =
  {
    exception: 'runs',
    timeout: 'runs',
    memory: 'runs',
    rejected: 'runs',
    infra_error: 'runs',
    nondeterministic: 'deterministic',
    unserialisable: 'output',
    too_large: 'output',
  }

const RUN_CHECKS = ['runs', 'deterministic', 'output'] as const

/** The three checks by running, up to the first that fails. */
function runChecks(outcomes: readonly Outcome[]): Check[] {
  const checks: Check[] = []
  for (const name of RUN_CHECKS) {
    const evidence = runProblem(name, outcomes)
    checks.push({ name, pass: evidence === null, evidence: evidence ?? '' })
    if (evidence !== null) break
  }
  return checks
}

function runProblem(
  name: (typeof RUN_CHECKS)[number],
  outcomes: readonly Outcome[],
): string | null {
  for (const [at, outcome] of outcomes.entries()) {
    const where = outcomes.length > 1 ? `input ${at + 1}: ` : ''
    if (outcome.status !== 'ok') {
      if (REFUSED_AT[outcome.status] === name) return `${where}${outcome.status}: ${outcome.detail}`
      continue
    }
    const problem = name === 'output' ? unwritable(outcome.canonical) : null
    if (problem !== null) return `${where}${problem}`
  }
  return null
}

function taskOf(
  context: StepContext,
  { spec, id }: Response,
  candidate: Candidate,
  outcomes: readonly Outcome[],
): Task {
  const pairs = candidate.inputs.map((input, at) => {
    const outcome = outcomes[at]
    return { input, output: outcome?.status === 'ok' ? outcome.canonical : '' }
  })
  const { kind } = spec
  const body: TaskBody = {
    kind,
    program: candidate.program,
    pairs,
    visible: kind === 'induction' ? context.config.visible : 1,
    message: candidate.message,
    ...(spec.variant === undefined ? {} : { variant: spec.variant }),
  }
  return { ...body, id: id.replace('/propose/', '/'), step: context.step }
}

/** Whether a valid task can be put to the solver and was not seen before, in the order of the batch. */
function standingOf(
  context: StepContext,
  task: Task,
  known: Map<Kind, Set<string>>,
): { standing: Standing; more: Check[] } {
  const tokens = solverPrompt(context, task).tokens.length
  if (tokens > context.config.maxPrompt) {
    const evidence = `the solver prompt has ${tokens} tokens, at most ${context.config.maxPrompt} fit`
    return { standing: 'unservable', more: [{ name: 'fits', pass: false, evidence }] }
  }
  const keys = known.get(task.kind) ?? knownKeys(context.state, task.kind)
  known.set(task.kind, keys)
  const key = digest(keyOfTask(task))
  const seen = keys.has(key)
  keys.add(key)
  const fits: Check = { name: 'fits', pass: true, evidence: '' }
  const fresh: Check = { name: 'new', pass: !seen, evidence: seen ? 'seen before' : '' }
  return { standing: seen ? 'repeat' : 'fresh', more: [fits, fresh] }
}
