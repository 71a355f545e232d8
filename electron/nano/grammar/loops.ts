/**
 * Bodies of `for` loops with an accumulator `y`, by what the loop variable is: i an int, c a character.
 * Not here: what is looped over (program.ts).
 */
import type { ValueType } from './operations.ts'
import { template } from './template.ts'
import type { Template } from './template.ts'

export type LoopBody = {
  readonly type: Exclude<ValueType, 'bool'>
  /** The accumulator's first value. */
  readonly start: Template
  /** Lines inside the loop, indented from there. */
  readonly lines: readonly Template[]
}

type Row = readonly [weight: number, body: LoopBody]

function body(
  type: LoopBody['type'],
  start: string,
  table: readonly (readonly [weight: number, ...lines: string[]])[],
): Row[] {
  return table.map(([weight, ...lines]) => [
    weight,
    { type, start: template(start), lines: lines.map(template) },
  ])
}

export const OVER_INTS: readonly Row[] = [
  ...body('int', '0', [
    [2, 'y += i'],
    [1, 'y += i * #m'],
    [0.8, 'y -= i'],
    [1, 'y = y * 2 + i'],
    [1, 'y = i - y'],
    [0.7, 'y = abs(y - i)'],
    [0.8, 'y += i % #d'],
    [0.7, 'y = (y + i) % #d'],
    [0.7, 'y = max(y, i - #a)'],
    [1.5, 'if i > #t:', '    y += i'],
    [1, 'if i % 2 == 0:', '    y += i'],
    [1, 'if i < #t:', '    y += #a'],
    [0.8, 'if i > y:', '    y = i'],
    [0.6, 'if i > y:', '    y += #a'],
    [0.6, 'if i % #D == #r:', '    y += 1'],
    [1, 'if i > #t:', '    y += i', 'else:', '    y -= #a'],
    [0.8, 'if i % 2 == 0:', '    y += i', 'else:', '    y -= i'],
    [0.6, 'if i > y:', '    y = i', '    y += #a'],
    [0.7, 'y += i', 'y = y % #b'],
    [0.7, 'y = y * 2', 'y -= i'],
    [0.7, 'y += i', 'if y > #b:', '    y -= #a'],
    [0.5, 'y += i', 'if y < #t:', '    y = #z'],
  ]),
  ...body('int', '#a', [
    [1, 'y += i'],
    [0.8, 'y = i - y'],
    [0.7, 'y = abs(y - i)'],
    [0.7, 'if i > y:', '    y += i'],
  ]),
  ...body('list', '[]', [
    [1.2, 'y.append(i + #a)'],
    [1, 'y.append(i * #m)'],
    [1.2, 'y = [i] + y'],
    [1.5, 'if i > #t:', '    y.append(i)'],
    [1.2, 'if i not in y:', '    y.append(i)'],
    [1, 'if i % 2 == 0:', '    y.append(i)'],
    [0.8, 'y.append(i + len(y))'],
    [0.8, 'y.append(i - sum(y))'],
    [0.8, 'y.append(i + sum(y))'],
    [0.7, 'y = y + [i, #z]'],
    [0.7, 'if i > #t:', '    y.append(i)', 'else:', '    y.append(#z)'],
    [0.6, 'if i % 2 == 0:', '    y.append(i)', 'else:', '    y = [i] + y'],
    [0.5, 'y.append(i)', 'y = y[::-1]'],
  ]),
  ...body('str', "''", [
    [1, 'y += str(i)'],
    [0.8, 'y = str(i) + y'],
    [0.8, 'y += #c if i > #t else #c'],
    [0.7, "y += 'abcdefgh'[i % 8]"],
  ]),
]

export const OVER_CHARS: readonly Row[] = [
  ...body('str', "''", [
    [1.5, 'y = c + y'],
    [1, 'y += c * 2'],
    [1.5, 'if c != #c:', '    y += c'],
    [1.2, 'if c not in y:', '    y += c'],
    [1, 'if c > #c:', '    y += c'],
    [1, 'y = y[::-1] + c'],
    [0.8, 'y += c.upper() if c > #c else c'],
    [0.8, 'y += c + #s'],
    [0.6, 'if c > #c:', '    y = c + y'],
    [0.6, 'y = max(y, c) + c'],
    [0.8, 'if c > #c:', '    y += c', 'else:', '    y += #s'],
    [0.6, 'if c == #c:', '    y += #s', 'else:', '    y = c + y'],
    [0.5, 'y += c', 'if len(y) > #n:', '    y = y[1:]'],
    [0.5, 'if c not in y:', '    y += c', '    y = y[::-1]'],
  ]),
  ...body('int', '0', [
    [1.2, 'if c == #c:', '    y += 1'],
    [1, 'if c > #c:', '    y += #m'],
    [0.8, 'y += ord(c) - 97'],
    [0.7, 'y = y * 2 + (c > #c)'],
    [0.6, 'y = ord(c) - 97 - y'],
  ]),
  ...body('list', '[]', [
    [0.8, 'y.append(ord(c) - 97)'],
    [0.6, "y = ['abcdefgh'.find(c)] + y"],
    [0.6, 'if c > #c:', '    y.append(len(y))'],
  ]),
]
