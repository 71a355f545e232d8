/**
 * `kelvin eval`: scores of a model folder or of a run's checkpoint, alone or against another, on any suite.
 * With gold it grades the suites' own solutions instead.
 * Not here: measuring during a run (train.ts), one suite on one model (evaluate-suite.ts), statistics (eval/).
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { resolveConfig, parseConfig, type RunConfig } from '../contract/config.ts'
import type { Device } from '../contract/inputs.ts'
import type { EvaluationRecord } from '../contract/evaluation.ts'
import type { SuiteScores } from '../contract/news.ts'
import type { RemoteEngine } from '../contract/remote.ts'
import type { Progress } from '../engine/engine.ts'
import type { GoldFailure } from '../eval/gold.ts'
import type { SuiteProgress } from '../eval/runner.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import { openTokenizer } from '../model/tokenizer.ts'
import { NANO_CODEC } from '../nano/codec.ts'
import { openSandbox } from '../sandbox/open.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { openStore } from '../store/open.ts'
import { readRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { findCheckpoint, modelOf } from './checkpoints.ts'
import { gradeSolutions } from './evaluate-gold.ts'
import {
  type Chosen,
  contaminationOf,
  labelOf,
  measureSuite,
  recordSuite,
  scoreOf,
  type SuiteResult,
} from './evaluate-suite.ts'
import { limited, OWN_TASKS, suiteOf } from './evaluate-suites.ts'
import { NANO_MODEL } from './models.ts'
import { openSampling, remoteFor } from './open-engine.ts'
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
  readonly device: Device
  /** Where the model of the folder is served; absent: it is computed here. */
  readonly remote?: RemoteEngine | null
}

export type EvalOptions = { readonly signal: AbortSignal; readonly onProgress: Progress }

/** How a score came about; of gold what is known without a model. */
export type SuiteDetails = Pick<
  EvaluationRecord,
  'title' | 'licence' | 'home' | 'protocol' | 'contamination'
> & {
  readonly files: readonly EvaluationRecord['files'][number][]
  readonly items: number
  readonly evaluations: readonly string[]
  readonly settings: Pick<
    EvaluationRecord,
    'template' | 'temperature' | 'topP' | 'maxTokens' | 'samples' | 'seed'
  > | null
  readonly undecided: number
  readonly passAtK: EvaluationRecord['passAtK']
  /** Of gold: items whose own solution fails, and how many have none. */
  readonly failures?: readonly GoldFailure[]
  readonly without?: number
}

export type EvalSummary = {
  readonly model: string
  readonly against: string | null
  readonly suites: SuiteScores
  readonly details: Readonly<Record<string, SuiteDetails>>
}

/** What is measured: a model's files, how it is asked, where its scores belong. */
export type Subject = {
  readonly folder: string
  readonly config: RunConfig
  readonly at: { readonly run: string; readonly step: number } | null
  readonly remote: RemoteEngine | null
}

export const suiteFolder = ({ data, home }: Pick<EvalOrder, 'data' | 'home'>): string =>
  data ?? join(home, 'benchmarks')

