/**
 * What crosses between the engine and its worker threads. Both sides are ours: plain types, no validation.
 */
import type { DecoderConfig } from '../model/config.ts'
import type { WeightSource } from '../model/parameters.ts'
import type { LossName } from './datum.ts'
import type { SamplingParams } from './engine.ts'
import type { Sampled } from './sampler.ts'
import type { SessionOptions } from './session.ts'
import type { GridShape } from './train-graph.ts'
import type { StepParams } from './trainer.ts'
import type { WeightArrays } from './weights.ts'

/** One micro-batch ready to run: grid arrays and the loss inputs of each position with a target. */
export type GridWork = {
  readonly shape: GridShape
  readonly loss: LossName
  readonly ids: BigInt64Array
  readonly sequence: BigInt64Array
  readonly documents: Float32Array
  readonly branches: Float32Array
  readonly rows: BigInt64Array
  readonly targets: BigInt64Array
  /** weights; or old, advantages, clipLow, clipHigh; and klWeight, entropyWeight where used. */
  readonly inputs: Readonly<Record<string, Float32Array>>
}

/** Arrays [positions] by name: logprobs, entropy, and what the loss adds. */
export type GridStats = Readonly<Record<string, Float32Array>>

/** One row to sample: its prompt and the stream of random numbers it draws from. */
export type RowWork = {
  readonly row: number
  readonly prompt: readonly number[]
  readonly seed: number
  readonly stream: number
}

export type RowResult = {
  readonly row: number
  readonly tokens: Int32Array
  readonly logprobs: Float32Array
  readonly stopReason: 'stop' | 'length'
}

/** What sampling took: tokens of prompts, new tokens, and the time of each kind of run. */
export type GenerationTally = {
  readonly promptTokens: number
  readonly prefillMs: number
  readonly newTokens: number
  readonly decodeMs: number
}

/** Moments of a piece of a tensor, beginning at element `from`. */
export type MomentPiece = {
  readonly name: string
  readonly from: number
  readonly first: Float32Array
  readonly second: Float32Array
}

export type TrainState = {
  readonly weights: WeightArrays
  readonly first: WeightArrays
  readonly second: WeightArrays
}

/** Requests by name: what goes in, what comes back. */
export type Calls = {
  open: {
    in: {
      readonly config: DecoderConfig
      readonly source: WeightSource
      /** What graphs are fed: every weight, or the adapters of a stored model. */
      readonly weights: WeightArrays
      readonly options: SessionOptions
      /** What the keys and values of one batch may take. */
      readonly cacheBytes: number
      /** What training workers exchange: one buffer per tensor and worker. null: this group only samples. */
      readonly training: {
        readonly shared: readonly Readonly<Record<string, SharedArrayBuffer>>[]
        readonly own: number
        readonly recompute: boolean
        /** Folder of the weights that KL terms refer to. */
        readonly reference: string
      } | null
    }
    out: null
  }
  accumulate: { in: GridWork; out: GridStats }
  forward: { in: GridWork; out: GridStats }
  clear: { in: null; out: null }
  publish: { in: null; out: null }
  reduce: { in: null; out: number }
  update: { in: StepParams; out: null }
  adopt: { in: null; out: null }
  sample: {
    in: {
      readonly rows: readonly RowWork[]
      readonly params: SamplingParams
      /** Int32 [1]: 1 cancels. */
      readonly control: SharedArrayBuffer
    }
    out: Sampled
  }
  exportWeights: { in: null; out: WeightArrays }
  exportMoments: { in: null; out: readonly MomentPiece[] }
  importState: { in: TrainState; out: null }
}

export type CallName = keyof Calls

/** stop: the last one; the thread ends after it. */
export type Request = {
  readonly id: number
  readonly call: CallName | 'stop'
  readonly argument: unknown
}
export type Reply =
  | { readonly id: number; readonly kind: 'done'; readonly result: unknown }
  /** sample: rows finished so far; sent after every chunk. */
  | { readonly id: number; readonly kind: 'progress'; readonly done: number }
  | {
      readonly id: number
      readonly kind: 'failed'
      readonly code: string
      readonly message: string
    }
