/**
 * The one-step operations of the nano language, by type. An operation uses its operand exactly once:
 * expressions over two uses of a value are left to the hand-written suite.
 * Not here: how they are joined to programs (expression.ts, program.ts).
 */
import { template } from './template.ts'
import type { Template } from './template.ts'

/** list means list[int]. */
export type ValueType = 'list' | 'str' | 'int' | 'bool'
export type InputType = Exclude<ValueType, 'bool'>

/** How tightly an expression binds, as in Python's grammar; larger binds tighter. */
const BIND = { any: 0, compare: 1, or: 2, xor: 3, and: 4, shift: 5, add: 6, times: 7 }
const TIGHT = { sign: 8, power: 9, atom: 10 }

export type Operation = {
  readonly to: ValueType
  readonly parts: Template
  /** The least binding the operand may have without brackets. */
  readonly needs: number
  /** The binding of the result. */
  readonly binds: number
}

export type Row = readonly [weight: number, operation: Operation]

/** Rows of one shape and result type. */
function rows(
  to: ValueType,
  needs: number,
  binds: number,
  table: readonly (readonly [weight: number, text: string])[],
): Row[] {
  return table.map(([weight, text]) => [weight, { to, parts: template(text), needs, binds }])
}

/** The operand stands between brackets or after `in`. */
const call = (to: ValueType, table: readonly (readonly [number, string])[]) =>
  rows(to, BIND.or, TIGHT.atom, table)
/** The operand is followed by a subscript, slice or method. */
const post = (to: ValueType, table: readonly (readonly [number, string])[]) =>
  rows(to, TIGHT.atom, TIGHT.atom, table)
/** A sum, whose left operand needs no brackets. */
const plus = (to: ValueType, table: readonly (readonly [number, string])[]) =>
  rows(to, BIND.add, BIND.add, table)
const times = (to: ValueType, table: readonly (readonly [number, string])[]) =>
  rows(to, BIND.times, BIND.times, table)
/** A comparison over an operand that needs the given binding. */
const test = (needs: number, table: readonly (readonly [number, string])[]) =>
  rows('bool', needs, BIND.compare, table)

const FROM_LIST: Row[] = [
  ...call('list', [
    [3, 'sorted(@)'],
    [1.5, 'sorted(@, reverse=True)'],
    [1, 'sorted(set(@))'],
    [2.5, '[i + #a for i in @]'],
    [1.5, '[i - #a for i in @]'],
    [2, '[i * #m for i in @]'],
    [1.5, '[i % #d for i in @]'],
    [1, '[i // #d for i in @]'],
    [1, '[#a - i for i in @]'],
    [0.7, '[-i for i in @]'],
    [0.7, '[abs(i) for i in @]'],
    [0.7, '[abs(i - #t) for i in @]'],
    [0.7, '[i * i for i in @]'],
    [2, '[i for i in @ if i > #t]'],
    [1.5, '[i for i in @ if i < #t]'],
    [0.8, '[i for i in @ if i != #t]'],
    [1, '[i for i in @ if i % 2 == 0]'],
    [0.7, '[i for i in @ if i % 2 == 1]'],
    [0.5, '[i for i in @ if i % #D == #r]'],
    [0.8, '[max(i, #t) for i in @]'],
    [0.8, '[min(i, #t) for i in @]'],
    [0.8, '[i + #a if i > #t else i for i in @]'],
    [0.6, '[i if i > #t else #z for i in @]'],
    [0.6, '[i * #m if i % 2 == 0 else i for i in @]'],
    [0.7, '[i + #a for i in @ if i > #t]'],
    [0.5, '[i * #m for i in @ if i < #t]'],
  ]),
  ...post('list', [
    [3, '@[::-1]'],
    [2, '@[#k:]'],
    [2, '@[:#k]'],
    [1, '@[-#k:]'],
    [1, '@[:-#k]'],
    [1, '@[::2]'],
    [0.7, '@[1::2]'],
    [0.7, '@[#i:#j]'],
  ]),
  ...plus('list', [
    [1.8, '@ + [#a]'],
    [1, '[#a] + @'],
    [0.5, '@ + [#z, #a]'],
  ]),
  ...times('list', [[0.8, '@ * 2']]),
  ...call('int', [
    [3, 'sum(@)'],
    [2, 'len(@)'],
    [2, 'max(@)'],
    [2, 'min(@)'],
    [1, 'sum(i for i in @ if i > #t)'],
    [0.7, 'sum(i % #d for i in @)'],
    [0.7, 'sum(abs(i) for i in @)'],
    [0.5, 'sum(i * i for i in @)'],
    [0.8, 'len([i for i in @ if i > #t])'],
    [0.5, 'sum(i > #t for i in @)'],
    [0.5, 'max(i % #d for i in @)'],
    [0.8, 'len(set(@))'],
  ]),
  ...post('int', [
    [1.5, '@[0]'],
    [1.5, '@[-1]'],
    [0.8, '@[#k]'],
    [1, '@.count(#t)'],
  ]),
  ...call('str', [
    [1, "''.join(str(i) for i in @)"],
    [0.7, "'-'.join(str(i) for i in @)"],
    [1, "''.join('abcdefgh'[i % 8] for i in @)"],
    [0.5, "''.join(chr(97 + i % #d) for i in @)"],
    [1, "''.join(#c if i > #t else #c for i in @)"],
    [0.5, "''.join(#c * (i % #D) for i in @)"],
  ]),
  ...call('bool', [
    [1, 'any(i > #t for i in @)'],
    [1, 'all(i > #t for i in @)'],
    [0.5, 'all(i % 2 == 0 for i in @)'],
  ]),
  ...test(BIND.or, [
    [0.8, '#t in @'],
    [1, 'len(@) > #n'],
    [0.7, 'len(@) % 2 == 0'],
    [1, 'sum(@) > #b'],
    [0.7, 'sum(@) % 2 == 0'],
    [0.8, 'max(@) > #t'],
    [0.8, 'min(@) < #t'],
  ]),
  ...test(TIGHT.atom, [
    [1, '@[0] > #t'],
    [1, '@[-1] < #t'],
    [0.6, '@[-1] % 2 == 0'],
    [0.6, '@[0] % #D == #r'],
  ]),
]

