/**
 * `kelvin export --what evals`: which evaluations an order means, and where each of them goes.
 * Not here: how one is written (export-eval.ts).
 */
import { extname } from 'node:path'
import { AppError } from '../contract/errors.ts'
import { EVAL_FORMATS, type EvalFormat, type Evaluation } from '../contract/evaluation.ts'
import type { Store } from '../store/store.ts'
import type { RunAt } from './evaluate.ts'
import { allEvaluations, type Answers, openEvaluation, type Read } from './evaluations.ts'
import { exportEvaluation, exportEvaluations } from './export-eval.ts'

export type EvaluationsExport = {
  readonly home: string
  /** null: with evaluation null too, all that were ordered. */
  readonly run: RunAt | null
  readonly evaluation: string | null
  readonly suite: string | null
  readonly format: string
  /** A file for one evaluation; a folder otherwise, where each becomes a file. */
  readonly out: string
}

export type ExportedEvaluations = {
  readonly what: 'evals'
  readonly format: EvalFormat
  readonly out: string
  readonly evaluations: readonly string[]
  readonly rows: number
}

export async function exportOrdered(
  store: Store,
  order: EvaluationsExport,
  signal?: AbortSignal,
): Promise<ExportedEvaluations> {
  const { out } = order
  const format = formatOf(order.format)
  const read: Read = (body) => body(store)
  const ids = await chosenIds(order, read)
  const all: Answers[] = []
  for (const id of ids) all.push(await openEvaluation(order.home, read, id))
  const [first] = all
  const isFile = extname(out) !== ''
  if (isFile && (first === undefined || all.length > 1)) throw ambiguous(out, ids)
  const rows =
    isFile && first !== undefined
      ? await exportEvaluation({ answers: first, format, out }, signal)
      : await exportEvaluations(all, format, out, signal)
  return { what: 'evals', format, out, evaluations: ids, rows }
}

function formatOf(name: string): EvalFormat {
  const format = EVAL_FORMATS.find((known) => known === name)
  if (format !== undefined) return format
  throw new AppError(
    'usage',
    `export: for evals expected one of ${EVAL_FORMATS.join(', ')}, found ${name}`,
  )
}

async function chosenIds(
  { home, run, evaluation, suite }: EvaluationsExport,
  read: Read,
): Promise<string[]> {
  if (evaluation !== null) return [evaluation]
  const all = await allEvaluations(home, read, run?.run ?? null)
  const isMeant = (one: Evaluation): boolean =>
    (run === null || one.at?.run === run.run) &&
    (run?.step == null || one.at?.step === run.step) &&
    (suite === null || one.suite === suite)
  const chosen = all.filter(isMeant).map(({ id }) => id)
  if (chosen.length > 0) return chosen
  throw new AppError('usage', 'export: expected evaluations of that run and suite, found none')
}

function ambiguous(out: string, ids: readonly string[]): AppError {
  const some = ids.slice(0, 5).join(', ')
  return new AppError(
    'usage',
    `${out}: a file holds one evaluation, found ${ids.length} (${some}); name one with --evaluation, or a folder`,
  )
}
