/**
 * Results that others reported, for reference rows beside our own: never measured here, and marked so.
 * Not here: what we measured (the history).
 */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { AppError, messageOf } from '../contract/errors.ts'

const FILE = fileURLToPath(new URL('../../resources/benchmarks/reported.json', import.meta.url))

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100))

const Row = v.strictObject({
  model: v.string(),
  /** What it was trained from; null: a starting model. */
  base: v.nullable(v.string()),
  /** Of curated data, as the paper writes it; null: none. */
  examples: v.nullable(v.string()),
  /** By suite, in percent. */
  scores: v.record(v.string(), percent),
  code: v.nullable(percent),
  math: v.nullable(percent),
  total: v.nullable(percent),
})

const Reported = v.strictObject({
  /** To be shown with every row. */
  note: v.string(),
  source: v.string(),
  tables: v.array(v.strictObject({ id: v.string(), title: v.string(), rows: v.array(Row) })),
})
export type Reported = v.InferOutput<typeof Reported>

export async function readReported(file: string = FILE): Promise<Reported> {
  try {
    return v.parse(Reported, JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    throw new AppError('config', `${file}: expected reported results, found: ${messageOf(cause)}`, {
      cause,
    })
  }
}
