import { expect, test } from 'vitest'
import { forbiddenImport, forbiddenName } from '../../../electron/selfplay/policy.ts'
import {
  answersGold,
  argumentsOf,
  canonicalOf,
  sameOutput,
  shownValue,
  unwritable,
} from '../../../electron/selfplay/values.ts'

test('arguments come in one spelling or not at all', () => {
  const texts = ['1,2', ' [1 , 2],"a" ', '', '  ', 'x', '1;2', 'f(1)', '(1, 2)']
  expect(texts.map(argumentsOf)).toEqual([
    '1, 2',
    "[1, 2], 'a'",
    null,
    null,
    null,
    null,
    null,
    '(1, 2)',
  ])
})

test('gold that nobody can write is refused, None and odd floats are not', () => {
  expect(
    ['N', 'f1.5;', 'i-ff;', '[T F]', 'fnan;', '[fnan;]', 'nonsense'].map(
      (text) => unwritable(text) === null,
    ),
  ).toEqual([true, true, true, false, false, false, false])
})

test('canonical text and Python text lead to each other', () => {
  for (const text of ["'a\\'b'", '[1, -2.5, None]', "{'k': (1,)}", '{1, 2}']) {
    expect(answersGold(shownValue(canonicalOf(text)), canonicalOf(text), true)).toBe(true)
  }
})

test('outputs that are no canonical text are never equal', () => {
  expect([
    sameOutput('', '', false),
    sameOutput('i1;', 'T', false),
    sameOutput('i1;', 'T', true),
  ]).toEqual([false, true, false])
})

test('the policy names the first forbidden import or name', () => {
  expect(forbiddenImport(['math', 'collections.abc', 'os.path'])).toBe('os.path')
  expect(
    ['random', 'time', 'sys', 'builtins', 'importlib'].map((name) => forbiddenImport([name])),
  ).toEqual(['random', 'time', 'sys', 'builtins', 'importlib'])
  expect([forbiddenImport([]), forbiddenName(['__init__'])]).toEqual([null, null])
  expect(forbiddenName(['__init__', '__globals__'])).toBe('__globals__')
})
