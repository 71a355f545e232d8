/**
 * What follows from a confirmed trace: it and whatever was made from its task reach no later batch, its task leaves
 * the buffers, the run pauses when there are too many, and checkpoints that were trained on it say so. Every
 * change is a row with author and time.
 * Not here: suggestions and single raters' flags, which change nothing.
 */
import type { Episode } from '../contract/episode.ts'
import { AppError } from '../contract/errors.ts'
import type { Consequence, Decision, LineageMark, PausePolicy } from '../contract/safety.ts'
import type { LoopState } from '../selfplay/state.ts'
import type { Admit } from '../selfplay/update.ts'
import { readCheckpoints } from '../store/checkpoints.ts'
import {
  insertConsequence,
  insertDecision,
  lastDecisionKey,
  readHeldDecision,
} from '../store/decisions.ts'
import { readEpisode } from '../store/episodes.ts'
import { readConfirmed } from '../store/lineage.ts'
import type { Confirmed } from '../store/lineage.ts'
import { readRun, runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { findTask } from '../store/tasks.ts'
import { heldPausing, NEVER_PAUSE, pauseReason } from './pausing.ts'

/** What is kept out, by everything that it could come back as. */
export type Quarantine = {
  readonly episodes: ReadonlySet<string>
  readonly tasks: ReadonlySet<string>
  /** Of those tasks: induction tasks carry the program of the task that they were made from. */
  readonly programs: ReadonlySet<string>
  /** Proposals as they were written, trimmed: the same text is the same proposal. */
  readonly proposals: ReadonlySet<string>
  readonly confirmed: readonly Confirmed[]
}

/** As decisions stand now; those of the runs that it was forked from count up to where it left them. */
export function readQuarantine(store: Store, run: string): Quarantine {
  const key = runKey(store, run)
  const confirmed = readConfirmed(store, key)
  const tasks = new Set(
    confirmed.flatMap(({ removesTask, task }) => (removesTask && task !== null ? [task] : [])),
  )
  const programs = [...tasks].flatMap((task) => findTask(store, key, task)?.task?.program ?? [])
  const proposals = confirmed.flatMap(({ purpose, response }) =>
    purpose === 'propose' && response !== null ? [response.trim()] : [],
  )
  return {
    episodes: new Set(confirmed.map(({ episode }) => episode)),
    tasks,
    programs: new Set(programs),
    proposals: new Set(proposals),
    confirmed,
  }
}

type Candidate = Pick<Episode, 'id' | 'purpose' | 'task' | 'references' | 'response'>

/** Whether an episode may be learned from. Pure. */
export function isAdmitted(quarantine: Quarantine, episode: Candidate): boolean {
  const { id, purpose, task, references, response } = episode
  if (quarantine.episodes.has(id)) return false
  if (task !== null && quarantine.tasks.has(task)) return false
  if (references.some((reference) => quarantine.tasks.has(reference))) return false
  return purpose !== 'propose' || !quarantine.proposals.has(response.trim())
}

export type Swept = {
  readonly state: LoopState
  readonly removed: readonly { readonly store: string; readonly task: string }[]
}

/**
 * The state without quarantined tasks and without others that hold their programs. Pure; the same object when there
 * is nothing to remove. What the window remembers stays: such a proposal is no news when it comes again.
 */
export function sweepState(state: LoopState, { tasks, programs }: Quarantine): Swept {
  const isKept = ({ id, program }: { readonly id: string; readonly program: string }): boolean =>
    !tasks.has(id) && !programs.has(program)
  const removed = Object.entries(state.stores).flatMap(([store, held]) =>
    held.filter((task) => !isKept(task)).map(({ id }) => ({ store, task: id })),
  )
  if (removed.length === 0) return { state, removed }
  const stores = Object.fromEntries(
    Object.entries(state.stores).map(([store, held]) => [store, held.filter(isKept)]),
  )
  return { state: { ...state, stores }, removed }
}

export type AfterStep = {
  /** What to go on with; the same object when nothing changed. */
  readonly state: LoopState
  /** Why to pause; null: go on. */
  readonly pause: string | null
}

/** Stands between a run's loop and its decisions. */
export interface Guard {
  /** For the loop: asks the decisions as they are at that moment. */
  readonly admit: Admit
  /** Between two steps, and before the first of a run that is taken up again. Writes what followed. */
  afterStep(state: LoopState): AfterStep
}

/** Who the rows name for what follows by itself. */
export const BY_ITSELF = 'kelvin'

/** policy: as the run was started; what was set since is asked at every step. */
export function createGuard(
  store: Store,
  run: string,
  policy: PausePolicy = NEVER_PAUSE,
  now: () => number = Date.now,
): Guard {
  const key = runKey(store, run)
  let seen = -1
  let quarantine = readQuarantine(store, run)
  let refused: Episode[] = []
  const current = (): Quarantine => {
    const last = lastDecisionKey(store)
    if (last !== seen) quarantine = readQuarantine(store, run)
    seen = last
    return quarantine
  }
  return {
    admit: (episode) => {
      const admitted = isAdmitted(current(), episode)
      if (!admitted) refused.push(episode)
      return admitted
    },
    afterStep: (state) => {
      const swept = sweepState(state, current())
      const pause = pauseReason(store, key, quarantine.confirmed, heldPausing(store, key, policy))
      const of = { step: state.step, author: BY_ITSELF, atMs: now() }
      const rows = [
        ...refused.map((episode) => keptOut(episode, of)),
        ...swept.removed.map((removed) => taskRemoved(removed, of)),
        ...(pause === null ? [] : [paused(pause, of)]),
      ]
      refused = []
      store.transaction('recording consequences', () => {
        for (const row of rows) insertConsequence(store, key, row)
      })
      return { state: swept.state, pause }
    },
  }
}

type Of = Pick<Consequence, 'step' | 'author' | 'atMs'>

function keptOut({ id, task }: Episode, of: Of): Consequence {
  const detail = 'it, its task or one of its references is quarantined'
  return { ...of, action: 'kept out', episode: id, task, detail }
}

function taskRemoved(removed: Swept['removed'][number], of: Of): Consequence {
  return {
    ...of,
    action: 'task removed',
    episode: null,
    task: removed.task,
    detail: `from the buffer ${removed.store}`,
  }
}

function paused(detail: string, of: Of): Consequence {
  return { ...of, action: 'paused', episode: null, task: null, detail }
}

const ACTIONS = {
  confirmed: 'quarantined',
  dismissed: 'dismissed',
  open: 'released',
} as const satisfies Readonly<Record<Decision['verdict'], Consequence['action']>>

/** Decides about an episode; takes effect before the next batch. Returns what followed at once. */
export function decide(store: Store, run: string, decision: Decision): Consequence {
  const key = runKey(store, run)
  const episode = readEpisode(store, key, decision.episode)
  if (episode === null) {
    throw new AppError('store', `run ${run}: expected an episode ${decision.episode}, found none`)
  }
  return store.transaction('deciding', () => {
    const before = readHeldDecision(store, key, decision.episode)
    insertDecision(store, key, decision)
    const consequence: Consequence = {
      action: ACTIONS[decision.verdict],
      step: readRun(store, run).currentStep,
      episode: decision.episode,
      task: decision.removesTask ? episode.task : null,
      author: decision.author,
      detail: detailOf(store, key, decision, episode, before),
      atMs: decision.atMs,
    }
    insertConsequence(store, key, consequence)
    return consequence
  })
}

function detailOf(
  store: Store,
  run: number,
  { verdict }: Decision,
  { step, trained }: Episode,
  before: Decision | null,
): string {
  const was = before === null ? '' : `; it was ${before.verdict} by ${before.author}`
  if (verdict !== 'confirmed' || !trained) return `${verdict}${was}`
  const marked = readCheckpoints(store, run).filter((checkpoint) => checkpoint.step >= step)
  const steps = marked.map((checkpoint) => checkpoint.step).join(', ')
  const trainedOn = steps === '' ? 'no checkpoint yet' : `the checkpoints of steps ${steps}`
  return `${verdict}; it was trained on in step ${step}, which marks ${trainedOn}${was}`
}

/** For each checkpoint of a run whether its weights saw confirmed traces. Always as decisions stand now. */
export function readLineageMarks(store: Store, run: string): LineageMark[] {
  const key = runKey(store, run)
  const trainedOn = readConfirmed(store, key).filter(({ trained }) => trained)
  return readCheckpoints(store, key).map(({ step }) => {
    const own = trainedOn.filter((confirmed) => confirmed.step <= step)
    return {
      step,
      flaggedTrained: own.length,
      worstSeverity: own.reduce((worst, { severity }) => Math.max(worst, severity), 0),
    }
  })
}
