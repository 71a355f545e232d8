/**
 * Python literals: what ast.literal_eval takes, and what repr prints for the types of value.ts.
 * Nothing is evaluated: any other name, call, operator or comprehension is refused with a reason.
 * Source: CPython 3.11, Lib/ast.py (literal_eval) and the language reference, chapters 2 and 6.
 */
import { CALLS, FACTORY, distinct, distinctPairs, entriesOf, factoryText } from './calls.ts'
import { readNumber } from './digits.ts'
import type { NumberLiteral } from './digits.ts'
import { readStrings } from './quoted.ts'
import {
  Refused,
  expectEnd,
  expectMark,
  peek,
  refuse,
  skipLeadingLines,
  skipSpace,
  sourceOf,
  take,
  takeMark,
  unexpected,
  unreadable,
} from './source.ts'
import type { Source } from './source.ts'
import { BOUNDS, NONE, brokenBound, pyBool, pyList, pyTuple } from './value.ts'
import type { PyEntry, PyParsed, PyValue } from './value.ts'

/** CPython's tokenizer takes no deeper brackets. Values are bounded more tightly, by BOUNDS.depth. */
const MAX_BRACKETS = 200

/** One literal; `1, 2` is a tuple. */
export function parseLiteral(text: string): PyParsed<PyValue> {
  return attempt(text, (source) => {
    skipLeadingLines(source)
    const value = readExpressions(source)
    expectEnd(source)
    return checked(value)
  })
}

/** The text between the parentheses of f(...): positional literals only; may be empty. */
export function parseArguments(text: string): PyParsed<readonly PyValue[]> {
  return attempt(text, (source) => {
    source.brackets = 1
    return readList(source, '', readArgument).map(checked)
  })
}

function attempt<T>(text: string, read: (source: Source) => T): PyParsed<T> {
  if (text.length > BOUNDS.literalChars) return { ok: false, why: 'too_large' }
  const why = unreadable(text)
  if (why !== undefined) return { ok: false, why }
  try {
    return { ok: true, value: read(sourceOf(text)) }
  } catch (thrown) {
    if (thrown instanceof Refused) return { ok: false, why: thrown.message }
    throw thrown
  }
}

function checked(value: PyValue): PyValue {
  const broken = brokenBound(value)
  return broken === undefined ? value : refuse(broken)
}

/** An expression without brackets around it: a tuple where there is a comma. */
function readExpressions(source: Source): PyValue {
  const first = readExpression(source).value
  if (!takeMark(source, ',')) return first
  const items = [first]
  for (skipSpace(source); !/^(?:\n|\)|$)/.test(peek(source)); skipSpace(source)) {
    items.push(readExpression(source).value)
    if (!takeMark(source, ',')) break
  }
  return pyTuple(items)
}

/** Items with commas between and perhaps after them, up to the closing mark ('' for the end), which is taken. */
function readList<T>(source: Source, closing: string, read: (source: Source) => T): T[] {
  const items: T[] = []
  for (;;) {
    skipSpace(source)
    if (atClosing(source, closing)) break
    items.push(read(source))
    if (takeMark(source, ',')) continue
    if (!atClosing(source, closing))
      unexpected(source, `"," or ${closing === '' ? 'the end' : `"${closing}"`}`)
  }
  source.at += closing.length
  return items
}

const atClosing = (source: Source, closing: string): boolean => peek(source) === closing

function readArgument(source: Source): PyValue {
  if (peek(source) === '*') refuse('starred arguments are not taken')
  const start = source.at
  if (take(source, /[A-Za-z_]\w*\s*=(?!=)/y) !== '') refuse('keyword arguments are not taken')
  source.at = start
  return readExpression(source).value
}

/**
 * What literal_eval needs to know of an expression: a sum takes a number or a signed number on the left
 * and an imaginary number on the right; a sign takes a number.
 */
type Expression =
  | { readonly form: 'number' | 'signed'; readonly value: NumberLiteral }
  | { readonly form: 'other'; readonly value: PyValue }

function readExpression(source: Source): Expression {
  let left = readSigned(source)
  for (skipSpace(source); /^[+-]$/.test(peek(source)); skipSpace(source)) {
    const minus = takeSign(source)
    const right = readPrimary(source)
    left = { form: 'other', value: sum(left, right, minus) }
  }
  return left
}

function takeSign(source: Source): boolean {
  const minus = peek(source) === '-'
  source.at += 1
  skipSpace(source)
  return minus
}

function readSigned(source: Source): Expression {
  skipSpace(source)
  if (!/^[+-]$/.test(peek(source))) return readPrimary(source)
  const minus = takeSign(source)
  const { form, value } = readPrimary(source)
  if (form !== 'number') return refuse('a sign before something that is not a number')
  return { form: 'signed', value: minus ? negated(value) : value }
}

function negated(value: NumberLiteral): NumberLiteral {
  if (value.kind === 'complex') return { kind: 'complex', re: -value.re, im: -value.im }
  return value.kind === 'int'
    ? { kind: 'int', value: -value.value }
    : { kind: 'float', value: -value.value }
}

/** Complex arithmetic as CPython before 3.14 does it: the left side becomes complex(left, 0.0) first. */
function sum(left: Expression, right: Expression, minus: boolean): PyValue {
  if (right.form !== 'number' || right.value.kind !== 'complex' || left.form === 'other') {
    return refuse('a sum that is not a complex number')
  }
  const { re, im } = right.value
  const real = realPart(left.value)
  return minus
    ? { kind: 'complex', re: real - re, im: 0 - im }
    : { kind: 'complex', re: real + re, im: 0 + im }
}

