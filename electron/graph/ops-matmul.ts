/**
 * Products of matrices. One op, `matmul`, with optional transposes and a factor; lowered to Gemm (2-D),
 * FusedMatMul (batched, CPU) or Transpose and MatMul (batched, WebGPU, which has no FusedMatMul).
 */
import { type Attributes, emitOne, type Graph, only, region } from './graph.ts'
import { scale } from './ops.ts'
import { transpose } from './ops-layout.ts'
import { expectKind, sameShape, show, sizeAt, type Value } from './value.ts'

export type MatmulOptions = {
  readonly transA?: boolean
  readonly transB?: boolean
  readonly alpha?: number
}

/** a [..., M, K] times b [..., K, N] -> [..., M, N]; batch axes equal. */
export function matmul(g: Graph, a: Value, b: Value, options: MatmulOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1 } = options
  expectKind('matmul', a, 'float')
  return only(
    region(g, 'matmul', [a, b], () => ({
      outputs: [lower(g, a, b, { transA, transB, alpha })],
      attributes: attributesOf({ transA, transB, alpha }),
    })),
    'matmul',
  )
}

type Resolved = Required<MatmulOptions>

function attributesOf({ transA, transB, alpha }: Resolved): Attributes {
  return {
    transA: { kind: 'int', value: Number(transA) },
    transB: { kind: 'int', value: Number(transB) },
    alpha: { kind: 'float', value: alpha },
  }
}

function lower(g: Graph, a: Value, b: Value, options: Resolved): Value {
  const shape = productShape(a, b, options)
  if (a.shape.length === 2) return gemm(g, a, b, options, shape)
  return g.target === 'cpu' ? fused(g, a, b, options, shape) : plain(g, a, b, options, shape)
}

function productShape(a: Value, b: Value, { transA, transB }: Resolved): number[] {
  const batch = a.shape.slice(0, -2)
  const matrices = a.shape.length >= 2 && b.shape.length >= 2 && a.dtype === b.dtype
  const fits =
    matrices &&
    sizeAt(a, transA ? -2 : -1) === sizeAt(b, transB ? -1 : -2) &&
    sameShape(batch, b.shape.slice(0, -2))
  if (!fits) {
    throw new RangeError(`matmul: ${show(a)} times ${show(b)} (transposed ${transA}, ${transB})`)
  }
  return [...batch, sizeAt(a, transA ? -1 : -2), sizeAt(b, transB ? -2 : -1)]
}

function gemm(g: Graph, a: Value, b: Value, options: Resolved, shape: number[]): Value {
  const attributes = attributesOf(options)
  return emitOne(g, 'Gemm', [a, b], { dtype: a.dtype, shape }, { attributes })
}

function fused(g: Graph, a: Value, b: Value, options: Resolved, shape: number[]): Value {
  if (a.dtype !== 'float32') return plain(g, a, b, options, shape)
  const result = { dtype: a.dtype, shape }
  const attributes = attributesOf(options)
  return emitOne(g, 'FusedMatMul', [a, b], result, { attributes, domain: 'com.microsoft' })
}

function plain(g: Graph, a: Value, b: Value, options: Resolved, shape: number[]): Value {
  const left = options.transA ? swapLast(g, a) : a
  const right = options.transB ? swapLast(g, b) : b
  return scale(g, emitOne(g, 'MatMul', [left, right], { dtype: a.dtype, shape }), options.alpha)
}

/** x [..., K] times a matrix [K, N], in one node whatever the rank; has no gradient rule. */
export function plainProduct(g: Graph, x: Value, weight: Value): Value {
  const shape = [...x.shape.slice(0, -1), sizeAt(weight, 1)]
  return emitOne(g, 'MatMul', [x, weight], { dtype: x.dtype, shape })
}

export function swapLast(g: Graph, x: Value): Value {
  const rank = x.shape.length
  const order = x.shape.map((_, axis) => axis)
  order.splice(rank - 2, 2, rank - 1, rank - 2)
  return transpose(g, x, order)
}
