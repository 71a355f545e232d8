/**
 * Layers of decoders as regions with gradients of their own (gradients-layers.ts): cheaper than what the
 * primitive rules would give, and lowered per target.
 */
import { broadcastShapes } from './broadcast.ts'
import {
  type Attributes,
  emit,
  emitOne,
  expectShape,
  type Graph,
  only,
  region,
  type Region,
} from './graph.ts'
import { add, addNumber, mul, reduceMean, reciprocal, sigmoid, softmax, sqrt } from './ops.ts'
import { reshape } from './ops-layout.ts'
import { matmul } from './ops-matmul.ts'
import { expectKind, expectSameDtype, show, sizeAt, type Value } from './value.ts'

/** x / rms(x) * weight over the last axis. x [..., D], weight [D] -> [..., D]. Source: arXiv 1910.07467. */
export function rmsNorm(g: Graph, x: Value, weight: Value, eps: number): Value {
  expectKind('rmsNorm', x, 'float')
  expectSameDtype('rmsNorm', x, weight)
  expectShape('rmsNorm: weight', weight, [sizeAt(x, -1)])
  return only(
    // The fused op gives the inverse std of float64 rows in float32.
    region(g, 'rmsNorm', [x, weight], () =>
      g.target === 'cpu' && x.dtype === 'float32'
        ? fusedNorm(g, x, weight, eps)
        : plainNorm(g, x, weight, eps),
    ),
    'rmsNorm',
  )
}

function fusedNorm(g: Graph, x: Value, weight: Value, eps: number): Region {
  const attributes: Attributes = {
    axis: { kind: 'int', value: -1 },
    epsilon: { kind: 'float', value: eps },
    stash_type: { kind: 'int', value: 1 },
  }
  const inverse = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), 1] }
  const [y, inverseStd] = emit(g, 'SimplifiedLayerNormalization', [x, weight], [x, inverse], {
    attributes,
  })
  if (y === undefined || inverseStd === undefined) throw new Error('rmsNorm: two outputs expected')
  return { outputs: [y], saved: [inverseStd] }
}

/** WebGPU does not write the second output of the fused op. */
function plainNorm(g: Graph, x: Value, weight: Value, eps: number): Region {
  const meanSquare = reduceMean(g, mul(g, x, x), [-1])
  const inverseStd = reciprocal(g, sqrt(g, addNumber(g, meanSquare, eps)))
  return { outputs: [mul(g, mul(g, x, inverseStd), weight)], saved: [inverseStd] }
}

/** x [B, H, T, D], positions int64 [B, T], cos and sin [P, D/2] -> [B, H, T, D]; halves rotated. Source: arXiv 2104.09864. */
export function rotary(g: Graph, x: Value, positions: Value, cos: Value, sin: Value): Value {
  const [batch, , length, size] = sizes4(x)
  expectSameDtype('rotary', x, cos, sin)
  if (positions.dtype !== 'int64') {
    throw new TypeError(`rotary: expected int64 positions, got ${show(positions)}`)
  }
  expectShape('rotary: positions', positions, [batch, length])
  expectShape('rotary: cos', cos, [sizeAt(cos, 0), size / 2])
  expectShape('rotary: sin', sin, cos.shape)
  return only(
    region(g, 'rotary', [x, positions, cos, sin], () => ({
      outputs: [rotaryNode(g, x, positions, cos, sin)],
    })),
    'rotary',
  )
}

export function rotaryNode(g: Graph, x: Value, positions: Value, cos: Value, sin: Value): Value {
  const attributes: Attributes = { interleaved: { kind: 'int', value: 0 } }
  const options = { attributes, domain: 'com.microsoft' }
  return emitOne(g, 'RotaryEmbedding', [x, positions, cos, sin], x, options)
}

/**
 * Grouped-query attention over whole sequences. q [B, H, T, D], k and v [B, Hk, S, D], mask [B, 1, T, S]
 * (0 or a large negative number, added) -> [B, H, T, D]. K and V are not repeated: the G = H / Hk query heads
 * of a group stand one below the other.
 */
export function attention(g: Graph, q: Value, k: Value, v: Value, mask: Value): Value {
  const [batch, heads, length, size] = sizes4(q)
  const kvHeads = groupsOf(q, k)
  const keys = sizeAt(k, 2)
  expectSameDtype('attention', q, k, v, mask)
  expectShape('attention: k', k, [batch, kvHeads, keys, size])
  expectShape('attention: v', v, k.shape)
  const scored = [batch, heads, length, keys]
  expectShape('attention: mask', { ...q, shape: broadcastShapes(mask.shape, scored) }, scored)
  return only(
    region(g, 'attention', [q, k, v, mask], () => {
      const grouped = [batch, kvHeads, (heads / kvHeads) * length]
      const rows = reshape(g, q, [...grouped, size])
      const scores = matmul(g, rows, k, { transB: true, alpha: 1 / Math.sqrt(size) })
      const masked = add(g, reshape(g, scores, scored), mask)
      const weights = reshape(g, softmax(g, masked), [...grouped, keys])
      const mixed = matmul(g, weights, v)
      return { outputs: [reshape(g, mixed, q.shape)], saved: [weights, rows, mixed] }
    }),
    'attention',
  )
}

/** Number of key-value heads: it must divide the number of query heads. */
function groupsOf(q: Value, k: Value): number {
  const kvHeads = sizeAt(k, 1)
  if (sizeAt(q, 1) % kvHeads === 0) return kvHeads
  throw new RangeError(`attention: ${show(q)} cannot be grouped over the heads of ${show(k)}`)
}

export function sizes4(x: Value): [number, number, number, number] {
  if (x.shape.length !== 4) throw new RangeError(`expected four axes, got ${show(x)}`)
  return [sizeAt(x, 0), sizeAt(x, 1), sizeAt(x, 2), sizeAt(x, 3)]
}

/** silu(gate) * up, elementwise. Source: arXiv 2002.05202. */
export function swiglu(g: Graph, gate: Value, up: Value): Value {
  expectShape('swiglu: up', up, gate.shape)
  return only(
    region(g, 'swiglu', [gate, up], () => {
      const activated = silu(g, gate)
      return { outputs: [mul(g, activated, up)], saved: [activated] }
    }),
    'swiglu',
  )
}

/** x times sigmoid(x), in one node where there is one. */
export function silu(g: Graph, x: Value): Value {
  if (x.dtype !== 'float32') return mul(g, x, sigmoid(g, x))
  const options = {
    attributes: { alpha: { kind: 'float', value: 1 } },
    domain: 'com.microsoft',
  } as const
  return emitOne(g, 'QuickGelu', [x], x, options)
}
