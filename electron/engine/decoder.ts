/**
 * What continuous batching needs of whatever decodes: a cache of slots that prompts are put into and runs advance.
 * Not here: which row has which slot (sampler.ts).
 */
import type { DecoderConfig } from '../model/config.ts'
import type { SamplingParams } from './engine.ts'
import type { CacheBudget, RunPlan, RunState } from './sampling-plan.ts'

/** A row in a slot. length: tokens in the cache; next: the token to feed; taken: tokens that it has drawn. */
export type Row = {
  readonly key: number
  /** It ends when its cache holds that many tokens. */
  readonly limit: number
  length: number
  next: number
  taken: number
}

/** What a run brought. keep: writes what step `step` added for a slot to position `position` of its cache. */
export type Chunk = {
  readonly steps: number
  readonly read: (
    step: number,
    slot: number,
  ) => { readonly token: number; readonly logprob: number }
  readonly keep: (step: number, slot: number, position: number) => void
}

export type BatchSize = { readonly slots: number; readonly capacity: number }

/** A slot's row that goes on in another slot, `length` tokens of its cache with it. */
export type SlotMove = { readonly slot: number; readonly target: number; readonly length: number }

export type DecodeBatch = {
  readonly shape: () => BatchSize
  /** A cache of that size, with the rows given in their new slots. */
  readonly resize: (moves: readonly SlotMove[], size: BatchSize) => Promise<void>
  /** Prefills the first sequence, and those after it that go along at no cost; tokens that were run. */
  readonly prepare: (sequences: readonly (readonly number[])[]) => Promise<number>
  /** Puts a prepared sequence, but for its last token, into slots. */
  readonly place: (slots: readonly number[], sequence: readonly number[]) => Promise<void>
  readonly forget: (sequence: readonly number[]) => void
  /** Steps for every row; null: an empty slot. The cache has room. */
  readonly run: (rows: readonly (Row | null)[], plan: RunPlan) => Promise<Chunk>
  readonly close: () => void
}

export type BatchOptions = {
  readonly params: SamplingParams
  /** Longest sequence that any row can reach. */
  readonly positions: number
  /** Throws when the call has been cancelled. */
  readonly check: () => void
}

export type Decoder = CacheBudget & {
  readonly open: (options: BatchOptions) => Promise<DecodeBatch>
  /** Where runs have other lengths than those of sampling-plan.ts. */
  readonly planRun?: (config: DecoderConfig, state: RunState) => RunPlan
}
