/**
 * What the parts of one training share while it runs.
 */
import type { TrainNews, TrainOrder } from '../contract/news.ts'
import type { TrainingClient } from '../engine/engine.ts'
import type { MemoryWatch } from '../engine/process-memory.ts'
import type { TextCodec } from '../model/chat.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { PromptSet } from '../selfplay/prompts/prompts.ts'
import type { Place } from './checkpoints.ts'
import type { Hold } from './hold.ts'
import type { RunPlan } from './run-plan.ts'
import type { RunSafety } from './run-safety.ts'

export type TrainOptions = {
  readonly signal: AbortSignal
  readonly onNews: (news: TrainNews) => void
  readonly hold?: Hold
}

export type Run = {
  readonly memory: MemoryWatch
  readonly order: TrainOrder
  readonly plan: RunPlan
  readonly place: Place
  readonly client: TrainingClient
  readonly sandbox: Sandbox
  readonly codec: TextCodec
  readonly prompts: PromptSet
  readonly safety: RunSafety
  readonly options: TrainOptions
  /** What the machine did since the last step. */
  readonly machine: () => Readonly<Record<string, number>>
}
