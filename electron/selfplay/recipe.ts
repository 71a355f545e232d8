/**
 * What a recipe is: who plays what, what counts as a valid task, what an answer is worth, what is kept.
 * The loop asks the hooks in the order below, once per step: plan, validate, expand, verify, score, measure,
 * after; bootstrap comes once, before the first step.
 * A recipe sees no weights, no database, no processes: it gets responses and an Execution, and returns facts.
 * Not here: the loop (loop.ts), what is kept between steps (state.ts). Source: recipes.md sections 2 and 5.
 */
import type { RunConfig } from '../contract/config.ts'
import type { IntrinsicTerm } from '../contract/fields.ts'
import type { Purpose } from '../contract/episode.ts'
import type { Check, Kind, ProgramFacts, Role, Task, TaskBody, Variant } from '../contract/task.ts'
import type { RunStatus } from '../contract/verdict.ts'
import type { Progress } from '../engine/engine.ts'
import type { PromptPart } from '../model/chat.ts'
import type { Execution } from './execution.ts'
import type { PromptSet } from './prompts/prompts.ts'
import type { Random } from './random.ts'
import type { LoopState } from './state.ts'

/** A set of weights. AZR and SSR bind every role to one, Agent0 each role to its own. */
export type Slot = { readonly id: string; readonly init: 'base' }
/** env: how an episode is driven; text is one response. */
export type RoleBinding = { readonly role: Role; readonly slot: string; readonly env: 'text' }

/** A prompt as it is shown and as it is sampled from. */
export type Prompt = { readonly text: string; readonly tokens: readonly number[] }

/** Asks for responses. Sample j is episode `${step}/${role}/${kind}/${index + j}`. */
export type EpisodeSpec = {
  readonly role: Role
  readonly kind: Kind
  readonly purpose: Purpose
  readonly index: number
  readonly samples: number
  readonly prompt: Prompt
  /** The task to solve, hidden parts included: the prompt was made from what its solver may see. */
  readonly task: Task | null
  /** Tasks shown as references. */
  readonly references: readonly Task[]
  /** Programs that the proposal has to build on, as they stand before it. */
  readonly given?: readonly string[]
  /** Of a proposal: what variant of its kind was asked for; absent for a plain one. */
  readonly variant?: Variant
}

/** One sampled response. text is prefill and response together, which is what readers get. */
export type Response = {
  readonly id: string
  readonly spec: EpisodeSpec
  readonly seed: number
  readonly text: string
  readonly response: string
  readonly tokens: readonly number[]
  readonly logprobs: readonly number[]
  readonly stopReason: 'stop' | 'length'
}

/** A response with what was found out about it. */
export type Judged = {
  readonly response: Response
  /** The task proposed or solved; null for an invalid proposal. */
  readonly task: Task | null
  readonly formatOk: boolean
  readonly status: RunStatus | null
  /** Per hidden pair for induction solutions, else empty. */
  readonly outcomes: readonly number[]
  readonly correct: boolean | null
  /** The sandbox could not say: no reward, no training, no place in a mean. */
  readonly undecided: boolean
  /** Right induction solutions: cognitive complexity of the task's program minus that of the solver's. */
  readonly complexityGap?: number
}

/**
 * fresh: a valid task; repeat: valid, but seen before; unservable: valid, but its solver prompt is too long;
 * invalid: refused by the last of its checks.
 */
export type Standing = 'fresh' | 'repeat' | 'unservable' | 'invalid'

export type JudgedProposal = Judged & {
  readonly standing: Standing
  readonly checks: readonly Check[]
  readonly facts: ProgramFacts | null
  readonly terms: Readonly<Record<IntrinsicTerm, number>>
}

/** What a response is worth and how it is learned from. */
export type Worth = {
  /** null: undecided. */
  readonly reward: number | null
  readonly rewardParts: Readonly<Record<string, number>>
  /** Samples that share a baseline, and samples that share a deviation. */
  readonly centre: string
  readonly scale: string
  /** Whether it is a training sample at all. */
  readonly trains: boolean
  /** Factor of its advantage in the objective. */
  readonly weight: number
  /** Coefficient of the KL to the starting model on its tokens. */
  readonly klWeight: number
}

