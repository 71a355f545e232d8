/**
 * The loop, the same for every recipe: propose, validate, solve, verify, update, keep. It yields what happened
 * and writes nothing. Pausing is not pulling, stopping is return(), cancelling is the signal.
 * Between two step events nothing runs, so that is where weights are saved and evaluated.
 * Not here: what tasks and rewards are (azr/), how steps are stored (host).
 */
import type { RunConfig } from '../contract/config.ts'
import type { Episode } from '../contract/episode.ts'
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import type { Phase, ProposalRecord, StepRecord } from '../contract/run.ts'
import type { TrainingClient } from '../engine/engine.ts'
import type { TextCodec } from '../model/chat.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { bare } from './episode.ts'
import { createExecution } from './execution.ts'
import type { Execution } from './execution.ts'
import { groupMetrics, succeeded } from './groups.ts'
import { during, newStopwatch } from './phases.ts'
import type { Clock, PhaseEvent, Stopwatch } from './phases.ts'
import type { PromptSet } from './prompts/prompts.ts'
import { randomOf } from './random.ts'
import type { Forest, JudgedProposal, Recipe, SeedTask, StepContext, TaskSource } from './recipe.ts'
import { responseMetrics } from './responses.ts'
import { play, promptOf } from './rollout.ts'
import type { Player } from './rollout.ts'
import { initialState } from './state.ts'
import type { Counters, LoopState } from './state.ts'
import { admitted, update } from './update.ts'
import type { Admit, Item, Updated } from './update.ts'

export type LoopDeps = {
  readonly config: RunConfig
  readonly client: TrainingClient
  readonly codec: TextCodec
  readonly prompts: PromptSet
  readonly sandbox: Sandbox
  /** Whether an episode may be trained on. Pure: asked once per episode, before advantages. */
  readonly admit: Admit
  /** Whether a program belongs to a held-out suite. */
  readonly isReserved: (program: string) => boolean
  readonly taskSource?: TaskSource
  readonly seeds?: readonly SeedTask[]
  readonly signal?: AbortSignal
  /** Where to go on; absent: from the beginning. The client must hold the weights of that moment. */
  readonly state?: LoopState
  readonly clock: Clock
}

/** A LoopEvent whose steps carry the state to continue from. */
export type TrainEvent =
  | PhaseEvent
  | { readonly type: 'step'; readonly record: StepRecord; readonly state: LoopState }

type Run = {
  readonly recipe: Recipe
  readonly deps: LoopDeps
  readonly execution: Execution
  readonly signal: AbortSignal
}

type StepEnd = { readonly record: StepRecord; readonly state: LoopState }

export async function* train(
  recipe: Recipe,
  deps: LoopDeps,
): AsyncGenerator<TrainEvent, LoopState> {
  const { config, sandbox } = deps
  // Whatever still runs when the reader leaves is cancelled.
  const leaving = new AbortController()
  const signal = AbortSignal.any([leaving.signal, ...(deps.signal ? [deps.signal] : [])])
  const { wallMs, memoryMb, outputChars } = config
  const limits = { wallMs, memoryBytes: memoryMb * 2 ** 20, outputChars }
  const run = { recipe, deps, signal, execution: createExecution(sandbox, limits, signal) }
  let state = stateToStart(recipe, deps)
  try {
    while (!state.seeded || state.step < config.totalSteps) {
      throwIfCancelled(signal)
      const end = yield* state.seeded ? oneStep(run, state) : seedStep(run, state)
      state = end.state
      yield { type: 'step', ...end }
    }
    return state
  } finally {
    leaving.abort()
  }
}

function stateToStart(recipe: Recipe, { state }: LoopDeps): LoopState {
  if (state === undefined) return initialState(recipe.id)
  if (state.recipe === recipe.id) return state
  throw new AppError(
    'checkpoint',
    `loop state: expected recipe ${recipe.id}, found ${state.recipe}`,
  )
}

