/**
 * What a run is expected to take of memory, and whether that is there. Bytes.
 */
import type { RunOverrides } from './config.ts'

/** What the limit comes from: what is free of the machine or of its graphics adapter, or the setting memoryGiB. */
export type MemoryPlace = 'machine' | 'adapter' | 'setting'

/** Whether an adapter of that name can run CUDA. */
export const hasCuda = ({ name }: { readonly name: string }): boolean =>
  /nvidia|geforce|quadro|tesla/i.test(name)

export type MemoryReport = {
  /** Frozen or fed weights. */
  readonly weights: number
  /** What is trained beside them. */
  readonly adapters: number
  readonly gradients: number
  /** Its moments. */
  readonly optimizer: number
  /** The most that forward and backward pass hold at once. */
  readonly activations: number
  /** Keys and values of generation, and what it holds besides. */
  readonly cache: number
  readonly generation: number
  readonly runtime: number
  readonly total: number
  /** What it may take, and of what. */
  readonly limit: number
  readonly place: MemoryPlace
  readonly fits: boolean
  /** Settings to change so that it fits; null: it fits, or nothing of ours helps. */
  readonly proposal: RunOverrides | null
}
