/**
 * `kelvin eval`: scores of a model folder or of a run's checkpoint, alone or against another, on any suite.
 * With gold it grades the suites' own solutions instead: a check of data and grader.
 * Not here: measuring during a run (train.ts), one benchmark on one model (evaluate-suite.ts), statistics (eval/).
 */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { resolveConfig, parseConfig, type RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { SuiteScores } from '../contract/news.ts'
import type { Engine, Progress } from '../engine/engine.ts'
import { createLocalEngine } from '../engine/local.ts'
import type { Benchmark } from '../eval/benchmark.ts'
import { type GradedAnswer, gradeText, type ReasoningItem } from '../eval/reasoning.ts'
import { benchmarkOf, BENCHMARKS } from '../eval/suites/registry.ts'
import { openCheckpoint } from '../model/checkpoint.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import { NANO_CODEC } from '../nano/codec.ts'
import { loadSuite, SUITES, type SuiteName } from '../nano/suites.ts'
import { openSandbox } from '../sandbox/open.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { renderAnswer } from '../selfplay/prompts/nano.ts'
import { openStore } from '../store/open.ts'
import { readRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { findCheckpoint, modelOf } from './checkpoints.ts'
import {
  type BenchmarkScores,
  goldOfBenchmark,
  measureBenchmark,
  recordBenchmark,
  scoreBenchmark,
  type SuiteDetails,
} from './evaluate-suite.ts'
import { historyOf, type Measure, measureAll, type Measured, scoresOf } from './measure.ts'
import { codecOf, NANO_MODEL, promptsOf } from './models.ts'
import { databaseFile, fromHomePath } from './paths.ts'
import { recorderOf } from './recorder.ts'

/** step null: the run's last checkpoint. */
export type RunAt = { readonly run: string; readonly step: number | null }

export type EvalOrder = {
  readonly home: string
  /** Model folder; with run null too, the embedded model. */
  readonly model: string | null
  readonly run: RunAt | null
  readonly suites: readonly string[]
  /** Folder of the suites' files; null: those that ship, and the folder `benchmarks` of the home. */
  readonly data: string | null
  /** Answers per item when sampling. */
  readonly samples: number
  /** 0: greedy. */
  readonly temperature: number
  /** Items, of suites with kinds per kind; null: all. */
  readonly limit: number | null
  readonly against: RunAt | null
  readonly gold: boolean
  readonly seed: number
  readonly device: 'cpu' | 'webgpu'
}

export type EvalOptions = { readonly signal: AbortSignal; readonly onProgress: Progress }

export type EvalSummary = {
  readonly suites: SuiteScores
  /** Of the public suites: how each score came about. */
  readonly details: Readonly<Record<string, SuiteDetails>>
}

/** What is measured: a model's files, how it is asked, where its scores belong. */
export type Subject = {
  readonly folder: string
  readonly config: RunConfig
  readonly at: { readonly run: string; readonly step: number } | null
}

/** The suites of an order: those of nano models, and public ones. */
type Plan = { readonly nano: readonly SuiteName[]; readonly public: readonly Benchmark[] }

export const SUITE_NAMES: readonly string[] = [...SUITES, ...BENCHMARKS.map(({ id }) => id)]

export async function runEval(order: EvalOrder, options: EvalOptions): Promise<EvalSummary> {
  const plan = planOf(order.suites)
  const measures = await nanoMeasures(order, plan)
  const sandbox = await openSandbox()
  try {
    if (order.gold) return await runGold(order, plan, measures, sandbox, options)
    return await withHistory(order, async (store) => {
      const subject = await subjectOf(order, store, order.run, order.model)
      const after = await measureSubject(order, subject, plan, measures, sandbox, options)
      await record(store, subject, order, after)
      if (order.against === null) return summaryOf(after, null)
      const other = await subjectOf(order, store, order.against, null)
      const before = await measureSubject(order, other, plan, measures, sandbox, options)
      await record(store, other, order, before)
      return summaryOf(after, before)
    })
  } finally {
    await sandbox.close()
  }
}

function planOf(names: readonly string[]): Plan {
  const unknown = names.find((name) => !SUITE_NAMES.includes(name))
  if (unknown !== undefined) {
    throw new AppError('usage', `suite ${unknown}: expected one of ${SUITE_NAMES.join(', ')}`)
  }
  return {
    nano: SUITES.filter((suite) => names.includes(suite)),
    public: names.flatMap((name) => benchmarkOf(name) ?? []),
  }
}

/** Only runs need the history: a plain folder is evaluated without a database. */
async function withHistory<T>(
  order: EvalOrder,
  work: (store: Store | null) => Promise<T>,
): Promise<T> {
  if (order.run === null && order.against === null) return await work(null)
  const store = await openStore(databaseFile(order.home))
  try {
    return await work(store)
  } finally {
    store.close()
  }
}

async function nanoMeasures(order: EvalOrder, { nano }: Plan): Promise<Measure[]> {
  const { data, temperature, limit } = order
  return await Promise.all(
    nano.map(async (suite) => {
      // Other suites' files may be all that the folder holds: these two ship.
      const isThere = data !== null && existsSync(join(data, `${suite}.jsonl`))
      const items = await loadSuite(suite, ...(data !== null && isThere ? [data] : []))
      return { suite, temperature, items: limited(items, limit) }
    }),
  )
}

function limited<Item extends ReasoningItem>(
  items: readonly Item[],
  limit: number | null,
): readonly Item[] {
  if (limit === null) return items
  return [...Map.groupBy(items, ({ kind }) => kind).values()].flatMap((own) => own.slice(0, limit))
}

async function subjectOf(
  { home }: EvalOrder,
  store: Store | null,
  at: RunAt | null,
  model: string | null,
): Promise<Subject> {
  if (at === null || store === null) {
    const folder = model ?? NANO_MODEL
    return { folder, config: await configOf(folder), at: null }
  }
  const run = readRun(store, at.run)
  const checkpoint = findCheckpoint(store, at.run, at.step)
  return {
    folder: modelOf(fromHomePath(home, checkpoint.path)),
    config: parseConfig(run.config),
    at: { run: at.run, step: checkpoint.step },
  }
}

/** A folder says by its files how its model is to be asked: nano tokens, a chat template, or neither. */
async function configOf(folder: string): Promise<RunConfig> {
  const { config } = await openCheckpoint(folder)
  if (config.vocabSize === NANO_CODEC.vocabSize) return resolveConfig('nano')
  const { chatTemplate } = await openTokenizer(folder, config)
  return resolveConfig('nano', { promptSet: chatTemplate === null ? 'base' : 'chat' })
}

type Results = {
  readonly nano: readonly Measured[]
  readonly public: readonly BenchmarkScores[]
}

async function measureSubject(
  order: EvalOrder,
  subject: Subject,
  plan: Plan,
  measures: readonly Measure[],
  sandbox: Sandbox,
  options: EvalOptions,
): Promise<Results> {
  const { folder, config } = subject
  const workers = config.workers > 0 ? config.workers : availableParallelism()
  const engine = createLocalEngine({ device: order.device, workers })
  try {
    const nano = await measureNano(order, subject, measures, sandbox, engine, options)
    const sampler = plan.public.length === 0 ? null : await engine.createSamplingClient(folder)
    const results: BenchmarkScores[] = []
    for (const benchmark of plan.public) {
      if (sampler === null) break
      const deps = { sampler, sandbox, ...options }
      results.push(await measureBenchmark(benchmark, order, subject, deps))
    }
    return { nano, public: results }
  } finally {
    await engine.close()
  }
}

async function measureNano(
  order: EvalOrder,
  { folder, config }: Subject,
  measures: readonly Measure[],
  sandbox: Sandbox,
  engine: Engine,
  { signal, onProgress }: EvalOptions,
): Promise<Measured[]> {
  if (measures.length === 0) return []
  const sampler = await engine.createSamplingClient(folder)
  const codec = await codecOf(folder, config)
  const deps = { sampler, codec, prompts: promptsOf(config), sandbox, signal, onProgress }
  return await measureAll(measures, deps, { config, samples: order.samples, seed: order.seed })
}

function summaryOf(after: Results, before: Results | null): EvalSummary {
  const suites: SuiteScores = {
    ...scoresOf(after.nano, before?.nano ?? []),
    ...Object.fromEntries(
      after.public.map((result, at) => [result.name, scoreBenchmark(result, before?.public[at])]),
    ),
  }
  const details = Object.fromEntries(after.public.map(({ name, details }) => [name, details]))
  return { suites, details }
}

/** Whole-suite scores of a run's checkpoint belong to its history. */
async function record(
  store: Store | null,
  { at }: Subject,
  { limit }: EvalOrder,
  results: Results,
): Promise<void> {
  if (store === null || at === null || limit !== null) return
  const recorder = recorderOf(store, at.run, { now: () => Date.now(), pid: process.pid })
  const { records, items } = historyOf(at.step, results.nano)
  recorder.evals(records, items)
  for (const result of results.public) await recordBenchmark(recorder, at.step, result)
}

async function runGold(
  order: EvalOrder,
  plan: Plan,
  measures: readonly Measure[],
  sandbox: Sandbox,
  options: EvalOptions,
): Promise<EvalSummary> {
  const nano = await gradeNanoGold(measures, sandbox, options.signal)
  const results: BenchmarkScores[] = []
  for (const benchmark of plan.public) {
    results.push(await goldOfBenchmark(benchmark, order, sandbox, options))
  }
  return summaryOf({ nano, public: results }, null)
}

async function gradeNanoGold(
  measures: readonly Measure[],
  sandbox: Sandbox,
  signal: AbortSignal,
): Promise<Measured[]> {
  const config = resolveConfig('nano')
  const prompts = promptsOf(config)
  const results: Measured[] = []
  for (const measure of measures) {
    const texts = measure.items.map((item) => ({
      item,
      text: renderAnswer(item)
        .map((part) => part.text)
        .join(''),
    }))
    const answers: GradedAnswer[] = await gradeText(texts, { prompts, sandbox, signal }, config)
    results.push({ ...measure, answers })
  }
  return results
}
