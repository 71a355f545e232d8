/**
 * Who sees what of a task. Prompts are made from views only, so a hidden field cannot reach one.
 * Source: azr.md 3.2; recipes.md section 5.
 */
import type { Kind, Pair, TaskBody } from '../../contract/task.ts'
import type { Prompt, StepContext } from '../recipe.ts'

type Sight = { readonly program: boolean; readonly input: boolean; readonly output: boolean }

const SOLVER_SEES: Readonly<Record<Kind, Sight>> = {
  deduction: { program: true, input: true, output: false },
  abduction: { program: true, input: false, output: true },
  induction: { program: false, input: true, output: true },
}

/** A task as its solver sees it: hidden texts are empty, hidden pairs missing. */
export function solverView(task: TaskBody): TaskBody {
  const sees = SOLVER_SEES[task.kind]
  const shown = task.kind === 'induction' ? task.pairs.slice(0, task.visible) : task.pairs
  const pairs = shown.map((pair): Pair => ({
    input: sees.input ? pair.input : '',
    output: sees.output ? pair.output : '',
  }))
  return {
    kind: task.kind,
    program: sees.program ? task.program : '',
    pairs,
    visible: task.visible,
    message: task.kind === 'induction' ? task.message : '',
    ...variantOf(task),
  }
}

/** A task as a proposer sees it among references: all of it, or the bare program to write inputs for. */
export function referenceView(task: TaskBody, kind: Kind): TaskBody {
  const { program, pairs } = task
  if (kind === 'induction') return { kind, program, pairs: [], visible: 0, message: '' }
  return { kind, program, pairs, visible: 1, message: '', ...variantOf(task) }
}

function variantOf({ variant }: TaskBody): Pick<TaskBody, 'variant'> {
  return variant === undefined ? {} : { variant }
}

export function solverPrompt(context: StepContext, task: TaskBody): Prompt {
  return context.prompt(context.prompts.solve(solverView(task)))
}

export function hiddenPairs(task: TaskBody): readonly Pair[] {
  return task.kind === 'induction' ? task.pairs.slice(task.visible) : task.pairs
}
