/**
 * Held-out scores over a run as charts: one per suite and temperature, lines by kind, the mean with its interval,
 * and the score before training as a dashed line.
 */
import type { EvalRecord } from '../../electron/contract/run.ts'
import { KINDS } from '../../electron/contract/task.ts'
import { COMMON } from '../strings/common.ts'
import type { ChartSpec, Line } from './spec.ts'

/** best: step of the checkpoint that measured best; null: none is marked. */
export function scoreCharts(
  records: readonly EvalRecord[],
  best: number | null = null,
): readonly ChartSpec[] {
  const names = new Map<string, EvalRecord[]>()
  for (const record of records) {
    const name = suiteName(record)
    names.set(name, [...(names.get(name) ?? []), record])
  }
  return [...names].map(([name, own]) => scoreChart(name, own, best))
}

export function suiteName({ suite, temperature }: EvalRecord): string {
  return temperature === 0 ? suite : `${suite}, T = ${temperature}`
}

function scoreChart(name: string, records: readonly EvalRecord[], best: number | null): ChartSpec {
  const steps = [...new Set(records.map(({ step }) => step))].sort((a, b) => a - b)
  const column = (kind: EvalRecord['kind'], of: (record: EvalRecord) => number) =>
    Float64Array.from(steps, (step) => {
      const record = records.find((one) => one.step === step && one.kind === kind)
      return record === undefined ? Number.NaN : of(record)
    })
  const mean = column('mean', ({ score }) => score)
  const lines: readonly Line[] = [
    {
      label: 'Mean of kinds',
      colour: 'accent',
      values: mean,
      low: column('mean', ({ low }) => low),
      high: column('mean', ({ high }) => high),
    },
    ...KINDS.map((kind): Line => ({
      label: COMMON.kinds[kind],
      colour: kind,
      values: column(kind, ({ score }) => score),
    })),
    {
      label: 'At the start',
      colour: 'text-muted',
      dashed: true,
      values: Float64Array.from(steps, () => mean[0] ?? Number.NaN),
    },
    ...(best === null || !steps.includes(best) ? [] : [bestMark(best, steps, mean)]),
  ]
  return {
    id: `scores-${name}`,
    title: `Held-out: ${name}`,
    unit: 'share right, 95% interval',
    help: 'Items that no task of the run may contain, greedy unless said otherwise.',
    xs: Float64Array.from(steps),
    lines,
  }
}

/** A ring around the mean of the step that is kept as the best. */
function bestMark(best: number, steps: readonly number[], mean: Float64Array): Line {
  return {
    label: `Best checkpoint, step ${best}`,
    colour: 'text',
    mark: true,
    values: mean.map((value, at) => (steps[at] === best ? value : Number.NaN)),
  }
}