export type ScoredSolution = Judged & Worth
export type ScoredProposal = JudgedProposal &
  Worth & {
    /** Mean success of the probes; null when none was decided. */
    readonly solveRate: number | null
    readonly probes: readonly number[]
  }

/** Everything of one step behind the barrier: nothing is scored before all of it is there. */
export type Forest = {
  readonly proposals: readonly ScoredProposal[]
  readonly solutions: readonly ScoredSolution[]
  /** Tasks that nobody proposed. */
  readonly given: readonly Task[]
}

export type Expansion = { readonly specs: readonly EpisodeSpec[]; readonly given: readonly Task[] }

export type Measures = {
  readonly metrics: Readonly<Record<string, number>>
  readonly warnings: readonly string[]
}

export type Bootstrap = {
  readonly proposals: readonly JudgedProposal[]
  readonly given: readonly Task[]
  readonly kept: Kept
  readonly warnings: readonly string[]
}

/** What a recipe may change between steps. */
export type Kept = Pick<LoopState, 'stores' | 'window'>

/** A task to begin with, as its author wrote it: outputs come from running it. */
export type SeedTask = {
  /** Deduction stands for abduction too, which begin alike. */
  readonly kind: Kind
  readonly program: string
  readonly inputs: readonly string[]
  readonly message: string
}

/** Tasks from outside, for the solver-only control: count bodies of a kind, the same for the same seed. */
export type TaskSource = (kind: Kind, count: number, seed: number) => Promise<TaskBody[]>

export type StepContext = {
  readonly step: number
  readonly config: RunConfig
  readonly prompts: PromptSet
  readonly state: LoopState
  readonly execution: Execution
  /** Programs of the held-out suites, which may never be trained on. */
  readonly isReserved: (program: string) => boolean
  readonly taskSource: TaskSource | null
  /** Tasks of the user's that the stores begin with. */
  readonly seeds: readonly SeedTask[]
  prompt(parts: readonly PromptPart[]): Prompt
  /** News of a hook's progress. */
  readonly report: Progress
  /** Draws keyed by run seed, step and the given key. */
  random(...key: readonly (string | number)[]): Random
}

/** Whether a proposal may be learned from and shown again. */
export type IsClean = (proposal: JudgedProposal) => boolean

export type Play = (specs: readonly EpisodeSpec[]) => Promise<Response[]>

export interface Recipe {
  readonly id: string
  readonly version: string
  readonly slots: readonly Slot[]
  readonly roles: readonly RoleBinding[]
  /** Names of the task stores. */
  readonly stores: readonly string[]
  /** Fills the stores before the first step; no weights change. Proposals that are not clean stay outside. */
  bootstrap(context: StepContext, play: Play, isClean: IsClean): Promise<Bootstrap>
  /** The proposals to ask for. */
  plan(context: StepContext): EpisodeSpec[]
  /** Reads and checks proposals; one result per response, in order. */
  validate(context: StepContext, responses: readonly Response[]): Promise<JudgedProposal[]>
  /** The solutions to ask for: probes of new proposals and attempts at stored tasks. */
  expand(context: StepContext, proposals: readonly JudgedProposal[]): Promise<Expansion>
  /** Reads and checks solutions; one result per response, in order. */
  verify(context: StepContext, responses: readonly Response[]): Promise<Judged[]>
  score(
    context: StepContext,
    proposals: readonly JudgedProposal[],
    solutions: readonly Judged[],
  ): Pick<Forest, 'proposals' | 'solutions'>
  measure(context: StepContext, forest: Forest): Measures
  /** What is kept for later steps. Quarantined proposals are no longer in the forest. */
  after(context: StepContext, forest: Forest): Kept
}
