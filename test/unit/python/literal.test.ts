import { describe, expect, test } from 'vitest'
import { toCanonical } from '../../../electron/python/canonical.ts'
import { parseArguments, parseLiteral } from '../../../electron/python/literal.ts'
import { argumentsText, reprOf } from '../../../electron/python/repr.ts'
import { BOUNDS } from '../../../electron/python/value.ts'

const canonicalOf = (text: string): string => {
  const parsed = parseLiteral(text)
  return parsed.ok ? toCanonical(parsed.value) : `refused: ${parsed.why}`
}

describe('literals', () => {
  test.each([
    ['1, [2.5], "a"', '(i1;[f2.5;]s61;)'],
    ['-0x_ff', 'i-ff;'],
    ['0b1_01 ', 'i5;'],
    ['1_0.5e-1_0', 'f1.05e-09;'],
    ['1e999', 'finf;'],
    ['-1-2j', 'c-1.0,-2.0;'],
    ['(nan+infj)', 'cnan,inf;'],
    [String.raw`'\x41\101\u00e9' "\U0001F600"`, 's4141c3a9f09f9880;'],
    [String.raw`rb'\x' B"\777\q"`, 'b5c78ff5c71;'],
    [String.raw`'\ud83d\ude00'`, 'seda0bdedb880;'],
    [String.raw`'\0'`, 's00;'],
    ["'''a\r\nb'''", 's610a62;'],
    ['{1: 2, True: 3}', '<i1;:i3;>'],
    ['{1, 1.0, 2}', '{i1;i2;}'],
    ['{frozenset({1}), (2, None)}', '{(i2;N){i1;}}'],
    ['set()', '{}'],
    ['set([1, 2])', '{i1;i2;}'],
    ["Counter({'a': 2})", 'C<s61;:i2;>'],
    ["collections.Counter('aab')", 'C<s61;:i2;s62;:i1;>'],
    ["OrderedDict([('b', 1), ('a', 2)])", 'O<s62;:i1;s61;:i2;>'],
    ["OrderedDict({'b': 1})", 'O<s62;:i1;>'],
    ['deque([1, 2, 3], maxlen=2)', 'q[i2;i3;]'],
    ["defaultdict(<class 'int'>, {'a': 1})", '<s61;:i1;>'],
    ['defaultdict(<function <lambda> at 0x7f00>, {})', '<>'],
    ["[float('-inf'), float('nan'), -inf, inf]", '[f-inf;fnan;f-inf;finf;]'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalOf(text)).toBe(canonical)
  })

  test.each([
    ['', 'expected a literal, found the end'],
    ['1 +', 'expected a literal'],
    ['1 + 1', 'not a complex number'],
    ['--1', 'expected a literal, found "-"'],
    ['-True', 'a sign before something'],
    ['017', 'leading zeros'],
    ['{[1]}', 'not hashable'],
    ['{{}: 1}', 'not hashable'],
    ['{1: 2, 3}', 'expected ":"'],
    ["f'{1}'", 'an f-string is not a literal'],
    [String.raw`'\N{BULLET}'`, String.raw`\N{...} escapes are not taken`],
    [String.raw`'\x4'`, 'needs 2 hex digits'],
    [String.raw`'\U00110000'`, 'beyond Unicode'],
    ["'a' b'b'", 'bytes and text side by side'],
    ["b'\u00e9'", 'beyond ASCII'],
    ["'abc", 'unterminated string'],
    ["'a\nb'", 'line end in a string'],
    ['x', 'x is not a literal'],
    ['__proto__', '__proto__ is not a literal'],
    ['constructor()', 'constructor is not a literal'],
    ['open("f")', 'open is not a literal'],
    ['[*a]', 'starred items'],
    ['float("1")', 'float takes'],
    ['set([1], [2])', 'set takes one argument'],
    ['1\0', 'a NUL character'],
    ['"\ud800"', 'a lone surrogate'],
    ['1; 2', 'expected the end'],
    ['[x for x in []]', 'x is not a literal'],
  ])('%j is refused: %s', (text, why) => {
    const parsed = parseLiteral(text)
    expect(parsed.ok ? reprOf(parsed.value) : parsed.why).toContain(why)
  })

  test('nesting is taken to depth 60 and refused beyond it', () => {
    const nested = (levels: number) => '['.repeat(levels) + '1' + ']'.repeat(levels)
    expect(parseLiteral(nested(60)).ok).toBe(true)
    expect(parseLiteral(nested(61))).toEqual({ ok: false, why: 'too_deep' })
    for (const bracket of ['[', '(', '{', '{1:', '-', 'set(', '(1,', '{(']) {
      expect(parseLiteral(bracket.repeat(10_000)).ok).toBe(false)
    }
  })

  test('text beyond the bound is refused, and long text within it is read in linear time', () => {
    expect(parseLiteral(' '.repeat(BOUNDS.literalChars + 1))).toEqual({
      ok: false,
      why: 'too_large',
    })
    const full = (piece: string) =>
      piece.repeat(Math.floor((BOUNDS.literalChars - 2) / piece.length))
    for (const text of [
      `[${full('1,')}]`,
      `"${full('\\')}"`,
      full('1_'),
      full('#\n'),
      `{${full("'a':1,")}}`,
    ]) {
      expect(() => parseLiteral(text)).not.toThrow()
    }
  })

  test('the canonical text of whatever is taken keeps its bound', () => {
    const widest = String.fromCodePoint(...Array.from({ length: 20_000 }, (_, at) => 0x4e00 + at))
    const parsed = parseLiteral(`Counter('${widest}${widest}${widest.slice(0, 30_000)}')`)
    expect(parsed.ok && toCanonical(parsed.value).length).toBeLessThan(BOUNDS.canonicalChars)
  })

  test('ints of more than 4300 digits are refused in decimal, as CPython does, and taken in hex', () => {
    expect(parseLiteral('9'.repeat(4300)).ok).toBe(true)
    expect(parseLiteral('9'.repeat(4301)).ok).toBe(false)
    expect(canonicalOf(`0x1${'0'.repeat(5000)}`)).toBe(`i1${'0'.repeat(5000)};`)
  })
})

describe('argument lists', () => {
  test.each([
    ['', ''],
    [' \n ', ''],
    ["1, [2], 'a'", "1, [2], 'a'"],
    ['1,\n 2,', '1, 2'],
    ['(1, 2)', '(1, 2)'],
    ['1, # one\n 2', '1, 2'],
  ])('%j holds %s', (text, shown) => {
    const parsed = parseArguments(text)
    expect(parsed.ok && argumentsText(parsed.value)).toBe(shown)
  })

  test.each([
    [',', 'expected a literal'],
    ['1,,2', 'expected a literal'],
    ['*[1]', 'starred arguments'],
    ['**{}', 'starred arguments'],
    ['x=1', 'keyword arguments'],
    ['1) or (1', 'found ")"'],
    ['1 2', 'expected "," or the end'],
    ['f(1)', 'f is not a literal'],
    [`1, ${'['.repeat(62)}${']'.repeat(62)}`, 'too_deep'],
  ])('%j is refused: %s', (text, why) => {
    const parsed = parseArguments(text)
    expect(parsed.ok ? argumentsText(parsed.value) : parsed.why).toContain(why)
  })
})
