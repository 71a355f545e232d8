import { describe, expect, test } from 'vitest'
import type { RunOverrides } from '../../../../electron/contract/config.ts'
import type { Task } from '../../../../electron/contract/task.ts'
import type { Judged, JudgedProposal } from '../../../../electron/selfplay/recipe.ts'
import { proposalReward, score, solutionReward } from '../../../../electron/selfplay/azr/score.ts'
import { contextOf, judged, judgedProposal, solved, taskOf } from '../../../fakes/hooks.ts'
import { smallConfig } from '../../../fakes/loop.ts'

const task = taskOf('deduction', 'x + 1', [['1', '2']])
const EIGHTHS = Array.from({ length: 9 }, (_, k) => k / 8)

function reward(
  overrides: RunOverrides,
  solveRate: number | null,
  rest: Partial<JudgedProposal> = {},
  earlier = 0,
): number | null {
  const config = smallConfig({ noveltyDiscount: false, ...overrides })
  return proposalReward(config, judgedProposal(task, rest), solveRate, earlier).reward
}

describe('the proposer', () => {
  test('paper: 1 - s between the edges, 0 at them', () => {
    expect(EIGHTHS.map((s) => reward({ edgeReward: 0 }, s))).toEqual([
      0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0,
    ])
  })

  test('code: the same, -0.5 at the edges', () => {
    expect(EIGHTHS.map((s) => reward({ edgeReward: -0.5 }, s))).toEqual([
      -0.5, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, -0.5,
    ])
  })

  test('invalid or badly formatted proposals pay, whatever their solve rate', () => {
    expect(reward({}, null, { standing: 'invalid' })).toBe(-1)
    expect(reward({}, 0.5, { formatOk: false })).toBe(-1)
    expect(reward({ formatPenalty: -0.25 }, 0.5, { formatOk: false })).toBe(-0.25)
    expect(reward({ invalidPenalty: -2 }, null, { standing: 'invalid' })).toBe(-2)
  })

  test('a task whose solver prompt is too long counts as impossible', () => {
    expect(reward({ edgeReward: -0.5 }, null, { standing: 'unservable' })).toBe(-0.5)
  })

  test('what the sandbox could not decide has no reward', () => {
    expect(reward({}, null, { undecided: true, standing: 'invalid' })).toBe(null)
    expect(reward({}, null)).toBe(null)
  })

  test('novelty divides what was earned by one plus the earlier skeletons, never a penalty', () => {
    expect(reward({ noveltyDiscount: true }, 0.5, {}, 3)).toBe(0.125)
    expect(reward({ noveltyDiscount: true, edgeReward: -0.5 }, 1, {}, 3)).toBe(-0.5)
  })

  test('an exact repeat earns the edge under the discount, its learnability without', () => {
    const repeat = { standing: 'repeat' as const }
    expect(reward({ noveltyDiscount: true, edgeReward: -0.5 }, null, repeat)).toBe(-0.5)
    expect(reward({ edgeReward: -0.5 }, 0.25, repeat)).toBe(0.75)
  })

  test.each([
    ['sum', 0.5 + 0.25 + 0.5],
    ['multiply', 0.5 * 0.25 * 0.5],
    ['sum-multiply', 0.5 + 0.25 * 0.5],
    ['multiply-sum', 0.5 * (0.25 + 0.5)],
  ] as const)(
    'intrinsic terms combine by %s, each weighted and capped',
    (intrinsicCombine, wanted) => {
      const terms = { complexity: 0.5, 'edit-distance': 9, halstead: 1, diversity: 9 }
      const overrides = {
        intrinsic: ['complexity', 'diversity'],
        intrinsicCombine,
        intrinsicWeight: 0.5,
        intrinsicMax: 0.5,
      } as const
      expect(reward(overrides, 0.5, { terms })).toBeCloseTo(wanted, 12)
      expect(reward({ ...overrides, edgeReward: -0.5 }, 1, { terms })).toBe(-0.5)
      expect(reward({ ...overrides, intrinsic: [] }, 0.5, { terms })).toBe(0.5)
    },
  )
})

describe('the solver', () => {
  const solution = (rest: Partial<Judged>): Judged => judged(solved(task, '2'), rest)
  const pairs = (outcomes: readonly number[]) => solution({ correct: false, outcomes })

  test('right 1, wrong -0.5, badly formatted -1 even when right', () => {
    const config = smallConfig()
    const rewards = [solution({}), solution({ correct: false }), solution({ formatOk: false })].map(
      (one) => solutionReward(config, one),
    )
    expect(rewards).toEqual([1, -0.5, -1])
  })

  test.each([
    ['binary', [-0.5, -0.5, -0.5]],
    ['accuracy', [-0.5, 1 / 3, 2 / 3]],
    ['any', [-0.5, 1, 1]],
  ] as const)('induction %s: by hidden pairs', (inductionReward, wanted) => {
    const config = smallConfig({ inductionReward })
    const found = [
      [0, 0, 0],
      [1, 0, 0],
      [1, 0, 1],
    ].map((one) => solutionReward(config, pairs(one)))
    expect(found).toEqual(wanted)
  })
})

