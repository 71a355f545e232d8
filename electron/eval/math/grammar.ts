/**
 * The plain grammar of answers: lists, relations, sums, products, powers and what stands in brackets.
 * Written for final answers, not for documents: what is no answer is Unreadable, and the caller compares text.
 * Not here: tokens (tokens.ts), commands with arguments (commands.ts), where reading begins (latex.ts).
 */
import type { Token } from './tokens.ts'
import { call, number, symbol } from './node.ts'
import type { MathNode } from './node.ts'
import { unitOf, unitOfPhrase } from './units.ts'

export type Cursor = {
  tokens: readonly Token[]
  at: number
  depth: number
  /** Reads what belongs to a command whose name has been taken. */
  readonly command: (cursor: Cursor, name: string) => MathNode
}

/** Thrown inside the parser only. */
export class Unreadable extends Error {}

const MAX_DEPTH = 60

export function peek(cursor: Cursor): Token | undefined {
  return cursor.tokens[cursor.at]
}

export function isMark(token: Token | undefined, ...texts: readonly string[]): boolean {
  return token?.kind === 'mark' && texts.includes(token.text)
}

export function takeMark(cursor: Cursor, text: string): boolean {
  if (!isMark(peek(cursor), text)) return false
  cursor.at += 1
  return true
}

export function expectMark(cursor: Cursor, text: string): void {
  if (!takeMark(cursor, text)) throw new Unreadable(`expected ${text}`)
}

export function readAnswer(cursor: Cursor): MathNode {
  const items = readItems(cursor)
  const [only] = items
  return items.length === 1 && only !== undefined ? only : { kind: 'list', items }
}

/** Parts with commas or semicolons between them. */
export function readItems(cursor: Cursor): MathNode[] {
  cursor.depth += 1
  if (cursor.depth > MAX_DEPTH) throw new Unreadable('too deep')
  const items = [readUnion(cursor)]
  while (takeMark(cursor, ',') || takeMark(cursor, ';')) {
    while (takeMark(cursor, ','));
    items.push(readUnion(cursor))
  }
  cursor.depth -= 1
  return items
}

function readUnion(cursor: Cursor): MathNode {
  const items = [readRelation(cursor)]
  while (isCommand(peek(cursor), 'cup')) {
    cursor.at += 1
    items.push(readRelation(cursor))
  }
  const [only] = items
  return items.length === 1 && only !== undefined ? only : { kind: 'union', items }
}

export function isCommand(token: Token | undefined, ...names: readonly string[]): boolean {
  return token?.kind === 'command' && names.includes(token.text)
}

const RELATIONS: Readonly<Record<string, string>> = {
  '=': '=',
  '<': '<',
  '>': '>',
  le: '<=',
  ge: '>=',
  ne: '!=',
  in: 'in',
  approx: '=',
}

function readRelation(cursor: Cursor): MathNode {
  let left = readSum(cursor)
  for (;;) {
    const token = peek(cursor)
    const isOperator = token?.kind === 'mark' || token?.kind === 'command'
    const op = isOperator ? RELATIONS[token.text] : undefined
    if (op === undefined) return left
    cursor.at += 1
    left = { kind: 'relation', op, left, right: readSum(cursor) }
  }
}

const SIGNS: Readonly<Record<string, string>> = { '+': '+', '-': '-', pm: 'pm', mp: 'mp' }

function takeSign(cursor: Cursor): string | null {
  const token = peek(cursor)
  if (token?.kind !== 'mark' && token?.kind !== 'command') return null
  const sign = SIGNS[token.text]
  if (sign === undefined) return null
  cursor.at += 1
  return sign
}

export function readSum(cursor: Cursor): MathNode {
  const first = takeSign(cursor)
  let sum = signed(first, readProduct(cursor))
  for (let sign = takeSign(cursor); sign !== null; sign = takeSign(cursor)) {
    sum = call(sign, sum, readProduct(cursor))
  }
  return sum
}

function signed(sign: string | null, node: MathNode): MathNode {
  if (sign === null || sign === '+') return node
  return sign === '-' ? call('neg', node) : call(sign, number('0'), node)
}

