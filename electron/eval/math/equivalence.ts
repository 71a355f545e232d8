/**
 * Whether an answer is the reference: by structure where answers have one, by value where they are expressions.
 * Two expressions with symbols are equal when they agree at several points, exactly or to 40 digits: no two
 * different answers of a benchmark do by chance.
 * Not here: reading (latex.ts), arithmetic (evaluate.ts), finding the answer in a response (extract.ts).
 */
import { randomOf } from '../../selfplay/random.ts'
import {
  exactValue,
  isConstant,
  isZero,
  preciseValue,
  quotient,
  sameFraction,
  sameValue,
} from './evaluate.ts'
import type { Precise, Scope } from './evaluate.ts'
import { readMath } from './latex.ts'
import { call, mapNodes, number, someNode, symbol, symbolsOf } from './node.ts'
import type { MathNode } from './node.ts'
import { cleaned } from './tokens.ts'

export type MathRules = {
  /** Relative; only where reference or answer is written as a decimal. 0: exact. */
  readonly tolerance?: number
  /** Absolute, as a suite gives it for single items. */
  readonly error?: number
  /** The reference has several values: commas always separate. */
  readonly list?: boolean
}

export type Equivalence = { readonly equal: boolean; readonly reason: string }

const yes = (reason: string): Equivalence => ({ equal: true, reason })
const no = (reason: string): Equivalence => ({ equal: false, reason })

export function equivalent(reference: string, answer: string, rules: MathRules = {}): Equivalence {
  if (wordsOf(answer) === '') return no('the answer is empty')
  if (plainText(reference) === plainText(answer)) return yes('the same text')
  const wanted = readMath(reference, rules.list)
  const found = readMath(answer, rules.list)
  if (wanted === null || isWords(wanted)) return asWords(reference, answer)
  if (found === null) return no('the answer is no mathematics that can be read')
  return sameNode(normal(wanted), normal(found), rules)
}

/** Without blanks and looks. */
function plainText(text: string): string {
  return cleaned(text)
    .replace(/\\(?:left|right|displaystyle)\b/g, '')
    .replace(/\\[dt]frac\b/g, '\\frac')
    .replace(/\\[,;:! ]|\s+/g, '')
    .replace(/\{([A-Za-z0-9])\}/g, '$1')
}

const isWords = (node: MathNode): boolean => someNode(node, ({ kind }) => kind === 'text')

function asWords(reference: string, answer: string): Equivalence {
  const wanted = wordsOf(reference)
  return wanted !== '' && wanted === wordsOf(answer) ? yes('the same words') : no('other words')
}

/** Words in small letters without markup; `(C)` and `C` are the same choice. */
function wordsOf(text: string): string {
  return cleaned(text)
    .replace(/\\(?:text|mbox|textbf|mathrm|mathbf)\b/g, '')
    .replace(/[{}\s]|\\[,;:! ]/g, '')
    .replace(/^\(([A-Za-z])\)$/, '$1')
    .toLowerCase()
}

/** Signs spelled out, labels of values dropped where they name nothing: x in [2, 3] is [2, 3]. */
function normal(node: MathNode): MathNode {
  const bare = node.kind === 'relation' && node.op === 'in' ? node.right : node
  const items = bare.kind === 'list' || bare.kind === 'set' ? bare.items : [bare]
  const spelled = items.flatMap(bothSigns)
  if (bare.kind === 'set') return { kind: 'set', items: spelled }
  const [only] = spelled
  return spelled.length === 1 && only !== undefined ? only : { kind: 'list', items: spelled }
}

const hasSign = (node: MathNode): boolean =>
  someNode(node, (inner) => inner.kind === 'call' && (inner.name === 'pm' || inner.name === 'mp'))

/** All upper signs, then all lower ones. */
function bothSigns(node: MathNode): MathNode[] {
  if (!hasSign(node)) return [node]
  const choose = (upper: boolean): MathNode =>
    mapNodes(node, (inner) => {
      if (inner.kind !== 'call') return inner
      if (inner.name === 'pm') return { ...inner, name: upper ? '+' : '-' }
      return inner.name === 'mp' ? { ...inner, name: upper ? '-' : '+' } : inner
    })
  return [choose(true), choose(false)]
}

function sameNode(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  if (isCollection(wanted) || isCollection(found)) return sameCollection(wanted, found, rules)
  if (wanted.kind === 'relation' || found.kind === 'relation') {
    return sameRelation(wanted, found, rules)
  }
  if (wanted.kind === 'tuple' || found.kind === 'tuple') return sameTuple(wanted, found, rules)
  if (wanted.kind === 'matrix' || found.kind === 'matrix') return sameMatrix(wanted, found, rules)
  if (wanted.kind === 'unit' || found.kind === 'unit') return sameQuantity(wanted, found, rules)
  return sameExpression(wanted, found, rules)
}

type Collection = Extract<MathNode, { kind: 'list' | 'set' | 'union' }>

function isCollection(node: MathNode): node is Collection {
  return node.kind === 'list' || node.kind === 'set' || node.kind === 'union'
}

