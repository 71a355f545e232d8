/**
 * Every knob of a run: default, range or choices, unit and one line of help, as data. Forms, the command line
 * and the checks are all driven by this table.
 * Not here: presets and parsing (config.ts).
 * Source: azr.md sections 2 and 14 (paper versus code switches); nano.md section 7 (guards, reuse).
 */
import { EVAL_SUITES } from './evaluation.ts'
import { KINDS } from './task.ts'

export type NumberField = {
  readonly type: 'integer' | 'number'
  readonly group: string
  readonly default: number
  readonly min: number
  readonly max: number
  readonly unit: string
  readonly help: string
}
export type FlagField = {
  readonly type: 'flag'
  readonly group: string
  readonly default: boolean
  readonly help: string
}
export type ChoiceField<T extends string> = {
  readonly type: 'choice'
  readonly group: string
  readonly default: T
  readonly choices: readonly T[]
  readonly help: string
}
/** Any number of the choices, in the order of the table. */
export type SetField<T extends string> = {
  readonly type: 'set'
  readonly group: string
  readonly default: readonly T[]
  readonly choices: readonly T[]
  /** Fewest members. */
  readonly min: number
  readonly help: string
}
export type Field = NumberField | FlagField | ChoiceField<string> | SetField<string>

/** The type of the values that a field takes. */
export type FieldValue<F> = F extends NumberField
  ? number
  : F extends FlagField
    ? boolean
    : F extends ChoiceField<infer T>
      ? T
      : F extends SetField<infer T>
        ? readonly T[]
        : never

type Range = readonly [min: number, max: number]

function makers(group: string) {
  return {
    integer: (value: number, [min, max]: Range, unit: string, help: string): NumberField =>
      ({ type: 'integer', group, default: value, min, max, unit, help }) as const,
    number: (value: number, [min, max]: Range, unit: string, help: string): NumberField =>
      ({ type: 'number', group, default: value, min, max, unit, help }) as const,
    flag: (value: boolean, help: string): FlagField =>
      ({ type: 'flag', group, default: value, help }) as const,
    choice: <const T extends string>(choices: readonly [T, ...T[]], help: string) =>
      ({ type: 'choice', group, default: choices[0], choices, help }) satisfies ChoiceField<T>,
    set: <const T extends string>(
      choices: readonly T[],
      value: readonly T[],
      min: number,
      help: string,
    ) => ({ type: 'set', group, default: value, choices, min, help }) satisfies SetField<T>,
  }
}

const run = makers('Run')
const tasks = makers('Tasks')
const rewards = makers('Rewards')
const guards = makers('Guards')
const update = makers('Update')
const sampling = makers('Sampling')
const sandbox = makers('Sandbox')
const memory = makers('Model and memory')

/** Projections of a decoder that can have adapters. */
export const LORA_TARGETS = [
  'q_proj',
  'k_proj',
  'v_proj',
  'o_proj',
  'gate_proj',
  'up_proj',
  'down_proj',
] as const

export const INTRINSIC_TERMS = ['complexity', 'edit-distance', 'halstead', 'diversity'] as const
export type IntrinsicTerm = (typeof INTRINSIC_TERMS)[number]

/** Keywords that error tasks may be made to do without. */
export const ERROR_KEYWORDS = ['raise', 'assert', 'try', 'except'] as const
export type ErrorKeyword = (typeof ERROR_KEYWORDS)[number]

