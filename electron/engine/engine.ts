/**
 * The engine in Tinker's vocabulary: sample, forwardBackward, optimStep, saveWeightsForSampler, saveState.
 * One interface for the local ONNX Runtime engine and for remote servers; callers always mean token-sum losses.
 */
import type { Datum, DatumOutput, LossName } from './datum.ts'

export type SamplingParams = {
  readonly maxTokens: number
  /** 0 means greedy. Log-probs are always those of the untempered distribution. */
  readonly temperature: number
  readonly topP: number
  /** -1: off. */
  readonly topK: number
  readonly stop: readonly number[]
}

export type SampleRequest = {
  readonly prompt: readonly number[]
  readonly numSamples: number
  /** Sample i of this request draws from the stream (seed, i): the result does not depend on batch-mates. */
  readonly seed: number
}

/** tokens include the stop token when stopReason is 'stop'. */
export type SampledSequence = {
  readonly tokens: Int32Array
  readonly logprobs: Float32Array
  readonly stopReason: 'stop' | 'length'
}

export type Progress = (done: number, total: number) => void

export type SampleOptions = { readonly signal?: AbortSignal; readonly onProgress?: Progress }

export interface SamplingClient {
  /** One list of numSamples sequences per request, in order. */
  sample(
    requests: readonly SampleRequest[],
    params: SamplingParams,
    options?: SampleOptions,
  ): Promise<SampledSequence[][]>
}

export type AdamParams = {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly eps: number
  readonly weightDecay: number
  /** Global norm; 0: no clipping. */
  readonly gradClipNorm: number
}

export type ForwardBackwardOutput = {
  readonly outputs: readonly DatumOutput[]
  /** lossSum, klSum, entropySum, tokens, clippedTokens, ratioMax: sums over positions with a target. */
  readonly metrics: Readonly<Record<string, number>>
}

export interface TrainingClient {
  /** Log-probs and entropies without gradients. */
  forward(data: readonly Datum[], signal?: AbortSignal): Promise<ForwardBackwardOutput>
  /** Adds to the gradient sums; several calls before one optimStep accumulate. */
  forwardBackward(
    data: readonly Datum[],
    loss: LossName,
    options?: SampleOptions,
  ): Promise<ForwardBackwardOutput>
  /** Clip, AdamW, clear the sums. Returns the norm before clipping. */
  optimStep(params: AdamParams): Promise<{ readonly gradNorm: number }>
  /** A sampler over the weights as they are now; it refuses to sample once they have changed. */
  saveWeightsForSampler(): Promise<SamplingClient>
  /** Writes model folder, optimizer moments and step counter under directory, atomically. */
  saveState(directory: string): Promise<void>
  /** Back to what saveState wrote, bit for bit. */
  loadState(directory: string): Promise<void>
}

export type EngineStats = {
  /** What computes, which is the CPU where the device that was asked for cannot be used. */
  readonly device: 'cpu' | 'webgpu' | 'cuda'
  /** Why not, in one sentence. */
  readonly fallback: string | null
  readonly workers: number
  /** Of all sampling so far; null: the engine is not told. Rates are newTokens / decodeMs and promptTokens / prefillMs. */
  readonly generation: {
    readonly promptTokens: number
    readonly prefillMs: number
    readonly newTokens: number
    readonly decodeMs: number
  } | null
}

export interface Engine {
  readonly kind: 'local' | 'tinker'
  /** The model folder's weights, fresh moments; the reference policy for KL terms is this same folder. */
  createTrainingClient(model: string): Promise<TrainingClient>
  createSamplingClient(model: string): Promise<SamplingClient>
  stats(): EngineStats
  close(): Promise<void>
}
