import { describe, expect, test } from 'vitest'
import { advantages } from '../../../electron/selfplay/advantage.ts'
import type { AdvantageUnit, Sample } from '../../../electron/selfplay/advantage.ts'

function samples(rewards: readonly number[], lengths: readonly number[], group = 'g'): Sample[] {
  return rewards.map((reward, at) => ({
    reward,
    length: lengths[at] ?? 1,
    centre: group,
    scale: group,
  }))
}

function values(list: readonly Sample[], unit: AdvantageUnit): number[] {
  return advantages(list, unit).map(({ advantage }) => Number(advantage.toFixed(4)))
}

describe('task-relative baselines', () => {
  const rewards = [1, -0.5, -0.5, 1]
  const lengths = [10, 30, 30, 10]

  test('per sequence: population deviation', () => {
    expect(values(samples(rewards, lengths), 'sequence')).toEqual([1, -1, -1, 1])
  })

  test('per token: length-weighted mean, unbiased deviation', () => {
    const found = advantages(samples(rewards, lengths), 'token')
    expect(found.map(({ advantage }) => Number(advantage.toFixed(4)))).toEqual([
      1.7212, -0.5737, -0.5737, 1.7212,
    ])
    expect(found[0]?.baseline).toBe(-0.125)
  })

  test.each(['sequence', 'token'] as const)(
    '%s: equal rewards, one sample and none give 0',
    (unit) => {
      expect(values(samples([0.1, 0.1, 0.1], [3, 4, 5]), unit)).toEqual([0, 0, 0])
      expect(values(samples([0.7], [9]), unit)).toEqual([0])
      expect(values(samples([0.7], [1]), unit)).toEqual([0])
      expect(values([], unit)).toEqual([])
    },
  )

  test('responses without tokens weigh nothing', () => {
    expect(values(samples([0.7, 0.2], [0, 0]), 'token')).toEqual([0, 0])
  })

  test('groups do not touch each other', () => {
    const mixed = [...samples([1, 0], [1, 1], 'a'), ...samples([100, 300], [1, 1], 'b')]
    expect(values(mixed, 'sequence')).toEqual([1, -1, -1, 1])
    expect(values(mixed.toReversed(), 'sequence')).toEqual([1, -1, -1, 1])
  })

  test('reused answers are centred on their task and scaled by the group', () => {
    const reused = [
      ...samples([1, -0.5], [1, 1]).map((sample) => ({ ...sample, centre: 'easy' })),
      ...samples([-0.5, -0.5], [1, 1]).map((sample) => ({ ...sample, centre: 'hard' })),
    ]
    const found = advantages(reused, 'sequence')
    expect(found.map(({ baseline }) => baseline)).toEqual([0.25, 0.25, -0.5, -0.5])
    expect(found[2]?.advantage).toBe(0)
    expect(found[0]?.advantage).toBeCloseTo(0.75 / 0.649519, 4)
  })
})