/** Defaults are those of the paper; the first of a field's choices is its default. */
export const RUN_FIELDS = {
  seed: run.integer(1, [0, 2 ** 31 - 1], '', 'Every random choice of the run follows from it.'),
  totalSteps: run.integer(500, [1, 1_000_000], 'steps', 'One optimizer update per step.'),
  types: run.set(KINDS, KINDS, 1, 'Kinds of task that are proposed and solved.'),
  promptSet: run.choice(['base', 'chat', 'nano'], 'How tasks are put to the model.'),
  control: run.choice(
    ['none', 'shuffled-rewards', 'solver-only'],
    'Control experiment: rewards shuffled within groups, or given tasks and no proposer.',
  ),
  evalEvery: run.integer(10, [0, 100_000], 'steps', 'Held-out evaluation; 0: first and last only.'),
  evalSuites: run.set(
    EVAL_SUITES,
    [],
    0,
    'Suites measured greedily with it; the files of public ones must be at hand.',
  ),
  evalItems: run.integer(
    64,
    [1, 100_000],
    'items',
    'First items per kind of each of those suites.',
  ),
  patience: run.integer(
    0,
    [0, 1_000_000],
    'steps',
    'Stop when the held-out probe has not risen for so long; 0: never.',
  ),
  checkpointEvery: run.integer(10, [0, 100_000], 'steps', 'Checkpoint; 0: at the end only.'),
  keepLast: run.integer(
    3,
    [1, 10_000],
    'checkpoints',
    'Of those made on the way, the last stay; the first and the final one always do.',
  ),
  keepBest: run.flag(true, 'The checkpoint that measured best on held-out items stays too.'),
  workers: run.integer(0, [0, 256], 'processes', 'Threads and sandbox children; 0: one per core.'),

  batch: tasks.integer(64, [1, 4_096], 'tasks', 'Proposals, and solutions, per kind and step.'),
  deductionFactor: tasks.integer(
    1,
    [1, 64],
    'batches',
    'Deduction solutions per step: they are verified without running anything.',
  ),
  references: tasks.integer(6, [0, 32], 'tasks', 'K: earlier tasks shown to the proposer.'),
  referenceCount: tasks.choice(
    ['exact', 'up-to'],
    'Show K references in every prompt, or a number drawn from 0 to K.',
  ),
  referenceSampling: tasks.choice(
    ['uniform', 'recent'],
    'recent weighs by step; the paper saw a risk of collapse.',
  ),
  inputs: tasks.integer(10, [2, 64], 'inputs', 'N: inputs of an induction task.'),
  visible: tasks.integer(5, [1, 63], 'inputs', 'How many of the N pairs the solver sees.'),
  seedFactor: tasks.integer(4, [0, 64], 'batches', 'Seed tasks per kind, in batches.'),
  seedComments: tasks.choice(
    ['strip', 'keep'],
    'Comments and loose top-level statements of seed programs; self-play always keeps them.',
  ),
  solveSource: tasks.choice(
    ['sameStep', 'previousStep'],
    'Solve the tasks proposed in this step (paper) or in the step before (code).',
  ),
  solveMix: tasks.choice(
    ['max-new', 'half-new', 'uniform', 'step'],
    'Which tasks are solved: new ones first, at most half new, any, or weighted by step.',
  ),
  solveWindow: tasks.integer(1, [1, 10_000], 'steps', 'How many steps a task counts as new.'),
  admission: tasks.choice(
    ['all', 'non-one', 'non-extremes'],
    'Valid proposals kept for solving: all, not those always solved, or only those in between.',
  ),
  maxBuffer: tasks.integer(16_384, [1, 1_000_000], 'tasks', 'Per kind; the oldest leave first.'),
  pretrainSteps: tasks.integer(0, [0, 1_000_000], 'steps', 'Solver only for the first steps.'),
  compositeShare: tasks.number(
    0,
    [0, 1],
    'share',
    'Proposals that have to build on earlier programs; not with the nano prompts.',
  ),
  compositeMax: tasks.integer(3, [1, 8], 'programs', 'Most programs that one builds on.'),
  compositeStart: tasks.integer(0, [0, 1_000_000], 'step', 'Before it no proposal is composite.'),
  compositeGrowth: tasks.integer(
    0,
    [0, 1_000_000],
    'steps',
    'Every so many steps one program and 0.01 of the share more; 0: all at once.',
  ),
  errorShare: tasks.number(
    0,
    [0, 1],
    'share',
    'Deductions that ask which exception the call ends with; not with the nano prompts.',
  ),
  errorBanned: tasks.set(
    ERROR_KEYWORDS,
    ['raise'],
    0,
    'Keywords that programs of error tasks must not hold.',
  ),
  rejectMultipleFunctions: tasks.flag(
    false,
    'Refuse proposals that define more than one function.',
  ),

  mcSamples: rewards.integer(8, [1, 128], 'answers', 'Answers per proposal: its difficulty.'),
  mcRequiresFormat: rewards.flag(false, 'A badly formatted answer counts as wrong there too.'),
  mcReuse: rewards.flag(
    false,
    'Those answers train the solver too, against the mean of their task.',
  ),
  edgeReward: rewards.number(0, [-1, 0], 'reward', 'Proposals always or never solved; code: -0.5.'),
  invalidPenalty: rewards.number(-1, [-10, 0], 'reward', 'Proposals that fail a check.'),
  formatPenalty: rewards.number(-1, [-10, 0], 'reward', 'Responses without the asked format.'),
  wrongPenalty: rewards.number(-0.5, [-10, 0], 'reward', 'Well formatted wrong solutions.'),
  inductionReward: rewards.choice(
    ['binary', 'accuracy', 'any'],
    'A program must be right on all hidden pairs, earns their share, or needs one.',
  ),
  strictTypes: rewards.flag(false, 'Equality tells True, 1 and 1.0 apart.'),
  intrinsic: rewards.set(INTRINSIC_TERMS, [], 0, 'Extra proposer rewards; always measured.'),
  intrinsicCombine: rewards.choice(
    ['sum', 'multiply', 'sum-multiply', 'multiply-sum'],
    'r + sum, r x product, r + product, r x sum of the terms.',
  ),
  intrinsicWeight: rewards.number(0.5, [0, 10], '', 'Factor of each term.'),
  intrinsicMax: rewards.number(0.5, [0, 10], 'reward', 'Cap of each term.'),
  hierarchicalDiversity: rewards.flag(false, 'Answer diversity by type, then by value within it.'),

  noveltyDiscount: guards.flag(false, 'Divide a proposal reward by how often its skeleton came.'),
  noveltyWindow: guards.integer(600, [1, 100_000], 'proposals', 'How far back skeletons count.'),
  pauseAfterConfirmed: guards.integer(
    0,
    [0, 100_000],
    'traces',
    'Confirmed unsafe traces that pause the run; 0: never.',
  ),
  pauseSeverity: guards.integer(4, [1, 5], 'severity', 'The least severity that counts there.'),
  proposerKl: guards.number(0, [0, 100], '1/token', 'KL to the starting model, proposer only.'),

  trainProposer: update.flag(true, 'Off: proposals are made and measured but not learned from.'),
  advNorm: update.choice(
    ['sequence', 'token'],
    'Group mean and deviation over sequences (paper) or over tokens (code).',
  ),
  lambdaSolve: update.number(1, [0, 100], '', 'Weight of solver samples in the objective.'),
  learningRate: update.number(1e-6, [0, 0.1], '1/step', 'AdamW step size at its peak.'),
  rampSteps: update.integer(0, [0, 100_000], 'steps', 'Linear rise of the learning rate.'),
  decay: update.choice(['constant', 'linear'], 'Learning rate after the ramp.'),
  finalRate: update.number(0.1, [0, 1], 'share', 'Where linear decay ends, of the peak.'),
  beta1: update.number(0.9, [0, 0.9999], '', 'AdamW first moment.'),
  beta2: update.number(0.999, [0, 0.999999], '', 'AdamW second moment.'),
  adamEps: update.number(1e-8, [1e-16, 0.1], '', 'AdamW epsilon.'),
  weightDecay: update.number(0.01, [0, 10], '1/step', 'AdamW decay, times the learning rate.'),
  gradClip: update.number(1, [0, 1_000], 'norm', 'Global gradient norm; 0: no clipping.'),
  epochs: update.integer(1, [1, 64], 'passes', 'Passes over the episodes of a step.'),
  minibatches: update.integer(
    1,
    [1, 1_024],
    'parts',
    'Optimizer steps of one pass; answers to one prompt stay in one part.',
  ),
  clipLow: update.number(0.2, [0, 1], '', 'The ratio stays above 1 minus this.'),
  clipHigh: update.number(0.2, [0, 10], '', 'The ratio stays below 1 plus this.'),
  dualClip: update.number(
    0,
    [0, 100],
    '',
    'Bound on the cost of a bad token, in advantages; 0: off.',
  ),
  entropyCoef: update.number(0.001, [-1, 1], '1/token', 'Entropy bonus.'),
  tokensPerMicroBatch: update.integer(
    16_384,
    [64, 1_048_576],
    'tokens',
    'Tokens in one pass forward and back; bounds memory.',
  ),

  temperature: sampling.number(1, [0.1, 2], '', 'Of proposals and solutions; never greedy.'),
  topP: sampling.number(1, [0.01, 1], 'share', 'Nucleus sampling; 1: off.'),
  topK: sampling.integer(-1, [-1, 1_000_000], 'tokens', 'Best tokens kept; -1: all.'),
  maxPrompt: sampling.integer(6_144, [16, 1_048_576], 'tokens', 'Longest prompt.'),
  maxResponse: sampling.integer(8_096, [1, 1_048_576], 'tokens', 'Longest response.'),

  loraRank: memory.integer(0, [0, 1_024], 'rank', 'Trains adapters of this rank; 0: every weight.'),
  loraAlpha: memory.number(32, [0.001, 10_000], '', 'Adapters count alpha / rank times.'),
  loraTargets: memory.set(LORA_TARGETS, LORA_TARGETS, 1, 'Projections that get adapters.'),
  baseWeights: memory.choice(
    ['stored', '4-bit'],
    'Frozen weights as the folder has them, or its projections in blocks of 4 bits.',
  ),
  recompute: memory.flag(
    false,
    'Layers are computed again in the backward pass: a third slower, far less memory.',
  ),
  memoryGiB: memory.number(
    0,
    [0, 100_000],
    'GiB',
    'What a run may take; 0: what is free. A run that would take more is refused.',
  ),

  wallMs: sandbox.integer(2_000, [50, 60_000], 'ms', 'Time of one program.'),
  memoryMb: sandbox.integer(256, [32, 16_384], 'MiB', 'Memory of one program.'),
  outputChars: sandbox.integer(2_000, [16, 1_000_000], 'characters', 'Longest output of a task.'),
} as const satisfies Readonly<Record<string, Field>>
