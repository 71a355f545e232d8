import { expect, test } from 'vitest'
import { pyEqual, strictEqual } from '../../../electron/python/equality.ts'
import { parseLiteral } from '../../../electron/python/literal.ts'
import { pyInt } from '../../../electron/python/value.ts'
import type { PyValue } from '../../../electron/python/value.ts'

const valueOf = (text: string): PyValue => {
  const parsed = parseLiteral(text)
  if (!parsed.ok) throw new Error(`${text}: ${parsed.why}`)
  return parsed.value
}

/** Both ways round, because == need not be symmetric in code. */
const compare = (a: string, b: string) => {
  const [x, y] = [valueOf(a), valueOf(b)]
  expect(pyEqual(y, x)).toBe(pyEqual(x, y))
  expect(strictEqual(y, x)).toBe(strictEqual(x, y))
  return { python: pyEqual(x, y), strict: strictEqual(x, y) }
}

test.each([
  ['1', 'True'],
  ['1', '1.0'],
  ['1', '(1+0j)'],
  ['[1, (True,)]', '[1.0, (1,)]'],
  ['{1: 2}', '{True: 2.0}'],
  ['{1}', '{True}'],
  ['{(1, 2)}', '{(1.0, 2)}'],
  ["Counter({'a': 1})", "{'a': 1}"],
  ["OrderedDict([('a', 1), ('b', 2)])", "{'b': 2, 'a': 1}"],
])('%s equals %s, but is of another type', (a, b) => {
  expect(compare(a, b)).toEqual({ python: true, strict: false })
})

test.each([
  ['-0.0', '0.0'],
  ['{1, 2}', '{2, 1}'],
  ['{1, 2}', 'frozenset({2, 1})'],
  ["{'a': 1, 'b': 2}", "{'b': 2, 'a': 1}"],
  ["defaultdict(int, {'a': 1})", "{'a': 1}"],
  ["Counter({'a': 1, 'b': 0})", "Counter({'a': 1})"],
  ['Counter({nan: 0})', 'Counter()'],
  [String.raw`'\ud83d\ude00'`, String.raw`'\ud83d' '\ude00'`],
  ['deque([1], maxlen=1)', 'deque([1])'],
])('%s equals %s and counts as the same type', (a, b) => {
  expect(compare(a, b)).toEqual({ python: true, strict: true })
})

test.each([
  ['9007199254740993', '9007199254740992.0'],
  ['(9007199254740992+0j)', '9007199254740993'],
  ['100000000000000000000000', '1e23'],
  ['nan', 'nan'],
  ['[nan]', '[nan]'],
  ['{nan}', '{nan}'],
  ['{nan: 1}', '{nan: 1}'],
  ['Counter({nan: 1})', 'Counter({nan: 1})'],
  ['(nan+0j)', '(nan+0j)'],
  ['[1]', '(1,)'],
  ['[1]', 'deque([1])'],
  ['[1]', '[1, 1]'],
  ["'a'", "b'a'"],
  ["''", 'None'],
  [String.raw`'\ud83d\ude00'`, "'\u{1F600}'"],
  ["OrderedDict([('a', 1), ('b', 2)])", "OrderedDict([('b', 2), ('a', 1)])"],
  ["Counter({'a': 1, 'b': 0})", "{'a': 1}"],
  ['{1: None}', '{2: None}'],
  ['{}', 'set()'],
  ["{('a', 'b')}", "{('ab', '')}"],
])('%s differs from %s', (a, b) => {
  expect(compare(a, b)).toEqual({ python: false, strict: false })
})

test('sets and dicts of a hundred thousand items are compared without comparing all pairs', () => {
  const numbers = Array.from({ length: 100_000 }, (_, at) => pyInt(at))
  const set = (items: readonly PyValue[]): PyValue => ({ kind: 'set', items })
  const dict = (items: readonly PyValue[]): PyValue => ({
    kind: 'dict',
    entries: items.map((item) => [item, item]),
  })
  const backwards = numbers.toReversed()
  expect(pyEqual(set(numbers), set(backwards))).toBe(true)
  expect(pyEqual(dict(numbers), dict(backwards))).toBe(true)
  expect(pyEqual(set(numbers), set([...backwards.slice(1), pyInt(-1)]))).toBe(false)
})
