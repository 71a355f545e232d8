/**
 * pass@k of several models on one suite as a chart: one line with its interval per model.
 */
import type { Evaluation } from '../../electron/contract/evaluation.ts'
import { EVALUATE } from '../strings/evaluate.ts'
import { columnOf } from '../text/board.ts'
import type { ChartSpec } from './spec.ts'

const COLOURS = ['series-a', 'series-b', 'series-c', 'series-d', 'series-e', 'series-f'] as const
const FEWEST_ANSWERS = 4

/** One chart per suite and way of asking; the oldest six models, so that the base stays. */
export function passCharts(evaluations: readonly Evaluation[]): readonly ChartSpec[] {
  const sampled = evaluations.filter(({ passAtK }) => passAtK.length >= FEWEST_ANSWERS)
  const groups = Map.groupBy(sampled, (evaluation) => columnOf(evaluation).key)
  return [...groups.values()].map((own) =>
    passChart(own.toSorted((a, b) => byStep(a, b)).slice(0, COLOURS.length)),
  )
}

function byStep(a: Evaluation, b: Evaluation): number {
  return (a.at?.step ?? -1) - (b.at?.step ?? -1) || a.finishedMs - b.finishedMs
}

function passChart(evaluations: readonly Evaluation[]): ChartSpec {
  const [first] = evaluations
  const most = Math.max(...evaluations.map(({ passAtK }) => passAtK.length))
  const xs = Float64Array.from({ length: most }, (_, at) => at + 1)
  const title = first === undefined ? '' : first.title
  return {
    id: `pass-${first === undefined ? '' : columnOf(first).key}`,
    title: EVALUATE.passTitle(title),
    unit: EVALUATE.passUnit,
    help: EVALUATE.passHelp,
    xs,
    range: [0, 1],
    lines: evaluations.map(({ label, seed, passAtK }, at) => {
      const known = new Map(passAtK.map((point) => [point.k, point]))
      const column = (of: 'mean' | 'low' | 'high') =>
        Float64Array.from(xs, (k) => known.get(k)?.[of] ?? Number.NaN)
      return {
        label: `${label}, ${EVALUATE.seed(String(seed))}`,
        colour: COLOURS[at % COLOURS.length] ?? 'series-a',
        values: column('mean'),
        low: column('low'),
        high: column('high'),
      }
    }),
  }
}
