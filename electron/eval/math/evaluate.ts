/**
 * The value of an expression at a point: exactly, as a fraction of integers, or with 64 digits, complex where needed.
 * The arithmetic is mathjs's; its own parser is never given a text. Every operation is bounded, so that an answer
 * such as 9^{9^{9^9}} costs no more than any other.
 * Not here: which points (equivalence.ts).
 */
import { all, create } from 'mathjs'
import type { BigNumber, Complex, Fraction } from 'mathjs'
import type { MathNode } from './node.ts'

const math = create(all ?? {}, { number: 'BigNumber', precision: 64 })

export type Precise = BigNumber | Complex
export type Scope = ReadonlyMap<string, readonly [numerator: number, denominator: number]>

/** Thrown inside the evaluator only: no value here, or one too large to work out. */
class NoValue extends Error {}

/** The value as a fraction; null where it is irrational, undefined or too large for that. */
export function exactValue(node: MathNode, scope: Scope): Fraction | null {
  return attempt(() => exact(node, scope))
}

/** The value with 64 digits; null where it is undefined or too large. */
export function preciseValue(node: MathNode, scope: Scope): Precise | null {
  return attempt(() => precise(node, scope))
}

function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch {
    // The library throws plain errors for poles and domains as we throw NoValue: all mean that there is no value.
    return null
  }
}

export function sameFraction(a: Fraction, b: Fraction): boolean {
  return a.equals(b)
}

const CLOSE = math.bignumber('1e-40')
const CLOSE_COMPLEX = 1e-9

/** Equal within the digits carried, or within a relative tolerance where one is given. */
export function sameValue(a: Precise, b: Precise, tolerance: number): boolean {
  if (math.isBigNumber(a) && math.isBigNumber(b)) {
    if (a.equals(b)) return true
    if (!a.isFinite() || !b.isFinite()) return false
    const gap = a.minus(b).abs()
    const scale = math.bignumber(1)
    const within = BigMax(scale, BigMax(a.abs(), b.abs())).times(CLOSE)
    return gap.lte(within) || (tolerance > 0 && gap.lte(b.abs().times(tolerance)))
  }
  const left = math.complex(doubleOf(a).re, doubleOf(a).im)
  const right = doubleOf(b)
  const gap = Math.hypot(left.re - right.re, left.im - right.im)
  const size = Math.max(Math.hypot(left.re, left.im), Math.hypot(right.re, right.im))
  return gap <= Math.max(1e-12, size * Math.max(CLOSE_COMPLEX, tolerance))
}

const BigMax = (a: BigNumber, b: BigNumber): BigNumber => (a.gte(b) ? a : b)

const doubleOf = (value: Precise): { readonly re: number; readonly im: number } =>
  math.isBigNumber(value) ? { re: value.toNumber(), im: 0 } : value

/** The quotient, to see whether two equations are multiples of each other; null at zero. */
export function quotient(a: Precise, b: Precise): Precise | null {
  return attempt(() => {
    const value = asPrecise(math.divide(a, b))
    if (math.isBigNumber(value) && !value.isFinite()) throw new NoValue()
    return value
  })
}

export function isZero(value: Precise): boolean {
  const { re, im } = doubleOf(value)
  return Math.hypot(re, im) < 1e-30
}

const MAX_BITS = 100_000
const MAX_DIGITS = 1_000_000
const MAX_FACTORIAL = 2_000
const MAX_ANGLE = 1e12

type ExactOperation = (args: readonly Fraction[]) => Fraction

function exact(node: MathNode, scope: Scope): Fraction {
  if (node.kind === 'number') return exactNumber(node.text)
  if (node.kind === 'symbol') return math.fraction(...pointOf(node.name, scope))
  if (node.kind === 'unit') return exact(node.value, scope)
  if (node.kind !== 'call') throw new NoValue()
  const operation = EXACT[node.name]
  if (operation === undefined) throw new NoValue()
  const value = operation(node.args.map((arg) => exact(arg, scope)))
  if (value.n.toString(2).length + value.d.toString(2).length > 4 * MAX_BITS) throw new NoValue()
  return value
}

