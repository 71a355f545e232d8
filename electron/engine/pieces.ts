/**
 * Who updates what: every worker holds all weights but the moments of its own pieces only. Parameters in the order
 * of tensorNames are cut into equal stretches, one per worker; a stretch is a list of pieces of tensors. Pure.
 * Source of the idea: ZeRO stage 1, arXiv 1910.02054.
 */
import type { DecoderConfig } from '../model/config.ts'
import { elementCount, parameterCount, tensorNames } from '../model/tensors.ts'

/** Elements [from, to) of a tensor in graph layout. */
export type Piece = {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Norms and biases are not decayed. */
  readonly decayed: boolean
}

/** The pieces of worker `own` of `count`. */
export function piecesOf(config: DecoderConfig, own: number, count: number): Piece[] {
  const total = parameterCount(config)
  const begin = Math.floor((total * own) / count)
  const end = Math.floor((total * (own + 1)) / count)
  const pieces: Piece[] = []
  let offset = 0
  for (const { name, shape, kind } of tensorNames(config)) {
    const size = elementCount(shape)
    const from = Math.max(0, begin - offset)
    const to = Math.min(size, end - offset)
    if (from < to) pieces.push({ name, from, to, decayed: kind !== 'vector' })
    offset += size
  }
  return pieces
}

/** The part of each tensor that a piece means, as views. */
export function viewOf(arrays: Readonly<Record<string, Float32Array>>, piece: Piece): Float32Array {
  const array = arrays[piece.name]
  if (array === undefined) throw new Error(`${piece.name}: no such tensor`)
  return array.subarray(piece.from, piece.to)
}
