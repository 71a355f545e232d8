/**
 * Parquet, one row group at a time: what is held is one group, however long the table.
 * Source: parquet-format, LogicalTypes.md (LIST has three levels).
 */
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import type { SchemaElement } from 'hyparquet-writer'
import { writeFileAtomically } from './atomic.ts'
import type { Write } from './atomic.ts'
import type { Cell, Column, ColumnType, Pace, Row, Table } from './table.ts'

const GROUP_ROWS = 10_000
const GROUP_CELLS = 1_000_000

export async function writeParquet(table: Table, out: string, pace: Pace): Promise<number> {
  return writeFileAtomically(out, async (write) => {
    const bytes = new ByteWriter()
    const schema = schemaOf(table.columns)
    const file = new ParquetWriter({ writer: bytes, schema, createdBy: 'kelvin' })
    let count = 0
    for await (const group of groups(table, pace)) {
      await file.write({ columnData: columnData(table.columns, group), rowGroupSize: group.length })
      await drain(bytes, write)
      count += group.length
    }
    await file.finish()
    await drain(bytes, write)
    return count
  })
}

/** Hands the bytes on and begins again; the writer goes on counting its offset. */
async function drain(bytes: ByteWriter, write: Write): Promise<void> {
  await write(bytes.getBytes().slice())
  bytes.index = 0
}

async function* groups(table: Table, pace: Pace): AsyncGenerator<Row[]> {
  let group: Row[] = []
  let size = 0
  for (const row of table.rows()) {
    group.push(row)
    size += Object.values(row).reduce<number>((sum, cell) => sum + sizeOf(cell), 0)
    await pace()
    if (group.length < GROUP_ROWS && size < GROUP_CELLS) continue
    yield group
    group = []
    size = 0
  }
  if (group.length > 0) yield group
}

function sizeOf(cell: Cell): number {
  return typeof cell === 'string' || Array.isArray(cell) ? cell.length : 1
}

const LEAVES: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  json: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integer: { type: 'INT64' },
  number: { type: 'DOUBLE' },
  flag: { type: 'BOOLEAN' },
  texts: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  integers: { type: 'INT32' },
  numbers: { type: 'FLOAT' },
}

const LISTS: ReadonlySet<ColumnType> = new Set(['texts', 'integers', 'numbers'])

function schemaOf(columns: readonly Column[]): SchemaElement[] {
  const root = { name: 'root', num_children: columns.length }
  return [root, ...columns.flatMap((column) => elementsOf(column))]
}

function elementsOf({ name, type }: Column): SchemaElement[] {
  const leaf = LEAVES[type]
  if (!LISTS.has(type)) return [{ ...leaf, name, repetition_type: 'OPTIONAL' }]
  return [
    { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', num_children: 1 },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...leaf, name: 'element', repetition_type: 'REQUIRED' },
  ]
}

function columnData(columns: readonly Column[], group: readonly Row[]) {
  return columns.map(({ name, type }) => ({
    name,
    data: group.map((row) => valueOf(row[name] ?? null, type)),
  }))
}

function valueOf(cell: Cell, type: ColumnType): Cell | bigint {
  return type === 'integer' && typeof cell === 'number' ? BigInt(cell) : cell
}
