/**
 * Rotation angles of RoPE as cos and sin tables. Sources: arXiv 2104.09864; llama3 scaling as in Llama 3.1's
 * reference code (wavelengths beyond the original context are divided by factor, smooth in between).
 */
import type { DecoderConfig } from './config.ts'

export type RopeTables = { readonly cos: Float32Array; readonly sin: Float32Array }

/** Angle per position of each pair of dimensions, [headDim / 2]. */
export function inverseFrequencies(config: DecoderConfig): number[] {
  const half = config.headDim / 2
  return Array.from({ length: half }, (_, index) =>
    scaled(config, config.ropeTheta ** (-index / half)),
  )
}

function scaled({ ropeScaling: s }: DecoderConfig, frequency: number): number {
  switch (s.kind) {
    case 'none':
      return frequency
    case 'linear':
      return frequency / s.factor
    case 'llama3': {
      const turns = (s.originalMaxPositions * frequency) / (2 * Math.PI)
      if (turns < s.lowFreqFactor) return frequency / s.factor
      if (turns > s.highFreqFactor) return frequency
      const smooth = (turns - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor)
      return ((1 - smooth) * frequency) / s.factor + smooth * frequency
    }
    default:
      return s satisfies never
  }
}

/** Tables for positions 0 .. positions - 1, each [positions, headDim / 2]. */
export function ropeTables(config: DecoderConfig, positions: number): RopeTables {
  const frequencies = inverseFrequencies(config)
  const half = frequencies.length
  const cos = new Float32Array(positions * half)
  const sin = new Float32Array(positions * half)
  for (let index = 0; index < cos.length; index += 1) {
    const angle = Math.floor(index / half) * (frequencies[index % half] ?? 0)
    cos[index] = Math.cos(angle)
    sin[index] = Math.sin(angle)
  }
  return { cos, sin }
}
