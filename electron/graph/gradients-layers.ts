/**
 * Gradient rules of the regions of layers.ts.
 */
import { blockGradient } from './blocks.ts'
import type { Rule } from './gradients.ts'
import { constant, type Graph } from './graph.ts'
import { rotaryNode } from './layers.ts'
import { add, mul, neg, reduceMean, reduceSum, sigmoid, sub } from './ops.ts'
import { reshape } from './ops-layout.ts'
import { matmul } from './ops-matmul.ts'
import { elementCount, sizeAt, type Value } from './value.ts'

/** Sum over all rows, [..., D] -> [D], as a product with a row of ones: a reduction over rows is slow on the CPU. */
function sumRows(g: Graph, x: Value): Value {
  const size = sizeAt(x, -1)
  const rows = elementCount(x.shape) / size
  const ones = constant(
    g,
    x.dtype,
    [1, rows],
    Array.from({ length: rows }, () => 1),
  )
  return reshape(g, matmul(g, ones, reshape(g, x, [rows, size])), [size])
}

/** y = x r w with r the inverse std: dx = r (h - x̂ mean(h x̂)) with h = dy w, x̂ = x r; dw = sum of dy x̂. */
const rmsNormRule: Rule = ({ g, entry, upstream, wanted }) => {
  const [dy] = upstream
  const [x, weight] = entry.inputs
  const [inverseStd] = entry.saved
  if (dy == null || x == null || weight == null || inverseStd === undefined) return []
  const normal = mul(g, x, inverseStd)
  const dx = wanted[0] === true ? normGradient(g, mul(g, dy, weight), normal, inverseStd) : null
  const dw = wanted[1] === true ? sumRows(g, mul(g, dy, normal)) : null
  return [dx, dw]
}

function normGradient(g: Graph, h: Value, normal: Value, inverseStd: Value): Value {
  const along = reduceMean(g, mul(g, h, normal), [-1])
  return mul(g, inverseStd, sub(g, h, mul(g, normal, along)))
}

/** A rotation's transpose is the rotation by the opposite angle. */
const rotaryRule: Rule = ({ g, entry, upstream }) => {
  const [dy] = upstream
  const [, positions, cos, sin] = entry.inputs
  if (dy == null || positions == null || cos == null || sin == null) return []
  return [rotaryNode(g, dy, positions, cos, neg(g, sin))]
}

/** dS = P (dP - rowsum(dO O)): the row sums of dO O equal those of dP P and are cheaper. Source: arXiv 2205.14135, section B.2. */
const attentionRule: Rule = ({ g, entry, upstream }) => {
  const [dy] = upstream
  const [q, k, v] = entry.inputs
  const [weights, rows, mixed] = entry.saved
  if (dy == null || q == null || k == null || v == null) return []
  if (weights === undefined || rows === undefined || mixed === undefined) return []
  const alpha = 1 / Math.sqrt(sizeAt(q, -1))
  const dMixed = reshape(g, dy, mixed.shape)
  const dv = matmul(g, weights, dMixed, { transA: true })
  const dWeights = matmul(g, dMixed, v, { transB: true })
  const delta = reduceSum(g, mul(g, dMixed, mixed), [-1])
  const dScores = mul(g, weights, sub(g, dWeights, delta))
  const dq = reshape(g, matmul(g, dScores, k, { alpha }), q.shape)
  const dk = matmul(g, dScores, rows, { transA: true, alpha })
  return [dq, dk, dv, null]
}

/** d silu(a) = s + silu(a) (1 - s) with s = sigmoid(a). */
const swigluRule: Rule = ({ g, entry, upstream }) => {
  const [dy] = upstream
  const [gate, up] = entry.inputs
  const [activated] = entry.saved
  if (dy == null || gate == null || up == null || activated === undefined) return []
  const s = sigmoid(g, gate)
  const slope = add(g, s, sub(g, activated, mul(g, activated, s)))
  return [mul(g, mul(g, dy, up), slope), mul(g, dy, activated)]
}

/** The matrix is frozen: only x has a gradient. */
const blockProductRule: Rule = ({ g, entry, upstream }) => {
  const [dy] = upstream
  const [, codes, scales, packed, zeros] = entry.inputs
  if (dy == null || codes == null || scales == null) return []
  const unpacked = packed == null || zeros == null ? null : { packed, zeros }
  const matrix = entry.inputs.slice(1).map(() => null)
  return [blockGradient(g, dy, { codes, scales, unpacked }), ...matrix]
}

export const LAYER_GRADIENTS: Readonly<Record<string, Rule>> = {
  rmsNorm: rmsNormRule,
  rotary: rotaryRule,
  attention: attentionRule,
  swiglu: swigluRule,
  blockProduct: blockProductRule,
}
