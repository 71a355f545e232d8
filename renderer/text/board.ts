/**
 * Evaluations as a scoreboard: models down, suites across, one cell each. Pure.
 * Not here: how cells are drawn (views/evaluate/).
 */
import type { Evaluation } from '../../electron/contract/evaluation.ts'
import { EVALUATE } from '../strings/evaluate.ts'

/** Scores are one column when they were asked the same way. */
export type BoardColumn = {
  readonly key: string
  readonly title: string
  readonly note: string
  readonly temperature: number
  /** Key of the same way of asking the whole suite. */
  readonly whole: string
}

export type BoardRow = {
  readonly key: string
  readonly label: string
  readonly at: Evaluation['at']
  /** By column; the newest where several were measured. */
  readonly cells: ReadonlyMap<string, Evaluation>
}

export type Board = { readonly columns: readonly BoardColumn[]; readonly rows: readonly BoardRow[] }

export function boardOf(evaluations: readonly Evaluation[]): Board {
  const columns = new Map<string, BoardColumn>()
  const rows = new Map<
    string,
    { label: string; at: Evaluation['at']; cells: Map<string, Evaluation> }
  >()
  for (const evaluation of evaluations) {
    const column = columnOf(evaluation)
    columns.set(column.key, column)
    const key = modelKey(evaluation)
    const row = rows.get(key) ?? {
      label: evaluation.label,
      at: evaluation.at,
      cells: new Map<string, Evaluation>(),
    }
    const known = row.cells.get(column.key)
    if (known === undefined || known.finishedMs < evaluation.finishedMs) {
      row.cells.set(column.key, evaluation)
    }
    rows.set(key, row)
  }
  return {
    columns: [...columns.values()].sort(
      (a, b) => order(a.title, b.title) || a.temperature - b.temperature || order(a.key, b.key),
    ),
    rows: [...rows].map(([key, row]) => ({ key, ...row })).sort(byModel),
  }
}

/** Checkpoints by their place; folders by name and weights. */
export function modelKey({ at, label, weights }: Evaluation): string {
  return at === null ? `${label} ${weights.slice(0, 12)}` : `${at.run}@${at.step}`
}

export function columnOf({ suite, template, limit, ...settings }: Evaluation): BoardColumn {
  const sampling = samplingText(settings)
  const whole = [suite, template, sampling].join(' / ')
  const parts = [sampling, ...(limit === null ? [] : [EVALUATE.part(String(limit))])]
  return {
    key: limit === null ? whole : [whole, ...parts.slice(1)].join(' / '),
    whole,
    title: suite,
    note: [...parts, template].join(', '),
    temperature: settings.temperature,
  }
}

export function samplingText({
  temperature,
  samples,
}: Pick<Evaluation, 'temperature' | 'samples'>): string {
  return temperature === 0
    ? EVALUATE.greedy
    : EVALUATE.sampled(String(temperature), String(samples))
}

/** What to compare a cell with: a part of a suite also with the whole, which has its items. */
export function partnerIn(row: BoardRow | undefined, { key, whole }: BoardColumn) {
  return row?.cells.get(key) ?? row?.cells.get(whole)
}

/** Folders first, since they are what runs start from; then runs by step. */
function byModel(a: BoardRow, b: BoardRow): number {
  if (a.at === null || b.at === null) {
    if (a.at === b.at) return order(a.label, b.label)
    return a.at === null ? -1 : 1
  }
  return order(a.at.run, b.at.run) || a.at.step - b.at.step
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Of each run its first and last measured step and what was asked for; the rest is between the lines. */
export function outline(rows: readonly BoardRow[], best: ReadonlySet<string>): readonly BoardRow[] {
  const steps = Map.groupBy(rows, ({ at }) => at?.run ?? '')
  const ends = new Set(
    [...steps.values()].flatMap((own) => [own[0]?.key ?? '', own.at(-1)?.key ?? '']),
  )
  return rows.filter(
    ({ key, at, cells }) =>
      at === null ||
      ends.has(key) ||
      best.has(key) ||
      [...cells.values()].some(({ source }) => source === 'order'),
  )
}

/** What to compare with unless something else was chosen: where the run began. */
export function usualBaseline(rows: readonly BoardRow[], run: string | null): string | null {
  const own = rows.filter(({ at }) => at !== null && at.run === run)
  if (own.length > 1) return own[0]?.key ?? null
  return rows.length > 1 ? (rows[0]?.key ?? null) : null
}
