/**
 * Evaluations as they are read: those that were ordered, from their files, and those a run made of itself, from its
 * history. Either gives the same answers to the same questions.
 * Not here: making them (evaluate.ts, run-measure.ts), what screens ask (evaluation-views.ts).
 */
import { existsSync, statSync } from 'node:fs'
import { AppError } from '../contract/errors.ts'
import type { Evaluation, EvaluationRecord } from '../contract/evaluation.ts'
import type { EvalItem } from '../contract/history.ts'
import type { EvalRecord } from '../contract/run.ts'
import type { NotedItem } from '../eval/runner.ts'
import { readEvalItems, readEvals } from '../store/evals.ts'
import { readRun, runKey } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import {
  type IndexedItem,
  indexJournal,
  indexedItem,
  journalItem,
  journalLines,
} from './eval-journal.ts'
import { evaluationId, journalOf, listEvaluations, readEvalRecord } from './eval-record.ts'
import { contaminationOf, TEMPLATE_OF } from './evaluate-suite.ts'
import { suiteOf, SUITE_NAMES } from './evaluate-suites.ts'

export type Answers = {
  readonly evaluation: Evaluation
  /** Where the model's files were; null: the run knows. */
  readonly folder: string | null
  /** In the order of the suite as it was asked. */
  readonly index: readonly IndexedItem[]
  /** All of an item. */
  readonly item: (entry: IndexedItem) => Promise<NotedItem>
  /** All items, one in memory at a time where they come from a file. */
  readonly items: () => Iterable<NotedItem>
}

export type Read = <T>(body: (store: Store) => T) => T

/** Throws AppError('store') where there is none of that id. */
export async function openEvaluation(home: string, read: Read, id: string): Promise<Answers> {
  const place = placeOf(id)
  if (place !== null) return openTraining(read, place)
  const journal = journalOf(home, id)
  if (!existsSync(journal)) {
    throw new AppError('store', `evaluation ${id}: expected a finished one, found none`)
  }
  const record = await readEvalRecord(journal)
  return {
    evaluation: evaluationOf(id, record),
    folder: record.model,
    index: await indexOf(journal),
    item: ({ start }) => Promise.resolve(journalItem(journal, start)),
    items: () => journalLines(journal),
  }
}

function evaluationOf(id: string, record: EvaluationRecord): Evaluation {
  const { model: _model, ...rest } = record
  return { ...rest, id, source: 'order' }
}

const MAX_INDEXES = 8
const indexes = new Map<string, { readonly key: string; readonly items: IndexedItem[] }>()

/** Kept while the file stays as it is: a list asks for the same one page after page. */
async function indexOf(journal: string): Promise<readonly IndexedItem[]> {
  const { size, mtimeMs } = statSync(journal)
  const key = `${size} ${mtimeMs}`
  const known = indexes.get(journal)
  if (known?.key === key) return known.items
  if (indexes.size >= MAX_INDEXES) indexes.delete(indexes.keys().next().value ?? '')
  const items = await indexJournal(journal)
  indexes.set(journal, { key, items })
  return items
}

type TrainingPlace = {
  readonly run: string
  readonly step: number
  readonly suite: string
  readonly temperature: number
}

const trainingId = ({ run, step, suite, temperature }: TrainingPlace): string =>
  `${run}@${step}/${suite}/${temperature}`

/** null: not the name of a run's own measurement. */
function placeOf(id: string): TrainingPlace | null {
  const found = /^([a-z0-9][a-z0-9-]{0,63})@(\d{1,9})\/([^/]{1,60})\/(\d+(?:\.\d+)?)$/.exec(id)
  if (found === null) return null
  const [, run = '', step = '', suite = '', temperature = ''] = found
  return { run, step: Number(step), suite, temperature: Number(temperature) }
}

function openTraining(read: Read, place: TrainingPlace): Answers {
  const { run, step, suite, temperature } = place
  const id = trainingId(place)
  const evaluation = read((store) => trainingOf(store, run)).find((one) => one.id === id)
  if (evaluation === undefined) {
    throw new AppError('store', `evaluation ${id}: expected one in the history, found none`)
  }
  const rows = read((store) =>
    readEvalItems(store, runKey(store, run), { step, suite, temperature }),
  )
  const items = [...Map.groupBy(rows, ({ item }) => item).values()].map(notedOf)
  const byId = new Map(items.map((item) => [item.item, item]))
  return {
    evaluation,
    folder: null,
    index: items.map((item, at) => indexedItem(item, at)),
    item: async ({ item: name }) => {
      const item = byId.get(name)
      if (item === undefined) throw new AppError('store', `${id}: expected ${name}, found none`)
      return { ...item, prompt: await promptOf(evaluation, name) }
    },
    items: () => items,
  }
}

