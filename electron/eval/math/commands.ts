/**
 * LaTeX commands that take arguments or stand for a value.
 * Not here: operators and brackets of the plain grammar (grammar.ts).
 */
import {
  Unreadable,
  expectMark,
  flatGroup,
  isCommand,
  isMark,
  peek,
  readGroup,
  readItems,
  readSum,
  readSymbol,
  startsFactor,
  takeMark,
} from './grammar.ts'
import type { Cursor } from './grammar.ts'
import { call, number, symbol } from './node.ts'
import type { MathNode } from './node.ts'

type Reader = (cursor: Cursor) => MathNode

const FUNCTIONS = new Set(
  `sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh ln log exp abs floor ceil min max gcd lcm`.split(
    ' ',
  ),
)

const ACCENTS = new Set([
  'dot',
  'ddot',
  'bar',
  'hat',
  'vec',
  'tilde',
  'overline',
  'widehat',
  'underline',
])

export function readCommand(cursor: Cursor, name: string): MathNode {
  const reader = COMMANDS[name]
  if (reader !== undefined) return reader(cursor)
  if (FUNCTIONS.has(name)) return readFunction(cursor, name)
  if (ACCENTS.has(name)) return readSymbol(cursor, `${name}(${flatGroup(cursor)})`)
  if (/^[a-z]{2,}$/i.test(name)) return readSymbol(cursor, name)
  throw new Unreadable(name)
}

const COMMANDS: Readonly<Record<string, Reader>> = {
  frac: (cursor) => {
    const above = readGroup(cursor)
    return call('/', above, readGroup(cursor))
  },
  binom: (cursor) => {
    const above = readGroup(cursor)
    return call('binomial', above, readGroup(cursor))
  },
  sqrt: readRoot,
  pi: () => symbol('pi'),
  infty: () => symbol('infty'),
  emptyset: () => ({ kind: 'set', items: [] }),
  dollar: (cursor) => ({ kind: 'unit', value: readGroupOrNumber(cursor), unit: 'dollar' }),
  lfloor: (cursor) => between(cursor, 'rfloor', 'floor'),
  lceil: (cursor) => between(cursor, 'rceil', 'ceil'),
  begin: readEnvironment,
  boxed: readGroup,
  angle: (cursor) => symbol(`angle ${wordsAhead(cursor)}`),
}

/** Currency stands before its number, which may have decimals. */
function readGroupOrNumber(cursor: Cursor): MathNode {
  const token = peek(cursor)
  if (token?.kind !== 'number') return readGroup(cursor)
  cursor.at += 1
  return number(token.text)
}

/** The letters of an angle's name. */
function wordsAhead(cursor: Cursor): string {
  let name = ''
  for (let token = peek(cursor); token?.kind === 'letter'; token = peek(cursor)) {
    cursor.at += 1
    name += token.text
    if (takeMark(cursor, '_')) name += `_${flatGroup(cursor)}`
  }
  return name
}

function between(cursor: Cursor, close: string, name: string): MathNode {
  const inner = readSum(cursor)
  if (!isCommand(peek(cursor), close)) throw new Unreadable(close)
  cursor.at += 1
  return call(name, inner)
}

function readRoot(cursor: Cursor): MathNode {
  if (!takeMark(cursor, '[')) return call('sqrt', readArgument(cursor))
  const degree = readSum(cursor)
  expectMark(cursor, ']')
  return call('root', readGroup(cursor), degree)
}

/** Plain text writes sqrt(2) where LaTeX writes \sqrt{2}. */
function readArgument(cursor: Cursor): MathNode {
  if (!takeMark(cursor, '(')) return readGroup(cursor)
  const inner = readSum(cursor)
  expectMark(cursor, ')')
  return inner
}

function readFunction(cursor: Cursor, name: string): MathNode {
  const base = takeMark(cursor, '_') ? [readGroup(cursor)] : []
  const power = takeMark(cursor, '^') ? readPower(cursor) : null
  const args = readArguments(cursor)
  if (power === null) return call(name, ...args, ...base)
  // sin^{-1} is the inverse, sin^2 the square.
  const inverse = power.kind === 'call' && power.name === 'neg' && INVERSES[name]
  if (typeof inverse === 'string') return call(inverse, ...args)
  return call('^', call(name, ...args, ...base), power)
}

const INVERSES: Readonly<Record<string, string>> = { sin: 'arcsin', cos: 'arccos', tan: 'arctan' }

function readPower(cursor: Cursor): MathNode {
  return takeMark(cursor, '-') ? call('neg', readGroup(cursor)) : readGroup(cursor)
}

/** In brackets or braces all of them; else the product that follows, up to the next function: sin 2t cos t. */
function readArguments(cursor: Cursor): MathNode[] {
  if (takeMark(cursor, '(')) {
    const items = readItems(cursor)
    expectMark(cursor, ')')
    return items
  }
  if (isMark(peek(cursor), '{')) return [readGroup(cursor)]
  let product = readSimple(cursor)
  for (let token = peek(cursor); isSimple(token); token = peek(cursor)) {
    product = call('*', product, readSimple(cursor))
  }
  return [product]
}

function isSimple(token: ReturnType<typeof peek>): boolean {
  if (!startsFactor(token) || token?.kind === 'mark') return false
  return token?.kind !== 'command' || !FUNCTIONS.has(token.text)
}

/** One factor of an argument without brackets; a whole number stays whole. */
function readSimple(cursor: Cursor): MathNode {
  const token = peek(cursor)
  if (token?.kind === 'number') {
    cursor.at += 1
    return number(token.text)
  }
  const base = readGroup(cursor)
  return takeMark(cursor, '^') ? call('^', base, readPower(cursor)) : base
}

const MATRICES = new Set([
  'matrix',
  'pmatrix',
  'bmatrix',
  'Bmatrix',
  'vmatrix',
  'smallmatrix',
  'array',
])

function readEnvironment(cursor: Cursor): MathNode {
  const name = flatGroup(cursor)
  if (!MATRICES.has(name)) throw new Unreadable(name)
  if (name === 'array') flatGroup(cursor)
  const rows: MathNode[][] = [[readSum(cursor)]]
  for (;;) {
    if (takeMark(cursor, '&')) rows.at(-1)?.push(readSum(cursor))
    else if (takeMark(cursor, '\\\\')) {
      if (!isCommand(peek(cursor), 'end')) rows.push([readSum(cursor)])
    } else break
  }
  if (!isCommand(peek(cursor), 'end')) throw new Unreadable('end')
  cursor.at += 1
  flatGroup(cursor)
  return name === 'vmatrix'
    ? call('determinant', { kind: 'matrix', rows })
    : { kind: 'matrix', rows }
}
