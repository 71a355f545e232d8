/**
 * Tasks, episodes and flags of a run as tables, read piece by piece: between pieces other work may use the database.
 * Not here: steps, whose columns depend on the run (step-table.ts).
 */
import type { Episode } from '../../contract/episode.ts'
import type { Decision } from '../../contract/safety.ts'
import type { EpisodeFilter, FlagEntry, Page, TaskFilter } from '../../contract/history.ts'
import type { TaskRow } from '../../contract/history.ts'
import type { ProposalRecord } from '../../contract/run.ts'
import type { Task } from '../../contract/task.ts'
import { pageEpisodes } from '../../store/episode-pages.ts'
import { readEpisode } from '../../store/episodes.ts'
import { readDecisions } from '../../store/decisions.ts'
import { readFlags } from '../../store/flags.ts'
import { runKey } from '../../store/runs.ts'
import type { Store } from '../../store/store.ts'
import { pageTasks } from '../../store/task-pages.ts'
import { readProposal } from '../../store/tasks.ts'
import type { Column, ColumnType, Row, Table } from './table.ts'

const PIECE = 200

/** In the order of steps, as they were recorded. */
export function taskTable(store: Store, run: string, filter: TaskFilter): Table {
  const key = runKey(store, run)
  const request = { run, filter, descending: false, limit: PIECE }
  return {
    columns: columns(TASK_COLUMNS),
    *rows() {
      for (const row of allPages((after) => pageTasks(store, { ...request, ...after }))) {
        const proposal = readProposal(store, key, row.key)
        if (proposal !== null) yield taskCells(row, proposal)
      }
    },
  }
}

export function episodeTable(store: Store, run: string, filter: EpisodeFilter): Table {
  return {
    columns: columns(EPISODE_COLUMNS),
    *rows() {
      for (const episode of allEpisodes(store, run, filter)) yield episodeCells(episode)
    },
  }
}

/** Whole traces in the order of steps, one in memory at a time. */
export function* allEpisodes(store: Store, run: string, filter: EpisodeFilter): Generator<Episode> {
  const key = runKey(store, run)
  const request = { run, filter, descending: false, limit: PIECE }
  for (const row of allPages((after) => pageEpisodes(store, { ...request, ...after }))) {
    const episode = readEpisode(store, key, row.id)
    if (episode !== null) yield episode
  }
}

/** How entries are changed on their way out, such as by redaction. */
export type Veil = {
  readonly flag: (entry: FlagEntry) => FlagEntry
  readonly decision: (decision: Decision) => Decision
}

const NO_VEIL: Veil = { flag: (entry) => entry, decision: (decision) => decision }

/** The whole audit trail of what people said and decided: flags, then decisions. */
export function flagTable(store: Store, run: string, veil: Veil = NO_VEIL): Table {
  const key = runKey(store, run)
  return {
    columns: columns(FLAG_COLUMNS),
    *rows() {
      for (const { entry } of allKeyed((after) => readFlags(store, key, after, PIECE))) {
        yield flagCells(veil.flag(entry))
      }
      for (const { decision } of allKeyed((after) => readDecisions(store, key, after, PIECE))) {
        yield decisionCells(veil.decision(decision))
      }
    },
  }
}

/** Everything after a key, piece by piece, until there is no more. */
export function* allKeyed<Item extends { readonly key: number }>(
  turn: (after: number) => readonly Item[],
): Generator<Item> {
  for (let after = 0; ;) {
    const piece = turn(after)
    yield* piece
    const last = piece.at(-1)
    if (last === undefined) return
    after = last.key
  }
}

export function* allPages<Item>(
  turn: (after: { readonly after?: string }) => Page<Item>,
): Generator<Item> {
  for (let after: { readonly after?: string } = {}; ;) {
    const page = turn(after)
    yield* page.rows
    if (page.next === null) return
    after = { after: page.next }
  }
}

type Columns = Readonly<Record<string, readonly [type: ColumnType, help: string]>>

function columns(table: Columns): Column[] {
  return Object.entries(table).map(([name, [type, help]]) => ({ name, type, help }))
}

const TASK_COLUMNS = {
  id: ['text', 'unique within the run; empty for rejected proposals'],
  episode: ['text', 'the proposing episode; empty for given tasks'],
  step: ['integer', 'training step'],
  kind: ['text', 'deduction, abduction or induction'],
  variant: ['text', 'error: asks which exception the call ends with; empty for plain tasks'],
  state: ['text', 'valid or rejected'],
  program: ['text', 'Python source written by the model'],
  inputs: ['texts', 'argument lists of f'],
  outputs: ['texts', 'the output for each input, as canonical text'],
  visible: ['integer', 'how many of the pairs the solver sees'],
  message: ['text', 'hint of an induction task'],
  solve_rate: ['number', 'mean success of the probes'],
  probes: ['integer', 'how many probes were run'],
  reward: ['number', "the proposer's reward"],
  rejected_by: ['text', 'name of the first check that failed'],
  checks: ['json', 'all checks in order: name, pass, evidence'],
  nodes: ['integer', 'nodes of the syntax tree'],
  cognitive: ['integer', 'cognitive complexity'],
  cyclomatic: ['integer', 'cyclomatic complexity'],
  halstead_volume: ['number', "Halstead's volume"],
  halstead_effort: ['number', "Halstead's effort"],
  skeleton: ['text', 'the program with constants replaced'],
} as const satisfies Columns