export async function runEval(order: EvalOrder, options: EvalOptions): Promise<EvalSummary> {
  return await withHistory(order, async (store) => {
    const suites = await chosenSuites(order, store)
    const sandbox = await openSandbox()
    try {
      if (order.gold) return await goldSummary(suites, sandbox, options)
      return await measureAndCompare(order, suites, store, sandbox, options)
    } finally {
      await sandbox.close()
    }
  })
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

/** Read before any model is opened: a wrong file is told at once. */
async function chosenSuites(order: EvalOrder, store: Store | null): Promise<Chosen[]> {
  const { home, limit } = order
  const run = order.run?.run ?? order.against?.run ?? null
  const place = store === null || run === null ? null : { home, store, run }
  const benchmarks = [...new Set(order.suites)].map((name) => suiteOf(name, place))
  const chosen: Chosen[] = []
  for (const benchmark of benchmarks) {
    const { questions, files } = await benchmark.load(suiteFolder(order))
    chosen.push({ benchmark, files, questions: limited(questions, limit) })
  }
  return chosen
}

async function measureAndCompare(
  order: EvalOrder,
  suites: readonly Chosen[],
  store: Store | null,
  sandbox: Sandbox,
  options: EvalOptions,
): Promise<EvalSummary> {
  const subject = await subjectOf(order, store, order.run)
  const other = order.against === null ? null : await subjectOf(order, store, order.against)
  const items = suites.reduce((sum, { questions }) => sum + questions.length, 0)
  const progress = sumOf(items * (other === null ? 1 : 2), options.onProgress)
  const deps = { sandbox, signal: options.signal }
  const after = await measureSubject(order, subject, suites, store, { ...deps, progress })
  const before =
    other === null ? [] : await measureSubject(order, other, suites, store, { ...deps, progress })
  return {
    model: labelOf(subject),
    against: other === null ? null : labelOf(other),
    suites: Object.fromEntries(
      after.map((result, at) => [result.name, scoreOf(result, before[at])]),
    ),
    details: Object.fromEntries(
      after.map((result, at) => [result.name, detailsOf(result, before[at])]),
    ),
  }
}

/** One count over all suites and models. */
function sumOf(total: number, onProgress: Progress) {
  const done = new Map<string, number>()
  return (name: string) =>
    (progress: SuiteProgress): void => {
      done.set(name, progress.done)
      const sum = [...done.values()].reduce((all, one) => all + one, 0)
      onProgress(Math.min(total, Math.round(sum)), total)
    }
}

async function subjectOf(
  { home, model, remote = null }: EvalOrder,
  store: Store | null,
  at: RunAt | null,
): Promise<Subject> {
  if (at === null || store === null) {
    const folder = model ?? NANO_MODEL
    return { folder, config: await configOf(folder), at: null, remote }
  }
  const run = readRun(store, at.run)
  const checkpoint = findCheckpoint(store, at.run, at.step)
  const folder = modelOf(fromHomePath(home, checkpoint.path))
  return {
    folder,
    remote: await remoteFor(folder, null),
    config: parseConfig(run.config),
    at: { run: at.run, step: checkpoint.step },
  }
}

/** A folder says by its files how its model is to be asked: nano tokens, a chat template, or neither. */
async function configOf(folder: string): Promise<RunConfig> {
  const config = await readModelConfig(folder)
  if (config.vocabSize === NANO_CODEC.vocabSize) return resolveConfig('nano')
  const { chatTemplate } = await openTokenizer(folder, config)
  return resolveConfig('nano', { promptSet: chatTemplate === null ? 'base' : 'chat' })
}

type SubjectDeps = {
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
  readonly progress: (name: string) => (progress: SuiteProgress) => void
}

async function measureSubject(
  order: EvalOrder,
  subject: Subject,
  suites: readonly Chosen[],
  store: Store | null,
  { sandbox, signal, progress }: SubjectDeps,
): Promise<SuiteResult[]> {
  const { folder, config, remote } = subject
  const workers = config.workers > 0 ? config.workers : availableParallelism()
  const engine = await openSampling(folder, remote, order.home, { device: order.device, workers })
  try {
    const sampler = await engine.createSamplingClient(folder)
    const results: SuiteResult[] = []
    for (const suite of suites) {
      const onProgress = progress(`${labelOf(subject)} ${suite.benchmark.id}`)
      const deps = { sampler, sandbox, signal, onProgress }
      const result = await measureSuite(suite, order, subject, deps)
      await record(store, subject, order, result)
      results.push(result)
    }
    return results
  } finally {
    await engine.close()
  }
}

/** Whole-suite scores of a run's checkpoint belong to its history; so do not those on its own tasks, which change. */
async function record(
  store: Store | null,
  { at }: Subject,
  { limit }: EvalOrder,
  result: SuiteResult,
): Promise<void> {
  if (store === null || at === null || limit !== null || result.record.suite === OWN_TASKS) return
  const recorder = recorderOf(store, at.run, { now: () => Date.now(), pid: process.pid })
  await recordSuite(recorder, at.step, result)
}

function detailsOf(
  { id, answers, record }: SuiteResult,
  before: SuiteResult | undefined,
): SuiteDetails {
  const { title, licence, home, protocol, contamination, files, undecided, passAtK } = record
  const { template, temperature, topP, maxTokens, samples, seed } = record
  return {
    title,
    licence,
    home,
    protocol,
    contamination,
    files,
    undecided,
    passAtK,
    items: new Set(answers.map(({ item }) => item.id)).size,
    evaluations: before === undefined ? [id] : [id, before.id],
    settings: { template, temperature, topP, maxTokens, samples, seed },
  }
}

async function goldSummary(
  suites: readonly Chosen[],
  sandbox: Sandbox,
  { signal, onProgress }: EvalOptions,
): Promise<EvalSummary> {
  const items = suites.reduce((sum, { questions }) => sum + questions.length, 0)
  const progress = sumOf(items, onProgress)
  const gold = await gradeSolutions(suites, sandbox, {
    signal,
    onProgress: (suite, one) => progress(suite)(one),
  })
  const details = suites.map(({ benchmark, questions, files }): [string, SuiteDetails] => {
    const { id, title, licence, home, protocol } = benchmark
    const about = { title, licence, home, protocol, contamination: contaminationOf(benchmark) }
    const { undecided } = gold.suites[id] ?? { undecided: 0 }
    const nothing = { evaluations: [], settings: null, passAtK: [] }
    const own = { files, items: questions.length, undecided, ...gold.details[id] }
    return [id, { ...about, ...nothing, ...own }]
  })
  return {
    model: 'reference solutions',
    against: null,
    suites: gold.suites,
    details: Object.fromEntries(details),
  }
}
