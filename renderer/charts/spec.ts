/**
 * What a chart is, apart from how it is drawn: lines over one x, with names and colours.
 */

export type Line = {
  readonly label: string
  /** Name of a colour token. */
  readonly colour: string
  readonly dashed?: boolean
  /** Single points that stand out, rings in place of a line. */
  readonly mark?: boolean
  /** NaN: nothing there. */
  readonly values: Float64Array
  /** An interval around the values, drawn as a band. */
  readonly low?: Float64Array
  readonly high?: Float64Array
}

export type ChartSpec = {
  readonly id: string
  readonly title: string
  readonly unit: string
  /** One sentence: what it says and how to read it. */
  readonly help: string
  readonly xs: Float64Array
  readonly lines: readonly Line[]
  /** Where y begins and ends; absent: where the values do. */
  readonly range?: readonly [low: number, high: number]
  readonly log?: boolean
  /** Lines are parts of a whole and drawn on top of each other. */
  readonly stacked?: boolean
}

/** On a logarithmic axis where every value allows it. */
export function logged(spec: ChartSpec): ChartSpec {
  const fits = spec.lines.every(({ values }) => values.every((value) => !(value <= 0)))
  if (!fits || spec.stacked === true) return spec
  const { range: _range, ...rest } = spec
  return { ...rest, log: true }
}

export function isEmpty({ lines }: ChartSpec): boolean {
  return lines.every(({ values }) => values.every((value) => !Number.isFinite(value)))
}
