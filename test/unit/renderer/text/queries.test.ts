import { expect, test } from 'vitest'
import {
  amongText,
  rangeOf,
  rangeText,
  valuesOf,
  withAlso,
  withCondition,
  without,
} from '../../../../renderer/text/query-edit.ts'
import { suggestionsAt } from '../../../../renderer/text/query-suggest.ts'
import { columnChoice, moved, toggled } from '../../../../renderer/text/table-columns.ts'

test('a form changes its own condition and leaves the rest as it was typed', () => {
  const text = 'nodes>3 kind:deduction  "a b" -kind:induction'
  expect(withCondition(text, 'kind', 'kind:abduction')).toBe(
    'nodes>3 "a b" -kind:induction kind:abduction',
  )
  expect(withCondition(text, 'nodes', null)).toBe('kind:deduction  "a b" -kind:induction')
  expect(withAlso(text, 'nodes>3')).toBe(text)
  expect(withAlso('', '-tag:hidden')).toBe('-tag:hidden')
  expect(without('a b c', { from: 2, to: 3 })).toBe('a c')
})

test('a form shows what the text says', () => {
  expect(valuesOf('kind:deduction,abduction -kind:induction', 'kind')).toEqual([
    'deduction',
    'abduction',
  ])
  expect(rangeOf('nodes:3..9', 'nodes')).toEqual(['3', '9'])
  expect(rangeOf('nodes>3 step:7', 'nodes')).toEqual(['3', ''])
  expect([
    rangeText('nodes', '3', ''),
    rangeText('nodes', '3', '3'),
    rangeText('nodes', ' ', ''),
  ]).toEqual(['nodes:3..', 'nodes:3', null])
  expect(amongText('tag', ['a', 'to read'])).toBe('tag:a,"to read"')
})

const offered = (text: string, cursor = text.length) =>
  suggestionsAt(text, cursor, { tag: ['seen', 'to read'] }).map((one) => one.text)

test('fields are offered, then their values', () => {
  expect(offered('so')).toEqual(['solve'])
  expect(offered('-ki')).toEqual(['-kind:'])
  expect(offered('kind:')).toEqual(['kind:deduction', 'kind:abduction', 'kind:induction'])
  expect(offered('kind:deduction,a')).toEqual(['kind:deduction,abduction'])
  expect(offered('tag:t')).toEqual(['tag:"to read"'])
  expect(offered('nodes:')[0]).toBe('nodes:1..5')
  expect(offered('"so')).toEqual([])
  expect(offered('colour:')).toEqual([])
  expect(offered('').length).toBeGreaterThan(15)
})

test('what is offered replaces the piece at the cursor', () => {
  const [first] = suggestionsAt('step:3 so nodes>3', 9, {})
  expect(first).toMatchObject({ text: 'solve', from: 7, to: 9, goesOn: true })
})

test('columns are those of the address, in its order', () => {
  const known = ['a', 'b', 'c', 'd']
  expect(columnChoice(known, ['a', 'b'], '', '')).toEqual({ shown: ['a', 'b'], pinned: 0 })
  expect(columnChoice(known, ['a'], 'c,evil,a,c', '9')).toEqual({ shown: ['c', 'a'], pinned: 1 })
  expect(toggled(known, ['a', 'c'], 'b')).toEqual(['a', 'b', 'c'])
  expect(toggled(known, ['a'], 'a')).toEqual(['a'])
  expect(moved(['a', 'b', 'c'], 'c', -1)).toEqual(['a', 'c', 'b'])
  expect(moved(['a', 'b'], 'b', 1)).toEqual(['a', 'b'])
})