function notedOf(rows: readonly EvalItem[]): NotedItem {
  const [first] = rows
  const answers = rows.map(({ tokens, logprobs, ...row }) => ({
    ...row,
    answer: null,
    tokens: tokens ?? [],
    logprobs: logprobs ?? [],
    stopReason: 'stop' as const,
  }))
  const { item = '', cluster = '', kind = null } = first ?? {}
  return { item, cluster, kind, prompt: '', promptTokens: 0, answers }
}

/** A run keeps answers only: what was asked follows from suite and template. */
async function promptOf({ suite, template }: Evaluation, name: string): Promise<string> {
  const known = Object.values(TEMPLATE_OF).find((one) => one === template)
  if (!SUITE_NAMES.includes(suite) || known === undefined) return ''
  const { questions } = await suiteOf(suite, null).load('')
  const ask = questions.find(({ id }) => id === name)?.ask(known)
  return ask?.parts.map(({ text }) => text).join('') ?? ''
}

/** What a run measured of itself, by step. */
export function trainingOf(store: Store, run: string): Evaluation[] {
  const records = readEvals(store, runKey(store, run))
  const { createdMs, config } = readRun(store, run)
  const template = templateOf(config)
  const groups = Map.groupBy(records, ({ step, suite, temperature }) =>
    trainingId({ run, step, suite, temperature }),
  )
  const most = new Map<string, number>()
  for (const { suite, temperature, n } of records.filter(({ kind }) => kind === 'mean')) {
    const key = `${suite} ${temperature}`
    most.set(key, Math.max(n, most.get(key) ?? 0))
  }
  return [...groups].flatMap(([id, own]) => {
    const mean = own.find(({ kind }) => kind === 'mean')
    if (mean === undefined) return []
    const isPart = mean.n < (most.get(`${mean.suite} ${mean.temperature}`) ?? 0)
    const parts = own.filter(({ kind }) => kind !== 'mean')
    return [trainingEvaluation(id, run, mean, parts, { isPart, template, createdMs })]
  })
}

/** A run of another version may have settings that are not known here. */
function templateOf({ promptSet }: Readonly<Record<string, unknown>>): string {
  const known = Object.entries(TEMPLATE_OF).find(([set]) => set === promptSet)
  return known?.[1] ?? ''
}

type TrainingFacts = {
  readonly isPart: boolean
  readonly template: string
  readonly createdMs: number
}

function trainingEvaluation(
  id: string,
  run: string,
  mean: EvalRecord,
  parts: readonly EvalRecord[],
  { isPart, template, createdMs }: TrainingFacts,
): Evaluation {
  const { step, suite, temperature, n, low, high, told } = mean
  const passAt1 = mean.score
  const { undecided, ...settings } = told ?? { ...UNTOLD, template }
  return {
    id,
    source: 'training',
    suite,
    ...aboutSuite(suite),
    files: [],
    label: `${run}@${step}`,
    weights: '',
    at: { run, step },
    temperature,
    ...settings,
    limit: isPart ? Math.max(...parts.map((part) => part.n)) : null,
    n,
    passAt1,
    low,
    high,
    undecided,
    kinds: Object.fromEntries(
      parts.map((part) => [
        part.kind,
        { n: part.n, passAt1: part.score, low: part.low, high: part.high },
      ]),
    ),
    passAtK: [{ k: 1, n, mean: passAt1, low, high }],
    startedMs: createdMs,
    finishedMs: createdMs,
  }
}

/** Of a row that an earlier version wrote. */
const UNTOLD = { topP: 1, maxTokens: 0, samples: 1, seed: 0, undecided: 0 }

function aboutSuite(suite: string) {
  const known = SUITE_NAMES.includes(suite) && suite !== 'own-tasks'
  if (!known) {
    return { title: suite, area: 'reasoning', licence: '', home: '', ...NO_PROTOCOL } as const
  }
  const benchmark = suiteOf(suite, null)
  const { title, area, licence, home, protocol } = benchmark
  return { title, area, licence, home, protocol, contamination: contaminationOf(benchmark) }
}

const NO_PROTOCOL = { protocol: '', contamination: '' } as const

/**
 * All that was ordered, and what the run measured of itself where no order says the same, newest first.
 * run null: only what was ordered.
 */
export async function allEvaluations(
  home: string,
  read: Read,
  run: string | null,
): Promise<Evaluation[]> {
  const { records } = await listEvaluations(home)
  const ordered = records.map(({ journal, ...record }) =>
    evaluationOf(evaluationId(journal), record),
  )
  if (run === null) return ordered
  const told = new Set(
    ordered.flatMap(({ at, suite, temperature, limit }) =>
      at === null || limit !== null ? [] : [trainingId({ ...at, suite, temperature })],
    ),
  )
  const training = read((store) => trainingOf(store, run)).filter(({ id }) => !told.has(id))
  return [...ordered, ...training.toSorted((a, b) => (b.at?.step ?? 0) - (a.at?.step ?? 0))]
}
