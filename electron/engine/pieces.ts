/**
 * Who updates what: every worker holds all weights but the moments of its own pieces only. What is trained, in the
 * order of its tensors, is cut into equal stretches, one per worker; a stretch is a list of pieces of tensors. Pure.
 * Source of the idea: ZeRO stage 1, arXiv 1910.02054.
 */
import { elementCount, type TensorSpec } from '../model/tensors.ts'

/** Longest piece, which bounds what an update holds besides its state. */
const LONGEST = 2 ** 24
/** Numbers of the tensors that one run of a device's optimizer may hold twice. */
export const DEVICE_GROUP = 2 ** 26

/** Elements [from, to) of a tensor in graph layout. */
export type Piece = {
  readonly name: string
  readonly from: number
  readonly to: number
  /** Norms and biases are not decayed. */
  readonly decayed: boolean
}

/** The pieces of worker `own` of `count`. */
export function piecesOf(specs: readonly TensorSpec[], own: number, count: number): Piece[] {
  const total = specs.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const begin = Math.floor((total * own) / count)
  const end = Math.floor((total * (own + 1)) / count)
  const pieces: Piece[] = []
  let offset = 0
  for (const { name, shape, kind } of specs) {
    const size = elementCount(shape)
    const stop = Math.min(size, end - offset)
    for (let from = Math.max(0, begin - offset); from < stop; from += LONGEST) {
      pieces.push({ name, from, to: Math.min(stop, from + LONGEST), decayed: kind !== 'vector' })
    }
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
