/**
 * Whether solutions are right: by value (or name, for error tasks) for deduction, by running for the other two.
 * Gold never enters the sandbox; model text is parsed as a literal or run there, never evaluated here.
 * Source: azr.md sections 5 and 12 (D4, D5, D6, D26, D27).
 */
import type { Task } from '../../contract/task.ts'
import type { Outcome, RunStatus } from '../../contract/verdict.ts'
import type { Answer } from '../prompts/prompts.ts'
import type { Judged, Response, StepContext } from '../recipe.ts'
import { answersGold, argumentsOf, sameOutput } from '../values.ts'
import { namesGold } from './error.ts'
import { cut } from './read.ts'
import { statusOf } from './validate.ts'
import { hiddenPairs } from './view.ts'

/** What grading needs; evaluation grades held-out tasks with it too, so that a score means what a reward means. */
export type VerifyContext = Pick<StepContext, 'prompts' | 'config' | 'execution' | 'report'>

export async function verify(
  context: VerifyContext,
  responses: readonly Response[],
): Promise<Judged[]> {
  const read = responses.flatMap((response) => readSolution(context, response))
  const verdicts = new Map([
    ...deduced(context, read),
    ...(await abduced(context, read)),
    ...(await induced(context, read)),
  ])
  return read.map((solution) => ({
    response: solution.response,
    task: solution.task,
    formatOk: solution.formatOk,
    ...(verdicts.get(solution) ?? WRONG),
  }))
}

type Solution = {
  readonly response: Response
  readonly task: Task
  /** null: nothing could be read. */
  readonly answer: Answer | null
  readonly formatOk: boolean
}
type Verdict = Pick<Judged, 'status' | 'outcomes' | 'correct' | 'undecided'>
type Verdicts = (readonly [Solution, Verdict])[]

const WRONG: Verdict = { status: null, outcomes: [], correct: false, undecided: false }

function readSolution(context: VerifyContext, response: Response): Solution[] {
  const { task, kind } = response.spec
  if (task === null) return []
  const unread = { response, task, answer: null, formatOk: false }
  if (cut(context, response)) return [unread]
  const parsed = context.prompts.readAnswer(kind, response.text)
  if (!parsed.ok) return [unread]
  return [{ response, task, answer: parsed.value, formatOk: parsed.formatOk }]
}

function deduced({ config }: VerifyContext, solutions: readonly Solution[]): Verdicts {
  return solutions.flatMap((solution): Verdicts => {
    const { task, answer } = solution
    const gold = task.pairs[0]?.output
    if (task.kind !== 'deduction' || answer === null || gold === undefined) return []
    const correct =
      task.variant === 'error'
        ? namesGold(answer.text, gold)
        : answersGold(answer.text, gold, config.strictTypes)
    return [[solution, { ...WRONG, correct }]]
  })
}

async function abduced(context: VerifyContext, solutions: readonly Solution[]): Promise<Verdicts> {
  const { execution, config } = context
  const asked = solutions.flatMap((solution) => {
    const { task, answer } = solution
    if (task.kind !== 'abduction' || answer === null) return []
    const input = argumentsOf(answer.text)
    return input === null ? [] : [{ solution, program: task.program, input }]
  })
  // The gold input was run when the task was validated.
  const open = asked.filter(({ solution, input }) => solution.task.pairs[0]?.input !== input)
  const calls = open.map(({ program, input }) => ({ program, input }))
  const found = await execution.each(calls, context.report)
  const outcomes = new Map(open.map((one, at) => [one, found[at]]))
  return asked.map((one) => {
    const gold = one.solution.task.pairs[0]?.output ?? ''
    const outcome: Outcome = outcomes.get(one) ?? { status: 'ok', canonical: gold }
    return [one.solution, { ...verdictOf([outcome], [gold], config.strictTypes), outcomes: [] }]
  })
}

async function induced(context: VerifyContext, solutions: readonly Solution[]): Promise<Verdicts> {
  const { execution, config } = context
  const asked = solutions.flatMap((solution) => {
    const { task, answer } = solution
    if (task.kind !== 'induction' || answer === null) return []
    const inputs = hiddenPairs(task).map(({ input }) => input)
    return [{ solution, program: answer.text, inputs }]
  })
  const requests = asked.map(({ program, inputs }) => ({ program, inputs }))
  const replies = await execution.once(requests, context.report)
  return asked.map(({ solution }, at) => {
    const golds = hiddenPairs(solution.task).map(({ output }) => output)
    return [solution, verdictOf(replies[at] ?? [], golds, config.strictTypes)]
  })
}

/** Right on every pair; a pair without a result counts as wrong. */
function verdictOf(
  outcomes: readonly Outcome[],
  golds: readonly string[],
  strict: boolean,
): Verdict {
  const status: RunStatus = statusOf(outcomes)
  const right = golds.map((gold, at) => {
    const outcome = outcomes[at]
    return outcome?.status === 'ok' && sameOutput(outcome.canonical, gold, strict) ? 1 : 0
  })
  return {
    status,
    outcomes: right,
    correct: right.length > 0 && right.every((one) => one === 1),
    undecided: status === 'infra_error',
  }
}
