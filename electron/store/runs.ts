/**
 * Runs: who started what with which config, and in which state it is.
 * Not here: what happened in their steps (steps.ts).
 */
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import { RUN_STATES } from '../contract/history.ts'
import type { Json, Run, RunRow, RunState } from '../contract/history.ts'
import type { IsolationLevel } from '../contract/verdict.ts'
import { count, integer, json, recordOf, text, toJson } from './columns.ts'
import type { Store } from './store.ts'

/** What is known when a run starts; the rest is kept for it. */
export type NewRun = Omit<Run, 'state' | 'reason' | 'updatedMs' | 'currentStep'>

/** `azr-20261120-ab12`: recipe, day in UTC, four random letters or digits. */
export function newRunId(recipe: string, atMs: number, random: () => number): string {
  const day = new Date(atMs).toISOString().slice(0, 10).replaceAll('-', '')
  const tail = Array.from({ length: 4 }, () => Math.floor(random() * 36).toString(36)).join('')
  return `${recipe}-${day}-${tail}`
}

/** The id becomes a folder's name. */
export const RUN_ID = /^[a-z0-9][a-z0-9-]{0,63}$/

export function insertRun(store: Store, run: NewRun): void {
  if (!RUN_ID.test(run.id)) {
    throw new AppError(
      'store',
      `run id: expected lower-case letters, digits and dashes, found ${JSON.stringify(run.id)}`,
    )
  }
  store.run(
    `INSERT INTO runs (
      id, recipe, preset, seed, config, model_path, model_sha256, prompt_version, sandbox_level,
      python_version, engine, device, state, reason, created_ms, updated_ms, planned_steps,
      current_step, parent_run, parent_step, pid
    ) VALUES (
      @id, @recipe, @preset, @seed, @config, @modelPath, @modelSha256, @promptVersion, @sandboxLevel,
      @pythonVersion, @engine, @device, 'running', '', @createdMs, @createdMs, @plannedSteps,
      @currentStep, @parentRun, @parentStep, @pid
    )`,
    {
      id: run.id,
      recipe: run.recipe,
      preset: run.preset,
      seed: run.seed,
      config: toJson(run.config),
      modelPath: run.model.path,
      modelSha256: run.model.sha256,
      promptVersion: run.promptVersion,
      sandboxLevel: run.sandboxLevel,
      pythonVersion: run.pythonVersion,
      engine: run.engine,
      device: run.device,
      createdMs: run.createdMs,
      plannedSteps: run.plannedSteps,
      currentStep: run.parent?.step ?? 0,
      parentRun: run.parent?.run ?? null,
      parentStep: run.parent?.step ?? null,
      pid: run.pid,
    },
  )
}

const jsonValue = v.custom<Json>((value) => value !== undefined)
const level = v.custom<IsolationLevel>((value) => v.is(v.picklist([0, 1, 2, 3, 4]), value))

const Row = v.pipe(
  v.object({
    id: v.pipe(text, v.regex(RUN_ID, 'expected a run id')),
    recipe: text,
    preset: text,
    seed: v.number(),
    config: json(recordOf(jsonValue)),
    model_path: text,
    model_sha256: text,
    prompt_version: text,
    sandbox_level: level,
    python_version: text,
    engine: text,
    device: text,
    state: v.picklist(RUN_STATES),
    reason: text,
    created_ms: integer,
    updated_ms: integer,
    planned_steps: v.nullable(count),
    current_step: count,
    parent_run: v.nullable(text),
    parent_step: v.nullable(count),
    pid: v.nullable(count),
    proposed: count,
    valid: count,
    tokens: count,
    seconds: v.number(),
  }),
  v.transform((row): RunRow => ({
    id: row.id,
    recipe: row.recipe,
    preset: row.preset,
    seed: row.seed,
    config: row.config,
    model: { path: row.model_path, sha256: row.model_sha256 },
    promptVersion: row.prompt_version,
    sandboxLevel: row.sandbox_level,
    pythonVersion: row.python_version,
    engine: row.engine,
    device: row.device,
    state: row.state,
    reason: row.reason,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    plannedSteps: row.planned_steps,
    currentStep: row.current_step,
    parent: row.parent_run === null ? null : { run: row.parent_run, step: row.parent_step ?? 0 },
    pid: row.pid,
    proposed: row.proposed,
    valid: row.valid,
    tokens: row.tokens,
    seconds: row.seconds,
  })),
)

const SELECT = `
  SELECT runs.*,
    ifnull(sum(steps.proposed), 0) AS proposed, ifnull(sum(steps.valid), 0) AS valid,
    ifnull(sum(steps.tokens), 0) AS tokens, ifnull(sum(steps.seconds), 0) AS seconds
  FROM runs LEFT JOIN steps ON steps.run = runs.key`

/** Newest first. */
export function listRuns(store: Store): RunRow[] {
  return store.all(`${SELECT} GROUP BY runs.key ORDER BY runs.created_ms DESC, runs.key DESC`, Row)
}

/** Throws AppError('store') when there is no such run. */
export function readRun(store: Store, id: string): RunRow {
  const run = store.get(`${SELECT} WHERE runs.id = ? GROUP BY runs.key`, Row, [id])
  if (run === undefined) throw unknownRun(id)
  return run
}

export function readForks(store: Store, id: string): string[] {
  const rows = store.all(
    `SELECT id FROM runs WHERE parent_run = ? ORDER BY key`,
    v.object({ id: text }),
    [id],
  )
  return rows.map((row) => row.id)
}

/** What other tables call the run; null for one that is not there. */
export function findRunKey(store: Store, id: string): number | null {
  const row = store.get(`SELECT key FROM runs WHERE id = ?`, v.object({ key: integer }), [id])
  return row?.key ?? null
}

/** The same, of a run that has to be there. */
export function runKey(store: Store, id: string): number {
  const key = findRunKey(store, id)
  if (key === null) throw unknownRun(id)
  return key
}

function unknownRun(id: string): AppError {
  return new AppError(
    'store',
    `run ${JSON.stringify(id)}: expected a run of the history, found none`,
  )
}

export type StateChange = {
  readonly state: RunState
  readonly reason: string
  readonly atMs: number
  /** The process that writes the run from now on; null when none does. */
  readonly pid: number | null
}

export function updateState(store: Store, run: number, change: StateChange): void {
  store.run(
    `UPDATE runs SET state = @state, reason = @reason, updated_ms = @atMs, pid = @pid WHERE key = @run`,
    { run, ...change },
  )
}

export function updatePlan(store: Store, run: number, plannedSteps: number): void {
  store.run(`UPDATE runs SET planned_steps = ? WHERE key = ?`, [plannedSteps, run])
}

export function updateCurrentStep(store: Store, run: number, step: number, atMs: number): void {
  store.run(`UPDATE runs SET current_step = ?, updated_ms = ? WHERE key = ?`, [step, atMs, run])
}

/** A run whose process is gone was interrupted, whatever its row says. Returns the ids it corrected. */
export function settleRuns(
  store: Store,
  isAlive: (pid: number) => boolean,
  atMs: number,
): string[] {
  const open = listRuns(store).filter((run) => run.state === 'running' || run.state === 'paused')
  const dead = open.filter((run) => run.pid === null || !isAlive(run.pid))
  for (const run of dead) {
    const reason = 'its process ended without saying so'
    updateState(store, runKey(store, run.id), { state: 'interrupted', reason, atMs, pid: null })
  }
  return dead.map((run) => run.id)
}

export function deleteRunRow(store: Store, run: number): void {
  store.run(`DELETE FROM runs WHERE key = ?`, [run])
}
