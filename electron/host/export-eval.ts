/**
 * Exports of one evaluation: every answer with its verdict and reason, as a table or as an Inspect log.
 * Not here: exports of a run (export.ts), how a format is written (export/).
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../contract/errors.ts'
import type { EvalFormat, Evaluation } from '../contract/evaluation.ts'
import type { NotedItem } from '../eval/runner.ts'
import type { Answers } from './evaluations.ts'
import { writeEvalArchive, writeEvalJson } from './export/eval-log.ts'
import { writeCsv, writeJsonLines } from './export/lines.ts'
import { writeParquet } from './export/parquet.ts'
import { paced } from './pace.ts'
import type { Column, ColumnType, Row, Table } from './export/table.ts'

export type EvalExport = {
  readonly answers: Answers
  readonly format: EvalFormat
  /** A file; for inspect its name ends in .eval or .json. */
  readonly out: string
}

/** Returns how many answers were written. */
export async function exportEvaluation(
  { answers, format, out }: EvalExport,
  signal?: AbortSignal,
): Promise<number> {
  const pace = paced(signal)
  if (format === 'csv') return await writeCsv(tableOf(answers), out, pace)
  if (format === 'jsonl') return await writeJsonLines(tableOf(answers), out, pace)
  if (format === 'parquet') return await writeParquet(tableOf(answers), out, pace)
  if (out.endsWith('.eval')) return await writeEvalArchive(answers, out, pace)
  if (out.endsWith('.json')) return await writeEvalJson(answers, out, pace)
  throw new AppError('usage', `${out}: expected a name ending in .eval or .json for Inspect`)
}

/** Each under a name of its own in one folder, which Inspect's viewer takes as its folder of logs. */
export async function exportEvaluations(
  all: readonly Answers[],
  format: EvalFormat,
  folder: string,
  signal?: AbortSignal,
): Promise<number> {
  await mkdir(folder, { recursive: true })
  let rows = 0
  for (const answers of all) {
    const out = join(folder, exportName(answers.evaluation, format))
    rows += await exportEvaluation({ answers, format, out }, signal)
  }
  return rows
}

/** Says what is in it: model, suite, and the evaluation's own id where it is a digest. */
export function exportName({ id, label, suite, temperature }: Evaluation, format: EvalFormat) {
  const digest = /-([0-9a-f]{16})$/.exec(id)?.[1]?.slice(0, 8) ?? `t${temperature}`
  const name = `${label} ${suite} ${digest}`.replaceAll(/[^A-Za-z0-9._@+]+/g, '-')
  return `${name}.${format === 'inspect' ? 'eval' : format}`
}

const COLUMNS = {
  suite: ['text', 'which suite'],
  model: ['text', 'which model'],
  item: ['text', 'id of the item in its suite'],
  kind: ['text', 'deduction, abduction or induction; empty for suites without kinds'],
  cluster: ['text', 'items of one cluster count as one for intervals'],
  sample: ['integer', 'which of the answers to the item'],
  correct: ['flag', 'whether the answer is right'],
  undecided: ['flag', 'whether the sandbox could not say; such answers are in no score'],
  status: ['text', 'what the sandbox said; empty when nothing was executed'],
  reason: ['text', 'why, in one sentence'],
  answer: ['text', 'the answer as it was read'],
  prompt: ['text', 'what the model was given'],
  response: ['text', 'what the model wrote'],
  tokens: ['integer', 'length of the response'],
  stop_reason: ['text', 'stop, length or unasked'],
} as const satisfies Readonly<Record<string, readonly [ColumnType, string]>>

function tableOf({ evaluation, items }: Answers): Table {
  const columns = Object.entries(COLUMNS).map(([name, [type, help]]): Column => ({
    name,
    type,
    help,
  }))
  return {
    columns,
    *rows() {
      for (const item of items()) yield* rowsOf(evaluation, item)
    },
  }
}

function* rowsOf({ suite, label: model }: Evaluation, noted: NotedItem): Generator<Row> {
  const { item, kind, cluster, prompt, answers } = noted
  for (const [sample, { stopReason, tokens, logprobs: _, ...answer }] of answers.entries()) {
    const about = { suite, model, item, kind, cluster, sample, prompt }
    yield { ...about, ...answer, tokens: tokens.length, stop_reason: stopReason }
  }
}
