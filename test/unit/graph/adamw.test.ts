import type { Tensor } from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { adamw, clipFactor, globalNorm } from '../../../electron/graph/adamw.ts'
import { createGraph, type Graph, input, output } from '../../../electron/graph/graph.ts'
import { modelBytes } from '../../../electron/graph/proto.ts'
import type { DType } from '../../../electron/graph/value.ts'
import {
  type Feeds,
  numbersOf,
  openGraph,
  relativeError,
  seeded,
  SESSION_OPTIONS,
  tensorOf,
} from '../../gradcheck/harness.ts'

const SHAPES = [[3, 4], [5], [2, 2]] as const
const DECAYED = [true, false, true]
const STEPS = 6
const OPTIONS = { beta1: 0.9, beta2: 0.95, eps: 1e-8, weightDecay: 0.1, maxNorm: 1.5 }
const SCALARS = [
  'learningRate',
  'decay',
  'beta1',
  'beta2',
  'correction1',
  'correction2',
  'eps',
  'maxNorm',
] as const

/** The learning rate changes from step to step, without a new graph. */
const rate = (step: number): number => 0.05 / step

function scalarFeeds(step: number): Record<(typeof SCALARS)[number], number> {
  const { beta1, beta2, eps, weightDecay, maxNorm } = OPTIONS
  return {
    learningRate: rate(step),
    decay: 1 - rate(step) * weightDecay,
    beta1,
    beta2,
    correction1: 1 - beta1 ** step,
    correction2: 1 - beta2 ** step,
    eps,
    maxNorm,
  }
}

function updateGraph(dtype: DType): Graph {
  const g = createGraph('cpu')
  const read = (name: (typeof SCALARS)[number]) => input(g, name, dtype, [])
  const scalars = {
    learningRate: read('learningRate'),
    decay: read('decay'),
    beta1: read('beta1'),
    beta2: read('beta2'),
    correction1: read('correction1'),
    correction2: read('correction2'),
    eps: read('eps'),
    maxNorm: read('maxNorm'),
  }
  const tensors = SHAPES.map((shape, index) => ({
    weight: input(g, `weight${index}`, dtype, shape),
    gradient: input(g, `gradient${index}`, dtype, shape),
    first: input(g, `first${index}`, dtype, shape),
    second: input(g, `second${index}`, dtype, shape),
    decayed: DECAYED[index] === true,
  }))
  const norm = globalNorm(
    g,
    tensors.map(({ gradient }) => gradient),
  )
  output(g, norm, 'norm')
  const factor = clipFactor(g, norm, scalars.maxNorm)
  tensors.forEach((tensor, index) => {
    const next = adamw(g, tensor, factor, scalars)
    output(g, next.weight, `next.weight${index}`)
    output(g, next.first, `next.first${index}`)
    output(g, next.second, `next.second${index}`)
  })
  return g
}

type State = Record<string, number[]>
const STATE = SHAPES.flatMap((_, index) => [`weight${index}`, `first${index}`, `second${index}`])

const countOf = (index: number): number => (SHAPES[index] ?? []).reduce((a, b) => a * b, 1)

function startState(): State {
  const random = seeded(8)
  const zeros = (index: number): number[] => Array.from({ length: countOf(index) }, () => 0)
  return Object.fromEntries(
    SHAPES.flatMap((_, index) => [
      [`weight${index}`, zeros(index).map(() => Math.fround(random() - 0.5))],
      [`first${index}`, zeros(index)],
      [`second${index}`, zeros(index)],
    ]),
  )
}

/** Odd steps have large gradients, which are clipped; even steps small ones, which are not. */
function stepGradients(step: number): number[][] {
  const random = seeded(100 + step)
  const size = step % 2 === 1 ? 4 : 0.2
  return SHAPES.map((_, index) =>
    Array.from({ length: countOf(index) }, () => Math.fround(size * (random() - 0.5))),
  )
}