const FROM_STR: Row[] = [
  ...post('str', [
    [3, '@[::-1]'],
    [2, '@.upper()'],
    [2, '@.replace(#c, #c)'],
    [0.8, "@.replace(#c, '')"],
    [2, '@[#k:]'],
    [2, '@[:#k]'],
    [1, '@[-#k:]'],
    [1, '@[:-#k]'],
    [1, '@[::2]'],
    [0.7, '@[1::2]'],
    [0.7, '@[#i:#j]'],
    [1, '@.title()'],
    [0.8, '@.swapcase()'],
    [0.5, '@.lower()'],
    [0.7, '@.strip(#c)'],
    [0.5, '@.lstrip(#c)'],
    [0.5, '@.rstrip(#c)'],
    [0.6, '@.ljust(#w, #c)'],
    [0.6, '@.rjust(#w, #c)'],
    [0.5, '@.split(#c)[0]'],
    [0.5, '@.split(#c)[-1]'],
  ]),
  ...plus('str', [
    [2, '@ + #s'],
    [1.5, '#s + @'],
  ]),
  ...times('str', [[1, '@ * 2']]),
  ...call('str', [
    [2, "''.join(sorted(@))"],
    [0.7, "''.join(sorted(@, reverse=True))"],
    [1, "''.join(sorted(set(@)))"],
    [1.5, "''.join(c for c in @ if c > #c)"],
    [1, "''.join(c for c in @ if c < #c)"],
    [1.2, "''.join(c for c in @ if c != #c)"],
    [1, "''.join(c * 2 for c in @)"],
    [0.8, "''.join(c + #c for c in @)"],
    [0.8, "'-'.join(@)"],
    [1, "''.join(chr(ord(c) + 1) for c in @)"],
    [0.7, "''.join(c.upper() if c > #c else c for c in @)"],
    [0.7, "''.join(#c if c == #c else c for c in @)"],
    [0.6, "''.join(c * 2 if c == #c else c for c in @)"],
  ]),
  ...call('int', [
    [2, 'len(@)'],
    [0.8, 'sum(c > #c for c in @)'],
    [0.8, 'len(set(@))'],
    [0.6, 'sum(ord(c) - 97 for c in @)'],
  ]),
  ...post('int', [
    [2, '@.count(#c)'],
    [1, '@.find(#c)'],
    [0.5, '@.rfind(#c)'],
    [0.5, 'len(@.split(#c))'],
  ]),
  ...rows('int', TIGHT.atom, BIND.add, [
    [0.7, 'ord(@[0]) - 97'],
    [0.4, 'ord(@[-1]) - 97'],
  ]),
  ...call('list', [
    [1.5, '[ord(c) - 97 for c in @]'],
    [0.8, "['abcdefgh'.find(c) for c in @]"],
    [0.6, '[int(c > #c) for c in @]'],
    [0.8, '[#a if c == #c else #z for c in @]'],
    [0.5, '[i * #m for i in range(len(@))]'],
  ]),
  ...post('list', [[0.8, '[len(c) for c in @.split(#c)]']]),
  ...test(BIND.or, [
    [1.5, '#c in @'],
    [1, 'len(@) > #n'],
    [0.7, 'len(@) % 2 == 0'],
    [0.7, '@ > #c'],
  ]),
  ...test(TIGHT.atom, [
    [0.8, '@[0] == #c'],
    [0.7, '@[-1] > #c'],
    [0.6, '@.count(#c) > 1'],
  ]),
  ...post('bool', [
    [0.8, '@.startswith(#c)'],
    [0.8, '@.endswith(#c)'],
  ]),
]

