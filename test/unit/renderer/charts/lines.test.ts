import { describe, expect, it } from 'vitest'
import { CHART_ROWS, chartSpec } from '../../../../renderer/charts/catalogue.ts'
import { funnelOf } from '../../../../renderer/charts/funnel.ts'
import { heatOf } from '../../../../renderer/charts/heat.ts'
import { overlayCharts } from '../../../../renderer/charts/overlay.ts'
import { chartCsv, chartSvg, csvCell } from '../../../../renderer/charts/save.ts'
import { scoreCharts } from '../../../../renderer/charts/scores.ts'
import { smooth } from '../../../../renderer/charts/smooth.ts'
import { ofGroup, ofMetric, sourceOf, stepAt } from '../../../../renderer/charts/source.ts'
import { logged } from '../../../../renderer/charts/spec.ts'
import type { ChartSpec } from '../../../../renderer/charts/spec.ts'
import { stackedSpec, unstacked } from '../../../../renderer/charts/stack.ts'
import type { StepRow, Tally } from '../../../../electron/contract/history.ts'
import type { StepGroup } from '../../../../electron/contract/workbench.ts'

function stepRow(step: number, metrics: Readonly<Record<string, number>> = {}): StepRow {
  return {
    step,
    atMs: step * 1_000,
    seconds: 30,
    proposed: 10,
    valid: 6,
    solved: 3,
    episodes: 20,
    tokens: 600,
    metrics,
    phaseSeconds: {},
    machine: {},
    warnings: [],
  }
}

function group(step: number, rewardMean: number, count = 4): StepGroup {
  return {
    step,
    role: 'solve',
    kind: 'deduction',
    count,
    rewardMean,
    rewardStd: 0,
    accuracy: 0.5,
    lengthMean: 8,
    entropyMean: 1,
    baseline: 0,
    scale: 1,
  }
}

function tally(step: number, name: Tally['name'], bin: string, count: number): Tally {
  return { step, role: 'propose', kind: 'deduction', name, bin, count }
}

const NONE = { steps: [], groups: [], tallies: [] }

const line = (values: readonly number[], label = 'a'): ChartSpec => ({
  id: 'x',
  title: 'Title',
  unit: 'unit',
  help: '',
  xs: Float64Array.from(values, (_, at) => at + 1),
  lines: [{ label, colour: 'series-a', values: Float64Array.from(values) }],
})

describe('columns of a run', () => {
  const steps = [stepRow(1, { 'update/kl': 0.5 }), stepRow(2), stepRow(3, { 'update/kl': 0.1 })]

  it('have a gap where a step has no value or a group is empty', () => {
    const source = sourceOf({ ...NONE, steps, groups: [group(1, 0.25), group(3, 0.75, 0)] }, 'step')
    expect(Array.from(ofMetric(source, 'update/kl'))).toEqual([0.5, Number.NaN, 0.1])
    expect(Array.from(ofGroup(source, 'solve', 'deduction', 'rewardMean'))).toEqual([
      0.25,
      Number.NaN,
      Number.NaN,
    ])
  })

  it('run over steps, tokens or minutes, and find the step of an x', () => {
    const axes = (['step', 'tokens', 'minutes'] as const).map((axis) =>
      Array.from(sourceOf({ ...NONE, steps }, axis).xs),
    )
    expect(axes).toEqual([
      [1, 2, 3],
      [600, 1_200, 1_800],
      [0.5, 1, 1.5],
    ])
    expect(stepAt(sourceOf({ ...NONE, steps }, 'tokens'), 1_300)).toBe(2)
  })

  it('make every chart of the catalogue, each with its own id', () => {
    const source = sourceOf({ ...NONE, steps, groups: [group(1, 0.25)] }, 'step')
    const specs = CHART_ROWS.map((row) => chartSpec(row, source))
    expect(new Set(specs.map(({ id }) => id)).size).toBe(specs.length)
    expect(specs.every(({ lines }) => lines.every(({ values }) => values.length === 3))).toBe(true)
  })

  it('lie over those of another run with gaps where only one has a step', () => {
    const one = { steps, groups: [], tallies: [] }
    const two = { steps: [stepRow(2, { 'update/kl': 9 })], groups: [], tallies: [] }
    const [chart] = overlayCharts('kl', [
      { id: 'a', curves: one },
      { id: 'b', curves: two },
    ])
    expect(chart?.lines.map(({ label, values }) => [label, Array.from(values)])).toEqual([
      ['a', [0.5, Number.NaN, 0.1]],
      ['b', [Number.NaN, 9, Number.NaN]],
    ])
  })
})

