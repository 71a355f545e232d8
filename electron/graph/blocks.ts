/**
 * Products with matrices in 4 bits: blocks of 32 numbers along the input axis, one scale each, codes around 8.
 * The forward pass is MatMulNBits; the backward one unpacks the matrix. The CPU's provider reads the same bytes as
 * uint4 for that; the runtime has no such tensors on a device, where GatherBlockQuantized takes all rows of the codes
 * (on the CPU it is three times slower). Not here: making codes (model/quantise.ts).
 */
import {
  type Attributes,
  constant,
  emitOne,
  expectShape,
  type Graph,
  only,
  region,
} from './graph.ts'
import { reshape } from './ops-layout.ts'
import { matmul } from './ops-matmul.ts'
import { expectKind, sizeAt, type Value } from './value.ts'

export const BLOCK = 32

/** A matrix [N, K]. */
export type BlockMatrix = {
  /** uint8 [N, K / 32, 16], two codes a byte, the lower one first. */
  readonly codes: Value
  /** float32 [N, K / 32]. */
  readonly scales: Value
  /** What the CPU unpacks: the same bytes, uint4 [N, K], and uint4 [N, K / 32], all 8; null on a device. */
  readonly unpacked: { readonly packed: Value; readonly zeros: Value } | null
}

/** x [M, K] times the transpose of w [N, K] -> [M, N]. */
export function blockProduct(g: Graph, x: Value, w: BlockMatrix): Value {
  const [rows, into] = [sizeAt(x, 0), sizeAt(x, 1)]
  const out = sizeAt(w.codes, 0)
  expectKind('blockProduct', x, 'float')
  expectShape('blockProduct: codes', w.codes, [out, into / BLOCK, BLOCK / 2])
  expectShape('blockProduct: scales', w.scales, [out, into / BLOCK])
  if (w.unpacked !== null) expectShape('blockProduct: packed', w.unpacked.packed, [out, into])
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
  const unpacked = w.unpacked === null ? [] : [w.unpacked.packed, w.unpacked.zeros]
  return only(
    region(g, 'blockProduct', [x, w.codes, w.scales, ...unpacked], () => ({
      outputs: [emitOne(g, 'MatMulNBits', [x, w.codes, flat], result, options)],
    })),
    'blockProduct',
  )
}

/** d x = d y times w. */
export function blockGradient(g: Graph, dy: Value, w: BlockMatrix): Value {
  return matmul(g, dy, w.unpacked === null ? gathered(g, w) : dequantised(g, w.scales, w.unpacked))
}

/** The matrix, float32 [N, K]. */
function dequantised(
  g: Graph,
  scales: Value,
  { packed, zeros }: NonNullable<BlockMatrix['unpacked']>,
): Value {
  const attributes: Attributes = {
    axis: { kind: 'int', value: 1 },
    block_size: { kind: 'int', value: BLOCK },
  }
  const result = { dtype: scales.dtype, shape: packed.shape }
  return emitOne(g, 'DequantizeLinear', [packed, scales, zeros], result, { attributes })
}

/** The same on a device: every row of the codes [N, K / 2]. */
function gathered(g: Graph, { codes, scales }: BlockMatrix): Value {
  const [out, into] = [sizeAt(codes, 0), sizeAt(codes, 1) * BLOCK]
  const attributes: Attributes = {
    gather_axis: { kind: 'int', value: 0 },
    quantize_axis: { kind: 'int', value: 1 },
    bits: { kind: 'int', value: 4 },
    block_size: { kind: 'int', value: BLOCK },
  }
  const options = { attributes, domain: 'com.microsoft' }
  const result = { dtype: scales.dtype, shape: [out, into] }
  const rows = Float32Array.from({ length: out }, (_, row) => row)
  const all = constant(g, 'int32', [out], rows)
  const flat = reshape(g, codes, [out, into / 2])
  return emitOne(g, 'GatherBlockQuantized', [flat, all, scales], result, options)
}