const FROM_INT: Row[] = [
  ...plus('int', [
    [3, '@ + #a'],
    [2.5, '@ - #a'],
  ]),
  ...times('int', [
    [2.5, '@ * #m'],
    [2, '@ // #d'],
    [2, '@ % #d'],
  ]),
  ...rows('int', BIND.times, BIND.add, [[1.5, '#a - @']]),
  ...rows('int', TIGHT.sign, TIGHT.sign, [[0.7, '-@']]),
  ...rows('int', TIGHT.atom, TIGHT.power, [[0.8, '@ ** 2']]),
  ...rows('int', BIND.xor, BIND.xor, [[0.5, '@ ^ #x']]),
  ...rows('int', BIND.and, BIND.and, [[0.4, '@ & #x']]),
  ...rows('int', BIND.or, BIND.or, [[0.4, '@ | #x']]),
  ...rows('int', BIND.shift, BIND.shift, [[0.4, '@ >> 1']]),
  ...call('int', [
    [1, 'abs(@)'],
    [1, 'max(@, #t)'],
    [1, 'min(@, #t)'],
    [0.6, 'len(str(@))'],
    [0.8, 'sum(int(c) for c in str(abs(@)))'],
    [0.7, 'int(str(abs(@))[::-1])'],
    [0.7, 'sum(range(@))'],
  ]),
  ...rows('int', BIND.add, TIGHT.atom, [[0.8, 'abs(@ - #t)']]),
  ...call('list', [
    [1.5, 'list(range(@))'],
    [0.8, 'list(range(#k, @))'],
    [0.8, 'list(range(0, @, #m))'],
    [1, '[i * #m for i in range(@)]'],
    [0.8, '[i for i in range(@) if i % #D == #r]'],
    [1, '[int(c) for c in str(abs(@))]'],
    [0.7, '[@, #a]'],
    [0.5, '[#z, @, #a]'],
  ]),
  ...rows('list', BIND.any, BIND.times, [[0.7, '[@] * #m']]),
  ...rows('list', BIND.add, TIGHT.atom, [[0.8, '[@ + i for i in range(#n)]']]),
  ...rows('list', BIND.times, TIGHT.atom, [
    [0.7, '[@ * i for i in range(#n)]'],
    [0.6, '[@ % i for i in range(1, #n)]'],
  ]),
  ...call('str', [
    [1.5, 'str(@)'],
    [0.7, 'bin(abs(@))[2:]'],
    [1, "'abcdefgh'[:@]"],
    [0.7, "'abcdefgh'[@:]"],
    [0.7, "''.join('abcdefgh'[i % 8] for i in range(@))"],
  ]),
  ...rows('str', BIND.times, BIND.times, [[1, '#s * (@ % #d)']]),
  ...rows('str', BIND.times, TIGHT.atom, [
    [1, "'abcdefgh'[@ % 8]"],
    [0.5, 'chr(97 + @ % #d)'],
  ]),
  ...test(BIND.or, [
    [1.5, '@ > #t'],
    [1, '@ < #t'],
    [0.4, '@ == #t'],
    [0.5, '#k < @ < #t'],
  ]),
  ...test(BIND.times, [
    [1.5, '@ % 2 == 0'],
    [1, '@ % #D == #r'],
    [0.6, '@ % #d > #k'],
  ]),
]

/** By the type of the operand; nothing starts from bool. */
export const OPERATIONS: Readonly<Record<InputType, readonly Row[]>> = {
  list: FROM_LIST,
  str: FROM_STR,
  int: FROM_INT,
}
