/**
 * One public benchmark on one model: files, journal, runner, score and what is told with the score.
 * Not here: which models and suites (evaluate.ts), grading (eval/).
 */
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import { resolveConfig, type RunConfig } from '../contract/config.ts'
import type { EvalItem } from '../contract/history.ts'
import type { SuiteScore } from '../contract/news.ts'
import type { Progress, SamplingClient } from '../engine/engine.ts'
import type { Benchmark, LoadedSuite, SuiteFile, Template } from '../eval/benchmark.ts'
import { type CurvePoint, passCurve } from '../eval/curves.ts'
import { type GoldFailure, gradeGold } from '../eval/gold.ts'
import { runSuite, type SuiteAnswer, type SuiteProgress } from '../eval/runner.ts'
import { evalItems, evalRecords, suiteDifference, suiteScore } from '../eval/scores.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { journalPath, openJournal } from './eval-journal.ts'
import { type EvalRecordFile, writeRecord } from './eval-record.ts'
import type { EvalOrder, Subject } from './evaluate.ts'
import { measureName } from './measure.ts'
import { codecOf, weightsDigest } from './models.ts'
import type { Recorder } from './recorder.ts'

/** Everything that must stand beside a score for it to mean something. */
export type SuiteDetails = {
  readonly title: string
  readonly licence: string
  readonly home: string
  readonly protocol: string
  readonly files: readonly SuiteFile[]
  readonly items: number
  readonly template: Template
  readonly temperature: number
  readonly topP: number
  readonly maxTokens: number
  readonly samples: number
  readonly seed: number
  /** Where prompts, responses and the reason of every verdict are; null for gold. */
  readonly journal: string | null
  readonly passAtK: readonly CurvePoint[]
  /** Of gold: items whose own solution fails. */
  readonly failures?: readonly GoldFailure[]
  /** Of gold: items without a solution. */
  readonly without?: number
  readonly contamination: string
}

export type BenchmarkScores = {
  /** As scores are called, with the temperature when sampled. */
  readonly name: string
  readonly benchmark: Benchmark
  readonly temperature: number
  readonly answers: readonly SuiteAnswer[]
  readonly details: SuiteDetails
}

const CONTAMINATION =
  'The suite is public: a pretrained model may have seen its items. Self-play adds none of them.'

const TEMPLATE_OF: Readonly<Record<RunConfig['promptSet'], Template>> = {
  nano: 'nano',
  base: 'azr',
  chat: 'chat',
}

type Deps = {
  readonly sampler: SamplingClient
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
  readonly onProgress: Progress
}

export async function measureBenchmark(
  benchmark: Benchmark,
  order: EvalOrder,
  { folder, config, at }: Subject,
  { sampler, sandbox, signal, onProgress }: Deps,
): Promise<BenchmarkScores> {
  const suite = await loadLimited(benchmark, order)
  requireQuestions(suite)
  const template = TEMPLATE_OF[config.promptSet]
  const { temperature, samples, seed } = order
  const { config: decoder } = await openCheckpoint(folder)
  const { maxTokens, topP } = benchmark.sampling
  const settings = {
    suite: benchmark.id,
    temperature,
    topP,
    maxTokens,
    context: decoder.maxPositions,
    samples,
    seed,
  }
  const path = journalPath(order.home, benchmark.id, {
    ...settings,
    template,
    weights: await weightsDigest(folder),
    files: suite.files.map(({ path: name, digest }) => `${name} ${digest}`),
  })
  const startedMs = Date.now()
  const answers = await runSuite(suite.questions, settings, {
    sampler,
    codec: await codecOf(folder, config),
    sandbox,
    signal,
    config,
    template,
    journal: await openJournal(path),
    now: () => performance.now(),
    onProgress: plainly(onProgress),
  })
  const passAtK = passCurve(answers, temperature === 0 ? 1 : samples)
  const details = { ...detailsOf(benchmark, order, suite, template), journal: path, passAtK }
  const result = resultOf(benchmark, order, answers, details)
  // A part of a suite is resumed from its notes, but is no result to keep.
  if (order.limit === null) {
    await writeRecord(path, { ...recordOf(result, folder, at), startedMs, finishedMs: Date.now() })
  }
  return result
}

