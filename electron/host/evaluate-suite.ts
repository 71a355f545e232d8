/**
 * One suite on one model: journal, runner, score and what is kept beside the score.
 * Not here: which models and suites (evaluate.ts), grading (eval/).
 */
import { basename } from 'node:path'
import type { RunConfig } from '../contract/config.ts'
import { AppError } from '../contract/errors.ts'
import type { EvalSettings, EvaluationRecord } from '../contract/evaluation.ts'
import type { EvalItem } from '../contract/history.ts'
import type { SuiteScore } from '../contract/news.ts'
import type { SamplingClient } from '../engine/engine.ts'
import type { Benchmark, LoadedSuite, Question, Template } from '../eval/benchmark.ts'
import { passCurve } from '../eval/curves.ts'
import { runSuite, type SuiteAnswer, type SuiteProgress } from '../eval/runner.ts'
import { evalItems, evalRecords, suiteDifference, suiteScore } from '../eval/scores.ts'
import { readModelConfig } from '../model/adapter-folder.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { journalPath, openJournal } from './eval-journal.ts'
import { evaluationId, writeRecord, writeStarted } from './eval-record.ts'
import type { EvalOrder, Subject } from './evaluate.ts'
import { measureName } from './measure.ts'
import { codecOf, NANO_MODEL, weightsDigest } from './models.ts'
import { remoteLabel } from './open-engine.ts'
import type { Recorder } from './recorder.ts'

/** A suite as an order takes it: its first items, or all. */
export type Chosen = {
  readonly benchmark: Benchmark
  readonly questions: readonly Question[]
  readonly files: LoadedSuite['files']
}

export type SuiteResult = {
  /** As scores are called, with the temperature when sampled. */
  readonly name: string
  readonly id: string
  readonly journal: string
  readonly answers: readonly SuiteAnswer[]
  readonly record: EvaluationRecord
}

const CONTAMINATION =
  'The suite is public: a pretrained model may have seen its items. Self-play adds none of them.'

export const contaminationOf = ({ contamination }: Pick<Benchmark, 'contamination'>): string =>
  contamination ?? CONTAMINATION

export const TEMPLATE_OF: Readonly<Record<RunConfig['promptSet'], Template>> = {
  nano: 'nano',
  base: 'azr',
  chat: 'chat',
}

export type MeasureDeps = {
  readonly sampler: SamplingClient
  readonly sandbox: Sandbox
  readonly signal: AbortSignal
  readonly onProgress: (progress: SuiteProgress) => void
}

type Setting = {
  readonly chosen: Chosen
  readonly order: EvalOrder
  readonly subject: Subject
  readonly settings: EvalSettings
  readonly template: Template
  readonly weights: string
  readonly startedMs: number
}

export async function measureSuite(
  chosen: Chosen,
  order: EvalOrder,
  subject: Subject,
  deps: MeasureDeps,
): Promise<SuiteResult> {
  requireQuestions(chosen)
  const setting = await settingOf(chosen, order, subject)
  const { benchmark } = chosen
  const { settings, template, weights } = setting
  const journal = journalPath(order.home, benchmark.id, {
    ...settings,
    // Where a run began has the weights of the model it began from: a score of each.
    label: labelOf(subject),
    weights,
    limit: order.limit,
    files: chosen.files.map(({ path, digest }) => `${path} ${digest}`),
  })
  const notes = await openJournal(journal)
  await writeStarted(journal, startedOf(setting))
  const answers = await runSuite(
    chosen.questions,
    { ...settings, suite: benchmark.id, context: await contextOf(subject.folder) },
    {
      ...deps,
      codec: await codecOf(subject.folder, subject.config),
      config: subject.config,
      template,
      journal: notes,
      now: () => performance.now(),
    },
  )
  const record = recordOf(setting, answers)
  await writeRecord(journal, record)
  const name = measureName({ suite: benchmark.id, temperature: order.temperature })
  return { name, id: evaluationId(journal), journal, answers, record }
}

