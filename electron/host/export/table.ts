/**
 * What an export holds: named columns and a stream of rows. Every format is written from this.
 * Not here: which rows (tables.ts, step-table.ts), the formats (one file each).
 */

/** numbers are float32, integers within a list int32: token ids and log-probs. */
export type ColumnType =
  | 'text'
  | 'integer'
  | 'number'
  | 'flag'
  | 'json'
  | 'texts'
  | 'integers'
  | 'numbers'

export type Column = { readonly name: string; readonly type: ColumnType; readonly help: string }

export type Cell = string | number | boolean | null | readonly string[] | readonly number[]

/** By column name; an absent cell is null. */
export type Row = Readonly<Record<string, Cell>>

export type Table = { readonly columns: readonly Column[]; readonly rows: () => Iterable<Row> }

/** Called once per row: lets other work of the process run, and throws once cancelled. */
export type Pace = () => Promise<void>
