/**
 * What a run is expected to take of memory, and whether that is there. Bytes.
 */
import type { RunOverrides } from './config.ts'

export type MemoryReport = {
  /** Frozen or fed weights. */
  readonly weights: number
  /** What is trained, its gradients and moments. */
  readonly state: number
  /** The most that forward and backward pass hold at once. */
  readonly training: number
  /** The same of generation, and within it keys and values. */
  readonly generation: number
  readonly cache: number
  readonly runtime: number
  readonly total: number
  /** What it may take. */
  readonly limit: number
  readonly fits: boolean
  /** Settings to change so that it fits; null: it fits, or nothing of ours helps. */
  readonly proposal: RunOverrides | null
}