describe('lines from counts', () => {
  const counts = (step: number, name: Tally['name'], bins: Readonly<Record<string, number>>) =>
    Object.entries(bins).map(([bin, count]) => tally(step, name, bin, count))
  const source = sourceOf(
    {
      steps: [stepRow(1), stepRow(2)],
      groups: [],
      tallies: [
        ...counts(1, 'solveRate', { '0.000': 2, '0.500': 1, '1.000': 1 }),
        ...counts(1, 'reward', { '-1.00': 1, '0.50': 8, '1.00': 1 }),
        ...counts(1, 'attempts', { '0.1/1': 1, '0.2/0': 3, '0.9/1': 2 }),
        ...counts(1, 'rejectedBy', { parse: 5, runs: 1 }),
        ...counts(2, 'rejectedBy', { parse: 1 }),
        ...counts(2, 'status', { timeout: 4, ok: 9 }),
      ],
      safety: [{ step: 2, name: 'suggested', count: 1 }],
    },
    'step',
  )
  const values = (id: string): Readonly<Record<string, readonly number[]>> => {
    const row = CHART_ROWS.find((one) => one.id === id)
    if (row === undefined) throw new TypeError(`expected a chart ${id}`)
    return Object.fromEntries(
      chartSpec(row, source).lines.map((one) => [one.label, Array.from(one.values)]),
    )
  }
  const none = Number.NaN

  it('say how much there is to learn', () => {
    expect(values('learnability')['Deduction']).toEqual([0.125, none])
    expect(values('unlearnable')).toEqual({ 'Too easy': [0.25, none], Impossible: [0.5, none] })
    expect(values('agreement')['Deduction']).toEqual([0.875, none])
  })

  it('say how rewards spread and how hard tasks are solved', () => {
    expect(values('reward-quantiles-propose')).toEqual({
      '10 %': [-1, none],
      Median: [0.5, none],
      '90 %': [0.5, none],
    })
    expect(values('reward-levels-propose')['1']).toEqual([0.1, none])
    expect(values('difficulty')['Up to 25 %']).toEqual([0.25, none])
    expect(values('difficulty')['to 100 %']).toEqual([1, none])
  })

  it('name the checks that refused most, and what the sandbox stopped', () => {
    expect(values('rejections')).toEqual({
      'not in the asked format': [0.5, 0.1],
      'fails when run': [0.1, 0],
    })
    expect(values('blocked')['Timed out']).toEqual([none, 4])
    expect(values('watched')['Suggested']).toEqual([0, 50])
  })
})

describe('stacked lines', () => {
  const spec: ChartSpec = { ...line([1, 2]), stacked: true }
  const two = {
    ...spec,
    lines: [...spec.lines, { label: 'b', colour: 'c', values: Float64Array.of(3, Number.NaN) }],
  }

  it('stand on each other and are read as themselves', () => {
    const drawn = stackedSpec(two)
    expect(drawn.lines.map(({ values }) => Array.from(values))).toEqual([
      [1, 2],
      [4, 2],
    ])
    expect(unstacked([1, 4])).toEqual([1, 3])
    expect(stackedSpec(two)).toBe(drawn)
    expect(stackedSpec(line([1]))).not.toHaveProperty('stacked')
  })
})

describe('smoothing', () => {
  it('keeps a constant line constant from the first point on', () => {
    const out = smooth(Float64Array.of(2, 2, 2), 0.9)
    out.forEach((value) => expect(value).toBeCloseTo(2, 12))
  })

  it('keeps gaps and starts without a bias', () => {
    const out = Array.from(smooth(Float64Array.of(4, Number.NaN, 0), 0.5))
    expect(out).toEqual([4, Number.NaN, 4 / 3])
  })
})

