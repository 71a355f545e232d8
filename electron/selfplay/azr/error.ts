/**
 * Error deduction: proposals whose solver has to say which exception ends the call of f, or that none does.
 * Off by default: the paper saw no gain. Gold is the name of the exception's class, or `NoError`.
 * Not here: running twice under two hash seeds, which every proposal goes through (validate.ts), words (prompts/).
 * Source: azr.md 11.1, section 9 (10) and 12 (D16: status and name must both agree).
 */
import type { ErrorKeyword } from '../../contract/fields.ts'
import { NO_ERROR } from '../../contract/task.ts'
import type { Kind, ProgramFacts, TaskBody, Variant } from '../../contract/task.ts'
import type { Outcome } from '../../contract/verdict.ts'
import { toCanonical } from '../../python/canonical.ts'
import { pyStr } from '../../python/value.ts'
import type { StepContext } from '../recipe.ts'
import { shownText } from '../values.ts'

/** The variant that a proposal is asked for. Seeds are plain: they serve abduction too. */
export function variantFor(context: StepContext, kind: Kind, index: number): Variant | undefined {
  const { errorShare } = context.config
  if (kind !== 'deduction' || errorShare === 0 || context.step === 0) return undefined
  return context.random('error', kind, index)() < errorShare ? 'error' : undefined
}

/** Whether a task is of that variant; undefined: whether it is a plain one. */
export const isOf =
  (variant: Variant | undefined) =>
  (task: TaskBody): boolean =>
    task.variant === variant

type Facts = Extract<ProgramFacts, { ok: true }>

/** Nodes of the syntax tree that stand for each keyword. */
const NODES: Readonly<Record<ErrorKeyword, readonly string[]>> = {
  raise: ['Raise'],
  assert: ['Assert'],
  try: ['Try', 'TryStar'],
  except: ['ExceptHandler'],
}

/** What is wrong with the keywords of a program, or null. The list of nodes may end before the tree does. */
export function keywordProblem(banned: readonly ErrorKeyword[], facts: Facts): string | null {
  const found = banned.find((keyword) => NODES[keyword].some((node) => facts.shape.includes(node)))
  if (found !== undefined) return found
  const whole = facts.shape.length >= facts.nodes
  return banned.length === 0 || whole ? null : `only ${facts.shape.length} nodes can be looked at`
}

/** A class name as Python has it, in full: longer ones arrive cut at 60 characters. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,58}$/

/**
 * Names that say nothing of the program: what the sandbox raises where a program reaches for a file, a device, a
 * module or an encoding (elsewhere it would be another name, or none), what it says of a text that is no program or
 * of a child without a sound reply, and the answer for no exception.
 */
const NO_GOLD: ReadonlySet<string> = new Set(
  (
    'OSError BlockingIOError FileExistsError FileNotFoundError IsADirectoryError NotADirectoryError ' +
    'PermissionError UnsupportedOperation EOFError ImportError ModuleNotFoundError LookupError SyntaxError ' +
    'forged_or_garbled'
  )
    .split(' ')
    .concat(NO_ERROR),
)

/** Outcomes of both runs as those of an error task: the name is the value. Whatever was cut short stays as it is. */
export function asNames(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.map((outcome): Outcome => {
    if (outcome.status === 'ok') return { status: 'ok', canonical: goldOf(NO_ERROR) }
    if (outcome.status !== 'exception') return outcome
    const { detail } = outcome
    const problem = !NAME.test(detail) || NO_GOLD.has(detail)
    if (problem) return { status: 'exception', detail: `${detail} cannot be asked for` }
    return { status: 'ok', canonical: goldOf(detail) }
  })
}

/** Whether an answer is the very name; blanks around it do not count. */
export function namesGold(answer: string, gold: string): boolean {
  return answer.trim() === shownText(gold)
}

const goldOf = (name: string): string => toCanonical(pyStr(name))
