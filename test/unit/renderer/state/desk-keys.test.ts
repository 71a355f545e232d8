import { expect, test } from 'vitest'
import { DESK_ACTIONS, deskBindings, pressed } from '../../../../renderer/state/desk-keys.ts'
import { createStopwatch } from '../../../../renderer/state/stopwatch.ts'

test('every action of the desk has a key of its own', () => {
  expect(deskBindings({}).size).toBe(Object.keys(DESK_ACTIONS).length)
})

test('keys can be remapped and taken away', () => {
  const bindings = deskBindings({ 'review.skip': 'z', 'review.note': '' })
  expect([bindings.get('z'), bindings.get('x'), bindings.get('n')]).toEqual([
    'skip',
    undefined,
    undefined,
  ])
})

test('a capital is the letter with Shift', () => {
  expect(pressed({ key: 'C', shiftKey: true })).toBe('shift+c')
  expect(pressed({ key: '1', shiftKey: false })).toBe('1')
})

test('a stopwatch stands while the page is not seen', () => {
  let now = 0
  const watch = createStopwatch(() => now)
  now = 2_000
  watch.turn(false)
  now = 60_000
  expect(watch.seconds()).toBe(2)
  watch.turn(true)
  now = 61_000
  expect(watch.seconds()).toBe(3)
  watch.restart()
  expect(watch.seconds()).toBe(0)
})