async function settingOf(chosen: Chosen, order: EvalOrder, subject: Subject): Promise<Setting> {
  const { folder, config } = subject
  const { temperature, seed } = order
  const { maxTokens, topP } = chosen.benchmark.sampling
  const template = TEMPLATE_OF[config.promptSet]
  const settings = {
    template,
    temperature,
    topP: temperature === 0 ? 1 : topP,
    maxTokens: maxTokens ?? config.maxResponse,
    samples: temperature === 0 ? 1 : order.samples,
    seed,
  }
  const weights = await weightsDigest(folder, subject.remote)
  return { chosen, order, subject, settings, template, weights, startedMs: Date.now() }
}

async function contextOf(folder: string): Promise<number> {
  return (await readModelConfig(folder)).maxPositions
}

function requireQuestions({ questions, files }: Chosen): void {
  const [first] = questions
  if (first === undefined || first.ask('chat') !== null) return
  const names = files.map(({ path }) => path).join(', ')
  throw new AppError(
    'usage',
    `${names}: expected questions to ask, found an answer key, which serves --gold only`,
  )
}

/** What a model is called where its folder says nothing. */
export function labelOf({ folder, at, remote }: Omit<Subject, 'config'>): string {
  if (at !== null) return `${at.run}@${at.step}`
  if (remote !== null) return remoteLabel(remote)
  return folder === NANO_MODEL ? 'nano (embedded)' : basename(folder)
}

function startedOf({ chosen, order, subject, settings, startedMs }: Setting) {
  const { data, limit, device } = order
  const { title, id: suite } = chosen.benchmark
  return {
    title,
    label: labelOf(subject),
    total: chosen.questions.length,
    pid: process.pid,
    startedMs,
    model: subject.at === null ? subject.folder : null,
    run: subject.at,
    suite,
    data,
    limit,
    device,
    remote: order.remote ?? null,
    samples: settings.samples,
    temperature: settings.temperature,
    seed: settings.seed,
  }
}

function recordOf(
  { chosen, order, subject, settings, weights, startedMs }: Setting,
  answers: readonly SuiteAnswer[],
): EvaluationRecord {
  const { benchmark, files } = chosen
  const { title, area, licence, home, protocol } = benchmark
  const { folder: model, at } = subject
  return {
    suite: benchmark.id,
    title,
    area,
    licence,
    home,
    protocol,
    contamination: contaminationOf(benchmark),
    files: files.map(({ path, digest, known }) => ({ path, digest, known })),
    model,
    label: labelOf(subject),
    weights,
    at,
    ...settings,
    limit: order.limit,
    ...suiteScore(answers),
    passAtK: passCurve(answers, settings.samples),
    startedMs,
    finishedMs: Date.now(),
  }
}

/** Score, with the paired difference where the same suite was measured before. */
export function scoreOf(
  { answers }: Pick<SuiteResult, 'answers'>,
  before: Pick<SuiteResult, 'answers'> | undefined,
): SuiteScore {
  const score = suiteScore(answers)
  if (before === undefined) return score
  const { mean, kinds } = suiteDifference(before.answers, answers)
  return { ...score, difference: mean, kindDifferences: kinds }
}

const ITEMS_AT_ONCE = 500

/** Into the run's history, with responses and so in pieces. */
export async function recordSuite(
  recorder: Recorder,
  step: number,
  { journal, answers, record }: SuiteResult,
): Promise<void> {
  const { suite, temperature, topP, maxTokens, samples, seed, template, undecided } = record
  const told = { template, topP, maxTokens, samples, seed, undecided }
  recorder.evals(evalRecords(step, suite, temperature, suiteScore(answers), told), [])
  const questions = new Map(answers.map(({ item }) => [item.id, item]))
  let pending: EvalItem[] = []
  for await (const noted of (await openJournal(journal)).read()) {
    const item = questions.get(noted.item)
    if (item === undefined) continue
    const own = noted.answers.map((answer, sample) => ({ ...answer, item, sample }))
    pending.push(...evalItems(step, suite, temperature, own))
    if (pending.length < ITEMS_AT_ONCE) continue
    recorder.evals([], pending)
    pending = []
  }
  recorder.evals([], pending)
}
