import { expect, test } from 'vitest'
import { fieldsOf, parseExactJson } from '../../../../electron/eval/suites/exact-json.ts'
import { reprOf } from '../../../../electron/python/repr.ts'

const shown = (text: string): string => {
  const value = parseExactJson(text)
  return value.ok ? reprOf(value.value) : value.why
}

test('what JavaScript would lose is kept', () => {
  expect(shown('[1.0, 1, 12345678901234567890123, Infinity, -Infinity, 1e2]')).toBe(
    '[1.0, 1, 12345678901234567890123, inf, -inf, 100.0]',
  )
})

test('strings are JSON strings', () => {
  expect(shown('"a\\u00e9\\ud83d\\ude00\\n\\"\\\\"')).toBe(`'a\u00e9\u{1f600}\\n"\\\\'`)
})

test.each([
  ['[1, 2', 'expected ",", found the end at character 6'],
  ['{"a" 1}', 'expected ":", found "1}" at character 6'],
  ['[01]', 'expected ",", found "1]" at character 3'],
  ['nul', 'expected a JSON value, found "nul" at character 1'],
  ['1 2', 'expected the end, found "2" at character 3'],
  [
    '"a\nb"',
    'expected a string without control characters and unknown escapes, found the end at character 6',
  ],
  ['['.repeat(300), 'expected at most 200 levels, found "[[[[[[[[[[[[" at character 202'],
])('%s is refused with its place', (text, why) => {
  expect(shown(text)).toBe(why)
})

test('only exact fields stay Python values', () => {
  const value = parseExactJson('{"a": [1.0], "b": [1.0, null, {"c": true}]}')
  const fields = value.ok ? fieldsOf(value.value, new Set(['a'])) : null
  expect(fields).toEqual({
    a: { kind: 'list', items: [{ kind: 'float', value: 1 }] },
    b: [1, null, { c: true }],
  })
})