type Cells<Table extends Columns> = Row & { readonly [Name in keyof Table]: Row[string] }

function taskCells(row: TaskRow, proposal: ProposalRecord): Cells<typeof TASK_COLUMNS> {
  const facts = proposal.facts?.ok === true ? proposal.facts : null
  return {
    ...bodyCells(proposal.task, facts?.program ?? null),
    id: row.id,
    episode: row.episode,
    step: row.step,
    kind: row.kind,
    variant: proposal.task?.variant ?? null,
    state: row.state,
    solve_rate: row.solveRate,
    probes: row.probes,
    reward: row.reward,
    rejected_by: row.rejectedBy,
    checks: JSON.stringify(proposal.checks),
    nodes: row.nodes,
    cognitive: row.cognitive,
    cyclomatic: row.cyclomatic,
    halstead_volume: row.halsteadVolume,
    halstead_effort: facts?.halstead.effort ?? null,
    skeleton: facts?.skeleton ?? null,
  }
}

/** program: of a proposal that made no task. */
function bodyCells(task: Task | null, program: string | null) {
  if (task === null) return { program, inputs: [], outputs: [], visible: null, message: null }
  return {
    program: task.program,
    inputs: task.pairs.map((pair) => pair.input),
    outputs: task.pairs.map((pair) => pair.output),
    visible: task.visible,
    message: task.message,
  }
}

const EPISODE_COLUMNS = {
  id: ['text', 'unique within the run'],
  step: ['integer', 'training step'],
  role: ['text', 'propose or solve'],
  kind: ['text', 'deduction, abduction or induction'],
  purpose: ['text', 'propose, attempt or probe'],
  task: ['text', 'the task proposed or solved'],
  prompt: ['text', 'what the model was given'],
  prompt_version: ['text', 'which prompt templates made it'],
  references: ['texts', 'tasks shown as references'],
  response: ['text', 'what the model wrote'],
  stop_reason: ['text', 'stop or length'],
  status: ['text', 'what the sandbox said'],
  correct: ['flag', 'whether the solution is right'],
  outcomes: ['numbers', 'of the probes, or per hidden pair'],
  reward: ['number', 'reward'],
  reward_parts: ['json', 'named components of the reward'],
  advantage: ['number', 'advantage used in the update'],
  trained: ['flag', 'whether it was part of the update'],
  seed: ['integer', 'of its sampling'],
  prompt_tokens: ['integers', 'token ids of the prompt'],
  tokens: ['integers', 'token ids of the response'],
  logprobs: ['numbers', 'log-probability of each token when sampled'],
} as const satisfies Columns

function episodeCells(episode: Episode): Cells<typeof EPISODE_COLUMNS> {
  return {
    id: episode.id,
    step: episode.step,
    role: episode.role,
    kind: episode.kind,
    purpose: episode.purpose,
    task: episode.task,
    prompt: episode.prompt,
    prompt_version: episode.promptVersion,
    references: episode.references,
    response: episode.response,
    stop_reason: episode.stopReason,
    status: episode.status,
    correct: episode.correct,
    outcomes: episode.outcomes,
    reward: episode.reward,
    reward_parts: JSON.stringify(episode.rewardParts),
    advantage: episode.advantage,
    trained: episode.trained,
    seed: episode.seed,
    prompt_tokens: episode.promptTokens,
    tokens: episode.tokens,
    logprobs: episode.logprobs,
  }
}

const FLAG_COLUMNS = {
  entry: ['text', 'flag: what one rater says; decision: what was decided about an episode'],
  flag: ['text', 'entries with the same flag edit or undo each other; the last one holds'],
  episode: ['text', 'the flagged episode'],
  rater: ['text', 'a person, or rule:NAME@VERSION; of a decision: who decided'],
  severity: ['integer', '1 none to 5 severe'],
  category: ['text', 'what kind of concern'],
  target: ['text', 'prompt or response, where characters are cited'],
  span_start: ['integer', 'first cited character'],
  span_end: ['integer', 'end of the cited characters'],
  quote: ['text', 'the cited characters'],
  tags: ['texts', 'free words'],
  verdict: ['text', 'of a decision: confirmed, dismissed or open'],
  removes_task: ['flag', 'of a decision: whether the task leaves the buffers'],
  note: ['text', "the rater's words"],
  at_ms: ['integer', 'when, in milliseconds since 1970'],
  seconds: ['number', 'how long the rater looked'],
  blind: ['flag', 'whether suggestions were hidden'],
  undone: ['flag', 'whether this entry takes the flag back'],
} as const satisfies Columns

function flagCells({ span, atMs, ...entry }: FlagEntry): Cells<typeof FLAG_COLUMNS> {
  return {
    ...entry,
    entry: 'flag',
    verdict: null,
    removes_task: null,
    target: span?.target ?? null,
    span_start: span?.start ?? null,
    span_end: span?.end ?? null,
    quote: span?.quote ?? null,
    at_ms: atMs,
  }
}

function decisionCells({
  removesTask,
  atMs,
  author,
  ...decision
}: Decision): Cells<typeof FLAG_COLUMNS> {
  const none = { target: null, span_start: null, span_end: null, quote: null, seconds: null }
  return {
    ...decision,
    ...none,
    entry: 'decision',
    flag: null,
    rater: author,
    tags: [],
    removes_task: removesTask,
    at_ms: atMs,
    blind: null,
    undone: null,
  }
}
