import { expect, test } from 'vitest'
import { initialState, parseLoopState } from '../../../electron/selfplay/state.ts'
import { taskOf } from '../../fakes/hooks.ts'

const state = {
  ...initialState('azr'),
  seeded: true,
  step: 3,
  stores: { deduction: [taskOf('deduction', 'x', [['1', '1']])] },
  window: { deduction: [{ skeleton: 'a', task: 'b' }] },
}

test('a state survives JSON', () => {
  expect(parseLoopState(JSON.parse(JSON.stringify(state)))).toEqual(state)
})

test.each([
  [
    'stores.deduction.0.kind',
    { ...state, stores: { deduction: [{ ...state.stores.deduction[0], kind: 'x' }] } },
  ],
  [
    'stores.deduction.0.pairs',
    { ...state, stores: { deduction: [{ ...state.stores.deduction[0], pairs: [] }] } },
  ],
  ['step', { ...state, step: -1 }],
  ['step', { ...state, step: 1.5 }],
  ['window.deduction.0.task', { ...state, window: { deduction: [{ skeleton: 'a' }] } }],
  ['format', { ...state, format: 2 }],
  ['extra', { ...state, extra: 1 }],
  ['state', null],
  ['state', 'text'],
])('a wrong %s is named', (where, value) => {
  expect(() => parseLoopState(value)).toThrow(`loop state: ${where}: `)
})