describe('the heat map', () => {
  const RATES = { name: 'solveRate', kind: null } as const
  const tallies = [
    tally(1, 'solveRate', '0.000', 3),
    tally(1, 'solveRate', '0.500', 1),
    tally(2, 'solveRate', '1.000', 2),
    tally(2, 'rejectedBy', 'parse', 7),
  ]

  it('counts tasks by step and rate, the highest rate first', () => {
    const heat = heatOf(tallies, RATES, 100)
    expect(heat.rates).toEqual([1, 0.5, 0])
    expect(heat.steps).toEqual([1, 2])
    expect(Array.from(heat.counts)).toEqual([0, 2, 1, 0, 3, 0])
    expect(Array.from(heat.totals)).toEqual([4, 2])
  })

  it('puts neighbouring steps together where there are too many', () => {
    const many = Array.from({ length: 10 }, (_, step) => tally(step, 'solveRate', '0.000', 1))
    const heat = heatOf(many, RATES, 4)
    expect(heat.steps).toEqual([0, 3, 6, 9])
    expect(Array.from(heat.totals)).toEqual([3, 3, 3, 1])
  })

  it('is empty for another kind', () => {
    expect(heatOf(tallies, { ...RATES, kind: 'induction' }, 100).steps).toEqual([])
  })
})

describe('the funnel', () => {
  it('loses proposals in the order of the checks and ends with the valid ones', () => {
    const tallies = [tally(1, 'rejectedBy', 'runs', 2), tally(1, 'rejectedBy', 'parse', 3)]
    expect(funnelOf([stepRow(1)], tallies, 0, null)).toEqual({
      proposed: 10,
      valid: 5,
      stages: [
        { check: 'parse', lost: 3, left: 7 },
        { check: 'runs', lost: 2, left: 5 },
      ],
    })
  })

  it('shows checks that it does not know at the end', () => {
    const tallies = [tally(1, 'rejectedBy', 'brand-new', 1), tally(1, 'rejectedBy', 'fits', 1)]
    const { stages } = funnelOf([stepRow(1)], tallies, 0, null)
    expect(stages.map(({ check }) => check)).toEqual(['fits', 'brand-new'])
  })
})

describe('held-out scores', () => {
  const record = (step: number, score: number) => ({
    step,
    suite: 'nano',
    temperature: 0,
    kind: 'mean' as const,
    n: 100,
    score,
    low: score - 0.1,
    high: score + 0.1,
    told: null,
  })
  const records = [record(0, 0.2), record(10, 0.4)]

  it('have the start as a dashed line and an interval around the mean', () => {
    const [chart] = scoreCharts(records)
    const mean = chart?.lines[0]
    expect(Array.from(mean?.values ?? [])).toEqual([0.2, 0.4])
    expect(Array.from(mean?.high ?? [])).toEqual([0.30000000000000004, 0.5])
    expect(Array.from(chart?.lines.at(-1)?.values ?? [])).toEqual([0.2, 0.2])
  })

  it('mark the step of the best checkpoint where it was measured', () => {
    const best = scoreCharts(records, 10)[0]?.lines.at(-1)
    expect(best).toMatchObject({ label: 'Best checkpoint, step 10', mark: true })
    expect(Array.from(best?.values ?? [])).toEqual([Number.NaN, 0.4])
    expect(scoreCharts(records, 5)).toEqual(scoreCharts(records))
  })
})

describe('charts as files', () => {
  it('quote cells, leave gaps empty and disarm formulas', () => {
    const spec = line([1, Number.NaN], '=HYPERLINK("http://x")')
    expect(chartCsv(spec, 'Steps')).toBe('Steps,"\'=HYPERLINK(""http://x"")"\n1,1\n2,')
    expect(csvCell('plain')).toBe('plain')
  })

  it('escape labels in vector pictures and break lines at gaps', () => {
    const ink = {
      text: '#000',
      muted: '#555',
      grid: '#ddd',
      background: '#fff',
      colourOf: () => '#00f',
    }
    const svg = chartSvg(line([1, Number.NaN, 3], '<script>alert(1)</script>'), ink, 'Steps')
    expect(svg).not.toContain('<script>')
    expect(svg).toContain('&lt;script&gt;')
    expect(svg.match(/d="M[^"]*M[^"]*"/)).not.toBeNull()
  })
})

describe('logarithmic axes', () => {
  it('are used only where every value is positive', () => {
    expect(logged(line([1, 2])).log).toBe(true)
    expect(logged(line([0, 2])).log).toBeUndefined()
    expect(logged(line([1, Number.NaN])).log).toBe(true)
  })
})
