/**
 * What one program may use, and how far a caller may change it.
 */
import { AppError } from '../contract/errors.ts'
import type { Limits } from './sandbox.ts'

export const MEGABYTE = 2 ** 20

export const DEFAULT_LIMITS: Limits = {
  wallMs: 2_000,
  memoryBytes: 256 * MEGABYTE,
  outputChars: 1_000_000,
}

const RANGES: Readonly<Record<keyof Limits, readonly [number, number]>> = {
  wallMs: [10, 600_000],
  memoryBytes: [16 * MEGABYTE, 64 * 1024 * MEGABYTE],
  outputChars: [1, 16_000_000],
}

/** Longest program or list of inputs that is sent at all, in characters. */
export const MAX_SOURCE_CHARS = 400_000

/** Of one character in quotes, at most: two escaped halves. */
const QUOTED_BYTES = 12

/**
 * Longest reply of a child whose largest value has outputChars characters: one such value, or many small ones. And
 * what is kept of two streams.
 */
export function replyBytesOf(limits: Limits, keepChars = 0): number {
  return Math.ceil(limits.outputChars * 1.2) + 2 * QUOTED_BYTES * keepChars + 4_096
}

/** Throws AppError('config') for a limit outside its range. */
export function resolveLimits(base: Limits, changes: Partial<Limits> | undefined): Limits {
  if (changes === undefined) return base
  const limits = { ...base, ...changes }
  checkRange('wallMs', limits.wallMs)
  checkRange('memoryBytes', limits.memoryBytes)
  checkRange('outputChars', limits.outputChars)
  return limits
}

function checkRange(name: keyof Limits, value: number): void {
  const [low, high] = RANGES[name]
  if (Number.isInteger(value) && value >= low && value <= high) return
  throw new AppError('config', `sandbox limit ${name}: expected ${low} to ${high}, found ${value}`)
}
