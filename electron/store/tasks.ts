/**
 * Tasks: what proposals made, valid or rejected, and the given tasks of step 0.
 * Not here: who solved them (episodes.ts), pages of them (task-pages.ts).
 */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { AppError } from '../contract/errors.ts'
import type { ProposalRecord, StepRecord } from '../contract/run.ts'
import type { ProgramFacts, Task } from '../contract/task.ts'
import type { RunStatus } from '../contract/verdict.ts'
import { count, firstLine, kind, text, toJson } from './columns.ts'
import {
  checksJson,
  factsJson,
  fromFacts,
  fromPairs,
  pairsJson,
  toFactsJson,
  toPairsJson,
} from './facts.ts'
import type { Param, Store } from './store.ts'
import { insertTaskWords, taskWords } from './words.ts'

export function insertProposals(store: Store, run: number, record: StepRecord): void {
  const episodes = new Map(record.episodes.map((episode) => [episode.id, episode]))
  for (const proposal of record.proposals) {
    const episode = proposal.episode === null ? undefined : episodes.get(proposal.episode)
    const key = insertProposal(store, run, record.step, {
      ...proposal,
      reward: episode?.reward ?? null,
      probes: episode?.outcomes.length ?? 0,
      status: episode?.status ?? null,
    })
    insertTaskWords(store, key, taskWords(proposal, episode?.response ?? null))
  }
}

type Proposed = ProposalRecord & {
  readonly reward: number | null
  readonly probes: number
  readonly status: RunStatus | null
}

/** Name of the first check that failed, of a proposal that made no task. */
export function rejectedBy(proposal: ProposalRecord): string | null {
  if (proposal.task !== null) return null
  return proposal.checks.find((check) => !check.pass)?.name ?? 'unknown'
}

/** Every program begins with `def f(...):`, which tells one row from another in no list. */
function withoutHeader(program: string): string {
  return program.replace(/^def \w+\([^()\n]*\):[ \t]*\n(?=[ \t]*\S)/, '')
}

const Key = v.object({ key: count })

/** Returns its key. */
function insertProposal(store: Store, run: number, step: number, proposed: Proposed): number {
  const { task } = proposed
  if (task !== null && task.step !== step) {
    throw new AppError('store', `task ${task.id}: expected step ${step}, found ${task.step}`)
  }
  const row = store.get(
    `INSERT INTO tasks (
      run, step, id, episode, kind, state, solve_rate, probes, reward, skeleton, nodes, cognitive,
      cyclomatic, halstead_volume, program_chars, first_line, rejected_by, status
    ) VALUES (
      @run, @step, @id, @episode, @kind, @state, @solveRate, @probes, @reward, @skeleton, @nodes,
      @cognitive, @cyclomatic, @halsteadVolume, @programChars, @firstLine, @rejectedBy, @status
    ) RETURNING key`,
    Key,
    { run, step, ...narrow(proposed) },
  )
  const key = row?.key ?? 0
  store.run(
    `INSERT INTO task_text (task, program, message, visible, pairs, checks, facts)
     VALUES (@key, @program, @message, @visible, @pairs, @checks, @facts)`,
    { key, ...wide(proposed) },
  )
  return key
}

function narrow(proposal: Proposed): Record<string, Param> {
  const { task, kind, episode, solveRate, probes, reward, status } = proposal
  const facts = proposal.facts?.ok === true ? proposal.facts : null
  const program = task?.program ?? facts?.program ?? ''
  return {
    id: task?.id ?? null,
    episode,
    kind,
    state: task === null ? 'rejected' : 'valid',
    solveRate,
    probes,
    reward,
    ...measured(facts),
    programChars: program.length,
    firstLine: firstLine(withoutHeader(program)),
    rejectedBy: rejectedBy(proposal),
    status,
  }
}

function measured(facts: (ProgramFacts & { readonly ok: true }) | null): Record<string, Param> {
  return {
    skeleton: facts === null ? null : skeletonHash(facts.skeleton),
    nodes: facts?.nodes ?? null,
    cognitive: facts?.cognitive ?? null,
    cyclomatic: facts?.cyclomatic ?? null,
    halsteadVolume: facts?.halstead.volume ?? null,
  }
}

/** 16 hexadecimal digits: equal for programs that differ in constants only. */
export function skeletonHash(skeleton: string): string {
  return createHash('sha256').update(skeleton).digest('hex').slice(0, 16)
}

function wide({ task, checks, facts }: ProposalRecord): Record<string, Param> {
  return {
    program: task?.program ?? null,
    message: task?.message ?? null,
    visible: task?.visible ?? null,
    pairs: task === null ? null : toPairsJson(task),
    checks: toJson(checks),
    facts: toFactsJson(facts, task?.program ?? null),
  }
}

const Row = v.pipe(
  v.object({
    key: count,
    step: count,
    id: v.nullable(text),
    episode: v.nullable(text),
    kind,
    solve_rate: v.nullable(v.number()),
    program: v.nullable(text),
    message: v.nullable(text),
    visible: v.nullable(count),
    pairs: pairsJson,
    checks: checksJson,
    facts: factsJson,
  }),
  v.transform((row): ProposalRecord => ({
    episode: row.episode,
    kind: row.kind,
    task: toTask(row),
    checks: row.checks,
    facts: fromFacts(row.facts, row.program),
    solveRate: row.solve_rate,
  })),
)

type TaskColumns = Pick<Task, 'kind' | 'step'> & {
  readonly [Name in 'id' | 'program' | 'message']: string | null
} & { readonly visible: number | null; readonly pairs: Parameters<typeof fromPairs>[0] | null }

function toTask({ id, kind, step, program, pairs, visible, message }: TaskColumns): Task | null {
  if (id === null) return null
  return {
    id,
    step,
    kind,
    program: program ?? '',
    ...fromPairs(pairs ?? []),
    visible: visible ?? 0,
    message: message ?? '',
  }
}

const SELECT = `SELECT * FROM tasks JOIN task_text ON task_text.task = tasks.key`

/** As they were recorded, in their order. */
export function readProposals(store: Store, run: number, step: number): ProposalRecord[] {
  return store.all(`${SELECT} WHERE run = ? AND step = ? ORDER BY key`, Row, [run, step])
}

export function readProposal(store: Store, run: number, key: number): ProposalRecord | null {
  return store.get(`${SELECT} WHERE key = ? AND run = ?`, Row, [key, run]) ?? null
}

/** What made a task of this run. */
export function readProposalOfTask(store: Store, run: number, id: string): ProposalRecord | null {
  return store.get(`${SELECT} WHERE run = ? AND id = ?`, Row, [run, id]) ?? null
}

/** A fork's episodes refer to tasks of its parent, up to where it left it: follows the line of forks upwards. */
export function findTask(store: Store, run: number, id: string): ProposalRecord | null {
  const visited = new Set<number>()
  let place: Place | null = { key: run, step: Number.MAX_SAFE_INTEGER }
  while (place !== null && !visited.has(place.key)) {
    visited.add(place.key)
    const found = readProposalOfTask(store, place.key, id)
    if (found?.task != null && found.task.step <= place.step) return found
    place = parentOf(store, place.key)
  }
  return null
}

const Place = v.object({ key: count, step: count })
type Place = v.InferOutput<typeof Place>

function parentOf(store: Store, run: number): Place | null {
  const row = store.get(
    `SELECT parent.key AS key, ifnull(child.parent_step, 0) AS step
     FROM runs AS child JOIN runs AS parent ON parent.id = child.parent_run WHERE child.key = ?`,
    Place,
    [run],
  )
  return row ?? null
}