function exactNumber(text: string): Fraction {
  const [digits = '', exponent = '0'] = text.toLowerCase().split('e')
  if (Math.abs(Number(exponent)) > 10_000) throw new NoValue()
  const whole = math.fraction(digits.startsWith('.') ? `0${digits}` : digits.replace(/\.$/, ''))
  const scale = math.fraction(10n ** BigInt(Math.abs(Number(exponent))), 1n)
  return exponent.startsWith('-') ? whole.div(scale) : whole.mul(scale)
}

/** Constants are no free symbols: their exact value does not exist. */
const CONSTANTS: ReadonlySet<string> = new Set(['pi', 'e', 'i', 'infty'])

export const isConstant = (name: string): boolean => CONSTANTS.has(name)

function pointOf(name: string, scope: Scope): readonly [number, number] {
  const point = isConstant(name) ? undefined : scope.get(name)
  if (point === undefined) throw new NoValue()
  return point
}

const EXACT: Readonly<Record<string, ExactOperation>> = {
  '+': ([a, b]) => given(a).add(given(b)),
  '-': ([a, b]) => given(a).sub(given(b)),
  '*': ([a, b]) => given(a).mul(given(b)),
  '/': ([a, b]) => given(a).div(given(b)),
  neg: ([a]) => given(a).neg(),
  abs: ([a]) => given(a).abs(),
  floor: ([a]) => given(a).floor(),
  ceil: ([a]) => given(a).ceil(),
  '^': ([a, b]) => exactPower(given(a), given(b)),
  factorial: ([a]) => exactFactorial(given(a)),
  binomial: ([a, b]) => exactBinomial(given(a), given(b)),
}

function given<T>(argument: T | undefined): T {
  if (argument === undefined) throw new NoValue()
  return argument
}

function exactPower(base: Fraction, exponent: Fraction): Fraction {
  if (exponent.d !== 1n) throw new NoValue()
  const bits = base.n.toString(2).length + base.d.toString(2).length
  if (exponent.n > BigInt(MAX_BITS) || bits * Number(exponent.n) > MAX_BITS) throw new NoValue()
  if (base.n === 0n && exponent.s <= 0n) throw new NoValue()
  return given(base.pow(exponent) ?? undefined)
}

function wholeOf(value: Fraction): number {
  const whole = Number(value.n * value.s)
  if (value.d !== 1n || whole < 0 || whole > MAX_FACTORIAL) throw new NoValue()
  return whole
}

function exactFactorial(value: Fraction): Fraction {
  let product = 1n
  for (let factor = 2; factor <= wholeOf(value); factor += 1) product *= BigInt(factor)
  return math.fraction(product, 1n)
}

function exactBinomial(above: Fraction, below: Fraction): Fraction {
  const n = wholeOf(above)
  const k = wholeOf(below)
  let value = k > n ? 0n : 1n
  for (let at = 0; at < Math.min(k, n); at += 1) {
    value = (value * BigInt(n - at)) / BigInt(at + 1)
  }
  return math.fraction(value, 1n)
}

function precise(node: MathNode, scope: Scope): Precise {
  if (node.kind === 'number') return math.bignumber(node.text)
  if (node.kind === 'symbol') return symbolValue(node.name, scope)
  if (node.kind === 'unit') return precise(node.value, scope)
  if (node.kind !== 'call') throw new NoValue()
  const operation = PRECISE[node.name]
  if (operation === undefined) throw new NoValue()
  return bounded(operation(node.args.map((arg) => precise(arg, scope))))
}

function bounded(value: Precise): Precise {
  if (!math.isBigNumber(value)) {
    if (Number.isFinite(value.re) && Number.isFinite(value.im)) return value
    throw new NoValue()
  }
  if (value.isNaN() || Math.abs(value.e) > MAX_DIGITS) throw new NoValue()
  return value
}

function symbolValue(name: string, scope: Scope): Precise {
  if (name === 'pi') return math.bignumber(math.pi)
  if (name === 'e') return math.bignumber(math.e)
  if (name === 'i') return math.complex(0, 1)
  if (name === 'infty') return math.bignumber(Infinity)
  const [numerator, denominator] = pointOf(name, scope)
  return math.bignumber(numerator).div(denominator)
}

type PreciseOperation = (args: readonly Precise[]) => Precise

/** What the library returns, held to what we work with. */
function asPrecise(value: unknown): Precise {
  if (math.isBigNumber(value) || math.isComplex(value)) return value
  if (typeof value === 'number') return math.bignumber(value)
  throw new NoValue()
}

