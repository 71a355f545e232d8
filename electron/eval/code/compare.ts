/**
 * Outputs of a candidate against those of the reference, as EvalPlus compares them: equality, floats within a
 * tolerance, and the special oracles of a few items. Always outside of the sandbox, on plain data.
 * Source: evalplus v0.3.1, evalplus/eval/__init__.py and _special_oracle.py; numpy.allclose.
 */
import { parseCanonical } from '../../python/canonical.ts'
import { pyEqual } from '../../python/equality.ts'
import { keyOf } from '../../python/keys.ts'
import type { PyValue } from '../../python/value.ts'

export type Oracle = {
  readonly entry: string
  /** 0: exact, except that floats are never compared exactly. */
  readonly atol: number
}

const RELATIVE = 1e-7
const FLOATS_WITHIN = 1e-6

/** Whether the canonical output is as good as the reference's for this input. */
export function acceptable(
  oracle: Oracle,
  input: readonly PyValue[],
  expected: string,
  found: string,
): boolean {
  const exp = parseCanonical(expected)
  const out = parseCanonical(found)
  // Values past the bounds of reading are compared as text, which is the same for the same value.
  if (!exp.ok || !out.ok) return expected === found
  const special = Object.hasOwn(SPECIAL, oracle.entry) ? SPECIAL[oracle.entry] : undefined
  const verdict = special?.(out.value, exp.value, input, oracle.atol)
  if (verdict !== undefined) return verdict
  return (
    expected === found || pyEqual(out.value, exp.value) || within(out.value, exp.value, oracle.atol)
  )
}

/** undefined: decide as usual. */
type Special = (
  out: PyValue,
  exp: PyValue,
  input: readonly PyValue[],
  atol: number,
) => boolean | undefined

const SPECIAL: Readonly<Record<string, Special>> = {
  // Mbpp/164 has no defensible answer: its authors accept all.
  are_equivalent: () => true,
  sum_div: (out) => (numberOf(out) === 0 ? true : undefined),
  find_zero: (out, _exp, input, atol) => {
    const [coefficients] = input
    const x = numberOf(out)
    if (coefficients?.kind !== 'list' || x === undefined) return false
    return Math.abs(polynomial(coefficients.items, x)) <= atol
  },
  surface_Area: (out, _exp, input, atol) => {
    const [edge, height] = input.map(numberOf)
    const found = numberOf(out)
    if (edge === undefined || height === undefined || found === undefined) return undefined
    return Math.abs(found - pyramidSurface(edge, height)) <= atol ? true : undefined
  },
  digit_distance_nums: (out, _exp, input) => {
    const [left, right] = input
    if (left?.kind !== 'int' || right?.kind !== 'int') return undefined
    return out.kind === 'int' && out.value === digitDistance(left.value, right.value)
      ? true
      : undefined
  },
  similar_elements: sameSet,
  find_char_long: sameSet,
  common_in_nested_lists: sameSet,
  extract_singly: sameSet,
  larg_nnum: sameSet,
  intersection_array: sameSet,
  find_dissimilar: sameSet,
  Diff: sameSet,
}

/** Their references return a match object or None; only which of the two counts. */
export const NOT_NONE: ReadonlySet<string> = new Set([
  'check_str',
  'text_match_three',
  'text_starta_endb',
])

function numberOf(value: PyValue | undefined): number | undefined {
  if (value?.kind === 'float') return value.value
  if (value?.kind === 'int' || value?.kind === 'bool') return Number(value.value)
  return undefined
}

function polynomial(coefficients: readonly PyValue[], x: number): number {
  return coefficients.reduce((sum, value, at) => sum + (numberOf(value) ?? Number.NaN) * x ** at, 0)
}

/** With the height of the pyramid instead of the slant height, which the text leaves open. Rounds as Python does. */
function pyramidSurface(edge: number, height: number): number {
  const slant = Math.sqrt((edge / 2) ** 2 + height ** 2)
  const surface = edge ** 2 + (4 * (edge * slant)) / 2
  const floor = Math.floor(surface)
  if (surface - floor !== 0.5) return Math.round(surface)
  return floor % 2 === 0 ? floor : floor + 1
}

/** Sum of the differences of digits in the same place, the other reading of the text. */
function digitDistance(left: bigint, right: bigint): bigint | undefined {
  const [a, b] = [left.toString(), right.toString()]
  if (/-/.test(a + b)) return undefined
  const width = Math.max(a.length, b.length)
  const others = b.padStart(width, '0')
  return Array.from(a.padStart(width, '0')).reduce(
    (sum, digit, at) => sum + BigInt(Math.abs(Number(digit) - Number(others[at]))),
    0n,
  )
}

/** set(out) == set(exp); what has no hash has no set. */
function sameSet(out: PyValue, exp: PyValue): boolean {
  const left = keysOf(out)
  const right = keysOf(exp)
  return (
    left !== null &&
    right !== null &&
    left.size === right.size &&
    [...left].every((key) => right.has(key))
  )
}

function keysOf(value: PyValue): Set<string> | null {
  if (!('items' in value)) return null
  const keys = value.items.map((item) => keyOf(item, 'python'))
  const known = keys.filter((key) => key !== undefined)
  return known.length === keys.length ? new Set(known) : null
}

/** numpy.allclose between values of one type; a tolerance of 0 is one for floats too, but a small one. */
function within(out: PyValue, exp: PyValue, atol: number): boolean {
  const tolerance = atol === 0 && areFloats(exp) ? FLOATS_WITHIN : atol
  return tolerance > 0 && out.kind === exp.kind && close(out, exp, tolerance)
}

function areFloats(value: PyValue): boolean {
  if (value.kind === 'float') return true
  const isSequence = value.kind === 'list' || value.kind === 'tuple'
  return isSequence && value.items.length > 0 && value.items.every(({ kind }) => kind === 'float')
}

function close(out: PyValue, exp: PyValue, atol: number): boolean {
  if ('items' in out && 'items' in exp) {
    return (
      out.items.length === exp.items.length &&
      out.items.every((item, at) => {
        const other = exp.items[at]
        return other !== undefined && close(item, other, atol)
      })
    )
  }
  const [a, b] = [numberOf(out), numberOf(exp)]
  if (a === undefined || b === undefined) return false
  return a === b || Math.abs(a - b) <= atol + RELATIVE * Math.abs(b)
}
