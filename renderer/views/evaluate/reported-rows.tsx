/**
 * Grey rows below the scoreboard: what the paper reported for suites that were measured here too. Not ours.
 */
import type { ReportedRow } from '../../../electron/contract/evaluation.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import type { BoardColumn } from '../../text/board.ts'
import styles from './evaluate.module.css'

type Props = {
  readonly rows: readonly ReportedRow[]
  readonly columns: readonly BoardColumn[]
}

export function ReportedRows({ rows, columns }: Props) {
  return (
    <tbody className={styles['reported']}>
      {rows.map((row) => (
        <tr key={`${row.model} ${row.base ?? ''}`}>
          <th scope="row">
            {row.base === null ? row.model : `${row.model}, from ${row.base}`}
            <span className={styles['sub']}>{EVALUATE.reportedMark}</span>
          </th>
          {columns.map(({ key, title }) => {
            const score = row.scores[title]
            return <td key={key}>{score === undefined ? null : `${score.toFixed(1)} %`}</td>
          })}
        </tr>
      ))}
    </tbody>
  )
}
