/**
 * Steps: the numbers of one update, and the means of its groups.
 * Not here: its tasks and episodes (tasks.ts, episodes.ts), its counts (tallies.ts).
 */
import * as v from 'valibot'
import type { StepRow } from '../contract/history.ts'
import type { GroupMetrics, StepRecord } from '../contract/run.ts'
import { PHASES } from '../contract/run.ts'
import { count, integer, json, jsonNumber, kind, numberRecordJson } from './columns.ts'
import { real, role, textsJson, toJson } from './columns.ts'
import type { Store } from './store.ts'

export function insertStep(
  store: Store,
  run: number,
  record: StepRecord,
  atMs: number,
  machine: StepRow['machine'] = {},
): void {
  const { step } = record
  store.run(
    `INSERT INTO steps (run, step, at_ms, seconds, proposed, valid, solved, episodes, tokens)
     VALUES (@run, @step, @atMs, @seconds, @proposed, @valid, @solved, @episodes, @tokens)`,
    { run, step, atMs, seconds: sum(Object.values(record.phaseSeconds)), ...countStep(record) },
  )
  store.run(
    `INSERT INTO step_text (run, step, metrics, phase_seconds, warnings, machine)
     VALUES (@run, @step, @metrics, @phaseSeconds, @warnings, @machine)`,
    {
      run,
      step,
      metrics: toJson(record.metrics),
      phaseSeconds: toJson(record.phaseSeconds),
      warnings: toJson(record.warnings),
      machine: toJson(machine),
    },
  )
}

function countStep(record: StepRecord) {
  const right = record.episodes.filter((e) => e.purpose === 'attempt' && e.correct === true)
  return {
    proposed: record.proposals.length,
    valid: record.proposals.filter((proposal) => proposal.task !== null).length,
    solved: new Set(right.map((episode) => episode.task)).size,
    episodes: record.episodes.length,
    tokens: sum(record.episodes.map((episode) => episode.tokens.length)),
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

const Row = v.pipe(
  v.object({
    step: count,
    at_ms: integer,
    seconds: real,
    proposed: count,
    valid: count,
    solved: count,
    episodes: count,
    tokens: count,
    metrics: numberRecordJson,
    phase_seconds: json(v.object(v.entriesFromList(PHASES, jsonNumber))),
    warnings: textsJson,
    machine: numberRecordJson,
  }),
  v.transform(({ at_ms, phase_seconds, ...row }) => ({
    ...row,
    atMs: at_ms,
    phaseSeconds: phase_seconds,
  })),
)

const SELECT = `SELECT * FROM steps JOIN step_text USING (run, step)`

export function readStepRow(store: Store, run: number, step: number) {
  return store.get(`${SELECT} WHERE run = ? AND step = ?`, Row, [run, step])
}

export function readLastStep(store: Store, run: number): StepRow | null {
  const row = store.get(`${SELECT} WHERE run = ? ORDER BY step DESC LIMIT 1`, Row, [run])
  return row ?? null
}

/** In order, after a step: charts ask for what is new, exports for the next piece. */
export function readSteps(store: Store, run: number, afterStep: number, limit: number): StepRow[] {
  return store.all(`${SELECT} WHERE run = ? AND step > ? ORDER BY step LIMIT ?`, Row, [
    run,
    afterStep,
    limit,
  ])
}

const Totals = v.object({ steps: count, solved: count, episodes: count })

export function readTotals(store: Store, run: number): v.InferOutput<typeof Totals> {
  const row = store.get(
    `SELECT count(*) AS steps, ifnull(sum(solved), 0) AS solved, ifnull(sum(episodes), 0) AS episodes
     FROM steps WHERE run = ?`,
    Totals,
    [run],
  )
  return row ?? { steps: 0, solved: 0, episodes: 0 }
}

export function insertGroups(store: Store, run: number, record: StepRecord): void {
  record.groups.forEach((group, ordinal) =>
    store.run(
      `INSERT INTO groups (
        run, step, ordinal, role, kind, count, reward_mean, reward_std, accuracy, length_mean,
        entropy_mean, baseline, scale
      ) VALUES (
        @run, @step, @ordinal, @role, @kind, @count, @rewardMean, @rewardStd, @accuracy,
        @lengthMean, @entropyMean, @baseline, @scale
      )`,
      { run, step: record.step, ordinal, ...group },
    ),
  )
}

export type StepGroup = GroupMetrics & { readonly step: number }

const Group = v.pipe(
  v.object({
    step: count,
    role,
    kind,
    count,
    reward_mean: real,
    reward_std: real,
    accuracy: real,
    length_mean: real,
    entropy_mean: real,
    baseline: real,
    scale: real,
  }),
  v.transform(({ reward_mean, reward_std, length_mean, entropy_mean, ...row }): StepGroup => ({
    ...row,
    rewardMean: reward_mean,
    rewardStd: reward_std,
    lengthMean: length_mean,
    entropyMean: entropy_mean,
  })),
)

/** Groups of the steps from first to last, both included, in order. */
export function readGroups(store: Store, run: number, first: number, last: number): StepGroup[] {
  return store.all(
    `SELECT * FROM groups WHERE run = ? AND step BETWEEN ? AND ? ORDER BY step, ordinal`,
    Group,
    [run, first, last],
  )
}

export function readGroupsOfStep(store: Store, run: number, step: number): GroupMetrics[] {
  return readGroups(store, run, step, step).map(({ step: _step, ...group }) => group)
}