describe('a whole step', () => {
  const probe = (of: Task, correct: boolean, rest: Partial<Judged> = {}) =>
    judged(solved(of, '2', { purpose: 'probe' }), { correct, ...rest })
  const other = taskOf('deduction', 'x - 3', [['1', '-2']], { id: '4/deduction/1' })

  test('the solve rate is the mean over decided probes of that very task', () => {
    const solutions = [
      probe(task, true),
      probe(task, false),
      probe(task, false, { undecided: true }),
      probe(other, true),
    ]
    const proposals = [judgedProposal(task), judgedProposal(other, { index: 1 })]
    const scored = score(contextOf(), proposals, solutions).proposals
    expect(scored.map(({ solveRate, probes }) => [solveRate, probes])).toEqual([
      [0.5, [1, 0]],
      [1, [1]],
    ])
  })

  test('the format counts in the solve rate only where asked for', () => {
    const solutions = [probe(task, true, { formatOk: false }), probe(task, true)]
    const rate = (mcRequiresFormat: boolean) =>
      score(contextOf({ mcRequiresFormat }), [judgedProposal(task)], solutions).proposals[0]
        ?.solveRate
    expect([rate(false), rate(true)]).toEqual([1, 0.5])
  })

  test('probes train only when reused, then against their own task', () => {
    const solutions = [probe(task, true), judged(solved(task, '2'))]
    const shape = (mcReuse: boolean) =>
      score(contextOf({ mcReuse }), [judgedProposal(task)], solutions).solutions.map(
        ({ trains, centre, scale }) => [trains, centre, scale],
      )
    expect(shape(true)).toEqual([
      [true, 'probe/deduction/4/deduction/0', 'probe/deduction'],
      [true, 'attempt/deduction', 'attempt/deduction'],
    ])
    expect(shape(false)[0]?.[0]).toBe(false)
  })

  test('novelty counts the window first, then the batch in its order, and forgets the oldest', () => {
    const tasks = [1, 2, 3].map((at) =>
      taskOf('deduction', 'x + 1', [[String(at), String(at + 1)]], { id: `5/deduction/${at}` }),
    )
    const proposals = tasks.map((one, index) => judgedProposal(one, { index }))
    const solutions = tasks.flatMap((one) => [probe(one, true), probe(one, false)])
    const novelty = (noveltyWindow: number) =>
      score(contextOf({ noveltyWindow }), proposals, solutions).proposals.map(
        ({ rewardParts }) => rewardParts['novelty'],
      )
    expect(novelty(600)).toEqual([1, 1 / 2, 1 / 3])
    expect(novelty(1)).toEqual([1, 1 / 2, 1 / 2])
  })

  test('the shuffled control deals the same rewards anew within groups, the same way each time', () => {
    const solutions = Array.from({ length: 40 }, (_, at) =>
      judged(solved(task, '2', { index: at }), { correct: at % 2 === 0, undecided: at === 39 }),
    )
    const shuffledOnce = score(contextOf({ control: 'shuffled-rewards' }), [], solutions).solutions
    const again = score(contextOf({ control: 'shuffled-rewards' }), [], solutions).solutions
    const plain = score(contextOf(), [], solutions).solutions
    const rewards = (list: typeof plain) => list.map(({ reward }) => reward)
    expect(rewards(shuffledOnce)).toEqual(rewards(again))
    expect(rewards(shuffledOnce)).not.toEqual(rewards(plain))
    const sorted = (list: typeof plain) => rewards(list).toSorted((a, b) => (a ?? 9) - (b ?? 9))
    expect(sorted(shuffledOnce)).toEqual(sorted(plain))
    expect(shuffledOnce[39]?.reward).toBe(null)
    expect(shuffledOnce.map(({ rewardParts }) => rewardParts['earned'])).toEqual(
      rewards(plain).map((one) => one ?? 0),
    )
  })

  test('the weights of the roles reach the objective', () => {
    const context = contextOf({ lambdaSolve: 0.5, proposerKl: 0.3, trainProposer: false })
    const { proposals, solutions } = score(
      context,
      [judgedProposal(task)],
      [judged(solved(task, '2'))],
    )
    expect([proposals[0]?.klWeight, proposals[0]?.trains, solutions[0]?.weight]).toEqual([
      0.3,
      false,
      0.5,
    ])
    expect(solutions[0]?.klWeight).toBe(0)
  })
})