const one =
  (operation: (x: Precise) => unknown): PreciseOperation =>
  ([x]) =>
    asPrecise(operation(given(x)))

const two =
  (operation: (x: Precise, y: Precise) => unknown): PreciseOperation =>
  ([x, y]) =>
    asPrecise(operation(given(x), given(y)))

/** Sine and its kin reduce their argument first, which huge ones make costly. */
const angle = (operation: (x: Precise) => unknown): PreciseOperation =>
  one((x) => {
    const { re, im } = doubleOf(x)
    if (Math.hypot(re, im) > MAX_ANGLE) throw new NoValue()
    return operation(x)
  })

/** The library's functions pick by the value's class at run time; their declarations name each class apart. */
const either = (operation: (x: BigNumber) => unknown): ((x: Precise) => unknown) =>
  operation as (x: Precise) => unknown

const naturalLog = (x: Precise): Precise => asPrecise(either((x) => math.log(x))(x))

const viaExact =
  (name: string): PreciseOperation =>
  (args) => {
    const fractions = args.map((arg) => {
      if (!math.isBigNumber(arg) || !arg.isInteger()) throw new NoValue()
      return math.fraction(BigInt(arg.toFixed(0)), 1n)
    })
    const value = given(EXACT[name])(fractions)
    return math.bignumber((value.n * value.s).toString())
  }

const PRECISE: Readonly<Record<string, PreciseOperation>> = {
  '+': two((x, y) => math.add(x, y)),
  '-': two((x, y) => math.subtract(x, y)),
  '*': two((x, y) => math.multiply(x, y)),
  '/': two((x, y) => divided(x, y)),
  '^': two((x, y) => power(x, y)),
  neg: one((x) => math.unaryMinus(x)),
  abs: one((x) => math.abs(x)),
  floor: one((x) => math.floor(x)),
  ceil: one((x) => math.ceil(x)),
  sqrt: one(either((x) => math.sqrt(x))),
  root: two(root),
  exp: one((x) => power(math.bignumber(math.e), x)),
  ln: one(either((x) => math.log(x))),
  log: (args) => logarithm(given(args[0]), args[1]),
  sin: angle(either((x) => math.sin(x))),
  cos: angle(either((x) => math.cos(x))),
  tan: angle(either((x) => math.tan(x))),
  cot: angle(either((x) => math.cot(x))),
  sec: angle(either((x) => math.sec(x))),
  csc: angle(either((x) => math.csc(x))),
  sinh: angle(either((x) => math.sinh(x))),
  cosh: angle(either((x) => math.cosh(x))),
  tanh: angle(either((x) => math.tanh(x))),
  arcsin: one(either((x) => math.asin(x))),
  arccos: one(either((x) => math.acos(x))),
  arctan: one(either((x) => math.atan(x))),
  factorial: viaExact('factorial'),
  binomial: viaExact('binomial'),
}

function divided(x: Precise, y: Precise): unknown {
  if (isExactlyZero(y)) throw new NoValue()
  return math.divide(x, y)
}

const isExactlyZero = (value: Precise): boolean =>
  math.isBigNumber(value) ? value.isZero() : value.re === 0 && value.im === 0

function power(x: Precise, y: Precise): unknown {
  const base = doubleOf(x)
  const exponent = doubleOf(y)
  const digits =
    Math.abs(Math.log10(Math.hypot(base.re, base.im))) * Math.hypot(exponent.re, exponent.im)
  if (Math.hypot(exponent.re, exponent.im) > MAX_DIGITS || digits > MAX_DIGITS) throw new NoValue()
  return math.pow(x, y)
}

/** Odd roots of negative numbers are the real ones, as schools define them. */
function root(x: Precise, degree: Precise): unknown {
  if (!math.isBigNumber(degree)) throw new NoValue()
  const isOdd = degree.isInteger() && !degree.mod(2).isZero()
  if (math.isBigNumber(x) && x.isNegative() && isOdd) {
    return math.unaryMinus(asPrecise(math.pow(x.neg(), math.bignumber(1).div(degree))))
  }
  return math.pow(x, math.bignumber(1).div(degree))
}

/** Without a base, log is natural here: answers that mean another one write it. */
function logarithm(x: Precise, base: Precise | undefined): Precise {
  const above = naturalLog(x)
  if (base === undefined) return above
  const below = naturalLog(base)
  return asPrecise(divided(above, below))
}
