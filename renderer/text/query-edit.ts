/**
 * Changes to a query as text: one field's condition replaced, one piece taken out. Everything else stays as it was
 * typed. Not here: the language (contract/query.ts).
 */
import { clauseText, parseQuery } from '../../electron/contract/query.ts'
import type { Clause, Placed } from '../../electron/contract/query.ts'
import type { TaskFieldName } from '../../electron/contract/task-fields.ts'

export function clausesOf(text: string): readonly Placed[] {
  return parseQuery(text).clauses
}

/** The conditions of a field that are not negated. */
export function clausesOn(text: string, field: TaskFieldName): readonly Clause[] {
  return clausesOf(text).flatMap(({ clause }) =>
    clause.field === field && !clause.negated ? [clause] : [],
  )
}

/** null: without any. The others keep their places. */
export function withCondition(text: string, field: TaskFieldName, written: string | null): string {
  const own = clausesOf(text).filter(({ clause }) => clause.field === field && !clause.negated)
  const rest = own.toReversed().reduce(without, text)
  return joined([rest, written ?? ''])
}

/** A condition once more, unless it is there. */
export function withAlso(text: string, written: string): string {
  const known = clausesOf(text).some(({ clause }) => clauseText(clause) === written)
  return known ? text : joined([text, written])
}

export function without(
  text: string,
  { from, to }: { readonly from: number; readonly to: number },
) {
  return joined([text.slice(0, from), text.slice(to)])
}

function joined(parts: readonly string[]): string {
  return parts
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .join(' ')
}

/** What a form shows of a field that takes a few values. */
export function valuesOf(text: string, field: TaskFieldName): readonly string[] {
  return clausesOn(text, field).flatMap((clause) => (clause.type === 'among' ? clause.values : []))
}

export function amongText(field: TaskFieldName, values: readonly string[]): string | null {
  const written = values.map((value) => (/[\s,]/.test(value) ? `"${value}"` : value)).join(',')
  return values.length === 0 ? null : `${field}:${written}`
}

/** The ends of a range as they stand in two fields; '' where it is open. */
export function rangeOf(text: string, field: TaskFieldName): readonly [low: string, high: string] {
  const ranges = clausesOn(text, field).filter((clause) => clause.type === 'range')
  const low = ranges.findLast((clause) => clause.low !== null)?.low
  const high = ranges.findLast((clause) => clause.high !== null)?.high
  return [
    low === undefined ? '' : String(low?.value),
    high === undefined ? '' : String(high?.value),
  ]
}

export function rangeText(field: TaskFieldName, low: string, high: string): string | null {
  const [from, to] = [low.trim(), high.trim()]
  if (from === '' && to === '') return null
  return from === to ? `${field}:${from}` : `${field}:${from}..${to}`
}