/** Runs one phase; its context reports progress. */
function inPhase<T>(
  run: Run,
  state: LoopState,
  seconds: Stopwatch,
  step: number,
  phase: Phase,
  work: (context: StepContext) => Promise<T>,
): AsyncGenerator<PhaseEvent, T> {
  return during(step, phase, run.deps.clock, seconds, (report) => {
    throwIfCancelled(run.signal)
    return work(contextOf(run, state, step, report))
  })
}

function contextOf(
  { deps, execution }: Run,
  state: LoopState,
  step: number,
  report: StepContext['report'],
): StepContext {
  const { config, prompts, codec, isReserved, taskSource, seeds = [] } = deps
  return {
    step,
    config,
    prompts,
    state,
    execution,
    isReserved,
    taskSource: taskSource ?? null,
    seeds,
    prompt: (parts) => promptOf(codec, prompts, parts),
    report,
    random: (...key) => randomOf(config.seed, step, ...key),
  }
}

/** Step 0: the stores are filled, no weights change. */
async function* seedStep(run: Run, state: LoopState): AsyncGenerator<PhaseEvent, StepEnd> {
  const { recipe, deps } = run
  const seconds = newStopwatch()
  const seeds = yield* inPhase(run, state, seconds, 0, 'propose', async (context) => {
    const player = await playerOf(run)
    return recipe.bootstrap(
      context,
      (specs) => play(player, 0, specs, context.report),
      (proposal) => deps.admit(seedEpisode(deps, proposal)),
    )
  })
  const records = seeds.proposals.map((proposal) =>
    proposalRecord({ ...proposal, solveRate: null }),
  )
  const record: StepRecord = {
    step: 0,
    groups: [],
    metrics: { ...bufferSizes(recipe, seeds.kept.stores, 0), ...isolation(deps) },
    phaseSeconds: seconds,
    proposals: [...givenRecords(seeds.given), ...records],
    episodes: seeds.proposals.map((proposal) => seedEpisode(deps, proposal)),
    warnings: seeds.warnings,
  }
  return { record, state: { ...state, ...seeds.kept, seeded: true } }
}

function seedEpisode({ prompts }: LoopDeps, { response, task, status }: JudgedProposal): Episode {
  return { ...bare(0, prompts.version, response), task: task?.id ?? null, status }
}

async function* oneStep(run: Run, state: LoopState): AsyncGenerator<PhaseEvent, StepEnd> {
  const { recipe, deps } = run
  const step = state.step + 1
  const seconds = newStopwatch()
  const phase = <T>(name: Phase, work: (context: StepContext) => Promise<T>) =>
    inPhase(run, state, seconds, step, name, work)

  const { player, proposed } = yield* phase('propose', async (context) => {
    const player = await playerOf(run)
    const specs = recipe.plan(context)
    return { player, proposed: await play(player, step, specs, context.report) }
  })
  const proposals = yield* phase('validate', (context) => recipe.validate(context, proposed))
  const { given, solved } = yield* phase('solve', async (context) => {
    const { specs, given } = await recipe.expand(context, proposals)
    return { given, solved: await play(player, step, specs, context.report) }
  })
  const judged = yield* phase('verify', (context) => recipe.verify(context, solved))
  const context = contextOf(run, state, step, () => {})
  const forest = { ...recipe.score(context, proposals, judged), given }
  const items = admitted(forest, step, deps.prompts.version, deps.admit)
  const updated = yield* phase('update', ({ report }) =>
    update(items, {
      step,
      config: deps.config,
      client: deps.client,
      signal: run.signal,
      onProgress: report,
    }),
  )
  return concluded(run, context, forest, updated, seconds)
}