/** Every value of the one has its own partner in the other; order does not matter. */
function sameCollection(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  if ((wanted.kind === 'union') !== (found.kind === 'union'))
    return no('a union against something else')
  const golds = itemsOf(wanted, rules)
  const left = [...itemsOf(found, rules)]
  if (golds.length !== left.length) {
    return no(`expected ${golds.length} values, found ${left.length}`)
  }
  for (const gold of golds) {
    const at = left.findIndex((item) => sameNode(gold, item, rules).equal)
    if (at < 0) return no('a value of the reference is missing')
    left.splice(at, 1)
  }
  return yes(`the same ${golds.length} values`)
}

function itemsOf(node: MathNode, rules: MathRules): readonly MathNode[] {
  if (!isCollection(node)) return [node]
  if (node.kind !== 'set') return node.items
  return node.items.filter(
    (item, at) => !node.items.slice(0, at).some((other) => sameNode(other, item, rules).equal),
  )
}

function sameTuple(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  if (wanted.kind !== 'tuple' || found.kind !== 'tuple')
    return no('a tuple or interval against something else')
  if (wanted.brackets !== found.brackets) {
    return no(`expected brackets ${wanted.brackets}, found ${found.brackets}`)
  }
  return sameItems(wanted.items, found.items, rules)
}

function sameItems(
  wanted: readonly MathNode[],
  found: readonly MathNode[],
  rules: MathRules,
): Equivalence {
  if (wanted.length !== found.length) {
    return no(`expected ${wanted.length} components, found ${found.length}`)
  }
  for (const [at, gold] of wanted.entries()) {
    const item = found[at]
    const verdict = item === undefined ? no('missing') : sameNode(gold, item, rules)
    if (!verdict.equal) return no(`component ${at + 1}: ${verdict.reason}`)
  }
  return yes('the same components')
}

function sameMatrix(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  if (wanted.kind !== 'matrix' || found.kind !== 'matrix')
    return no('a matrix against something else')
  const shape = ({ rows }: typeof wanted): string => rows.map((row) => row.length).join(' ')
  if (shape(wanted) !== shape(found)) return no('matrices of different shapes')
  return sameItems(wanted.rows.flat(), found.rows.flat(), rules)
}

/** A missing unit is forgiven, another one is not. Percent may also be written as the fraction it is. */
function sameQuantity(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  const [wantedValue, wantedUnit] = quantityOf(wanted)
  const [foundValue, foundUnit] = quantityOf(found)
  if (wantedUnit !== '' && foundUnit !== '' && wantedUnit !== foundUnit) {
    return no(`expected ${wantedUnit}, found ${foundUnit}`)
  }
  const plain = sameNode(wantedValue, foundValue, rules)
  if (plain.equal || wantedUnit === foundUnit) return plain
  if (wantedUnit === '%') return sameNode(overHundred(wantedValue), foundValue, rules)
  if (foundUnit === '%') return sameNode(wantedValue, overHundred(foundValue), rules)
  return plain
}

const overHundred = (value: MathNode): MathNode => call('/', value, number('100'))

const quantityOf = (node: MathNode): readonly [MathNode, string] =>
  node.kind === 'unit' ? [node.value, node.unit] : [node, '']

const MIRRORED: Readonly<Record<string, string>> = { '>': '<', '>=': '<=' }

type Relation = Extract<MathNode, { kind: 'relation' }>

const oriented = (node: Relation): Relation => {
  const mirrored = MIRRORED[node.op]
  if (mirrored === undefined) return node
  return { ...node, op: mirrored, left: node.right, right: node.left }
}

function sameRelation(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  if (wanted.kind !== 'relation') return sameLabelled(wanted, found, rules)
  if (found.kind !== 'relation') return sameLabelled(found, wanted, rules)
  const gold = oriented(renamed(wanted))
  const answer = oriented(renamed(found))
  if (gold.op !== answer.op) return no(`expected ${gold.op}, found ${answer.op}`)
  const sides = sameItems([gold.left, gold.right], [answer.left, answer.right], rules)
  return sides.equal ? yes('the same relation') : sameMultiple(gold, answer)
}

/** x = 5 against 5: the label of a value may be left out. */
function sameLabelled(value: MathNode, other: MathNode, rules: MathRules): Equivalence {
  if (other.kind !== 'relation' || other.op !== '=' || !isLabel(other.left, other.right)) {
    return no('an equation against a value')
  }
  return sameNode(value, other.right, rules)
}

/** A name, or a name of a function with its variable, that is not in its own value. */
function isLabel(left: MathNode, right: MathNode): boolean {
  const name = left.kind === 'symbol' ? left.name : (definedBy(left)?.name ?? null)
  return name !== null && !isConstant(name) && !symbolsOf(right).includes(name)
}

/** f and x of f(x), which is read as a product. */
function definedBy(left: MathNode): { readonly name: string; readonly variable: string } | null {
  if (left.kind !== 'call' || left.name !== '*') return null
  const [name, variable] = left.args
  return name?.kind === 'symbol' && variable?.kind === 'symbol'
    ? { name: name.name, variable: variable.name }
    : null
}

