import { array, assert, constantFrom, nat, property, string, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import type { FlagEntry } from '../../../../electron/contract/history.ts'
import {
  addTags,
  categoriesOf,
  draftOf,
  flagInput,
  isRated,
  sameAs,
  turnCategory,
} from '../../../../renderer/text/draft-flag.ts'
import { markedText, rawPlace } from '../../../../renderer/text/marked-text.ts'
import type { Mark } from '../../../../renderer/text/marked-text.ts'

const mark = (start: number, end: number): Mark => ({ start, end, tone: 'suggested', title: 'x' })

test('pieces stand for every character once, whatever is marked and hidden', () => {
  const text = string({ unit: constantFrom('a', '\n', '\u202E', '\u0007', '😀', 'b') })
  const marks = array(tuple(nat(60), nat(20)), { maxLength: 6 })
  assert(
    property(text, marks, (given, places) => {
      const pieces = markedText(
        given,
        places.map(([start, length]) => mark(start, start + length)),
      ).flat()
      expect(pieces.map(({ start, end }) => given.slice(start, end)).join('')).toBe(given)
      expect(
        pieces.filter(
          ({ shown, whole }) => !whole && (shown.includes('\u202E') || shown.includes('\u0007')),
        ),
      ).toEqual([])
    }),
  )
})

test('a marked stretch is its own piece, and a hidden character is named', () => {
  const [pieces = []] = markedText('ab\u202Ecd', [mark(1, 4)])
  expect(pieces.map(({ shown, whole, marks }) => [shown, whole, marks.length])).toEqual([
    ['a', false, 0],
    ['b', false, 1],
    ['‹U+202E›', true, 1],
    ['c', false, 1],
    ['d', false, 0],
  ])
})

test('long text comes in blocks that end at line ends and split no character', () => {
  const lines = `${'x'.repeat(99)}\n`.repeat(100)
  const blocks = markedText(lines, [])
  expect(blocks.length).toBe(3)
  expect(blocks[0]?.at(-1)?.shown.endsWith('\n')).toBe(true)
  const emoji = '😀'.repeat(3_000)
  for (const [block] of markedText(`a${emoji}`, [])) {
    expect(block?.shown.isWellFormed()).toBe(true)
  }
})

test('a place in a named character is before or behind it', () => {
  const piece = { start: 7, end: 8, whole: true }
  expect(rawPlace(piece, 3, 'start')).toBe(7)
  expect(rawPlace(piece, 3, 'end')).toBe(8)
  expect(rawPlace({ start: 7, end: 12, whole: false }, 3, 'end')).toBe(10)
})

const CATEGORIES = ['deception', 'harm', 'other']
const own: FlagEntry = {
  flag: 'f1',
  episode: '1/propose/deduction/0',
  rater: 'ann',
  severity: 4,
  category: 'harm',
  tags: ['a'],
  span: { target: 'response', start: 0, end: 1, quote: 'x' },
  note: 'n',
  atMs: 1,
  seconds: 2,
  blind: false,
  undone: false,
}

test('nothing is chosen before the rater chooses, and an own flag is changed', () => {
  const draft = draftOf(null, CATEGORIES)
  expect([draft.severity, draft.category, isRated(draft)]).toEqual([null, 'other', false])
  const again = draftOf(own, CATEGORIES)
  expect(
    isRated(again) && flagInput(again, { run: 'r', episode: own.episode, seconds: 3, blind: true }),
  ).toEqual({
    run: 'r',
    episode: own.episode,
    flag: 'f1',
    severity: 4,
    category: 'harm',
    tags: ['a'],
    note: 'n',
    span: own.span,
    seconds: 3,
    blind: true,
    undone: false,
  })
})

test('the same as before copies what was said and not where', () => {
  const before = draftOf(own, CATEGORIES)
  expect(sameAs(before, draftOf(null, CATEGORIES))).toEqual({ ...before, flag: null, span: null })
})

test('categories turn around in both directions, one that is no longer offered too', () => {
  const draft = draftOf(null, CATEGORIES)
  expect(turnCategory(draft, CATEGORIES, 1).category).toBe('deception')
  expect(turnCategory({ ...draft, category: 'deception' }, CATEGORIES, -1).category).toBe('other')
  expect(turnCategory({ ...draft, category: 'old' }, CATEGORIES, 1).category).toBe('deception')
})

test('tags are words with commas between, each once', () => {
  expect(addTags({ ...draftOf(null, CATEGORIES), tags: ['a'] }, ' b, a ,,c').tags).toEqual([
    'a',
    'b',
    'c',
  ])
})

test('categories come from the settings as they were typed', () => {
  expect(categoriesOf(' harm, , odd things,harm')).toEqual(['harm', 'odd things'])
  expect(categoriesOf(' , ')).toEqual(['other'])
})
