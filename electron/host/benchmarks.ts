/**
 * The project's own benchmarks, as figures of one form.
 * Not here: how engine and sandbox are measured (engine/bench.ts, sandbox/bench.ts).
 */
import { availableParallelism } from 'node:os'
import type { TrainSummary } from '../contract/news.ts'
import type { SandboxFigures } from '../sandbox/bench.ts'
import type { SandboxEngine } from '../sandbox/sandbox.ts'

export const BENCHMARKS = ['engine', 'sandbox', 'store', 'loop'] as const
export type Benchmark = (typeof BENCHMARKS)[number]

export type Figure = {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly threads: number
}

export type BenchmarkOptions = {
  /** Of the loop and of the engine; null: the embedded model, and shapes of the engine's own. */
  readonly model: string | null
  /** Of the store: tasks in its history. */
  readonly rows: number
  /** Of the row that a model is trained on. */
  readonly tokens: number
  readonly signal: AbortSignal
}

/** One after another, so that none slows another down. Each is loaded when its turn comes. */
export async function* benchmark(
  names: readonly Benchmark[],
  options: BenchmarkOptions,
): AsyncGenerator<Figure, void> {
  for (const name of names) yield* MEASURES[name](options)
}

type Measures = (options: BenchmarkOptions) => AsyncGenerator<Figure, void>

const MEASURES: Readonly<Record<Benchmark, Measures>> = {
  async *engine({ model, tokens, signal }) {
    if (model !== null) {
      const { modelBench } = await import('../engine/model-bench.ts')
      yield* await modelBench(model, {
        threads: availableParallelism(),
        trained: tokens,
        signal,
      })
      return
    }
    const { engineBench } = await import('../engine/bench.ts')
    yield* await engineBench({ threads: availableParallelism(), signal })
  },
  async *sandbox() {
    const { workers, ...figures } = await measureSandbox()
    yield* Object.entries(figures).flatMap(([name, value]) =>
      value === null || name === 'level'
        ? []
        : [figure(`sandbox.${name}`, value, unitOf(name), workers)],
    )
  },
  async *store({ rows, signal }) {
    const { storeBench } = await import('./store-bench.ts')
    yield* storeBench(rows, signal)
  },
  async *loop({ model, signal }) {
    const { loopBench } = await import('./loop-bench.ts')
    const { summary, lag } = await loopBench(model, signal)
    yield* [
      ...loopFigures(summary),
      figure('loop.hostLagP99', lag.p99Ms, 'ms', 1),
      figure('loop.hostLagMax', lag.maxMs, 'ms', 1),
    ]
  },
}

export async function measureSandbox(engine?: SandboxEngine): Promise<SandboxFigures> {
  const { sandboxBench } = await import('../sandbox/bench.ts')
  return sandboxBench(engine === undefined ? {} : { engine })
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
