/**
 * A review as a file: lines that merge elsewhere, a table, or a report. Decisions come with the flags in each.
 * Not here: the formats themselves (flags-exchange.ts, flags-report.ts, export/).
 */
import { AppError } from '../contract/errors.ts'
import type { ReviewFormat } from '../contract/review.ts'
import type { Store } from '../store/store.ts'
import { paced } from './pace.ts'
import { writeCsv } from './export/lines.ts'
import { writeParquet } from './export/parquet.ts'
import { flagTable } from './export/tables.ts'
import { exportFlags } from './flags-exchange.ts'
import { writeFlagsReport } from './flags-report.ts'
import { veilOf } from './flags-veil.ts'
import type { Redacting } from './flags-veil.ts'

export type ReviewExport = Redacting & {
  readonly run: string
  readonly out: string
  readonly format: ReviewFormat
}

/** Returns how many entries there are; of a report, how many excerpts. */
export async function exportReview(
  store: Store,
  order: ReviewExport,
  signal?: AbortSignal,
): Promise<number> {
  const { run, out, format } = order
  switch (format) {
    case 'jsonl': {
      const { flags, decisions } = await exportFlags(store, order, signal)
      return flags + decisions
    }
    case 'csv':
      return writeCsv(flagTable(store, run, veilOf(order)), out, paced(signal))
    case 'parquet':
      return writeParquet(flagTable(store, run, veilOf(order)), out, paced(signal))
    case 'html':
      return (await writeFlagsReport(store, order)).excerpts
    default:
      throw new AppError(
        'usage',
        `expected a format of reviews, found ${String(format satisfies never)}`,
      )
  }
}
