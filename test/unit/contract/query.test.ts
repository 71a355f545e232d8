import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { clauseText, parseQuery } from '../../../electron/contract/query.ts'
import { TASK_FIELD_NAMES } from '../../../electron/contract/task-fields.ts'

const texts = (query: string): readonly string[] =>
  parseQuery(query).clauses.map(({ clause }) => clauseText(clause))

test.each([
  ['kind:deduction,abduction', ['kind:deduction,abduction']],
  ['SOLVE:20%..0.8 nodes>20', ['solve:0.2..0.8', 'nodes>20']],
  ['step:5 step:..7 step:9..', ['step:5', 'step<=7', 'step>=9']],
  ['-reward<=-.5 reward:none', ['-reward<=-0.5', 'reward:none']],
  ['tag:seen,"to read"', ['tag:seen,"to read"']],
  [
    'range(len(x)) sum* "a b" response:"x > 1"',
    ['range(len(x))', 'sum*', '"a b"', 'response:"x > 1"'],
  ],
  ['def f(x):', ['def', 'f(x):']],
])('%s is read as its conditions', (query, want) => {
  expect(parseQuery(query).problems).toEqual([])
  expect(texts(query)).toEqual(want)
})

test.each([
  ['kind:foo', 0, 8, 'kind: expected deduction, abduction, induction, found "foo"'],
  ['a nodes>x', 2, 9, 'nodes> expects a number, found "x"'],
  ['solve:0.9..0.1', 0, 14, 'expected a range from low to high'],
  ['solve:1..2..3', 0, 13, 'expected a number, a range such as 1..5, or none'],
  ['nodes:50%', 0, 9, 'expected a number'],
  ['kind>3', 0, 6, 'kind is no number'],
  ['stp:4', 0, 5, 'There is no field stp.'],
  ['ste:4', 0, 5, 'Did you mean step?'],
  ['x>3', 0, 3, 'write "x>3"'],
  ['tag:', 0, 4, 'tag: expected'],
  ['-"+="', 0, 5, 'at least one letter or digit'],
])('%s: the place and the reason are told', (query, from, to, message) => {
  const [problem] = parseQuery(query).problems
  expect(problem).toMatchObject({ from, to })
  expect(problem?.message).toContain(message)
})

test('no text breaks it, and what it reads it reads again from what it writes', () => {
  const piece = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom(...TASK_FIELD_NAMES), fc.constantFrom(':', '>', '<=', '='))
      .map((all) => all.join('')),
    fc.constantFrom('"', '-', '..', ',', '1', '0.5', '50%', 'none', ' '),
  )
  const query = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(query, (text) => {
      for (const { clause, from, to } of parseQuery(text).clauses) {
        expect(from).toBeLessThan(to)
        const again = parseQuery(clauseText(clause))
        expect(again.problems).toEqual([])
        expect(again.clauses.map((one) => one.clause)).toEqual([clause])
      }
    }),
    { numRuns: 500 },
  )
})

test('more conditions than anybody needs are refused', () => {
  expect(parseQuery('x '.repeat(41)).problems[0]?.message).toContain('at most 40 conditions')
})