function recordOf(
  { benchmark, answers, details }: BenchmarkScores,
  model: string,
  at: Subject['at'],
): Omit<EvalRecordFile, 'startedMs' | 'finishedMs'> {
  const { passAt1, low, high, n, undecided } = suiteScore(answers)
  const { title, licence, home, protocol, contamination, template, seed, samples } = details
  const { temperature, topP, maxTokens } = details
  const told = { title, licence, home, protocol, contamination }
  const settings = { template, temperature, topP, maxTokens, samples, seed }
  const score = { n, undecided, passAt1, low, high, passAtK: [...details.passAtK] }
  return { suite: benchmark.id, ...told, model, at, ...settings, ...score }
}

const plainly =
  (onProgress: Progress) =>
  ({ done, total }: SuiteProgress): void =>
    onProgress(done, total)

/** Items below the home's folder where the order names none. */
async function loadLimited(benchmark: Benchmark, order: EvalOrder): Promise<LoadedSuite> {
  const { questions, files } = await benchmark.load(order.data ?? join(order.home, 'benchmarks'))
  return { files, questions: order.limit === null ? questions : questions.slice(0, order.limit) }
}

function requireQuestions({ questions, files }: LoadedSuite): void {
  const [first] = questions
  if (first === undefined || first.ask('chat') !== null) return
  const names = files.map(({ path }) => path).join(', ')
  throw new AppError(
    'usage',
    `${names}: expected questions to ask, found an answer key, which serves --gold only`,
  )
}

function detailsOf(
  benchmark: Benchmark,
  { temperature, samples, seed }: EvalOrder,
  { questions, files }: LoadedSuite,
  template: Template,
): SuiteDetails {
  const { title, licence, home, protocol, sampling } = benchmark
  return {
    title,
    licence,
    home,
    protocol,
    files,
    items: questions.length,
    template,
    temperature,
    ...sampling,
    samples: temperature === 0 ? 1 : samples,
    seed,
    journal: null,
    passAtK: [],
    contamination: CONTAMINATION,
  }
}

function resultOf(
  benchmark: Benchmark,
  { temperature, gold }: EvalOrder,
  answers: readonly SuiteAnswer[],
  details: SuiteDetails,
): BenchmarkScores {
  const name = measureName({ suite: benchmark.id, temperature: gold ? 0 : temperature })
  return { name, benchmark, temperature, answers, details }
}

/** Score, with the paired difference where the same suite was measured before. */
export function scoreBenchmark(
  { answers }: BenchmarkScores,
  before: BenchmarkScores | undefined,
): SuiteScore {
  const score = suiteScore(answers)
  if (before === undefined) return score
  const { mean, kinds } = suiteDifference(before.answers, answers)
  return { ...score, difference: mean, kindDifferences: kinds }
}

export async function goldOfBenchmark(
  benchmark: Benchmark,
  order: EvalOrder,
  sandbox: Sandbox,
  { signal, onProgress }: Pick<Deps, 'signal' | 'onProgress'>,
): Promise<BenchmarkScores> {
  const suite = await loadLimited(benchmark, order)
  const template = 'azr'
  const deps = { sandbox, signal, config: resolveConfig('nano'), template } as const
  const report = await gradeGold(benchmark, suite.questions, deps, plainly(onProgress))
  const { failures, without } = report
  const details = { ...detailsOf(benchmark, order, suite, template), failures, without }
  return resultOf(benchmark, order, report.answers, details)
}

const ITEMS_AT_ONCE = 500

/** Into the run's history, with responses and so in pieces. */
export async function recordBenchmark(
  recorder: Recorder,
  step: number,
  { benchmark, temperature, answers, details }: BenchmarkScores,
): Promise<void> {
  recorder.evals(evalRecords(step, benchmark.id, temperature, suiteScore(answers)), [])
  if (details.journal === null) return
  const questions = new Map(answers.map(({ item }) => [item.id, item]))
  let pending: EvalItem[] = []
  for await (const noted of (await openJournal(details.journal)).read()) {
    const item = questions.get(noted.item)
    if (item === undefined) continue
    const own = noted.answers.map((answer, sample) => ({ ...answer, item, sample }))
    pending.push(...evalItems(step, benchmark.id, temperature, own))
    if (pending.length < ITEMS_AT_ONCE) continue
    recorder.evals([], pending)
    pending = []
  }
  recorder.evals([], pending)
}