/** torch.optim.AdamW after torch.nn.utils.clip_grad_norm_, in float64. */
function plainStep(state: State, gradients: number[][], step: number): number {
  const { beta1, beta2, eps, weightDecay, maxNorm } = OPTIONS
  const norm = Math.sqrt(gradients.flat().reduce((sum, x) => sum + x * x, 0))
  const factor = Math.min(1, maxNorm / (norm + 1e-6))
  gradients.forEach((gradient, index) => {
    const [weight = [], first = [], second = []] = [
      state[`weight${index}`],
      state[`first${index}`],
      state[`second${index}`],
    ]
    gradient.forEach((raw, at) => {
      const slope = raw * factor
      first[at] = beta1 * (first[at] ?? NaN) + (1 - beta1) * slope
      second[at] = beta2 * (second[at] ?? NaN) + (1 - beta2) * slope ** 2
      const mean = first[at] / (1 - beta1 ** step)
      const spread = Math.sqrt(second[at] / (1 - beta2 ** step)) + eps
      const kept = DECAYED[index] === true ? 1 - rate(step) * weightDecay : 1
      weight[at] = (weight[at] ?? NaN) * kept - (rate(step) * mean) / spread
    })
  })
  return norm
}

function feedsOf(state: State, step: number): Feeds {
  const gradients = stepGradients(step).map((numbers, index) => [`gradient${index}`, numbers])
  const scalars = Object.entries(scalarFeeds(step)).map(([name, number]) => [name, [number]])
  return { ...state, ...Object.fromEntries(gradients), ...Object.fromEntries(scalars) }
}

/** States after each step, with fresh output arrays. */
async function graphStates(dtype: DType): Promise<{ states: State[]; norms: number[] }> {
  const runner = await openGraph(updateGraph(dtype), 'basic')
  const states: State[] = []
  const norms: number[] = []
  let state = startState()
  for (let step = 1; step <= STEPS; step += 1) {
    const results = await runner.run(feedsOf(state, step))
    state = Object.fromEntries(STATE.map((name) => [name, numbersOf(results, `next.${name}`)]))
    states.push(state)
    norms.push(numbersOf(results, 'norm')[0] ?? NaN)
  }
  await runner.release()
  return { states, norms }
}

/** States after each step when the fed arrays are also the fetched ones. */
async function inPlaceStates(): Promise<State[]> {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const g = updateGraph('float32')
  const session = await InferenceSession.create(modelBytes(g, 'update'), {
    ...SESSION_OPTIONS,
    graphOptimizationLevel: 'basic',
  })
  const bind = (feeds: Feeds, names: readonly string[]): Record<string, Tensor> =>
    Object.fromEntries(
      g.inputs
        .filter(({ name }) => names.includes(name))
        .map((value) => [value.name, tensorOf(Tensor, value, feeds[value.name])]),
    )
  const state = bind(startState(), STATE)
  const fetches = Object.fromEntries(STATE.map((name) => [`next.${name}`, state[name] ?? null]))
  const states: State[] = []
  for (let step = 1; step <= STEPS; step += 1) {
    const fresh = feedsOf({}, step)
    await session.run({ ...bind(fresh, Object.keys(fresh)), ...state }, fetches)
    states.push(
      Object.fromEntries(STATE.map((name) => [name, Array.from(state[name]?.data ?? [], Number)])),
    )
  }
  await session.release()
  return states
}

describe('AdamW with a clipped global norm', () => {
  it.each([
    ['float64' as const, 1e-13],
    ['float32' as const, 2e-6],
  ])('in %s equals the formula in plain loops over several steps', async (dtype, tolerance) => {
    const { states, norms } = await graphStates(dtype)
    const plain = startState()
    for (let step = 1; step <= STEPS; step += 1) {
      const norm = plainStep(plain, stepGradients(step), step)
      expect(relativeError([norms[step - 1] ?? NaN], [norm])).toBeLessThan(tolerance)
      for (const name of STATE) {
        const found = states[step - 1]?.[name] ?? []
        expect(relativeError(found, plain[name] ?? [])).toBeLessThan(tolerance)
      }
    }
  })

  it('clips on some of these steps and not on others', async () => {
    const { norms } = await graphStates('float64')
    expect(norms.map((norm) => norm > OPTIONS.maxNorm)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ])
  })

  it('gives the same bits when weights and moments are updated in place', async () => {
    const { states } = await graphStates('float32')
    expect(await inPlaceStates()).toEqual(states)
  })
})
