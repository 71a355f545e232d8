/**
 * `kelvin eval`: scores of a model folder or of a run's checkpoint, alone or against another, on built-in suites.
 * With gold it grades the suites' own solutions instead: a check of data and grader.
 * Not here: measuring during a run (train.ts), statistics (eval/).
 */
import { availableParallelism } from 'node:os'
import { resolveConfig, parseConfig, type RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { SuiteScores } from '../contract/news.ts'
import type { Progress } from '../engine/engine.ts'
import { createLocalEngine } from '../engine/local.ts'
import { type GradedAnswer, gradeText, type ReasoningItem } from '../eval/reasoning.ts'
import { loadSuite, SUITES, type SuiteName } from '../nano/suites.ts'
import { openSandbox } from '../sandbox/open.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { renderAnswer } from '../selfplay/prompts/nano.ts'
import { openStore } from '../store/open.ts'
import { readRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { findCheckpoint, modelOf } from './checkpoints.ts'
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
  /** Folder of the suites' files; null: those that ship. */
  readonly data: string | null
  /** Answers per item when sampling. */
  readonly samples: number
  /** 0: greedy. */
  readonly temperature: number
  /** Items per kind; null: all. */
  readonly limit: number | null
  readonly against: RunAt | null
  readonly gold: boolean
  readonly seed: number
  readonly device: 'cpu' | 'webgpu'
}

export type EvalOptions = { readonly signal: AbortSignal; readonly onProgress: Progress }

export type EvalSummary = { readonly suites: SuiteScores }

type Subject = {
  readonly folder: string
  readonly config: RunConfig
  readonly at: { readonly run: string; readonly step: number } | null
}

export async function runEval(order: EvalOrder, options: EvalOptions): Promise<EvalSummary> {
  const measures = await suiteMeasures(order)
  const sandbox = await openSandbox()
  try {
    if (order.gold) return { suites: scoresOf(await gradeGold(measures, sandbox, options.signal)) }
    return await withHistory(order, async (store) => {
      const subject = subjectOf(order, store, order.run, order.model)
      const after = await measureSubject(order, subject, measures, sandbox, options)
      record(store, subject, order, after)
      if (order.against === null) return { suites: scoresOf(after) }
      const other = subjectOf(order, store, order.against, null)
      const before = await measureSubject(order, other, measures, sandbox, options)
      return { suites: scoresOf(after, before) }
    })
  } finally {
    await sandbox.close()
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

async function suiteMeasures({ suites, data, temperature, limit }: EvalOrder): Promise<Measure[]> {
  return await Promise.all(
    suites.map(async (name) => {
      const suite = suiteName(name)
      const items = await loadSuite(suite, ...(data === null ? [] : [data]))
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

function suiteName(name: string): SuiteName {
  const found = SUITES.find((suite) => suite === name)
  if (found !== undefined) return found
  throw new AppError('usage', `suite ${name}: expected one of ${SUITES.join(', ')}`)
}

function subjectOf(
  { home }: EvalOrder,
  store: Store | null,
  at: RunAt | null,
  model: string | null,
): Subject {
  if (at === null || store === null) {
    return { folder: model ?? NANO_MODEL, config: resolveConfig('nano'), at: null }
  }
  const run = readRun(store, at.run)
  const checkpoint = findCheckpoint(store, at.run, at.step)
  return {
    folder: modelOf(fromHomePath(home, checkpoint.path)),
    config: parseConfig(run.config),
    at: { run: at.run, step: checkpoint.step },
  }
}

async function measureSubject(
  order: EvalOrder,
  { folder, config }: Subject,
  measures: readonly Measure[],
  sandbox: Sandbox,
  { signal, onProgress }: EvalOptions,
): Promise<Measured[]> {
  const workers = config.workers > 0 ? config.workers : availableParallelism()
  const engine = createLocalEngine({ device: order.device, workers })
  try {
    const codec = await codecOf(folder, config)
    const sampler = await engine.createSamplingClient(folder)
    const deps = { sampler, codec, prompts: promptsOf(config), sandbox, signal, onProgress }
    return await measureAll(measures, deps, { config, samples: order.samples, seed: order.seed })
  } finally {
    await engine.close()
  }
}

/** Whole-suite scores of a run's checkpoint belong to its history. */
function record(
  store: Store | null,
  { at }: Subject,
  { limit }: EvalOrder,
  measured: readonly Measured[],
): void {
  if (store === null || at === null || limit !== null) return
  const { records, items } = historyOf(at.step, measured)
  recorderOf(store, at.run, { now: () => Date.now(), pid: process.pid }).evals(records, items)
}

async function gradeGold(
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
