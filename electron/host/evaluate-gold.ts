/**
 * `--gold`: the suites' own solutions graded as if a model had written them, a check of data and grader.
 * Not here: models (evaluate-suite.ts).
 */
import { resolveConfig } from '../contract/config.ts'
import type { SuiteScores } from '../contract/news.ts'
import { type GoldFailure, gradeGold } from '../eval/gold.ts'
import type { SuiteProgress } from '../eval/runner.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { type Chosen, scoreOf } from './evaluate-suite.ts'

export type GoldDetails = {
  readonly failures: readonly GoldFailure[]
  /** Items without a solution, which were not graded. */
  readonly without: number
}

export type Gold = {
  readonly suites: SuiteScores
  readonly details: Readonly<Record<string, GoldDetails>>
}

export type GoldOptions = {
  readonly signal: AbortSignal
  readonly onProgress: (suite: string, progress: SuiteProgress) => void
}

export async function gradeSolutions(
  suites: readonly Chosen[],
  sandbox: Sandbox,
  { signal, onProgress }: GoldOptions,
): Promise<Gold> {
  const scores: [string, SuiteScores[string]][] = []
  const details: [string, GoldDetails][] = []
  for (const { benchmark, questions } of suites) {
    const { id, goldTemplate: template = 'azr' } = benchmark
    const deps = { sandbox, signal, config: resolveConfig('nano'), template }
    const report = await gradeGold(benchmark, questions, deps, (progress) =>
      onProgress(id, progress),
    )
    const { failures, without } = report
    scores.push([id, scoreOf(report, undefined)])
    details.push([id, { failures, without }])
  }
  return { suites: Object.fromEntries(scores), details: Object.fromEntries(details) }
}
