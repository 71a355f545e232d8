import { array, assert, constantFrom, property, string, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { compilePatterns } from '../../../electron/safety/linear/matcher.ts'
import type { Matcher } from '../../../electron/safety/linear/matcher.ts'

function compiled(...patterns: string[]): Matcher {
  const result = compilePatterns(patterns)
  if (!result.ok) throw new Error(`${result.pattern}: ${result.why}`)
  return result.matcher
}

function found(pattern: string, text: string): string[] {
  return compiled(pattern)
    .find(0, text, 10)
    .map(({ start, end }) => text.slice(start, end))
}

test.each([
  ['abc', 'xABCx abc', ['ABC', 'abc']],
  ['a|bc|d', 'xbcad', ['bc', 'a', 'd']],
  ['a+', 'aaab aa', ['aaa', 'aa']],
  ['a.*b', 'xaxbxb\nab', ['axbxb', 'ab']],
  ['a{2,3}', 'aaaaaa a', ['aaa', 'aaa']],
  ['\\bis\\b', 'this is his', ['is']],
  ['\\Bis', 'this is his', ['is', 'is']],
  ['^\\w+', 'one two\nthree', ['one', 'three']],
  ['\\w+$', 'one two\nthree', ['two', 'three']],
  ['[^a-c\\s]+', 'abcxyz dbc', ['xyz', 'd']],
  ['[\\]x-]+', ']x-y', [']x-']],
  ['(?:ab)*c', 'ababc c', ['ababc', 'c']],
  ['(a|ab)(c|bcd)', 'abcd', ['abcd']],
  ['\\x41\\u0062', 'ab', ['ab']],
  ['\\.', 'a.b', ['.']],
  ['é', 'café', ['é']],
  ['x{3}', 'xxxx', ['xxx']],
  ['a{x}', 'a{x}', ['a{x}']],
  ['\\d+?%', '12% 7%', ['12%', '7%']],
])('%s finds in %j', (pattern, text, expected) => {
  expect(found(pattern, text)).toEqual(expected)
})

test.each([
  ['(a', 'at character 3: expected a closing bracket, found the end'],
  ['a)', 'at character 2: expected an opening bracket before this one, found ")"'],
  ['[a', 'at character 3: expected a closing square bracket, found the end'],
  ['[z-a]', 'a range in order'],
  ['*a', 'expected something to repeat, found "*"'],
  ['a**', 'one repetition only'],
  ['a{5,2}', 'counts in order'],
  ['a{900}', 'counts in order'],
  ['(a)\\1', 'cannot refer back'],
  ['(?=a)b', 'cannot look around'],
  ['(?<!a)b', 'cannot look around'],
  ['a*', 'needs at least one character'],
  ['', 'needs at least one character'],
  ['((a{200}){200}){200}', 'too big'],
  ['a'.repeat(501), 'at most 500 characters'],
  ['('.repeat(40) + 'a' + ')'.repeat(40), 'at most 30 groups'],
  ['\\q', 'a known escape'],
  ['a\\', 'a known escape'],
])('%s is refused in a sentence', (pattern, why) => {
  const result = compilePatterns(['ok', pattern])
  expect(result).toMatchObject({ ok: false, pattern: 1, why: expect.stringContaining(why) })
})

test('one look tells which of many patterns match', () => {
  const matcher = compiled('human', 'r[ao]bot', '^def', 'nothing$')
  expect(matcher.matching('def f: # Humans and rabots')).toEqual([0, 1, 2])
  expect(matcher.matching('')).toEqual([])
  expect(compiled().matching('anything')).toEqual([])
})

const piece = constantFrom(
  'a',
  'b',
  '.',
  '\\w',
  '\\b',
  'ab',
  '[ab]',
  '[^a]',
  '(a|b)',
  '(?:ab|c)',
  'c',
  '_',
  '^',
  '$',
  '\\s',
)
const repeated = tuple(piece, constantFrom('', '', '+', '?', '*', '{1,2}')).map(([inner, count]) =>
  /^[\^$]$|^\\b$/.test(inner) ? inner : inner + count,
)
const pattern = array(repeated, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
const text = string({ unit: constantFrom('a', 'b', 'c', ' ', '\n', 'A', '_'), maxLength: 12 })

test('whether something matches, and where first, is what RegExp says', () => {
  assert(
    property(pattern, text, (source, subject) => {
      const result = compilePatterns([source])
      if (!result.ok) return
      const first = new RegExp(source, 'im').exec(subject)
      const own = result.matcher.find(0, subject, 1)[0]
      expect(own?.start).toBe(first?.index)
      expect(result.matcher.matching(subject)).toEqual(first === null ? [] : [0])
    }),
    { numRuns: 600 },
  )
})

/** V8's own engine needs ages for these. */
const HOSTILE = [
  ['(a+)+b', 'a'.repeat(300_000)],
  ['(a|aa)+$', `${'a'.repeat(300_000)}b`],
  ['(.*a){12}x', 'a'.repeat(300_000)],
  ['x.{0,80}y.{0,80}z', 'xy'.repeat(150_000)],
  ['\\s+$', `${' '.repeat(299_999)}x`],
] as const

test.each(HOSTILE)(
  '%s over 300,000 characters costs a bounded number of steps',
  (source, subject) => {
    const matcher = compiled(source)
    expect(matcher.matching(subject)).toEqual([])
    expect(matcher.find(0, subject, 8)).toEqual([])
  },
)
