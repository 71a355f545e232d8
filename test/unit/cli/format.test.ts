import { expect, test } from 'vitest'
import { bar, bytes, count, duration, moment, oneLine } from '../../../electron/cli/format.ts'
import { percent, points, ratio, table, visible } from '../../../electron/cli/format.ts'

test('durations are short and never NaN', () => {
  const seconds = [0, 1.24, 9.99, 59.4, 61, 3_599, 7_500, Number.NaN, Number.POSITIVE_INFINITY, -1]
  expect(seconds.map(duration)).toEqual([
    '0.0 s',
    '1.2 s',
    '10.0 s',
    '59 s',
    '1 m 01 s',
    '59 m 59 s',
    '2 h 05 m',
    '-',
    '-',
    '-',
  ])
})

test('59.7 seconds are a minute and not sixty seconds', () => {
  expect(duration(59.7)).toBe('1 m 00 s')
})

test('numbers, shares, points and sizes', () => {
  expect([count(1_234_567.8), count(Number.NaN)]).toEqual(['1,234,568', '-'])
  expect([percent(0.3125), percent(Number.NaN)]).toEqual(['31.3 %', '-'])
  expect([0.021, -0.021, 0, -0.0001, Number.NaN].map(points)).toEqual([
    '+2.1',
    '-2.1',
    '0.0',
    '0.0',
    '-',
  ])
  expect([ratio(1, 3), ratio(0, 0)]).toEqual(['1/3 (33 %)', '0/0'])
  expect([0, 1023, 1024, 1_500_000, 3 * 2 ** 30, 2 ** 60].map(bytes)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '1.4 MiB',
    '3.0 GiB',
    '1048576 TiB',
  ])
})

test('a moment is in local time', () => {
  expect(moment(new Date(2026, 10, 20, 9, 5).getTime())).toBe('2026-11-20 09:05')
})

test('a bar stays within its width', () => {
  expect([bar(-1, 4), bar(0.5, 4), bar(7, 4)]).toEqual(['░░░░', '██░░', '████'])
})

test('nothing in foreign text steers the terminal', () => {
  expect(visible('a\u001b]52;c;x\u0007b\r\tc\nd\u009be\u202ef')).toBe(
    'a\\x1b]52;c;x\\x07b\\x0d\tc\nd\\x9be\\u202ef',
  )
  expect(oneLine(' two \n  lines\n')).toBe('two lines')
})

test('columns line up, numbers to the right, colours without width', () => {
  const rows = [
    ['\u001b[32mazr\u001b[39m', '1,000', '31.2 %'],
    ['azr-2', '2', '-'],
  ]
  expect(table(rows, ['RUN', 'STEPS', 'SCORE'])).toBe(
    [
      'RUN    STEPS   SCORE',
      '\u001b[32mazr\u001b[39m    1,000  31.2 %',
      'azr-2      2       -',
    ].join('\n'),
  )
  expect(table([])).toBe('')
})
