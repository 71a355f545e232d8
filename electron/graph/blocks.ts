/**
 * Products with matrices in 4 bits: blocks of 32 numbers along the input axis, one scale each, codes around 8.
 * The same bytes are read twice: packed for MatMulNBits in the forward pass, as uint4 to be unpacked in the backward
 * one. Not here: making codes (model/quantise.ts).
 */
import { type Attributes, emitOne, expectShape, type Graph, only, region } from './graph.ts'
import { reshape } from './ops-layout.ts'
import { matmul } from './ops-matmul.ts'
import { expectKind, sizeAt, type Value } from './value.ts'

export const BLOCK = 32

/** A matrix [N, K]. */
export type BlockMatrix = {
  /** uint8 [N, K / 32, 16], two codes a byte, the lower one first. */
  readonly codes: Value
  /** The same bytes, uint4 [N, K]. */
  readonly packed: Value
  /** float32 [N, K / 32]. */
  readonly scales: Value
  /** uint4 [N, K / 32], all 8. */
  readonly zeros: Value
}

/** x [M, K] times the transpose of w [N, K] -> [M, N]. */
export function blockProduct(g: Graph, x: Value, w: BlockMatrix): Value {
  const [rows, into] = [sizeAt(x, 0), sizeAt(x, 1)]
  const out = sizeAt(w.packed, 0)
  expectKind('blockProduct', x, 'float')
  expectShape('blockProduct: codes', w.codes, [out, into / BLOCK, BLOCK / 2])
  expectShape('blockProduct: packed', w.packed, [out, into])
  expectShape('blockProduct: scales', w.scales, [out, into / BLOCK])
  const attributes: Attributes = {
    K: { kind: 'int', value: into },
    N: { kind: 'int', value: out },
    bits: { kind: 'int', value: 4 },
    block_size: { kind: 'int', value: BLOCK },
    // Activations stay float32: rounding them to 8 bits costs 4e-3.
    accuracy_level: { kind: 'int', value: 1 },
  }
  const options = { attributes, domain: 'com.microsoft' }
  const result = { dtype: x.dtype, shape: [rows, out] }
  const flat = reshape(g, w.scales, [out * (into / BLOCK)])
  return only(
    region(g, 'blockProduct', [x, w.codes, w.packed, w.scales, w.zeros], () => ({
      outputs: [emitOne(g, 'MatMulNBits', [x, w.codes, flat], result, options)],
    })),
    'blockProduct',
  )
}

/** d x = d y times w. */
export function blockGradient(g: Graph, dy: Value, { packed, scales, zeros }: BlockMatrix): Value {
  const attributes: Attributes = {
    axis: { kind: 'int', value: 1 },
    block_size: { kind: 'int', value: BLOCK },
  }
  const result = { dtype: scales.dtype, shape: packed.shape }
  const whole = emitOne(g, 'DequantizeLinear', [packed, scales, zeros], result, { attributes })
  return matmul(g, dy, whole)
}
