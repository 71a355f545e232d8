import { expect, test } from 'vitest'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import { plan } from '../../../../electron/selfplay/azr/plan.ts'
import type { StepContext } from '../../../../electron/selfplay/recipe.ts'
import { contextOf, taskOf } from '../../../fakes/hooks.ts'

const tasks = Array.from({ length: 30 }, (_, at) =>
  taskOf('deduction', 'x + 1', [[String(at), String(at + 1)]], {
    id: `0/deduction/${at}`,
    step: at,
  }),
)
const abduction = taskOf('abduction', 'x * 2', [['4', '8']])

function planned(overrides: RunOverrides, rest: Partial<StepContext> = {}) {
  const context = contextOf(overrides, rest)
  const stores = { deduction: tasks, abduction: [abduction] }
  return plan({ ...context, state: { ...context.state, stores } })
}

test('a batch per kind, in order, with K references without repeats', () => {
  const specs = planned({ references: 6, referenceCount: 'exact', maxPrompt: 4_000 })
  expect(specs.map(({ kind, index }) => `${kind}${index}`)).toEqual(
    ['deduction', 'abduction', 'induction'].flatMap((kind) =>
      [0, 1, 2, 3, 4, 5, 6, 7].map((index) => `${kind}${index}`),
    ),
  )
  const counts = specs.map(({ references }) => new Set(references).size)
  expect(counts).toEqual([...Array(8).fill(6), ...Array(8).fill(1), ...Array(8).fill(1)])
  expect(planned({ references: 6, maxPrompt: 4_000 })).toEqual(
    planned({ references: 6, maxPrompt: 4_000 }),
  )
})

test('up-to draws every number from none to K', () => {
  const specs = planned({ references: 2, referenceCount: 'up-to', types: ['deduction'], batch: 64 })
  expect(new Set(specs.map(({ references }) => references.length))).toEqual(new Set([0, 1, 2]))
})

test('a prompt that is too long goes without references, and drawing ends', () => {
  const specs = planned({
    references: 3,
    referenceCount: 'exact',
    types: ['deduction'],
    maxPrompt: 16,
  })
  expect(specs.every(({ references }) => references.length === 0)).toBe(true)
})

test('induction shows one bare program of the other kinds', () => {
  const specs = planned({ types: ['induction'], batch: 64 })
  const shown = new Set(specs.map(({ prompt }) => prompt.text))
  expect(shown).toEqual(
    new Set(['<PI>def f(x):\n    return x + 1<ans>', '<PI>def f(x):\n    return x * 2<ans>']),
  )
})

test('recent references are newer on the average', () => {
  const meanStep = (referenceSampling: 'uniform' | 'recent') => {
    const overrides = { references: 2, referenceCount: 'exact', types: ['deduction'] } as const
    const specs = planned({ ...overrides, referenceSampling, batch: 200, maxPrompt: 4_000 })
    const steps = specs.flatMap(({ references }) => references.map(({ step }) => step))
    return steps.reduce((sum, step) => sum + step, 0) / steps.length
  }
  expect(meanStep('recent')).toBeGreaterThan(meanStep('uniform') + 2)
})

test('no proposals while the solver is pretrained, nor in the solver-only control', () => {
  expect(planned({ pretrainSteps: 5 })).toEqual([])
  expect(planned({ control: 'solver-only' })).toEqual([])
  expect(planned({ pretrainSteps: 4 }).length).toBe(24)
})
