/**
 * What is kept beside the notes of an evaluation: which model, which suite, how, with which score; and, until it is
 * finished, the order that makes it go on.
 * Not here: the notes (eval-journal.ts), the run's history (store/evals.ts).
 */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'
import { DEVICES } from '../contract/inputs.ts'
import { EvaluationRecord } from '../contract/evaluation.ts'
import { RemoteEngine } from '../contract/remote.ts'
import { writeFileAtomically } from './export/atomic.ts'

/** Notes, record and order of one evaluation share a name. */
export const evaluationsFolder = (home: string): string => join(home, 'evals')
export const evaluationId = (journal: string): string => basename(journal, '.jsonl')

/** Throws AppError('usage') for what is no name of an evaluation. */
export function journalOf(home: string, id: string): string {
  if (/^[a-z0-9+-]{1,80}$/.test(id)) return join(evaluationsFolder(home), `${id}.jsonl`)
  throw new AppError('usage', `evaluation ${id.slice(0, 80)}: expected the id of one`)
}

const recordPath = (journal: string): string => journal.replace(/\.jsonl$/, '.json')
const orderPath = (journal: string): string => journal.replace(/\.jsonl$/, '.order.json')

export async function writeRecord(journal: string, record: EvaluationRecord): Promise<void> {
  await writeJson(recordPath(journal), record)
  await rm(orderPath(journal), { force: true })
}

async function writeJson(path: string, value: object): Promise<void> {
  const text = `${JSON.stringify(value, null, 2)}\n`
  await writeFileAtomically(path, (write) => write(text))
}

/** Throws AppError('store') when it is not there or something else. */
export async function readEvalRecord(journal: string): Promise<EvaluationRecord> {
  return await readJson(recordPath(journal), EvaluationRecord, 'the record of an evaluation')
}

async function readJson<T>(
  path: string,
  schema: v.GenericSchema<unknown, T>,
  what: string,
): Promise<T> {
  try {
    return v.parse(schema, JSON.parse(await readFile(path, 'utf8')))
  } catch (cause) {
    throw new AppError('store', `${path}: expected ${what}, found: ${messageOf(cause)}`, { cause })
  }
}

/** Finished evaluations of a home, newest first, and why a record could not be read. */
export async function listEvaluations(home: string): Promise<{
  readonly records: readonly (EvaluationRecord & { readonly journal: string })[]
  readonly problems: readonly string[]
}> {
  const journals = await namesIn(home, (name) => existsSync(recordPath(name)))
  const { found, problems } = await readAll(journals, readEvalRecord)
  const records = found.toSorted(
    (a, b) => b.finishedMs - a.finishedMs || a.journal.localeCompare(b.journal),
  )
  return { records, problems }
}

/** What can be read; one broken file hides no other. */
async function readAll<T>(journals: readonly string[], read: (journal: string) => Promise<T>) {
  const problems: string[] = []
  const attempt = async (journal: string) => {
    try {
      return [{ ...(await read(journal)), journal }]
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause
      problems.push(cause.message)
      return []
    }
  }
  const found = (await Promise.all(journals.map(attempt))).flat()
  return { found, problems }
}

const Place = v.nullable(v.object({ run: v.string(), step: v.nullable(v.number()) }))

/** An order of one suite on one model, as evaluate.ts takes it. */
const StartedOrder = v.object({
  title: v.string(),
  label: v.string(),
  total: v.number(),
  /** Of the process that asks. */
  pid: v.number(),
  startedMs: v.number(),
  model: v.nullable(v.string()),
  run: Place,
  suite: v.string(),
  data: v.nullable(v.string()),
  samples: v.number(),
  temperature: v.number(),
  limit: v.nullable(v.number()),
  seed: v.number(),
  device: v.picklist(DEVICES),
  remote: v.exactOptional(v.nullable(RemoteEngine)),
})
export type StartedOrder = v.InferOutput<typeof StartedOrder>

export async function writeStarted(journal: string, order: StartedOrder): Promise<void> {
  if (!existsSync(recordPath(journal))) await writeJson(orderPath(journal), order)
}

export async function readStarted(journal: string): Promise<StartedOrder> {
  return await readJson(orderPath(journal), StartedOrder, 'the order of an evaluation')
}

/** Evaluations that were begun and have no score yet, newest first. */
export async function listStarted(
  home: string,
): Promise<readonly (StartedOrder & { readonly journal: string })[]> {
  const journals = await namesIn(
    home,
    (name) => existsSync(orderPath(name)) && !existsSync(recordPath(name)),
  )
  const { found } = await readAll(journals, readStarted)
  return found.toSorted((a, b) => b.startedMs - a.startedMs)
}

async function namesIn(home: string, wanted: (journal: string) => boolean): Promise<string[]> {
  const folder = evaluationsFolder(home)
  const names = await readdir(folder).catch((): string[] => [])
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(folder, name))
    .filter(wanted)
}

export async function removeEvaluation(journal: string): Promise<void> {
  for (const path of [recordPath(journal), orderPath(journal), journal]) {
    await rm(path, { force: true })
  }
}