function readProduct(cursor: Cursor): MathNode {
  let product = readFactor(cursor)
  for (;;) {
    const token = peek(cursor)
    if (isMark(token, '*', '/', ':')) {
      cursor.at += 1
      const name = isMark(token, '*') ? '*' : '/'
      const factor = takeMark(cursor, '-') ? call('neg', readFactor(cursor)) : readFactor(cursor)
      product = call(name, product, factor)
    } else if (startsFactor(token)) product = readNext(cursor, product)
    else break
  }
  return readUnits(cursor, product)
}

/** What follows without a sign: mixed numbers are sums, everything else a product. */
function readNext(cursor: Cursor, before: MathNode): MathNode {
  const isWhole = before.kind === 'number' && /^\d+$/.test(before.text)
  const token = peek(cursor)
  const behindNumber = cursor.tokens[cursor.at - 1]?.kind === 'number'
  if (token?.kind === 'number' && behindNumber) {
    if (!isWhole) throw new Unreadable('two numbers')
    const fraction = readFactor(cursor)
    expectMark(cursor, '/')
    return call('+', before, call('/', fraction, readFactor(cursor)))
  }
  const next = readFactor(cursor)
  return isWhole && isCommand(token, 'frac') && isPlainFraction(next)
    ? call('+', before, next)
    : call('*', before, next)
}

const isPlainFraction = (node: MathNode): boolean =>
  node.kind === 'call' &&
  node.name === '/' &&
  node.args.every((part) => part.kind === 'number' && /^\d+$/.test(part.text))

const NOT_FACTORS = new Set([
  ...Object.keys(RELATIONS),
  'cup',
  'pm',
  'mp',
  'rfloor',
  'rceil',
  'rangle',
  'end',
  'cap',
])

export function startsFactor(token: Token | undefined): boolean {
  if (token === undefined || token.kind === 'unit' || token.kind === 'words') return false
  if (token.kind === 'command') return !NOT_FACTORS.has(token.text)
  if (token.kind === 'mark') return isMark(token, '(', '[', '{', '\\{')
  return true
}

/** Units and words behind a value. */
function readUnits(cursor: Cursor, value: MathNode): MathNode {
  let unit = ''
  for (;;) {
    const token = peek(cursor)
    if (token?.kind !== 'unit' && token?.kind !== 'words') break
    const found =
      token.kind === 'unit' ? (unitOf(token.text) ?? token.text) : unitOfPhrase(token.text)
    if (found === undefined) throw new Unreadable('words')
    cursor.at += 1
    unit += (unit === '' ? '' : '/') + found + readUnitPower(cursor)
  }
  return unit === '' ? value : { kind: 'unit', value, unit }
}

function readUnitPower(cursor: Cursor): string {
  if (!takeMark(cursor, '^')) return ''
  const power = readGroup(cursor)
  return power.kind === 'number' ? `^${power.text}` : ''
}

/** A primary with its powers, factorials and primes. */
function readFactor(cursor: Cursor): MathNode {
  let node = readPrimary(cursor)
  for (;;) {
    if (takeMark(cursor, '!')) node = call('factorial', node)
    else if (isMark(peek(cursor), "'")) node = primed(cursor, node)
    else if (isMark(peek(cursor), '^')) node = raised(cursor, node)
    else return node
  }
}

function raised(cursor: Cursor, node: MathNode): MathNode {
  cursor.at += 1
  const inGroup = isMark(peek(cursor), '{') ? 1 : 0
  const token = cursor.tokens[cursor.at + inGroup]
  if (isCommand(token, 'circ', 'prime')) {
    cursor.at += 1 + 2 * inGroup
    if (isCommand(token, 'circ')) return { kind: 'unit', value: node, unit: 'degree' }
    return symbol(`${nameOf(node)}'`)
  }
  if (takeMark(cursor, '-')) return call('^', node, call('neg', readGroup(cursor)))
  return call('^', node, readGroup(cursor))
}

function primed(cursor: Cursor, node: MathNode): MathNode {
  cursor.at += 1
  return symbol(`${nameOf(node)}'`)
}

function nameOf(node: MathNode): string {
  if (node.kind !== 'symbol') throw new Unreadable('a prime behind something that is no name')
  return node.name
}

