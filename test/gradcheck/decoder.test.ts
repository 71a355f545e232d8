import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import type { LossName } from '../../electron/engine/datum.ts'
import { accumulatorName, gradientGraph, referenceName } from '../../electron/engine/train-graph.ts'
import type { Target } from '../../electron/graph/graph.ts'
import { elementCount } from '../../electron/graph/value.ts'
import { parseConfig } from '../../electron/model/config-json.ts'
import type { DecoderConfig } from '../../electron/model/config.ts'
import { FED } from '../../electron/model/parameters.ts'
import { tensorNames } from '../../electron/model/tensors.ts'
import { goldenWeights } from '../golden/weights.ts'
import {
  type Feeds,
  type Numbers,
  numbersOf,
  relativeError,
  type Result,
  runGraph,
} from './harness.ts'

const Row = v.object({
  tokens: v.array(v.number()),
  targets: v.array(v.number()),
  weights: v.array(v.number()),
  logprobs: v.array(v.number()),
  advantages: v.array(v.number()),
  klWeight: v.array(v.number()),
  entropyWeight: v.array(v.number()),
  clipLow: v.number(),
  clipHigh: v.number(),
})

const Gradients = v.record(v.string(), v.object({ norm: v.number(), values: v.array(v.number()) }))

const Golden = v.object({
  config: v.record(v.string(), v.unknown()),
  perturb: v.number(),
  rows: v.array(Row),
  samples: v.record(v.string(), v.array(v.number())),
  losses: v.record(v.string(), v.object({ loss: v.number(), gradients: Gradients })),
})

type GoldenRow = v.InferOutput<typeof Row>

async function readGolden(name: string): Promise<v.InferOutput<typeof Golden>> {
  const path = join(import.meta.dirname, `../golden/decoder-${name}.json`)
  return v.parse(Golden, JSON.parse(await readFile(path, 'utf8')))
}

/** Matrices stand transposed in our graphs. */
function transposed(numbers: Numbers, [rows = 1, columns = 1]: readonly number[]): number[] {
  return Array.from(
    numbers,
    (_, at) => numbers[(at % rows) * columns + Math.floor(at / rows)] ?? NaN,
  )
}

function weightFeeds(config: DecoderConfig, perturb = 0): Feeds {
  const weights = goldenWeights(config, perturb)
  return Object.fromEntries(
    tensorNames(config).map(({ name, kind, shape }) => {
      const numbers = Array.from(weights.get(name) ?? [])
      return [name, kind === 'matrix' ? transposed(numbers, shape) : numbers]
    }),
  )
}

/** One grid row per golden row, padded with tokens of a document of their own; every cell is a position. */
function gridFeeds(rows: readonly GoldenRow[], length: number): Feeds {
  const cells = (pad: number, read: (row: GoldenRow, at: number) => number): number[] =>
    rows.flatMap((row) =>
      Array.from({ length }, (_, at) => (at < row.tokens.length ? read(row, at) : pad)),
    )
  return {
    ids: cells(0, (row, at) => row.tokens[at] ?? NaN),
    positions: cells(0, (_row, at) => at),
    documents: cells(-1, () => 0),
    branches: cells(0, () => 0),
    rows: Array.from({ length: rows.length * length }, (_, cell) => cell),
    targets: cells(0, (row, at) => Math.max(0, row.targets[at] ?? NaN)),
    weights: cells(0, (row, at) => row.weights[at] ?? NaN),
    old: cells(0, (row, at) => row.logprobs[at] ?? NaN),
    advantages: cells(0, (row, at) => row.advantages[at] ?? NaN),
    clipLow: cells(0, (row) => row.clipLow),
    clipHigh: cells(0, (row) => row.clipHigh),
    klWeight: cells(0, (row, at) => row.klWeight[at] ?? NaN),
    entropyWeight: cells(0, (row, at) => row.entropyWeight[at] ?? NaN),
  }
}

/** Loss and gradients (accumulators that start at 0) of the golden rows. */
async function lossAndGradients(
  golden: v.InferOutput<typeof Golden>,
  config: DecoderConfig,
  loss: LossName,
  target: Target,
): Promise<Record<string, Result>> {
  const length = Math.max(...golden.rows.map(({ tokens }) => tokens.length))
  const shape = { rows: golden.rows.length, length, positions: golden.rows.length * length }
  const grid = gridFeeds(golden.rows, length)
  const policy = loss === 'ppo'
  const feeds: Record<string, Numbers> = { ...weightFeeds(config), ...grid }
  if (policy) {
    for (const [name, numbers] of Object.entries(weightFeeds(config, golden.perturb))) {
      feeds[referenceName(name)] = numbers
    }
  }
  const g = gradientGraph(
    { config, source: FED, recompute: false },
    shape,
    { loss, kl: policy, entropy: policy, dualClip: false },
    target,
  )
  for (const { name, shape: sizes } of tensorNames(config)) {
    feeds[accumulatorName(name)] = Array.from({ length: elementCount(sizes) }, () => 0)
  }
  return runGraph(g, feeds, 'basic')
}

const norm = (numbers: Numbers): number => Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0))

describe('the gradients of a whole decoder', () => {
  const names = ['llama', 'llama-tied', 'llama3-rope', 'qwen2', 'qwen3']
  const cases = names.flatMap((name) =>
    (['cross_entropy', 'ppo'] as const).flatMap((loss) =>
      (['cpu', 'webgpu'] as const).map((target) => ({ name, loss, target })),
    ),
  )

  it.each(cases)(
    'equal those of PyTorch: $name, $loss, $target',
    async ({ name, loss, target }) => {
      const golden = await readGolden(name)
      const config = parseConfig(golden.config, name)
      const expected = golden.losses[loss]
      const results = await lossAndGradients(golden, config, loss, target)
      expect(relativeError(numbersOf(results, 'loss'), [expected?.loss ?? NaN])).toBeLessThan(1e-5)
      for (const spec of tensorNames(config)) {
        const stored = numbersOf(results, `next.${accumulatorName(spec.name)}`)
        const all = spec.kind === 'matrix' ? transposed(stored, spec.shape.toReversed()) : stored
        const truth = expected?.gradients[spec.name]
        const sampled = (golden.samples[spec.name] ?? []).map((at) => all[at] ?? NaN)
        expect(relativeError(sampled, truth?.values ?? [])).toBeLessThan(1e-5)
        expect(relativeError([norm(all)], [truth?.norm ?? NaN])).toBeLessThan(1e-5)
      }
    },
  )
})
