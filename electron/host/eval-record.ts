/**
 * What is kept beside the notes of an evaluation: which model, which suite, how, with which score.
 * Not here: the notes (eval-journal.ts), the run's history (store/evals.ts).
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { writeFileAtomically } from './export/atomic.ts'

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))

const Record = v.object({
  suite: v.string(),
  title: v.string(),
  licence: v.string(),
  home: v.string(),
  protocol: v.string(),
  contamination: v.string(),
  /** Model folder. */
  model: v.string(),
  /** Where the model is a run's checkpoint. */
  at: v.nullable(v.object({ run: v.string(), step: v.number() })),
  template: v.string(),
  temperature: v.number(),
  topP: v.number(),
  maxTokens: v.number(),
  samples: v.number(),
  seed: v.number(),
  n: v.number(),
  undecided: v.number(),
  passAt1: share,
  low: share,
  high: share,
  passAtK: v.array(
    v.object({ k: v.number(), n: v.number(), mean: share, low: share, high: share }),
  ),
  startedMs: v.number(),
  finishedMs: v.number(),
})
export type EvalRecordFile = v.InferOutput<typeof Record>

export const recordPath = (journal: string): string => journal.replace(/\.jsonl$/, '.json')

export async function writeRecord(journal: string, record: EvalRecordFile): Promise<void> {
  const text = `${JSON.stringify(record, null, 2)}\n`
  await writeFileAtomically(recordPath(journal), (write) => write(text))
}

/** Throws AppError('store') when it is not there or something else. */
export async function readEvalRecord(journal: string): Promise<EvalRecordFile> {
  const path = recordPath(journal)
  try {
    return v.parse(Record, JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new AppError(
      'store',
      `${path}: expected the record of an evaluation, found: ${messageOf(cause)}`,
      { cause },
    )
  }
}

/** Finished evaluations of a home, newest first: paths of their notes. */
export async function listEvaluations(
  home: string,
): Promise<(EvalRecordFile & { readonly journal: string })[]> {
  const folder = join(home, 'evals')
  const names = await readdir(folder).catch((): string[] => [])
  const journals = names
    .filter((name) => name.endsWith('.jsonl') && names.includes(recordPath(name)))
    .map((name) => join(folder, name))
  const records = await Promise.all(
    journals.map(async (journal) => ({ ...(await readEvalRecord(journal)), journal })),
  )
  return records.toSorted((a, b) => b.finishedMs - a.finishedMs)
}
