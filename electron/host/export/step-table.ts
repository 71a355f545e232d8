/**
 * Steps of a run as a table: one column per metric that any step has, named the way tinker-cookbook names its own.
 */
import type { RunRow, StepRow } from '../../contract/history.ts'
import type { GroupMetrics } from '../../contract/run.ts'
import { runKey } from '../../store/runs.ts'
import { readGroups, readSteps } from '../../store/steps.ts'
import type { StepGroup } from '../../store/steps.ts'
import type { Store } from '../../store/store.ts'
import type { Column, Row, Table } from './table.ts'

const PIECE = 200

/** Reads the steps twice: once for the names of their metrics, which come and go. */
export function stepTable(store: Store, run: RunRow): Table {
  const names = new Set<string>()
  for (const row of stepRows(store, run)) for (const name of Object.keys(row)) names.add(name)
  return { columns: [...names].map(column), rows: () => stepRows(store, run) }
}

const INTEGERS: ReadonlySet<string> = new Set([
  'step',
  'at_ms',
  'tasks/proposed',
  'tasks/valid',
  'tasks/solved',
  'episodes',
  'tokens',
])

function column(name: string): Column {
  if (name === 'warnings') return { name, type: 'texts', help: 'sentences shown to the user' }
  return { name, type: INTEGERS.has(name) ? 'integer' : 'number', help: helpOf(name) }
}

function helpOf(name: string): string {
  if (name.startsWith('time/')) return 'seconds'
  if (name.startsWith('env/')) return 'mean over a role and kind'
  return name === 'at_ms' ? 'when, in milliseconds since 1970' : 'metric'
}

function* stepRows(store: Store, run: RunRow): Generator<Row> {
  const key = runKey(store, run.id)
  for (let after = -1; ;) {
    const piece = readSteps(store, key, after, PIECE)
    const last = piece.at(-1)
    if (last === undefined) return
    const groups = Map.groupBy(readGroups(store, key, after + 1, last.step), ({ step }) => step)
    for (const step of piece) yield stepCells(run, step, groups.get(step.step) ?? [])
    after = last.step
  }
}

function stepCells(run: RunRow, step: StepRow, groups: readonly StepGroup[]): Row {
  const phases = Object.entries(step.phaseSeconds).map(([name, value]) => [`time/${name}`, value])
  const done =
    run.plannedSteps === null ? {} : { 'progress/done_frac': step.step / run.plannedSteps }
  return {
    // First, so that a metric of the same name cannot take a fixed column's place.
    ...step.metrics,
    step: step.step,
    at_ms: step.atMs,
    ...done,
    'time/total': step.seconds,
    ...Object.fromEntries(phases),
    'tasks/proposed': step.proposed,
    'tasks/valid': step.valid,
    'tasks/solved': step.solved,
    episodes: step.episodes,
    tokens: step.tokens,
    ...Object.assign({}, ...groups.map(groupCells)),
    warnings: step.warnings,
  }
}

function groupCells(group: GroupMetrics): Row {
  const name = `env/${group.role}-${group.kind}`
  return {
    [`${name}/count`]: group.count,
    [`${name}/reward/total`]: group.rewardMean,
    [`${name}/reward/std`]: group.rewardStd,
    [`${name}/accuracy`]: group.accuracy,
    [`${name}/tokens`]: group.lengthMean,
    [`${name}/entropy`]: group.entropyMean,
    [`${name}/baseline`]: group.baseline,
    [`${name}/scale`]: group.scale,
  }
}
