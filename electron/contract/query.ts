/**
 * The query language of the table of tasks: clauses that all hold, such as
 * `kind:deduction,abduction solve:0.2..0.8 nodes>20 -tag:seen "range(len" response:loop`.
 * Reads it with the place of everything that is wrong, and writes clauses back. A text and a form of clauses are
 * two views of one filter. Not here: which fields there are (task-fields.ts), looking rows up (store/).
 */
import {
  isNumberField,
  isTaskField,
  isWordsField,
  TASK_FIELD_NAMES,
  TASK_FIELDS,
} from './task-fields.ts'
import type { ExactName, NumberName, TaskField, TaskFieldName, WordsName } from './task-fields.ts'

export const MAX_QUERY_CHARS = 2_000
const MAX_CLAUSES = 40

export type Bound = { readonly value: number; readonly inclusive: boolean }

export type Clause = { readonly negated: boolean } & (
  | {
      readonly type: 'range'
      readonly field: NumberName
      readonly low: Bound | null
      readonly high: Bound | null
    }
  | { readonly type: 'none'; readonly field: NumberName }
  | { readonly type: 'among'; readonly field: ExactName; readonly values: readonly string[] }
  | {
      readonly type: 'words'
      readonly field: WordsName
      readonly text: string
      /** In quotes: these characters in this order. */
      readonly phrase: boolean
    }
)

export type Place = { readonly from: number; readonly to: number }
export type Problem = Place & { readonly message: string }
export type Placed = Place & { readonly clause: Clause }
export type Query = { readonly clauses: readonly Placed[]; readonly problems: readonly Problem[] }

export function parseQuery(text: string): Query {
  const clauses: Placed[] = []
  const problems: Problem[] = []
  for (const part of partsOf(text)) {
    const found = clauseOf(part.text)
    const { from, to } = part
    if (typeof found !== 'string') clauses.push({ clause: found, from, to })
    else problems.push({ message: found, from, to })
  }
  if (clauses.length > MAX_CLAUSES) {
    const message = `expected at most ${MAX_CLAUSES} conditions, found ${clauses.length}`
    problems.push({ message, from: 0, to: text.length })
  }
  return { clauses, problems }
}

export type Part = Place & { readonly text: string }

/** Pieces between blanks; a quote holds blanks. */
export function partsOf(text: string): readonly Part[] {
  return [...text.matchAll(/(?:"[^"]*(?:"|$)|[^\s"])+/g)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }))
}

const CONDITION = /^([A-Za-z]+)(>=|<=|[:=<>])(.*)$/s

/** A sentence where it is wrong. */
function clauseOf(part: string): Clause | string {
  const negated = part.startsWith('-') && part.length > 1
  const body = negated ? part.slice(1) : part
  const match = CONDITION.exec(body)
  const clause = match === null ? wordsClause('any', body) : conditionOf(match)
  return typeof clause === 'string' ? clause : { ...clause, negated }
}

type Plain<Type> = Type extends Clause ? Omit<Type, 'negated'> : never
type Bare = Plain<Clause>

function conditionOf([whole = '', written = '', operator = '', value = '']: RegExpExecArray) {
  const field = written.toLowerCase()
  if (!isTaskField(field)) return unknownField(written, whole)
  if (isNumberField(field)) return numberClause(field, operator, value)
  const isComparison = operator !== ':' && operator !== '='
  if (isComparison) return `${field} is no number: expected ${field}:… , found ${operator}`
  if (value === '') return `${field}: expected ${expected(field)} after the colon`
  return isWordsField(field) ? wordsClause(field, value) : amongClause(field, value)
}

function unknownField(name: string, whole: string): string {
  const near = TASK_FIELD_NAMES.find((one) => one.startsWith(name.slice(0, 3).toLowerCase()))
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  return `There is no field ${name}.${hint} To search for the text itself, write "${whole.replaceAll('"', '')}".`
}

