/**
 * The two text formats: CSV (RFC 4180) and JSON lines.
 * Source: OWASP, CSV Injection.
 */
import { writeFileAtomically } from './atomic.ts'
import type { Cell, Pace, Row, Table } from './table.ts'

export async function writeCsv(table: Table, out: string, pace: Pace): Promise<number> {
  const names = table.columns.map((column) => column.name)
  const line = (cells: readonly Cell[]) => `${cells.map(csvCell).join(',')}\r\n`
  return writeLines(table, out, pace, {
    header: line(names),
    line: (row) => line(names.map((name) => row[name] ?? null)),
  })
}

/** A cell that a spreadsheet would run as a formula begins with an apostrophe; numbers stay numbers. */
export function csvCell(cell: Cell): string {
  if (cell === null) return ''
  if (typeof cell === 'number' || typeof cell === 'boolean') return String(cell)
  const text = typeof cell === 'string' ? cell : JSON.stringify(cell)
  const safe = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Numbers that JSON has no word for are null. */
export async function writeJsonLines(table: Table, out: string, pace: Pace): Promise<number> {
  const line = (row: Row) => {
    const entries = table.columns.map(({ name, type }) => {
      const cell = row[name] ?? null
      const nested: unknown = type === 'json' && typeof cell === 'string' ? JSON.parse(cell) : cell
      return [name, nested] as const
    })
    return `${JSON.stringify(Object.fromEntries(entries))}\n`
  }
  return writeLines(table, out, pace, { header: '', line })
}

type Lines = { readonly header: string; readonly line: (row: Row) => string }

async function writeLines(table: Table, out: string, pace: Pace, lines: Lines): Promise<number> {
  return writeFileAtomically(out, async (write) => {
    let count = 0
    await write(lines.header)
    for (const row of table.rows()) {
      await write(lines.line(row))
      await pace()
      count += 1
    }
    return count
  })
}