/** The record of a step and the state after it. */
function concluded(
  { recipe, deps }: Run,
  context: StepContext,
  forest: Forest,
  updated: Updated,
  seconds: Stopwatch,
): StepEnd {
  const { items } = updated
  const { metrics, warnings } = recipe.measure(context, forest)
  const clean = cleared(forest, items)
  const kept = recipe.after(context, clean)
  const counted = countsOf(items)
  const { state, step } = context
  const record: StepRecord = {
    step,
    groups: groupMetrics(items, deps.config.types),
    metrics: {
      ...metrics,
      ...updated.metrics,
      ...bufferSizes(recipe, kept.stores, step),
      ...responseMetrics(items),
      ...isolation(deps),
      undecided: counted.undecided,
      quarantined: counted.quarantined,
    },
    phaseSeconds: seconds,
    proposals: [...givenRecords(forest.given), ...forest.proposals.map(proposalRecord)],
    episodes: items.map(({ episode }) => episode),
    warnings: [...warnings, ...troubles(counted, items.length, updated)],
  }
  return { record, state: { ...state, ...kept, step, counters: added(state.counters, counted) } }
}

/** A run may go on elsewhere than where it began: each step says how far its programs were shut in. */
const isolation = ({ sandbox }: LoopDeps) => ({ 'sandbox/level': sandbox.level })

async function playerOf({ deps, signal }: Run): Promise<Player> {
  const { client, codec, prompts, config } = deps
  return { sampler: await client.saveWeightsForSampler(), codec, prompts, config, signal }
}

/** The forest without what was quarantined: it is neither kept nor shown to a proposer. */
function cleared(forest: Forest, items: readonly Item[]): Forest {
  const bad = new Set(items.flatMap((item) => (item.quarantined ? [item.episode.id] : [])))
  return {
    given: forest.given,
    proposals: forest.proposals.filter(({ response }) => !bad.has(response.id)),
    solutions: forest.solutions.filter(({ response }) => !bad.has(response.id)),
  }
}

type Recorded = Pick<
  Forest['proposals'][number],
  'response' | 'task' | 'checks' | 'facts' | 'solveRate'
>

function proposalRecord({ response, task, checks, facts, solveRate }: Recorded): ProposalRecord {
  return { episode: response.id, kind: response.spec.kind, task, checks, facts, solveRate }
}

function givenRecords(tasks: Forest['given']): ProposalRecord[] {
  return tasks.map((task) => {
    return { episode: null, kind: task.kind, task, checks: [], facts: null, solveRate: null }
  })
}

/** How many tasks are kept, and how many steps ago they were made in the mean. */
function bufferSizes(
  { stores }: Recipe,
  kept: LoopState['stores'],
  step: number,
): Record<string, number> {
  const entries = stores.flatMap((id): [string, number][] => {
    const tasks = kept[id] ?? []
    const age = tasks.reduce((sum, task) => sum + step - task.step, 0) / tasks.length
    const size: [string, number] = [`buffer/${id}`, tasks.length]
    return tasks.length === 0 ? [size] : [size, [`bufferAge/${id}`, age]]
  })
  return Object.fromEntries(entries)
}

function countsOf(items: readonly Item[]): Counters {
  const proposed = items.filter(({ episode }) => episode.purpose === 'propose')
  const attempted = items.filter(({ episode }) => episode.purpose === 'attempt')
  return {
    proposed: proposed.length,
    valid: proposed.filter(succeeded).length,
    attempted: attempted.length,
    solved: attempted.filter(succeeded).length,
    undecided: items.filter(({ scored }) => scored.reward === null).length,
    quarantined: items.filter(({ quarantined }) => quarantined).length,
  }
}

function added(sums: Counters, counted: Counters): Counters {
  return {
    proposed: sums.proposed + counted.proposed,
    valid: sums.valid + counted.valid,
    attempted: sums.attempted + counted.attempted,
    solved: sums.solved + counted.solved,
    undecided: sums.undecided + counted.undecided,
    quarantined: sums.quarantined + counted.quarantined,
  }
}

function troubles(counted: Counters, total: number, { metrics }: Updated): string[] {
  const sentences: string[] = []
  if (counted.undecided > 0) {
    sentences.push(
      `The sandbox could not decide ${counted.undecided} of ${total} episodes; they were left out.`,
    )
  }
  if (metrics['update/sequences'] === 0) {
    sentences.push('Nothing to learn from in this step: the weights did not change.')
  }
  return sentences
}
