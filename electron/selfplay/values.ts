/**
 * Python values as self-play needs them: arguments brought to one spelling, outputs compared, gold that a
 * solver could write. Not here: the values themselves (python/).
 */
import type { TaskBody } from '../contract/task.ts'
import { parseCanonical, toCanonical } from '../python/canonical.ts'
import { pyEqual, strictEqual } from '../python/equality.ts'
import { parseArguments, parseLiteral } from '../python/literal.ts'
import { argumentsText, reprOf } from '../python/repr.ts'
import type { PyValue } from '../python/value.ts'

/**
 * A literal argument list in its one spelling, without comments or loose blanks: what a model writes around its
 * values must not travel to a solver. null: not literal, or no argument at all.
 */
export function argumentsOf(text: string): string | null {
  const parsed = parseArguments(text)
  return parsed.ok && parsed.value.length > 0 ? argumentsText(parsed.value) : null
}

/** Whether a literal that a model wrote is the canonical gold. */
export function answersGold(answer: string, gold: string, strict: boolean): boolean {
  const given = parseLiteral(answer)
  const wanted = parseCanonical(gold)
  return given.ok && wanted.ok && equal(given.value, wanted.value, strict)
}

/** Whether two canonical texts are equal as Python values. */
export function sameOutput(canonical: string, gold: string, strict: boolean): boolean {
  const found = parseCanonical(canonical)
  const wanted = parseCanonical(gold)
  return found.ok && wanted.ok && equal(found.value, wanted.value, strict)
}

/** Python text of a canonical value; what is no canonical text stays as it is. */
export function shownValue(canonical: string): string {
  const value = parseCanonical(canonical)
  return value.ok ? reprOf(value.value) : canonical
}

/** The text that a canonical string stands for; what is no string stays as it is. */
export function shownText(canonical: string): string {
  const value = parseCanonical(canonical)
  return value.ok && value.value.kind === 'str' ? value.value.text : canonical
}

/** What a task's output is to a reader: a value as Python writes it, or the bare name of an error task. */
export function shownOutput({ variant }: Pick<TaskBody, 'variant'>, canonical: string): string {
  return variant === 'error' ? shownText(canonical) : shownValue(canonical)
}

/** Why no solver could ever write this output, or null. NaN is not equal to itself, an address no literal. */
export function unwritable(canonical: string): string | null {
  const value = parseCanonical(canonical)
  if (!value.ok) return `no canonical value: ${value.why}`
  const literal = parseLiteral(reprOf(value.value))
  if (!literal.ok) return `not a literal: ${literal.why}`
  return strictEqual(literal.value, value.value) ? null : 'not equal to its own literal'
}

/** Name of the Python type of a canonical value. */
export function typeOf(canonical: string): string {
  const value = parseCanonical(canonical)
  return value.ok ? value.value.kind : 'unknown'
}

/** Names of the types of an argument list. */
export function argumentTypes(text: string): string {
  const parsed = parseArguments(text)
  return parsed.ok ? parsed.value.map(({ kind }) => kind).join(', ') : 'unknown'
}

/** Canonical text of a literal of ours. */
export function canonicalOf(literal: string): string {
  const value = parseLiteral(literal)
  return value.ok ? toCanonical(value.value) : literal
}

function equal(a: PyValue, b: PyValue, strict: boolean): boolean {
  return strict ? strictEqual(a, b) : pyEqual(a, b)
}
