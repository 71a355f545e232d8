/**
 * Text keys of hashable values: two values are equal in Python exactly when their keys are.
 * This keeps sets and dicts linear without a hash that an adversary could make collide.
 */
import { byKind } from './value.ts'
import type { PyEntry, PyKind, PyStr, PyValue, Rows } from './value.ts'

/** python: 1, True, 1.0 and 1+0j share a key. strict: bool, int, float and complex differ. */
export type KeyMode = 'python' | 'strict'

export function isHashable(value: PyValue): boolean {
  return value.kind === 'tuple' ? value.items.every(isHashable) : !UNHASHABLE.has(value.kind)
}

const UNHASHABLE: ReadonlySet<PyKind> = new Set<PyKind>([
  'list',
  'deque',
  'set',
  'dict',
  'defaultdict',
  'Counter',
  'OrderedDict',
])

/** Undefined for a value that equals nothing: one that is or holds a NaN, or is not hashable. */
export function keyOf(value: PyValue, mode: KeyMode): string | undefined {
  return byKind(KEYS[mode], value)
}

const none = (): undefined => undefined

function keysIn(mode: KeyMode): Rows<string | undefined> {
  return {
    none: () => 'N',
    bool: ({ value }) => (mode === 'strict' ? `t${value};` : integerKey(value ? 1n : 0n)),
    int: ({ value }) => integerKey(value),
    float: ({ value }) => floatKey(value, mode),
    complex: ({ re, im }) => complexKey(re, im, mode),
    str: strKey,
    bytes: ({ bytes }) => `b${bytes.join(',')};`,
    tuple: ({ items }) => containerKey('tuple', items, mode),
    frozenset: ({ items }) => containerKey('frozenset', items, mode),
    list: none,
    deque: none,
    set: none,
    dict: none,
    defaultdict: none,
    Counter: none,
    OrderedDict: none,
  }
}

const KEYS = { python: keysIn('python'), strict: keysIn('strict') } as const

function integerKey(value: bigint): string {
  return `n${value.toString(16)};`
}

function floatKey(value: number, mode: KeyMode): string | undefined {
  if (Number.isNaN(value)) return undefined
  if (mode === 'strict') return `f${value};`
  return Number.isInteger(value) ? integerKey(BigInt(value)) : `f${value};`
}

function complexKey(re: number, im: number, mode: KeyMode): string | undefined {
  if (Number.isNaN(re) || Number.isNaN(im)) return undefined
  return im === 0 && mode === 'python' ? floatKey(re, mode) : `c${re},${im};`
}

/** The length goes first, so that no text can imitate what follows it. */
function strKey(value: PyStr): string {
  return `s${value.text.length}[${value.lonePairs?.join(',') ?? ''}]${value.text}`
}

function containerKey(
  kind: 'tuple' | 'frozenset',
  items: readonly PyValue[],
  mode: KeyMode,
): string | undefined {
  const keys: string[] = []
  for (const item of items) {
    const key = keyOf(item, mode)
    if (key === undefined) return undefined
    keys.push(key)
  }
  return kind === 'tuple' ? `(${keys.join('')})` : `{${keys.sort().join('')}}`
}

/** Items without later equals, as set(items) keeps them; undefined when one is not hashable. */
export function distinctItems(items: readonly PyValue[]): PyValue[] | undefined {
  const entries = distinctEntries(items.map((item) => [item, item]))
  return entries?.map(([key]) => key)
}

/** First key and last value of equal keys, as dict(entries) keeps them; undefined: not hashable. */
export function distinctEntries(entries: readonly PyEntry[]): PyEntry[] | undefined {
  const kept: PyEntry[] = []
  const places = new Map<string, number>()
  for (const [key, value] of entries) {
    if (!isHashable(key)) return undefined
    const text = keyOf(key, 'python')
    const place = text === undefined ? undefined : places.get(text)
    const first = place === undefined ? undefined : kept[place]
    if (place !== undefined && first !== undefined) kept[place] = [first[0], value]
    else {
      if (text !== undefined) places.set(text, kept.length)
      kept.push([key, value])
    }
  }
  return kept
}
