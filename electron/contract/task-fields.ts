/**
 * What tasks can be filtered by: one row per name of the query language, for the page that offers them and the store
 * that looks them up. Not here: reading a query (query.ts), columns and indexes (store/task-tests.ts).
 */
import { KINDS, VARIANTS } from './task.ts'
import { RUN_STATUSES } from './verdict.ts'

/**
 * number: ranges. choice: one of a few. name: exact texts. words: full text, in the part of a task that it names.
 */
export type TaskField =
  | { readonly type: 'number'; readonly help: string; readonly share?: true }
  | { readonly type: 'choice'; readonly help: string; readonly choices: readonly string[] }
  | { readonly type: 'name'; readonly help: string }
  | { readonly type: 'words'; readonly help: string }

const number = (help: string) => ({ type: 'number', help }) as const
const share = (help: string) => ({ type: 'number', help, share: true }) as const
const choice = (help: string, choices: readonly string[]) =>
  ({ type: 'choice', help, choices }) as const
const exact = (help: string) => ({ type: 'name', help }) as const
const words = (help: string) => ({ type: 'words', help }) as const

export const TASK_FIELDS = {
  kind: choice('deduction, abduction or induction', KINDS),
  variant: choice('error: asks which exception the call ends with', VARIANTS),
  state: choice('valid, or rejected by a check', ['valid', 'rejected']),
  step: number('step of the run'),
  solve: share('share of probes that solved it'),
  reward: number("the proposer's reward"),
  check: exact('the check that rejected it'),
  verdict: choice('what the sandbox said of the proposal', RUN_STATUSES),
  flags: number('open flags of the proposal and of its attempts'),
  tag: exact('a tag that somebody gave it'),
  nodes: number('nodes of the syntax tree'),
  cognitive: number('cognitive complexity'),
  cyclomatic: number('cyclomatic complexity'),
  halstead: number("Halstead's volume"),
  chars: number('characters of the program'),
  probes: number('probes that measured the solve rate'),
  program: words('words of the program'),
  message: words('words of the message to the solver'),
  input: words('words of inputs and outputs'),
  prompt: words('words of a prompt about it'),
  response: words('words of any response about it'),
  id: exact('id of the task or of its proposal'),
  skeleton: exact('programs that differ in constants only'),
} as const satisfies Readonly<Record<string, TaskField>>

export type TaskFieldName = keyof typeof TASK_FIELDS
type NamesOf<Type extends TaskField['type']> = {
  [Name in TaskFieldName]: (typeof TASK_FIELDS)[Name]['type'] extends Type ? Name : never
}[TaskFieldName]
export type NumberName = NamesOf<'number'>
export type ExactName = NamesOf<'choice' | 'name'>
/** any: program, message, inputs; of a rejected proposal its response. */
export type WordsName = NamesOf<'words'> | 'any'

export const TASK_FIELD_NAMES = Object.keys(TASK_FIELDS).filter(isTaskField)

export function isTaskField(name: string): name is TaskFieldName {
  return Object.hasOwn(TASK_FIELDS, name)
}

export function isNumberField(name: TaskFieldName): name is NumberName {
  return TASK_FIELDS[name].type === 'number'
}

export function isWordsField(name: TaskFieldName): name is Exclude<WordsName, 'any'> {
  return TASK_FIELDS[name].type === 'words'
}