/** What a command takes: braces, or one token. */
export function readGroup(cursor: Cursor): MathNode {
  if (takeMark(cursor, '{')) {
    const items = readItems(cursor)
    expectMark(cursor, '}')
    const [only] = items
    if (items.length !== 1 || only === undefined) throw new Unreadable('a list in braces')
    return only
  }
  const token = peek(cursor)
  // \frac43 means 4 over 3: of a number only one digit belongs to the command.
  if (token?.kind === 'number' && token.text.length > 1 && /^\d+$/.test(token.text)) {
    return firstDigit(cursor, token.text)
  }
  return readPrimary(cursor)
}

function firstDigit(cursor: Cursor, text: string): MathNode {
  const rest: Token = { kind: 'number', text: text.slice(1) }
  cursor.tokens = cursor.tokens.with(cursor.at, rest)
  return number(text.slice(0, 1))
}

function readPrimary(cursor: Cursor): MathNode {
  const token = peek(cursor)
  if (token === undefined) throw new Unreadable('nothing')
  cursor.at += 1
  cursor.depth += 1
  if (cursor.depth > MAX_DEPTH) throw new Unreadable('too deep')
  const node = primaryOf(cursor, token)
  cursor.depth -= 1
  return node
}

function primaryOf(cursor: Cursor, token: Token): MathNode {
  if (token.kind === 'number') return readNumber(cursor, token.text)
  if (token.kind === 'letter') return readSymbol(cursor, token.text)
  if (token.kind === 'command') return cursor.command(cursor, token.text)
  if (token.kind === 'words') return { kind: 'text', text: token.text }
  if (token.kind === 'unit') throw new Unreadable('a unit without a value')
  return readBrackets(cursor, token.text)
}

/** A number with its base as subscript is a name: 52_8 is not 52 and not 42. */
function readNumber(cursor: Cursor, text: string): MathNode {
  if (takeMark(cursor, '_')) return symbol(`${text}_${flatGroup(cursor)}`)
  if (!isCommand(peek(cursor), 'overline') || !/^\d*\.\d*$/.test(text)) return number(text)
  cursor.at += 1
  const repeated = flatGroup(cursor)
  if (!/^\d+$/.test(repeated)) throw new Unreadable('a line over something that is no digit')
  const decimals = text.length - text.indexOf('.') - 1
  const nines = `${'9'.repeat(repeated.length)}${'0'.repeat(decimals)}`
  return call('+', number(text), call('/', number(repeated), number(nines)))
}

/** A letter with its subscript; f(0) with a bare number in it is a name too, for f times 0 makes no sense. */
export function readSymbol(cursor: Cursor, letter: string): MathNode {
  const name = takeMark(cursor, '_') ? `${letter}_${flatGroup(cursor)}` : letter
  const [open, inner, close] = cursor.tokens.slice(cursor.at, cursor.at + 3)
  if (isMark(open, '(') && inner?.kind === 'number' && isMark(close, ')') && name !== 'i') {
    cursor.at += 3
    return symbol(`${name}(${inner.text})`)
  }
  return symbol(name)
}

/** The tokens of a group as one word, for subscripts and accents. */
export function flatGroup(cursor: Cursor): string {
  const token = peek(cursor)
  cursor.at += 1
  if (token === undefined) throw new Unreadable('nothing')
  if (!isMark(token, '{')) return token.text
  let text = ''
  for (let depth = 1; ;) {
    const inner = peek(cursor)
    if (inner === undefined) throw new Unreadable('an open brace')
    cursor.at += 1
    if (isMark(inner, '{')) depth += 1
    if (isMark(inner, '}')) depth -= 1
    if (depth === 0) return text
    text += inner.text
  }
}

const CLOSING: Readonly<Record<string, readonly string[]>> = {
  '(': [')', ']'],
  '[': [']', ')'],
  ']': ['[', ']'],
  '{': ['}'],
  '\\{': ['\\}'],
  '|': ['|'],
}

function readBrackets(cursor: Cursor, open: string): MathNode {
  const closing = CLOSING[open]
  if (closing === undefined) throw new Unreadable(open)
  if (open === '\\{' && takeMark(cursor, '\\}')) return { kind: 'set', items: [] }
  const items = readItems(cursor)
  const close = closing.find((mark) => takeMark(cursor, mark))
  const [only] = items
  if (close === undefined || only === undefined) throw new Unreadable('an open bracket')
  if (open === '\\{') return { kind: 'set', items }
  if (open === '|') return call('abs', only)
  if (items.length === 1) return only
  if (open === '{') return { kind: 'list', items }
  return { kind: 'tuple', brackets: open + close, items }
}
