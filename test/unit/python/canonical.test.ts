import { expect, test } from 'vitest'
import { parseCanonical, toCanonical } from '../../../electron/python/canonical.ts'
import { reprOf } from '../../../electron/python/repr.ts'
import { BOUNDS, NONE, pyInt, pyList, pyStr } from '../../../electron/python/value.ts'
import type { PyValue } from '../../../electron/python/value.ts'

test.each([
  ['N', 'None'],
  ['[TFi-ff;f-0.0;f1e+16;finf;]', '[True, False, -255, -0.0, 1e+16, inf]'],
  ['cnan,-0.0;', '(nan-0j)'],
  ['s27220a00eda0bd;', String.raw`'\'"\n\x00\ud83d'`],
  ['b00ff27;', String.raw`b"\x00\xff'"`],
  ['(q[i1;]{}{i1;i2;})', '(deque([1]), set(), {1, 2})'],
  ['<(i1;{i2;}):[]>', '{(1, frozenset({2})): []}'],
  ['C<s61;:i1;s62;:i3;>', "Counter({'b': 3, 'a': 1})"],
  ['O<s62;:i1;s61;:i3;>', "OrderedDict([('b', 1), ('a', 3)])"],
])('%s reads as %s and is written back', (text, shown) => {
  const parsed = parseCanonical(text)
  if (!parsed.ok) throw new Error(parsed.why)
  expect(reprOf(parsed.value)).toBe(shown)
  expect(toCanonical(parsed.value)).toBe(text)
})

test.each([
  '',
  'i1',
  'i;',
  'i01;',
  'iFF;',
  'i-0;',
  'f1;',
  'f1.50;',
  'f1e16;',
  'fInfinity;',
  'c1.0;',
  's6;',
  's6A;',
  'sc3;',
  'sc081;',
  'sf8888080;',
  'sf4908080;',
  '[i1;',
  '[i1;)',
  'i1;i2;',
  '{i2;i1;}',
  '{i1;i1;}',
  '{Ti1;}',
  '{[]}',
  '{q[]}',
  '{<>}',
  '<i1;>',
  '<i1;:i2;i1;:i3;>',
  '<i2;:N i1;:N>',
  '<i2;:Ni1;:N>',
  'O<i1;:NT:N>',
  'q(i1;)',
  'X<>',
  ' N',
  'N\n',
])('%j is not canonical text', (text) => {
  expect(parseCanonical(text).ok).toBe(false)
})

test('bounds: depth 60, the number of pieces, the length', () => {
  const nested = (levels: number) => '['.repeat(levels) + 'N' + ']'.repeat(levels)
  expect(parseCanonical(nested(60)).ok).toBe(true)
  expect(parseCanonical(nested(61))).toEqual({ ok: false, why: 'too_deep' })
  expect(parseCanonical('['.repeat(900_000))).toEqual({ ok: false, why: 'too_deep' })
  expect(parseCanonical(`[${'N'.repeat(BOUNDS.pieces - 1)}]`).ok).toBe(true)
  expect(parseCanonical(`[${'N'.repeat(BOUNDS.pieces)}]`)).toEqual({ ok: false, why: 'too_large' })
  expect(parseCanonical(`b${'00'.repeat(500_000)};`)).toEqual({ ok: false, why: 'too_large' })
  expect(parseCanonical(`b${'00'.repeat(499_999)};`).ok).toBe(true)
})

test('a value beyond the bounds is not written, however deep it is', () => {
  let deep: PyValue = NONE
  for (let level = 0; level < 100_000; level += 1) deep = pyList([deep])
  expect(() => toCanonical(deep)).toThrow(/too_deep/)
  expect(() => toCanonical(pyStr('x'.repeat(500_000)))).toThrow(/too_large/)
  expect(toCanonical(pyInt(-(10n ** 5000n)))).toMatch(/^i-[0-9a-f]+;$/)
})