function expected(field: TaskFieldName): string {
  const row = TASK_FIELDS[field]
  return row.type === 'choice' ? row.choices.join(', ') : row.help
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?%?$/i

function numberOf(text: string, field: NumberName): number | null {
  if (!NUMBER.test(text)) return null
  const isShare = text.endsWith('%')
  if (isShare && !('share' in TASK_FIELDS[field])) return null
  return isShare ? Number(text.slice(0, -1)) / 100 : Number(text)
}

function numberClause(field: NumberName, operator: string, value: string): Bare | string {
  if (operator === ':' || operator === '=') return rangeClause(field, value)
  const number = numberOf(value, field)
  if (number === null) return `${field}${operator} expects a number, found ${quoted(value)}`
  const bound: Bound = { value: number, inclusive: operator.endsWith('=') }
  return operator.startsWith('>')
    ? { type: 'range', field, low: bound, high: null }
    : { type: 'range', field, low: null, high: bound }
}

function rangeClause(field: NumberName, value: string): Bare | string {
  if (value === 'none') return { type: 'none', field }
  const [first = '', second = first, ...more] = value.split('..')
  const low = endOf(first, field)
  const high = endOf(second, field)
  const isEmpty = first === '' && second === ''
  if (more.length > 0 || low === undefined || high === undefined || isEmpty) {
    return `${field}: expected a number, a range such as 1..5, or none, found ${quoted(value)}`
  }
  if (low !== null && high !== null && low > high) {
    return `${field}: expected a range from low to high, found ${quoted(value)}`
  }
  return { type: 'range', field, low: inclusive(low), high: inclusive(high) }
}

/** null: open. undefined: no number. */
function endOf(written: string, field: NumberName): number | null | undefined {
  return written === '' ? null : (numberOf(written, field) ?? undefined)
}

const inclusive = (value: number | null): Bound | null =>
  value === null ? null : { value, inclusive: true }

function amongClause(field: ExactName, value: string): Bare | string {
  const row: TaskField = TASK_FIELDS[field]
  const values = listOf(value)
  if (values.length === 0) return `${field}: expected ${expected(field)} after the colon`
  const choices = row.type === 'choice' ? row.choices : null
  const strange = values.find((one) => choices !== null && !choices.includes(one))
  if (strange !== undefined) {
    return `${field}: expected ${expected(field)}, found ${quoted(strange)}`
  }
  return { type: 'among', field, values }
}

function listOf(value: string): string[] {
  return [...value.matchAll(/"([^"]*)"?|[^,"]+/g)]
    .map((match) => (match[1] ?? match[0]).trim())
    .filter((one) => one !== '')
}

function wordsClause(field: WordsName, value: string): Bare | string {
  const phrase = value.includes('"')
  const text = value.replaceAll('"', '').trim()
  // What the index holds are letters, digits and underscores.
  if (!/[\p{L}\p{N}_]/u.test(text)) {
    return `${quoted(value)}: expected at least one letter or digit to search for`
  }
  return { type: 'words', field, text, phrase }
}

const quoted = (text: string): string => JSON.stringify(text.slice(0, 60))

/** As it would be typed; parses to the same clause. */
export function clauseText(clause: Clause): string {
  return `${clause.negated ? '-' : ''}${bodyText(clause)}`
}

function bodyText(clause: Clause): string {
  switch (clause.type) {
    case 'range':
      return rangeText(clause.field, clause.low, clause.high)
    case 'none':
      return `${clause.field}:none`
    case 'among':
      return `${clause.field}:${clause.values.map(valueText).join(',')}`
    case 'words': {
      const text = clause.phrase ? `"${clause.text}"` : clause.text
      return clause.field === 'any' ? text : `${clause.field}:${text}`
    }
    default:
      return clause satisfies never
  }
}

function rangeText(field: NumberName, low: Bound | null, high: Bound | null): string {
  if (low !== null && high !== null) {
    return low.value === high.value
      ? `${field}:${low.value}`
      : `${field}:${low.value}..${high.value}`
  }
  if (low !== null) return `${field}>${low.inclusive ? '=' : ''}${low.value}`
  return `${field}<${high?.inclusive === true ? '=' : ''}${high?.value ?? 0}`
}

function valueText(value: string): string {
  return /[\s,]/.test(value) ? `"${value}"` : value
}
