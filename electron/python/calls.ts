/**
 * The few calls that a literal may hold, as Python prints values of these types: set(), deque([1]), float('nan').
 * Nothing is called: each is a row in a table that builds the value.
 */
import { pointsOfStr, strOfPoints } from './characters.ts'
import { distinctEntries, distinctItems, keyOf } from './keys.ts'
import { refuse } from './source.ts'
import { pyInt } from './value.ts'
import type { PyEntry, PyValue } from './value.ts'

type Call = (first: PyValue | undefined, maxlen: PyValue | undefined) => PyValue

export const CALLS: Readonly<Record<string, Call>> = {
  set: (first) => ({ kind: 'set', items: distinct(itemsOf(first)) }),
  frozenset: (first) => ({ kind: 'frozenset', items: distinct(itemsOf(first)) }),
  deque: (first, maxlen) => ({ kind: 'deque', items: lastItems(itemsOf(first), maxlen) }),
  Counter: (first) => ({ kind: 'Counter', entries: countsOf(first) }),
  OrderedDict: (first) => ({ kind: 'OrderedDict', entries: entriesOf(first) }),
  float: (first) => ({ kind: 'float', value: specialFloat(first) }),
}

/** defaultdict's first argument is no literal: `<class 'int'>`, `int` or `None`, kept as Python prints it. */
export const FACTORY =
  /<class '[\w.]+'>|<function [^\n<>]*(?:<lambda>)?[^\n<>]* at 0x[0-9a-fA-F]+>|None\b|(?:int|float|str|list|dict|set|tuple|bool)\b/y

export const factoryText = (text: string): string =>
  /^[a-z]+$/.test(text) ? `<class '${text}'>` : text

export function entriesOf(value: PyValue | undefined): readonly PyEntry[] {
  if (value === undefined) return []
  if ('entries' in value) return value.entries
  return distinctPairs(itemsOf(value).map(pairOf))
}

export function distinctPairs(entries: readonly PyEntry[]): readonly PyEntry[] {
  return distinctEntries(entries) ?? refuse('a key that is not hashable')
}

export function distinct(items: readonly PyValue[]): readonly PyValue[] {
  return distinctItems(items) ?? refuse('a set item that is not hashable')
}

/** What iterating over the value gives. */
function itemsOf(value: PyValue | undefined): readonly PyValue[] {
  if (value === undefined) return []
  if ('items' in value) return value.items
  if ('entries' in value) return value.entries.map(([key]) => key)
  if (value.kind === 'str') return pointsOfStr(value).map((point) => strOfPoints([point]))
  if (value.kind === 'bytes') return Array.from(value.bytes, pyInt)
  return refuse(`${value.kind} is not iterable`)
}

function pairOf(value: PyValue): PyEntry {
  const [key, held, ...more] = itemsOf(value)
  if (key === undefined || held === undefined || more.length > 0) {
    return refuse('expected pairs of key and value')
  }
  return [key, held]
}

function lastItems(items: readonly PyValue[], maxlen: PyValue | undefined): readonly PyValue[] {
  if (maxlen === undefined || maxlen.kind === 'none') return items
  if (maxlen.kind !== 'int' || maxlen.value < 0n) return refuse('maxlen must be an integer from 0')
  return maxlen.value < items.length ? items.slice(items.length - Number(maxlen.value)) : items
}

function countsOf(value: PyValue | undefined): readonly PyEntry[] {
  if (value !== undefined && 'entries' in value) return value.entries
  const counts = new Map<string, { key: PyValue; count: number }>()
  for (const key of itemsOf(value)) {
    const text = keyOf(key, 'python') ?? refuse('Counter takes hashable items without NaN')
    const seen = counts.get(text)
    if (seen === undefined) counts.set(text, { key, count: 1 })
    else seen.count += 1
  }
  return [...counts.values()].map(({ key, count }) => [key, pyInt(count)])
}

function specialFloat(value: PyValue | undefined): number {
  const text = value?.kind === 'str' ? value.text.trim().toLowerCase() : ''
  if (/^[+-]?nan$/.test(text)) return Number.NaN
  if (!/^[+-]?inf(?:inity)?$/.test(text)) return refuse("float takes 'nan', 'inf' or '-inf' here")
  return text.startsWith('-') ? -Infinity : Infinity
}
