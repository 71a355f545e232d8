/**
 * The project's own benchmarks, as figures of one form.
 * Not here: how engine and sandbox are measured (engine/bench.ts, sandbox/bench.ts).
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TrainOrder, TrainSummary } from '../contract/news.ts'
import type { SandboxFigures } from '../sandbox/bench.ts'

export const BENCHMARKS = ['engine', 'sandbox', 'loop'] as const
export type Benchmark = (typeof BENCHMARKS)[number]

export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly threads: number
}

export type BenchmarkOptions = {
  /** Of the loop; null: the embedded model. */
  readonly model: string | null
  readonly signal: AbortSignal
}

/** One after another, so that none slows another down. Each is loaded when its turn comes. */
export async function* benchmark(
  names: readonly Benchmark[],
  options: BenchmarkOptions,
): AsyncGenerator<Figure, void> {
  for (const name of names) yield* await MEASURES[name](options)
}

const MEASURES: Readonly<Record<Benchmark, (options: BenchmarkOptions) => Promise<Figure[]>>> = {
  engine: async ({ signal }) => {
    const { engineBench } = await import('../engine/bench.ts')
    return engineBench({ threads: availableParallelism(), signal })
  },
  sandbox: async () => {
    const { workers, ...figures } = await measureSandbox()
    return Object.entries(figures).flatMap(([name, value]) =>
      value === null || name === 'level'
        ? []
        : [figure(`sandbox.${name}`, value, unitOf(name), workers)],
    )
  },
  loop: async (options) => {
    const summary = await trainBriefly(options)
    return loopFigures(summary)
  },
}

export async function measureSandbox(): Promise<SandboxFigures> {
  const { sandboxBench } = await import('../sandbox/bench.ts')
  return sandboxBench()
}

const figure = (name: string, value: number, unit: string, threads: number): Figure => ({
  name,
  value,
  unit,
  threads,
})

function unitOf(name: string): string {
  if (name === 'rssPerWorkerMb') return 'MB'
  return name.endsWith('PerSecond') ? '1/s' : 'ms'
}

const STEPS = 5

async function trainBriefly({ model, signal }: BenchmarkOptions): Promise<TrainSummary> {
  const { runTraining } = await import('./train.ts')
  const home = await mkdtemp(join(tmpdir(), 'kelvin-bench-'))
  try {
    return await runTraining(orderOf(home, model), { signal, onNews: () => undefined })
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

function orderOf(home: string, model: string | null): TrainOrder {
  return {
    home,
    recipe: 'azr',
    preset: 'nano',
    model,
    engine: 'local',
    device: 'cpu',
    steps: STEPS,
    minutes: null,
    seed: 1,
    settings: [],
    resume: null,
    fork: null,
    evaluate: false,
    acceptNoIsolation: false,
  }
}

function loopFigures({ seconds, secondsPerStep, tokensPerSecond, phaseSeconds }: TrainSummary) {
  const threads = availableParallelism()
  const phases = Object.values(phaseSeconds).reduce((sum, one) => sum + one, 0)
  return [
    figure('loop.secondsPerStep', secondsPerStep, 's', threads),
    figure('loop.tokensPerSecond', tokensPerSecond, 'tokens/s', threads),
    // Recording, checkpoints and everything else that is not sampling, executing or updating.
    figure('loop.outsidePhases', 1 - phases / seconds, 'share', threads),
  ]
}
