/**
 * What could come next where the cursor stands in a query: fields, then their values. Pure.
 * Not here: the field that shows them (views/tasks/query-bar.tsx).
 */
import { partsOf } from '../../electron/contract/query.ts'
import { isTaskField, TASK_FIELD_NAMES, TASK_FIELDS } from '../../electron/contract/task-fields.ts'
import type { TaskField, TaskFieldName } from '../../electron/contract/task-fields.ts'

export type Suggestion = {
  readonly text: string
  readonly help: string
  /** What it replaces. */
  readonly from: number
  readonly to: number
  /** Whether a value follows, so that nothing is searched for yet. */
  readonly goesOn: boolean
}

/** Values of fields that no table knows: tags of the run, names of checks. */
export type KnownValues = Readonly<Partial<Record<TaskFieldName, readonly string[]>>>

const MOST = 24

export function suggestionsAt(text: string, cursor: number, known: KnownValues): Suggestion[] {
  const part = partsOf(text).find(({ from, to }) => from < cursor && cursor <= to)
  const from = part?.from ?? cursor
  const to = part?.to ?? cursor
  const typed = text.slice(from, cursor)
  const minus = typed.startsWith('-') ? '-' : ''
  const body = typed.slice(minus.length)
  const match = /^([a-z]+)[:=](.*)$/i.exec(body)
  const field = match?.[1]?.toLowerCase() ?? ''
  const found =
    match === null || !isTaskField(field)
      ? fieldsLike(body)
      : valuesLike(field, match[2] ?? '', known)
  return found.slice(0, MOST).map(({ text, help, goesOn }) => ({
    text: `${minus}${text}`,
    help,
    from,
    to,
    goesOn,
  }))
}

type Bare = Omit<Suggestion, 'from' | 'to'>

function fieldsLike(typed: string): Bare[] {
  if (!/^[a-z]*$/i.test(typed)) return []
  const names = TASK_FIELD_NAMES.filter((name) => name.startsWith(typed.toLowerCase()))
  return names.map((name) => ({
    text: TASK_FIELDS[name].type === 'number' ? name : `${name}:`,
    help: TASK_FIELDS[name].help,
    goesOn: true,
  }))
}

function valuesLike(field: TaskFieldName, typed: string, known: KnownValues): Bare[] {
  const row: TaskField = TASK_FIELDS[field]
  if (row.type === 'number') return numberForms(field, typed)
  const values = row.type === 'choice' ? row.choices : (known[field] ?? [])
  const before = typed.slice(0, typed.lastIndexOf(',') + 1)
  const last = typed.slice(before.length).replaceAll('"', '')
  const taken = new Set(before.split(','))
  return values
    .filter((value) => value.startsWith(last) && !taken.has(value))
    .map((value) => ({
      text: `${field}:${before}${/[\s,]/.test(value) ? `"${value}"` : value}`,
      help: '',
      goesOn: false,
    }))
}

function numberForms(field: TaskFieldName, typed: string): Bare[] {
  if (typed !== '') return []
  const form = (text: string, help: string, goesOn: boolean) => ({ text, help, goesOn })
  return [
    form(`${field}:1..5`, 'from 1 to 5', false),
    form(`${field}>`, 'more than', true),
    form(`${field}<`, 'less than', true),
    form(`${field}:none`, 'not known', false),
  ]
}
