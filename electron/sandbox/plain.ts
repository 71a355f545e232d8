/**
 * Argument lists that JSON can hold: sent as JSON, they cost the child no compilation.
 * Whatever is not plainly the same in JSON goes as it was written, and the child reads it (resources/python/literal.py).
 */
import { parseArguments } from '../python/literal.ts'
import { byKind } from '../python/value.ts'
import type { PyValue } from '../python/value.ts'

/** Longer texts are rare, and reading them twice would cost more than it saves. */
const MAX_CHARS = 2_000
/** CPython reads no longer decimal numbers (sys.int_info.default_max_str_digits is 4,300). */
const MAX_DIGITS = 1_000

/** The text of a literal argument list, or in a list of its own the JSON of the same values. */
export type ArgumentText = string | readonly [json: string]

export function argumentText(text: string): ArgumentText {
  if (text.length > MAX_CHARS) return text
  const values = parseArguments(text)
  if (!values.ok) return text
  const json = listOf(values.value)
  return json === null ? text : [json]
}

const listOf = (values: readonly PyValue[]): string | null => {
  const parts: string[] = []
  for (const value of values) {
    const part = jsonOf(value)
    if (part === null) return null
    parts.push(part)
  }
  return `[${parts.join(',')}]`
}

/** Null where JSON has no such value, or where its reader would make another one of it. */
function jsonOf(value: PyValue): string | null {
  return byKind<string | null>(
    {
      none: () => 'null',
      bool: (bool) => String(bool.value),
      int: (int) => wholeNumber(String(int.value)),
      float: (float) => (Number.isFinite(float.value) ? fraction(float.value) : null),
      str: (str) => (str.lonePairs === undefined ? JSON.stringify(str.text) : null),
      list: (list) => listOf(list.items),
      complex: never,
      bytes: never,
      tuple: never,
      deque: never,
      set: never,
      frozenset: never,
      dict: never,
      Counter: never,
      OrderedDict: never,
      defaultdict: never,
    },
    value,
  )
}

const never = (): null => null

const wholeNumber = (digits: string): string | null => (digits.length > MAX_DIGITS ? null : digits)

/** JavaScript's shortest text means the same number to Python; without a point or exponent it would be an int. */
function fraction(value: number): string {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(text) ? text : `${text}.0`
}
