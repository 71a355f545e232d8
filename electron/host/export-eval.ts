/**
 * Exports of one evaluation: every answer with its verdict and reason, as a table or as an Inspect log.
 * Not here: exports of a run (export.ts), how a format is written (export/).
 */
import { basename } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { AppError, throwIfCancelled } from '../contract/errors.ts'
import type { NotedItem } from '../eval/runner.ts'
import { journalLines } from './eval-journal.ts'
import { readEvalRecord } from './eval-record.ts'
import { writeEvalArchive, writeEvalJson } from './export/eval-log.ts'
import type { EvalSource } from './export/eval-log.ts'
import { writeCsv, writeJsonLines } from './export/lines.ts'
import { writeParquet } from './export/parquet.ts'
import type { Column, ColumnType, Pace, Row, Table } from './export/table.ts'

export const EVAL_FORMATS = ['csv', 'jsonl', 'parquet', 'inspect'] as const
export type EvalFormat = (typeof EVAL_FORMATS)[number]

export type EvalExport = {
  /** Notes of the evaluation, as listEvaluations and SuiteDetails name them. */
  readonly journal: string
  readonly format: EvalFormat
  /** A file; for inspect its name ends in .eval or .json. */
  readonly out: string
}

/** Returns how many answers were written. */
export async function exportEvaluation(
  { journal, format, out }: EvalExport,
  signal?: AbortSignal,
): Promise<number> {
  const record = await readEvalRecord(journal)
  const pace = paced(signal)
  if (format === 'csv') return await writeCsv(tableOf(journal), out, pace)
  if (format === 'jsonl') return await writeJsonLines(tableOf(journal), out, pace)
  if (format === 'parquet') return await writeParquet(tableOf(journal), out, pace)
  const id = basename(journal, '.jsonl')
  const source: EvalSource = { id, record, items: () => journalLines(journal) }
  if (out.endsWith('.eval')) return await writeEvalArchive(source, out, pace)
  if (out.endsWith('.json')) return await writeEvalJson(source, out, pace)
  throw new AppError('usage', `${out}: expected a name ending in .eval or .json for Inspect`)
}

const COLUMNS = {
  item: ['text', 'id of the item in its suite'],
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

function tableOf(journal: string): Table {
  const columns = Object.entries(COLUMNS).map(([name, [type, help]]): Column => ({
    name,
    type,
    help,
  }))
  return {
    columns,
    *rows() {
      for (const item of journalLines(journal)) yield* rowsOf(item)
    },
  }
}

function* rowsOf({ item, prompt, answers }: NotedItem): Generator<Row> {
  for (const [sample, { stopReason, ...noted }] of answers.entries()) {
    yield { item, sample, prompt, ...noted, stop_reason: stopReason }
  }
}

const TURN = 100

function paced(signal: AbortSignal | undefined): Pace {
  let rows = 0
  return async () => {
    rows += 1
    if (rows % TURN !== 0) return
    throwIfCancelled(signal)
    await setImmediate()
  }
}
