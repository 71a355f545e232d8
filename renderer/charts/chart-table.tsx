/**
 * The same numbers as a table: for screen readers, and for reading off.
 */
import { useMemo } from 'react'
import { Table } from '../components/table.tsx'
import type { Column } from '../components/table.tsx'
import { figure } from '../format.ts'
import { CHARTS } from '../strings/charts.ts'
import styles from './charts.module.css'
import type { ChartSpec } from './spec.ts'

export function ChartTable({ spec, xName }: { readonly spec: ChartSpec; readonly xName: string }) {
  const rows = useMemo(() => Array.from(spec.xs, (_, at) => spec.xs.length - 1 - at), [spec.xs])
  const columns: Column<number>[] = [
    { id: 'x', label: xName, width: 80, end: true, cell: (at) => figure(spec.xs[at] ?? null, 6) },
    ...spec.lines.map(({ label, values }): Column<number> => ({
      id: label,
      label,
      width: 96,
      end: true,
      cell: (at) => figure(values[at] ?? null, 4),
    })),
  ]
  return (
    <div className={styles['twin']}>
      <Table
        label={CHARTS.tableOf(spec.title)}
        rows={rows}
        columns={columns}
        keyOf={String}
        onOpen={() => undefined}
      />
    </div>
  )
}
