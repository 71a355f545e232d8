import { describe, expect, test } from 'vitest'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import type { Task } from '../../../../electron/contract/task.ts'
import { expand } from '../../../../electron/selfplay/azr/expand.ts'
import type { JudgedProposal, StepContext } from '../../../../electron/selfplay/recipe.ts'
import { contextOf, judgedProposal, taskOf } from '../../../fakes/hooks.ts'

const store = Array.from({ length: 40 }, (_, at) =>
  taskOf('deduction', 'x + 1', [[String(at), String(at + 1)]], {
    id: `${Math.floor(at / 8)}/deduction/${at}`,
    step: Math.floor(at / 8),
  }),
)
const fresh = (count: number): JudgedProposal[] =>
  Array.from({ length: count }, (_, index) => {
    const id = `5/deduction/${index}`
    return judgedProposal(taskOf('deduction', 'x - 3', [['9', '6']], { id, step: 5 }), { index })
  })

async function drawn(
  overrides: RunOverrides,
  proposals: readonly JudgedProposal[] = [],
  stores: readonly Task[] = store,
  rest: Partial<StepContext> = {},
) {
  const context = contextOf({ types: ['deduction'], ...overrides }, rest)
  const state = { ...context.state, stores: { deduction: stores } }
  const { specs } = await expand({ ...context, state }, proposals)
  const attempts = specs.filter(({ purpose }) => purpose === 'attempt')
  const probes = specs.filter(({ purpose }) => purpose === 'probe')
  return { specs, attempts, probes, steps: attempts.map(({ task }) => task?.step ?? -1) }
}

const count = (values: readonly number[], value: number) =>
  values.filter((one) => one === value).length

describe('attempts', () => {
  test('previousStep, max-new: all of the step before, no repeats', async () => {
    const { attempts, steps } = await drawn({ solveSource: 'previousStep' }, fresh(3))
    expect(steps).toEqual(Array.from({ length: 8 }, () => 4))
    expect(new Set(attempts.map(({ task }) => task?.id)).size).toBe(8)
  })

  test('sameStep, max-new: the tasks just proposed first, then others', async () => {
    const { attempts, steps } = await drawn({ solveSource: 'sameStep' }, fresh(3))
    expect([count(steps, 5), attempts.length]).toEqual([3, 8])
    expect(new Set(attempts.map(({ task }) => task?.id)).size).toBe(8)
  })

  test('deduction takes as many batches as its factor, and probes come behind them', async () => {
    const { attempts, probes } = await drawn({ deductionFactor: 3, mcSamples: 4 }, fresh(2))
    expect(attempts.map(({ index }) => index)).toEqual(Array.from({ length: 24 }, (_, at) => at))
    expect(new Set(attempts.map(({ task }) => task?.id)).size).toBe(24)
    expect(probes.map(({ index }) => index)).toEqual([24, 28])
  })

  test('half-new: at most half a batch of new ones is drawn as new', async () => {
    const { attempts } = await drawn({ solveSource: 'sameStep', solveMix: 'half-new' }, fresh(8))
    const firstHalf = attempts.slice(0, 4).map(({ task }) => task?.step)
    expect(firstHalf).toEqual([5, 5, 5, 5])
    expect(attempts.length).toBe(8)
  })

  test('uniform and step draw from everything, step favours the new', async () => {
    const many = { batch: 400, solveSource: 'previousStep' } as const
    const uniform = await drawn({ ...many, batch: 40, solveMix: 'uniform' })
    const weighted = await drawn({ ...many, solveMix: 'step' })
    expect([0, 1, 2, 3, 4].map((step) => count(uniform.steps, step))).toEqual([8, 8, 8, 8, 8])
    expect(count(weighted.steps, 4)).toBeGreaterThan(3 * count(weighted.steps, 0))
  })

  test('a wider window counts older tasks as new', async () => {
    const { steps } = await drawn({ solveSource: 'previousStep', solveWindow: 2, batch: 16 })
    expect(steps.every((step) => step >= 3)).toBe(true)
  })

  test('a store smaller than a batch is gone through again, an empty one gives nothing', async () => {
    const { attempts } = await drawn({ solveSource: 'previousStep' }, [], store.slice(0, 3))
    expect(attempts.length).toBe(8)
    expect(new Set(attempts.map(({ task }) => task?.id)).size).toBe(3)
    expect((await drawn({}, [], [])).attempts).toEqual([])
  })

  test('tasks whose prompt is too long are passed over, and the batch is still full', async () => {
    const long = store.map((task, at) =>
      at % 2 === 0 ? task : { ...task, program: `${task.program}${' + 1'.repeat(99)}` },
    )
    const { attempts } = await drawn({ solveSource: 'previousStep', maxPrompt: 60 }, [], long)
    expect(attempts.length).toBe(8)
    expect(attempts.every(({ prompt }) => prompt.tokens.length <= 60)).toBe(true)
  })
})

describe('probes', () => {
  test('every fresh task is measured by so many samples, beyond the indices of attempts', async () => {
    const { specs, probes } = await drawn({ mcSamples: 4 }, fresh(3))
    expect(probes.map(({ index, samples }) => [index, samples])).toEqual([
      [8, 4],
      [12, 4],
      [16, 4],
    ])
    const ids = specs.flatMap(({ index, samples }) =>
      Array.from({ length: samples }, (_, at) => index + at),
    )
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('repeats are measured only where they can earn something', async () => {
    const repeat = fresh(1).map((one) => ({ ...one, standing: 'repeat' as const }))
    expect((await drawn({ noveltyDiscount: true }, repeat)).probes).toEqual([])
    expect((await drawn({ noveltyDiscount: false }, repeat)).probes.length).toBe(1)
  })
})

describe('the solver-only control', () => {
  const source: StepContext['taskSource'] = (kind, wanted, seed) =>
    Promise.resolve(
      Array.from({ length: wanted }, (_, at) =>
        taskOf(kind, 'x + 1', [[String((seed % 50) + at), '1']]),
      ),
    )

  test('asks the source and tries each task several times, leaving held-out programs away', async () => {
    const context = contextOf(
      { control: 'solver-only', types: ['deduction'], batch: 2, mcSamples: 4 },
      { taskSource: source },
    )
    const { specs, given } = await expand(context, [])
    expect(given.map(({ id }) => id)).toEqual(['5/deduction/0', '5/deduction/1'])
    expect(specs.map(({ purpose, index, samples }) => [purpose, index, samples])).toEqual([
      ['attempt', 0, 4],
      ['attempt', 4, 4],
    ])
    const reserved = { ...context, isReserved: () => true }
    expect((await expand(reserved, [])).specs).toEqual([])
  })

  test('needs a source', async () => {
    await expect(expand(contextOf({ control: 'solver-only' }), [])).rejects.toThrow(
      'expected a source of tasks',
    )
  })
})
