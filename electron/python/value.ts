/**
 * Python values as data: what a program returned, what a model wrote as a literal.
 * Not here: reading them (literal.ts, canonical.ts), comparing (equality.ts), showing (repr.ts).
 * Sets hold hashable, mutually unequal items and mappings such keys: build them with keys.ts.
 */

/**
 * Deepest value (the root is at depth 0), most values in one, longest canonical text and longest literal.
 * A literal of literalChars has a canonical text within canonicalChars: at most twelve characters for one.
 */
export const BOUNDS = {
  depth: 60,
  pieces: 200_000,
  canonicalChars: 1_000_000,
  literalChars: 80_000,
} as const

export type PyStr = {
  readonly kind: 'str'
  /** UTF-16; a surrogate without a partner is itself. */
  readonly text: string
  /**
   * Indexes in text where a high and a low surrogate stand side by side as two Python characters,
   * which is not the one character that JavaScript sees. Absent when there are none.
   */
  readonly lonePairs?: readonly number[]
}

export type PyNumber =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'int'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'complex'; readonly re: number; readonly im: number }

export type PySequence = {
  readonly kind: 'list' | 'tuple' | 'deque'
  readonly items: readonly PyValue[]
}

export type PySet = { readonly kind: 'set' | 'frozenset'; readonly items: readonly PyValue[] }

export type PyEntry = readonly [key: PyValue, value: PyValue]

export type PyMapping =
  | { readonly kind: 'dict' | 'Counter' | 'OrderedDict'; readonly entries: readonly PyEntry[] }
  /** factory as Python prints it, such as `<class 'int'>` or `None`. */
  | {
      readonly kind: 'defaultdict'
      readonly factory: string
      readonly entries: readonly PyEntry[]
    }

export type PyValue =
  | { readonly kind: 'none' }
  | PyNumber
  | PyStr
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | PySequence
  | PySet
  | PyMapping

export type PyParsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly why: string }

export const NONE: PyValue = { kind: 'none' }

export function pyBool(value: boolean): PyValue {
  return { kind: 'bool', value }
}

export function pyInt(value: bigint | number): PyValue {
  return { kind: 'int', value: BigInt(value) }
}

export function pyFloat(value: number): PyValue {
  return { kind: 'float', value }
}

export function pyStr(text: string): PyStr {
  return { kind: 'str', text }
}

export function pyList(items: readonly PyValue[]): PyValue {
  return { kind: 'list', items }
}

export function pyTuple(items: readonly PyValue[]): PyValue {
  return { kind: 'tuple', items }
}

export type PyKind = PyValue['kind']

type OfKind<K extends PyKind, V = PyValue> = V extends { readonly kind: infer J }
  ? K extends J
    ? V
    : never
  : never

/** One function per kind; a kind without a row is a compile error. */
export type Rows<R> = { readonly [K in PyKind]: (value: OfKind<K>) => R }

/** Calls the row of the value's kind. */
export function byKind<R>(rows: Rows<R>, value: PyValue): R {
  // The row of a kind takes just the values of that kind, which the compiler cannot follow through the index.
  const row = rows[value.kind] as (value: PyValue) => R
  return row(value)
}

/** The values directly inside, keys included. */
export function partsOf(value: PyValue): readonly PyValue[] {
  if ('items' in value) return value.items
  return 'entries' in value ? value.entries.flat() : []
}

/** Which bound the value breaks, if any. Needs no stack, however deep the value is. */
export function brokenBound(root: PyValue): 'too_deep' | 'too_large' | undefined {
  let level: readonly PyValue[] = [root]
  let pieces = 0
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > BOUNDS.depth) return 'too_deep'
    pieces += level.length
    if (pieces > BOUNDS.pieces) return 'too_large'
    level = level.flatMap(partsOf)
  }
  return undefined
}
