/**
 * One training sequence, in Tinker's shape: tokens in, next-token targets out, per-position loss inputs.
 * All arrays have the length of `tokens`. Position t holds what concerns predicting targets[t] after tokens[0..t].
 * Losses are token sums: sum over positions of weight times loss; callers put every normalisation into weights
 * or advantages.
 */

export type LossName = 'cross_entropy' | 'importance_sampling' | 'ppo'

export type Datum = {
  readonly tokens: Int32Array
  /** -1 where there is no target. */
  readonly targets: Int32Array
  /** cross_entropy: the loss weight of each position. */
  readonly weights?: Float32Array
  /** importance_sampling, ppo: log-prob of the target under the sampling policy. */
  readonly logprobs?: Float32Array
  /** importance_sampling, ppo: coefficient of each position, normalisation included; 0 on the prompt. */
  readonly advantages?: Float32Array
  /** ppo: the ratio stays within [1 - clipLow, 1 + clipHigh]; per sequence. Default 0.2 and 0.2. */
  readonly clipLow?: number
  readonly clipHigh?: number
  /** ppo: no position with a negative advantage costs more than this times it. Absent: unbounded. */
  readonly dualClip?: number
  /** Coefficient of KL(policy || reference) at each position with a target; 0 or absent: none. */
  readonly klWeight?: Float32Array
  /** Coefficient of the entropy bonus at each position with a target. */
  readonly entropyWeight?: Float32Array
}

/** What the engine saw at the positions of one datum; 0 where there is no target. */
export type DatumOutput = {
  readonly logprobs: Float32Array
  readonly entropy: Float32Array
}
