/**
 * What crosses between the engine and its worker threads. Both sides are ours: plain types, no validation.
 */
import type { DecoderConfig } from '../model/config.ts'
import type { LossName } from './datum.ts'
import type { AdamParams, SamplingParams } from './engine.ts'
import type { GridShape } from './train-graph.ts'
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
      readonly weights: WeightArrays
      readonly threads: number
      readonly device: 'cpu' | 'webgpu' | 'cuda'
      /** One gradient buffer per worker; own is the index of this worker's. */
      readonly shared: readonly SharedArrayBuffer[]
      readonly own: number
      /** Int32 [2]: [0] rises by one to cancel what runs; [1] counts finished rows. */
      readonly control: SharedArrayBuffer
    }
    out: null
  }
  accumulate: { in: GridWork; out: GridStats }
  forward: { in: GridWork; out: GridStats }
  publish: { in: null; out: null }
  update: { in: { readonly params: AdamParams; readonly step: number }; out: number }
  sample: {
    in: {
      readonly rows: readonly RowWork[]
      readonly params: SamplingParams
      readonly cancelAt: number
    }
    out: readonly RowResult[]
  }
  exportState: { in: null; out: TrainState }
  importState: { in: TrainState; out: null }
}

export type CallName = keyof Calls

export type Request = { readonly id: number; readonly call: CallName; readonly argument: unknown }
export type Reply =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string }