function realPart(value: NumberLiteral): number {
  if (value.kind === 'float') return value.value
  if (value.kind !== 'int') return refuse('a sum that is not a complex number')
  const real = Number(value.value)
  return Number.isFinite(real) ? real : refuse('an integer too large for a float')
}

function readPrimary(source: Source): Expression {
  const number = readNumber(source)
  if (number !== undefined) return { form: 'number', value: number }
  const text = readStrings(source)
  if (text !== undefined) return { form: 'other', value: text }
  switch (peek(source)) {
    case '(':
      return inBrackets(source, readParentheses)
    case '[':
      return inBrackets(source, (inner) => ({
        form: 'other',
        value: pyList(readList(inner, ']', readItem)),
      }))
    case '{':
      return inBrackets(source, readBraces)
    default:
      return readName(source)
  }
}

function inBrackets(source: Source, read: (source: Source) => Expression): Expression {
  source.brackets += 1
  if (source.brackets > MAX_BRACKETS) refuse('too_deep')
  source.at += 1
  const expression = read(source)
  source.brackets -= 1
  return expression
}

function readItem(source: Source): PyValue {
  if (peek(source) === '*') refuse('starred items are not taken')
  return readExpression(source).value
}

function readParentheses(source: Source): Expression {
  if (takeMark(source, ')')) return { form: 'other', value: pyTuple([]) }
  const first = readExpression(source)
  if (takeMark(source, ')')) return first
  return { form: 'other', value: pyTuple([first.value, ...readMore(source, ')', readItem)]) }
}

function readBraces(source: Source): Expression {
  if (takeMark(source, '}')) return { form: 'other', value: { kind: 'dict', entries: [] } }
  const first = readItem(source)
  if (takeMark(source, ':')) {
    const entries: PyEntry[] = [[first, readItem(source)], ...readMore(source, '}', readEntry)]
    return { form: 'other', value: { kind: 'dict', entries: distinctPairs(entries) } }
  }
  const items = [first, ...readMore(source, '}', readItem)]
  return { form: 'other', value: { kind: 'set', items: distinct(items) } }
}

/** What follows the first of several. */
function readMore<T>(source: Source, closing: string, read: (source: Source) => T): T[] {
  if (takeMark(source, closing)) return []
  expectMark(source, ',')
  return readList(source, closing, read)
}

function readEntry(source: Source): PyEntry {
  const key = readItem(source)
  expectMark(source, ':')
  return [key, readItem(source)]
}

const CONSTANTS: Readonly<Record<string, Expression>> = {
  None: { form: 'other', value: NONE },
  True: { form: 'other', value: pyBool(true) },
  False: { form: 'other', value: pyBool(false) },
  inf: { form: 'number', value: { kind: 'float', value: Infinity } },
  nan: { form: 'number', value: { kind: 'float', value: Number.NaN } },
  infj: { form: 'number', value: { kind: 'complex', re: 0, im: Infinity } },
  nanj: { form: 'number', value: { kind: 'complex', re: 0, im: Number.NaN } },
}

function readName(source: Source): Expression {
  const name = take(source, /(?:collections\.)?[A-Za-z_]\w*/y).replace('collections.', '')
  if (name === '') return unexpected(source, 'a literal')
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined
  if (constant !== undefined) return constant
  if (name !== 'defaultdict' && !Object.hasOwn(CALLS, name)) refuse(`${name} is not a literal`)
  skipSpace(source)
  if (peek(source) !== '(') return unexpected(source, '"("')
  return inBrackets(source, (inner) => readCall(inner, name))
}

function readCall(source: Source, name: string): Expression {
  if (name === 'defaultdict') return { form: 'other', value: readDefaultdict(source) }
  const first = takeMark(source, ')') ? undefined : readArgument(source)
  const value = CALLS[name]?.(first, first === undefined ? undefined : readMaxlen(source, name))
  if (value === undefined) return refuse(`${name} is not a literal`)
  return value.kind === 'float' ? { form: 'number', value } : { form: 'other', value }
}

/** What may follow the only argument of a call: `, maxlen=3` of a deque. */
function readMaxlen(source: Source, name: string): PyValue | undefined {
  if (takeMark(source, ')')) return undefined
  expectMark(source, ',')
  if (takeMark(source, ')')) return undefined
  if (name !== 'deque' || take(source, /maxlen\s*=(?!=)/y) === '')
    refuse(`${name} takes one argument`)
  const { value } = readExpression(source)
  return takeMark(source, ')') ? value : unexpected(source, '")"')
}

function readDefaultdict(source: Source): PyValue {
  if (takeMark(source, ')')) return { kind: 'defaultdict', factory: 'None', entries: [] }
  skipSpace(source)
  const factory = factoryText(take(source, FACTORY))
  if (factory === '') return unexpected(source, 'a factory such as int')
  if (!takeMark(source, ')')) expectMark(source, ',')
  else return { kind: 'defaultdict', factory, entries: [] }
  const [contents, ...more] = readList(source, ')', readItem)
  if (more.length > 0) refuse('defaultdict takes two arguments here')
  return { kind: 'defaultdict', factory, entries: entriesOf(contents) }
}
