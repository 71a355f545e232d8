/**
 * Nested expressions over one variable: chains of one-step operations with the brackets that Python needs.
 * Not here: statements (program.ts).
 */
import { pickWeighted, weighted } from '../random.ts'
import type { Random, Weighted } from '../random.ts'
import { OPERATIONS } from './operations.ts'
import type { InputType, Operation, ValueType } from './operations.ts'
import { fill } from './template.ts'

export type Expression = { readonly text: string; readonly type: ValueType; readonly binds: number }

const ATOM = 10
type Table = Weighted<Operation>

function tableOf(from: InputType, keep: (to: ValueType) => boolean): Table {
  return weighted(OPERATIONS[from].filter(([, operation]) => keep(operation.to)))
}

const byResult = (to: ValueType): Readonly<Record<InputType, Table>> => ({
  list: tableOf('list', (type) => type === to),
  str: tableOf('str', (type) => type === to),
  int: tableOf('int', (type) => type === to),
})
const TO: Readonly<Record<ValueType, Readonly<Record<InputType, Table>>>> = {
  list: byResult('list'),
  str: byResult('str'),
  int: byResult('int'),
  bool: byResult('bool'),
}

/** Where a chain goes from a type: mostly it stays, so that values keep their richness. */
const NEXT_TYPE: Readonly<Record<InputType, Weighted<ValueType>>> = {
  list: weighted([
    [60, 'list'],
    [27, 'int'],
    [9, 'str'],
    [9, 'bool'],
  ]),
  str: weighted([
    [70, 'str'],
    [16, 'int'],
    [10, 'list'],
    [9, 'bool'],
  ]),
  int: weighted([
    [58, 'int'],
    [22, 'list'],
    [15, 'str'],
    [11, 'bool'],
  ]),
}

export function isInputType(type: ValueType): type is InputType {
  return type !== 'bool'
}

export function variable(name: string, type: ValueType): Expression {
  return { text: name, type, binds: ATOM }
}

function apply(operation: Operation, operand: Expression, random: Random): Expression {
  const inner = operand.binds >= operation.needs ? operand.text : `(${operand.text})`
  return {
    text: fill(operation.parts, inner, random),
    type: operation.to,
    binds: operation.binds,
  }
}

/** One operation on the operand with a result of the type; the operand must not be bool. */
export function stepTo(operand: Expression, to: ValueType, random: Random): Expression {
  if (!isInputType(operand.type)) return operand
  return apply(pickWeighted(random, TO[to][operand.type]), operand, random)
}

/** The type that one free step leads to; bool only where it may end a program. */
export function nextType(from: InputType, allowBool: boolean, random: Random): ValueType {
  for (;;) {
    const to = pickWeighted(random, NEXT_TYPE[from])
    if (allowBool || to !== 'bool') return to
  }
}

/** Up to `steps` nested operations; bool can only be the last step of a chain that allows it. */
export function chain(
  start: Expression,
  steps: number,
  allowBool: boolean,
  random: Random,
): Expression {
  let expression = start
  for (let step = 1; step <= steps; step += 1) {
    if (!isInputType(expression.type)) return expression
    const last = step === steps
    expression = stepTo(expression, nextType(expression.type, allowBool && last, random), random)
  }
  return expression
}
