/**
 * Python's == between values of two processes, and a variant in which types count at every depth.
 * Not here: sameness of canonical text, which decides determinism.
 * Source: CPython 3.10+; NaN equals nothing, since identity does not cross processes.
 */
import { keyOf } from './keys.ts'
import type { KeyMode } from './keys.ts'
import type { PyEntry, PyKind, PyMapping, PyNumber, PySet, PyValue } from './value.ts'

export function pyEqual(a: PyValue, b: PyValue): boolean {
  return equal(a, b, 'python')
}

/**
 * pyEqual, and of the same type at every depth: True, 1 and 1.0 differ, also as keys.
 * dict and defaultdict count as one type, as do set and frozenset: canonical text does not tell them apart.
 */
export function strictEqual(a: PyValue, b: PyValue): boolean {
  return equal(a, b, 'strict')
}

function equal(a: PyValue, b: PyValue, mode: KeyMode): boolean {
  if (isNumber(a)) return isNumber(b) && equalNumbers(a, b, mode)
  if (isSet(a)) return isSet(b) && equalSets(a, b, mode)
  if (isMapping(a)) return isMapping(b) && equalMappings(a, b, mode)
  if ('items' in a) return 'items' in b && a.kind === b.kind && equalItems(a.items, b.items, mode)
  return a.kind === b.kind && keyOf(a, mode) === keyOf(b, mode)
}

const NUMBERS: ReadonlySet<PyKind> = new Set<PyKind>(['bool', 'int', 'float', 'complex'])

function isNumber(value: PyValue): value is PyNumber {
  return NUMBERS.has(value.kind)
}

function isSet(value: PyValue): value is PySet {
  return value.kind === 'set' || value.kind === 'frozenset'
}

function isMapping(value: PyValue): value is PyMapping {
  return 'entries' in value
}

function equalNumbers(a: PyNumber, b: PyNumber, mode: KeyMode): boolean {
  if (a.kind === 'int' && b.kind === 'int') return a.value === b.value
  if (a.kind === 'float' && b.kind === 'float') return a.value === b.value
  const key = keyOf(a, mode)
  return key !== undefined && key === keyOf(b, mode)
}

function equalItems(a: readonly PyValue[], b: readonly PyValue[], mode: KeyMode): boolean {
  if (a.length !== b.length) return false
  return a.every((item, at) => {
    const other = b[at]
    return other !== undefined && equal(item, other, mode)
  })
}

function equalSets(a: PySet, b: PySet, mode: KeyMode): boolean {
  if (a.items.length !== b.items.length) return false
  const keys = new Set(b.items.map((item) => keyOf(item, mode)))
  return a.items.every((item) => {
    const key = keyOf(item, mode)
    return key !== undefined && keys.has(key)
  })
}

function equalMappings(a: PyMapping, b: PyMapping, mode: KeyMode): boolean {
  if (mode === 'strict' && typeOf(a) !== typeOf(b)) return false
  if (a.kind === 'Counter' && b.kind === 'Counter') return equalCounters(a, b, mode)
  if (!equalEntries(a.entries, b.entries, mode)) return false
  if (a.kind !== 'OrderedDict' || b.kind !== 'OrderedDict') return true
  return a.entries.every(([key], at) => keyOf(key, mode) === keyOf(b.entries[at]?.[0] ?? key, mode))
}

const typeOf = (mapping: PyMapping): string =>
  mapping.kind === 'defaultdict' ? 'dict' : mapping.kind

function equalEntries(a: readonly PyEntry[], b: readonly PyEntry[], mode: KeyMode): boolean {
  if (a.length !== b.length) return false
  const others = valuesByKey(b, mode)
  return a.every(([key, value]) => {
    const text = keyOf(key, mode)
    const other = text === undefined ? undefined : others.get(text)
    return other !== undefined && equal(value, other, mode)
  })
}

/** A key that the other side lacks counts as 0 there (CPython 3.10); a NaN key is always lacking. */
function equalCounters(a: PyMapping, b: PyMapping, mode: KeyMode): boolean {
  return covers(a, b, mode) && covers(b, a, mode)
}

function covers(a: PyMapping, b: PyMapping, mode: KeyMode): boolean {
  const others = valuesByKey(b.entries, mode)
  return a.entries.every(([key, value]) => {
    const text = keyOf(key, mode)
    const other = text === undefined ? undefined : others.get(text)
    return equal(value, other ?? { kind: 'int', value: 0n }, mode)
  })
}

function valuesByKey(entries: readonly PyEntry[], mode: KeyMode): Map<string, PyValue> {
  const values = new Map<string, PyValue>()
  for (const [key, value] of entries) {
    const text = keyOf(key, mode)
    if (text !== undefined) values.set(text, value)
  }
  return values
}
