/**
 * What the process that trains tells the process that shows: orders in, news out, all plain JSON.
 */
import * as v from 'valibot'
import { RemoteEngine } from './remote.ts'
import type { Kind } from './task.ts'
import type { Phase } from './run.ts'

/** What `kelvin train` was asked to do. Validated where it enters a process. */
export const TrainOrder = v.object({
  home: v.string(),
  recipe: v.picklist(['azr', 'agent0', 'ssr']),
  preset: v.string(),
  /** Model folder; null: the preset's own. */
  model: v.nullable(v.string()),
  /** 'local' or the URL of a Tinker server. */
  engine: v.string(),
  /** How to talk to that server; a run that goes on, and a fork, know it from their checkpoint. */
  remote: v.exactOptional(RemoteEngine),
  device: v.picklist(['cpu', 'webgpu', 'cuda']),
  steps: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1))),
  minutes: v.nullable(v.pipe(v.number(), v.minValue(0))),
  seed: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
  /** key=value texts of --set. */
  settings: v.array(v.string()),
  /** A file of tasks to begin with, for a new run. */
  seeds: v.exactOptional(v.string()),
  resume: v.nullable(v.string()),
  fork: v.nullable(v.object({ run: v.string(), step: v.pipe(v.number(), v.integer()) })),
  /** Skips the held-out evaluations before and after (tests). */
  evaluate: v.boolean(),
  acceptNoIsolation: v.boolean(),
})
export type TrainOrder = v.InferOutput<typeof TrainOrder>

/** A held-out score as a share with its 95% interval. */
export type Score = {
  readonly n: number
  readonly passAt1: number
  readonly low: number
  readonly high: number
}

/** null: not enough data. p is two-sided, against no difference. */
export type ScoreDifference = {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly p: number
} | null

export type SuiteScore = Score & {
  readonly kinds: Readonly<Partial<Record<Kind, Score>>>
  /** Answers that the sandbox could not judge; they are in no score. */
  readonly undecided: number
  /** Against another checkpoint on the same items, paired and clustered by program. */
  readonly difference?: ScoreDifference
  readonly kindDifferences?: Readonly<Partial<Record<Kind, ScoreDifference>>>
}

/** By suite; sampled scores stand beside the greedy ones as `NAME@T=1`. */
export type SuiteScores = Readonly<Record<string, SuiteScore>>

export type StepNews = {
  readonly step: number
  readonly steps: number
  readonly seconds: number
  readonly secondsLeft: number
  readonly tasksProposed: number
  readonly tasksValid: number
  /** Single solutions asked for in training (not the probes), and how many of them were right. */
  readonly attempts: number
  readonly tasksSolved: number
  readonly tokensPerSecond: number
  readonly metrics: Readonly<Record<string, number>>
}

export type TrainSummary = {
  readonly run: string
  readonly recipe: string
  readonly preset: string
  readonly seed: number
  readonly steps: number
  readonly tasksProposed: number
  readonly tasksValid: number
  /** Single solutions asked for in training (not the probes), and how many of them were right. */
  readonly attempts: number
  readonly tasksSolved: number
  readonly seconds: number
  readonly secondsPerStep: number
  readonly tokensPerSecond: number
  /** Most memory that loop and engine held at once; programs run in processes of their own. */
  readonly peakMemoryBytes: number
  readonly phaseSeconds: Readonly<Record<Phase, number>>
  readonly evalBefore: SuiteScores | null
  readonly evalAfter: SuiteScores | null
  readonly checkpoint: string | null
  /** True when it was stopped before its last planned step, after saving. */
  readonly interrupted: boolean
}

export type TrainNews =
  | {
      readonly type: 'started'
      readonly run: string
      readonly steps: number
      readonly level: number
      readonly resumedAt: number
    }
  | {
      readonly type: 'phase'
      readonly step: number
      readonly phase: Phase
      readonly done: number
      readonly total: number
    }
  | ({ readonly type: 'step' } & StepNews)
  | { readonly type: 'eval'; readonly step: number; readonly suites: SuiteScores }
  | { readonly type: 'checkpoint'; readonly step: number; readonly path: string }
  | { readonly type: 'warning'; readonly step: number; readonly text: string }
  /** Between two steps, once it was asked to pause; and when it goes on. */
  | { readonly type: 'paused'; readonly step: number }
  | { readonly type: 'resumed'; readonly step: number }
  | { readonly type: 'done'; readonly summary: TrainSummary }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }
