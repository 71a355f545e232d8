/**
 * The losses of graph/loss.ts as rows over logits [M, V], and the same losses in plain float64 JavaScript.
 */
import { constant, type Graph } from '../../electron/graph/graph.ts'
import {
  crossEntropy,
  importanceSampling,
  klToReference,
  ppoClip,
  tokenStats,
} from '../../electron/graph/loss.ts'
import { add, mul, neg, sumAll } from '../../electron/graph/ops.ts'
import type { Value } from '../../electron/graph/value.ts'
import type { Row } from './check.ts'
import { type Numbers, seeded } from './harness.ts'

export const POSITIONS = 6
export const VOCABULARY = 5

/** Position 4 has no target: weight and advantage 0. Positions 0 and 5 share their target. */
const TARGETS = [2, 0, 4, 1, 3, 2]
const WEIGHTS = [0.5, 1, -0.25, 2, 0, 1.5]
const ADVANTAGES = [1.5, -0.75, 0.5, -2, 0, -1]
/** log(p / p_old): within the clip range, above and below it, for either sign of the advantage. */
const LOG_RATIOS = [0.5, 0.6, -0.7, -0.9, 90, 0.05]
const CLIP_LOW = [0.2, 0.1, 0.3, 0.25, 0.2, 0.2]
const CLIP_HIGH = [0.28, 0.5, 0.2, 0.1, 0.2, 0.3]
/** Binds at position 1 alone: there the ratio is 1.8 and the advantage negative. */
const DUAL_CLIP = [3, 1.5, 3, 3, 3, 3]
const PLAIN = { from: (uniform: number) => 4 * uniform - 2 }

export function logSoftmaxRows(logits: Numbers): number[][] {
  return Array.from({ length: POSITIONS }, (_, row) => {
    const line = logits.slice(row * VOCABULARY, (row + 1) * VOCABULARY)
    const shift = Math.max(...line)
    const total = Math.log(line.reduce((sum, x) => sum + Math.exp(x - shift), 0)) + shift
    return line.map((x) => x - total)
  })
}

const at = (numbers: Numbers, index: number): number => numbers[index] ?? NaN

function sumOver(term: (position: number) => number): number {
  return Array.from({ length: POSITIONS }, (_, position) => term(position)).reduce((a, b) => a + b)
}

/** Reference log-probs and old log-probs are functions of one fixed set of logits. */
const random = seeded(77)
const FIXED = Array.from({ length: POSITIONS * VOCABULARY }, () => 4 * random() - 2)
const REFERENCE = logSoftmaxRows(FIXED)

export type LossRow = Row & {
  /** The same loss of logits in JavaScript; old: log-probs under the sampling policy. */
  readonly plain: (logits: Numbers, old: Numbers) => number
}

export type OldLogprobs = (logits: Numbers) => number[]

/** Old log-probs such that the ratios at these logits are those of LOG_RATIOS. */
export const oldLogprobs: OldLogprobs = (logits) => {
  const rows = logSoftmaxRows(logits)
  return rows.map((row, m) => at(row, at(TARGETS, m)) - at(LOG_RATIOS, m))
}

const vector = (g: Graph, like: Value, numbers: Numbers): Value =>
  constant(g, like.dtype, [POSITIONS], numbers)

/** The loss rows; old log-probs are constants chosen for the given logits. */
export function lossRows(old: Numbers): LossRow[] {
  const rowOf = (
    name: string,
    build: (g: Graph, logits: Value, targets: Value) => Value,
    plain: (logits: Numbers) => number,
  ): LossRow => ({
    name,
    operands: [{ shape: [POSITIONS, VOCABULARY], ...PLAIN }],
    build: (g, [logits]) => {
      if (logits === undefined) throw new Error('no logits')
      return build(g, logits, constant(g, 'int64', [POSITIONS, 1], TARGETS))
    },
    plain,
  })
  const policy = (g: Graph, like: Value) => ({
    old: vector(g, like, old),
    advantages: vector(g, like, ADVANTAGES),
  })
  const clips = (g: Graph, like: Value) => ({
    clipLow: vector(g, like, CLIP_LOW),
    clipHigh: vector(g, like, CLIP_HIGH),
  })
  const logprob = (logits: Numbers, m: number): number =>
    at(logSoftmaxRows(logits)[m] ?? [], at(TARGETS, m))
  const ratio = (logits: Numbers, m: number): number =>
    at(ADVANTAGES, m) === 0 ? 1 : Math.exp(logprob(logits, m) - at(old, m))
  const ppoTerm = (logits: Numbers, m: number): number => {
    const r = ratio(logits, m)
    const bounded = Math.min(Math.max(r, 1 - at(CLIP_LOW, m)), 1 + at(CLIP_HIGH, m))
    return Math.min(r * at(ADVANTAGES, m), bounded * at(ADVANTAGES, m))
  }
  const plainPpo = (logits: Numbers): number => -sumOver((m) => ppoTerm(logits, m))
  const plainDual = (logits: Numbers): number =>
    -sumOver((m) => {
      const floor = at(DUAL_CLIP, m) * at(ADVANTAGES, m)
      return at(ADVANTAGES, m) < 0 ? Math.max(ppoTerm(logits, m), floor) : ppoTerm(logits, m)
    })
  const plainEntropy = (logits: Numbers): number =>
    sumOver((m) => {
      const row = logSoftmaxRows(logits)[m] ?? []
      return -at(WEIGHTS, m) * row.reduce((sum, x) => sum + Math.exp(x) * x, 0)
    })
  const plainKl = (logits: Numbers): number =>
    sumOver((m) => {
      const row = logSoftmaxRows(logits)[m] ?? []
      const terms = row.map((x, v) => Math.exp(x) * (x - at(REFERENCE[m] ?? [], v)))
      return at(WEIGHTS, m) * terms.reduce((a, b) => a + b)
    })
  const kl = (g: Graph, logits: Value, targets: Value): Value => {
    const shape = [POSITIONS, VOCABULARY]
    const reference = constant(g, logits.dtype, shape, REFERENCE.flat())
    const perPosition = klToReference(g, tokenStats(g, logits, targets), reference)
    return sumAll(g, mul(g, perPosition, vector(g, logits, WEIGHTS)))
  }
  const entropy = (g: Graph, logits: Value, targets: Value): Value =>
    sumAll(g, mul(g, tokenStats(g, logits, targets).entropy, vector(g, logits, WEIGHTS)))
  const ppo = (g: Graph, logits: Value, targets: Value): Value => {
    const inputs = { ...policy(g, logits), ...clips(g, logits) }
    return ppoClip(g, tokenStats(g, logits, targets), inputs).loss
  }
  const dual = (g: Graph, logits: Value, targets: Value): Value => {
    const dualClip = vector(g, logits, DUAL_CLIP)
    const inputs = { ...policy(g, logits), ...clips(g, logits), dualClip }
    return ppoClip(g, tokenStats(g, logits, targets), inputs).loss
  }
  return [
    rowOf(
      'cross entropy',
      (g, logits, targets) =>
        crossEntropy(g, tokenStats(g, logits, targets), vector(g, logits, WEIGHTS)),
      (logits) => -sumOver((m) => at(WEIGHTS, m) * logprob(logits, m)),
    ),
    rowOf(
      'importance sampling',
      (g, logits, targets) =>
        importanceSampling(g, tokenStats(g, logits, targets), policy(g, logits)),
      (logits) => -sumOver((m) => ratio(logits, m) * at(ADVANTAGES, m)),
    ),
    rowOf('PPO clip', ppo, plainPpo),
    rowOf('PPO with dual clip', dual, plainDual),
    rowOf('entropy', entropy, plainEntropy),
    rowOf('KL to reference', kl, plainKl),
    rowOf(
      'PPO with KL and entropy bonus',
      (g, logits, targets) =>
        add(
          g,
          ppo(g, logits, targets),
          add(g, kl(g, logits, targets), neg(g, entropy(g, logits, targets))),
        ),
      (logits) => plainPpo(logits) + plainKl(logits) - plainEntropy(logits),
    ),
  ]
}
