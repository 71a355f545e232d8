/**
 * The grammar of the synthetic stream: small real Python functions of one parameter, a pure function of the random
 * sequence. Not here: what they return (execute.ts) and which are kept (stream.ts, holdout.ts).
 */
import { pickWeighted, weighted } from '../random.ts'
import type { Random } from '../random.ts'
import { chain, isInputType, stepTo, nextType, variable } from './expression.ts'
import type { Expression } from './expression.ts'
import { OVER_CHARS, OVER_INTS } from './loops.ts'
import type { LoopBody } from './loops.ts'
import type { InputType, ValueType } from './operations.ts'
import { fill } from './template.ts'
import type { Template } from './template.ts'

export type GrammarProgram = { readonly text: string; readonly input: InputType }

const INPUTS = weighted<InputType>([
  [42, 'list'],
  [30, 'str'],
  [28, 'int'],
])
const STATEMENTS = weighted<number>([
  [34, 1],
  [36, 2],
  [20, 3],
  [10, 4],
])
const STEPS_ALONE = weighted<number>([
  [12, 1],
  [64, 2],
  [24, 3],
])
const STEPS_INSIDE = weighted<number>([
  [72, 1],
  [28, 2],
])
const BODIES = { ints: weighted(OVER_INTS), chars: weighted(OVER_CHARS) }

/** Lines so far and the variable that holds the current value. */
type Scope = {
  readonly lines: readonly string[]
  readonly name: string
  readonly type: InputType
  readonly looped: boolean
}

const INDENT = '    '

function assign(scope: Scope, random: Random): Scope {
  const steps = pickWeighted(random, STEPS_INSIDE)
  const value =
    random() < 0.12
      ? conditional(scope, false, random)
      : chain(variable(scope.name, scope.type), steps, false, random)
  if (!isInputType(value.type)) return scope
  const name = scope.name === 'x' && random() < 0.3 ? 'y' : scope.name
  return { ...scope, lines: [...scope.lines, `${name} = ${value.text}`], name, type: value.type }
}

/** An operation on the variable that keeps its type. */
function same(scope: Scope, random: Random): string {
  return stepTo(variable(scope.name, scope.type), scope.type, random).text
}

function branch(scope: Scope, random: Random): Scope {
  const condition = stepTo(variable(scope.name, scope.type), 'bool', random).text
  const lines = [`if ${condition}:`, `${INDENT}${scope.name} = ${same(scope, random)}`]
  if (random() < 0.35) lines.push('else:', `${INDENT}${scope.name} = ${same(scope, random)}`)
  return { ...scope, lines: [...scope.lines, ...lines] }
}

function iterable(scope: Scope, random: Random): string {
  const value = variable(scope.name, scope.type)
  if (scope.type === 'int') return `range(${random() < 0.7 ? scope.name : same(scope, random)})`
  return random() < 0.75 ? value.text : stepTo(value, scope.type, random).text
}

const write = (parts: Template, random: Random): string => fill(parts, '', random)

function loop(scope: Scope, random: Random): Scope {
  const over = scope.type === 'str' ? BODIES.chars : BODIES.ints
  const body: LoopBody = pickWeighted(random, over)
  const lines = [
    `y = ${write(body.start, random)}`,
    `for ${scope.type === 'str' ? 'c' : 'i'} in ${iterable(scope, random)}:`,
    ...body.lines.map((line) => INDENT + write(line, random)),
  ]
  return { lines: [...scope.lines, ...lines], name: 'y', type: body.type, looped: true }
}

/** `A if condition else B`, both over the variable; B may be the variable itself. */
function conditional(scope: Scope, allowBool: boolean, random: Random): Expression {
  const value = variable(scope.name, scope.type)
  const condition = stepTo(value, 'bool', random).text
  const type: ValueType = random() < 0.75 ? scope.type : nextType(scope.type, allowBool, random)
  const then = stepTo(value, type, random).text
  const otherwise =
    type === scope.type && random() < 0.4 ? scope.name : stepTo(value, type, random).text
  return { text: `${then} if ${condition} else ${otherwise}`, type, binds: 0 }
}

function statement(scope: Scope, random: Random): Scope {
  const choice = random()
  // A second loop would need a second accumulator; loops after a new variable would lose it.
  if (choice < 0.38 && !scope.looped && scope.name === 'x') return loop(scope, random)
  return choice < 0.62 ? branch(scope, random) : assign(scope, random)
}

function result(scope: Scope, alone: boolean, random: Random): string {
  const value = variable(scope.name, scope.type)
  if (!alone && random() < 0.5) return value.text
  if (random() < (alone ? 0.2 : 0.1)) return conditional(scope, true, random).text
  return chain(value, pickWeighted(random, alone ? STEPS_ALONE : STEPS_INSIDE), true, random).text
}

/** One program; it may raise or blow up on some inputs, which only running it tells. */
export function randomProgram(random: Random): GrammarProgram {
  const input = pickWeighted(random, INPUTS)
  const count = pickWeighted(random, STATEMENTS)
  let scope: Scope = { lines: [], name: 'x', type: input, looped: false }
  for (let i = 1; i < count; i += 1) scope = statement(scope, random)
  const lines = [...scope.lines, `return ${result(scope, count === 1, random)}`]
  return { text: `def f(x):\n${lines.map((line) => INDENT + line).join('\n')}`, input }
}
