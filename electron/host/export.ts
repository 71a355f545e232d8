/**
 * Exports of a run: what of it, in which format, to where. Memory is bounded by one piece, whatever the run holds.
 * Not here: how a format is written (export/).
 */
import { AppError } from '../contract/errors.ts'
import type { EpisodeFilter, RunRow, TaskFilter } from '../contract/history.ts'
import { readRun } from '../store/runs.ts'
import type { Store } from '../store/store.ts'
import { writeDataset } from './export/dataset.ts'
import { writeInspectLog } from './export/inspect.ts'
import { writeCsv, writeJsonLines } from './export/lines.ts'
import { writeParquet } from './export/parquet.ts'
import { stepTable } from './export/step-table.ts'
import type { Pace, Table } from './export/table.ts'
import { episodeTable, flagTable, taskTable } from './export/tables.ts'
import { writeEvents } from './export/tfevents.ts'
import { paced } from './pace.ts'

export const EXPORT_WHATS = ['tasks', 'episodes', 'steps', 'flags'] as const
export type ExportWhat = (typeof EXPORT_WHATS)[number]

/** What each format can hold. */
export const EXPORT_FORMATS = {
  csv: EXPORT_WHATS,
  jsonl: EXPORT_WHATS,
  parquet: EXPORT_WHATS,
  hf: EXPORT_WHATS,
  inspect: ['episodes'],
  tfevents: ['steps'],
} as const satisfies Readonly<Record<string, readonly ExportWhat[]>>
export type ExportFormat = keyof typeof EXPORT_FORMATS

export type ExportRequest = {
  readonly run: string
  readonly what: ExportWhat
  readonly format: ExportFormat
  /** A file; for hf and tfevents a new or empty folder. */
  readonly out: string
  /** Of tasks and of episodes: only those, as in the list that is exported. */
  readonly tasks?: TaskFilter
  readonly episodes?: EpisodeFilter
}

export type Exported = Omit<ExportRequest, 'tasks' | 'episodes'> & { readonly rows: number }

export async function exportRun(
  store: Store,
  request: ExportRequest,
  signal?: AbortSignal,
): Promise<Exported> {
  requirePossible(request)
  const { run, what, format, out } = request
  const rows = await WRITERS[format]({
    store,
    run: readRun(store, run),
    request,
    pace: paced(signal),
  })
  return { run, what, format, out, rows }
}

function requirePossible({ what, format, out }: ExportRequest): void {
  const possible: readonly ExportWhat[] = EXPORT_FORMATS[format]
  if (!possible.includes(what)) {
    const others = formatsOf(what).join(', ')
    throw new AppError(
      'usage',
      `export: ${format} holds ${possible.join(', ')}; for ${what} expected one of ${others}`,
    )
  }
  if (format === 'inspect' && !out.endsWith('.json')) {
    throw new AppError(
      'usage',
      `${out}: expected a name ending in .json, as Inspect opens no other`,
    )
  }
}

function formatsOf(what: ExportWhat): string[] {
  const formats = Object.entries<readonly ExportWhat[]>(EXPORT_FORMATS)
  return formats.filter(([, possible]) => possible.includes(what)).map(([format]) => format)
}

type Export = {
  readonly store: Store
  readonly run: RunRow
  readonly request: ExportRequest
  readonly pace: Pace
}

const WRITERS: Readonly<Record<ExportFormat, (of: Export) => Promise<number>>> = {
  csv: (of) => writeCsv(tableOf(of), of.request.out, of.pace),
  jsonl: (of) => writeJsonLines(tableOf(of), of.request.out, of.pace),
  parquet: (of) => writeParquet(tableOf(of), of.request.out, of.pace),
  hf: (of) =>
    writeDataset(tableOf(of), of.request.out, of.pace, { run: of.run, what: of.request.what }),
  inspect: ({ store, run, request, pace }) =>
    writeInspectLog(store, run, request.episodes ?? {}, request.out, pace),
  tfevents: (of) => writeEvents(tableOf(of), of.request.out, of.pace, of.run),
}

const TABLES: Readonly<Record<ExportWhat, (of: Export) => Table>> = {
  tasks: ({ store, run, request }) => taskTable(store, run.id, request.tasks ?? {}),
  episodes: ({ store, run, request }) => episodeTable(store, run.id, request.episodes ?? {}),
  steps: ({ store, run }) => stepTable(store, run),
  flags: ({ store, run }) => flagTable(store, run.id),
}

function tableOf(of: Export): Table {
  return TABLES[of.request.what](of)
}