/** The variable of a defined function is bound: f(t) = 2t and f(x) = 2x are the same. */
function renamed(node: Relation): Relation {
  const defined = node.op === '=' ? definedBy(node.left) : null
  if (defined === null || symbolsOf(node.right).includes(defined.name)) return node
  const bound = (inner: MathNode): MathNode =>
    inner.kind === 'symbol' && inner.name === defined.variable ? symbol('bound variable') : inner
  return { ...node, left: mapNodes(node.left, bound), right: mapNodes(node.right, bound) }
}

/** Equations are the same when one is a multiple of the other, inequalities when by a positive factor. */
function sameMultiple(wanted: Relation, found: Relation): Equivalence {
  const gold = call('-', wanted.left, wanted.right)
  const answer = call('-', found.left, found.right)
  const points = pointsFor(gold, answer)
  const ratios = points.flatMap((point) => ratioAt(gold, answer, point))
  const [first] = ratios
  if (first === undefined || ratios.length < 2) return no('the relations cannot be compared')
  const constant = ratios.every((ratio) => sameValue(ratio, first, 0))
  const positive = wanted.op === '=' || wanted.op === '!=' || isPositive(first)
  return constant && positive && !isZero(first)
    ? yes('a multiple of the same relation')
    : no('another relation')
}

const isPositive = (value: Precise): boolean => 'e' in value && !value.isNegative()

function ratioAt(gold: MathNode, answer: MathNode, point: Scope): Precise[] {
  const above = preciseValue(answer, point)
  const below = preciseValue(gold, point)
  if (above === null || below === null || isZero(below)) return []
  const ratio = quotient(above, below)
  return ratio === null ? [] : [ratio]
}

function sameExpression(wanted: MathNode, found: MathNode, rules: MathRules): Equivalence {
  const free = symbolsOf(wanted).filter((name) => !isConstant(name))
  const strange = symbolsOf(found).filter((name) => !isConstant(name) && !free.includes(name))
  if (strange.length > 0 && free.length === 0) return no(`the answer depends on ${strange[0]}`)
  const tolerance = isDecimal(wanted) || isDecimal(found) ? (rules.tolerance ?? 0) : 0
  const points = free.length === 0 ? [new Map()] : pointsFor(wanted, found)
  let agreed = 0
  for (const point of points) {
    const verdict = sameAt(wanted, found, point, tolerance, rules.error ?? 0)
    if (verdict === false) return no('another value')
    if (verdict === true) agreed += 1
  }
  if (agreed >= Math.min(2, points.length)) return yes('the same value')
  return no('a value that cannot be worked out')
}

const isDecimal = (node: MathNode): boolean =>
  someNode(node, (inner) => inner.kind === 'number' && /[.e]/i.test(inner.text))

/** null: neither has a value here. */
function sameAt(
  wanted: MathNode,
  found: MathNode,
  point: Scope,
  tolerance: number,
  error: number,
): boolean | null {
  const exactly = sameExactly(wanted, found, point)
  if (exactly === true || (exactly === false && tolerance === 0 && error === 0)) return exactly
  const left = preciseValue(wanted, point)
  const right = preciseValue(found, point)
  if (left === null && right === null) return null
  if (left === null || right === null) return false
  return sameValue(right, left, tolerance) || isWithin(right, left, error)
}

/** null: one of them has no exact value. */
function sameExactly(wanted: MathNode, found: MathNode, point: Scope): boolean | null {
  const gold = exactValue(wanted, point)
  const answer = gold === null ? null : exactValue(found, point)
  return gold === null || answer === null ? null : sameFraction(gold, answer)
}

const isWithin = (a: Precise, b: Precise, error: number): boolean =>
  error > 0 && 'e' in a && 'e' in b && a.minus(b).abs().lte(error)

const WHOLE_ONLY = new Set(['factorial', 'binomial', 'floor', 'ceil'])
const POINTS = 4

/** Whole numbers where a function is defined on those only. The same name has the same value on both sides. */
function pointsFor(...nodes: readonly MathNode[]): Scope[] {
  const names = [...new Set(nodes.flatMap(symbolsOf))].filter((name) => !isConstant(name))
  const whole = nodes.some((node) =>
    someNode(node, (inner) => inner.kind === 'call' && WHOLE_ONLY.has(inner.name)),
  )
  return Array.from({ length: whole ? 2 * POINTS : POINTS }, (_, at) => {
    const entries = names.map((name) => [name, coordinate(name, at, whole)] as const)
    return new Map(entries)
  })
}

const RANGES = [
  [1, 3],
  [0, 1],
  [-3, -1],
  [3, 9],
] as const
const GRID = 997

function coordinate(name: string, at: number, whole: boolean): readonly [number, number] {
  const random = randomOf('math point', name, at)
  if (whole) return [3 + Math.floor(random() * 28), 1]
  const [low, high] = RANGES[at % RANGES.length] ?? RANGES[0]
  return [Math.floor((low + (high - low) * random()) * GRID) * 2 + 1, 2 * GRID]
}
