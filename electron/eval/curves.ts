/**
 * pass@k over a suite: the chance that at least one of k answers is right, unbiased, as a mean over items.
 * Not here: the estimator of one item (intervals.ts). Source: Chen et al. 2021 (arXiv 2107.03374), section 2.1.
 */
import { passAtK, proportion } from './intervals.ts'
import type { Scored } from './scores.ts'

export type CurvePoint = {
  readonly k: number
  /** Items with at least k decided answers. */
  readonly n: number
  readonly mean: number
  readonly low: number
  readonly high: number
}

/** For every k from 1 to the number of samples. */
export function passCurve(answers: readonly Scored[], samples: number): CurvePoint[] {
  const items = [...Map.groupBy(decided(answers), ({ item }) => item.id).values()]
  return Array.from({ length: samples }, (_, at) => at + 1).flatMap((k) => {
    const values = items.flatMap((own) => {
      const correct = own.filter((answer) => answer.correct).length
      const value = passAtK(own.length, correct, k)
      return value === undefined ? [] : [{ cluster: own[0]?.item.cluster ?? '', value }]
    })
    const estimate = proportion([values])
    if (!estimate.ok) return []
    const { mean, low, high } = estimate
    return [{ k, n: values.length, mean, low, high }]
  })
}

const decided = (answers: readonly Scored[]): Scored[] =>
  answers.filter(({ undecided }) => !undecided)
