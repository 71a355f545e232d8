/**
 * The scoreboard: models down, suites across, every score with its interval and the paired difference to a baseline;
 * what stands behind the chosen score is beside it.
 */
import { Star } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Evaluation, ReportedRow } from '../../../electron/contract/evaluation.ts'
import { Switch } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import { useAsk } from '../../data/ask.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import type { Board, BoardColumn, BoardRow } from '../../text/board.ts'
import { boardOf, outline, partnerIn, usualBaseline } from '../../text/board.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import { TrainedName } from '../review/trained-mark.tsx'
import styles from './evaluate.module.css'
import { useBestStep } from './best.ts'
import { EvaluationSide } from './evaluation-side.tsx'
import { ReportedRows } from './reported-rows.tsx'
import { ScoreCell } from './score-cell.tsx'

type Props = { readonly evaluations: readonly Evaluation[]; readonly run: string | null }

export function BoardTab({ evaluations, run }: Props) {
  const board = useMemo(() => boardOf(evaluations), [evaluations])
  const [every, setEvery] = useState(false)
  const bestStep = useBestStep(run)
  const best = useMemo(
    () => new Set(bestStep === null ? [] : [`${run ?? ''}@${bestStep}`]),
    [run, bestStep],
  )
  const reported = useReported(board)
  const [withReported, setWithReported] = useState(true)
  const rows = every ? board.rows : outline(board.rows, best)
  const change = useRoute((state) => state.change)
  const param = useParam('baseline')
  const baseline = param ?? usualBaseline(rows, run) ?? NONE
  const selected = useParam('evaluation')
  const chosen = evaluations.find(({ id }) => id === selected)
  return (
    <div className={layout['split']}>
      <div className={layout['page']}>
        <div className={styles['tools']}>
          <div className={styles['picker']}>
            <Select
              label={EVALUATE.baseline}
              choices={[
                { id: NONE, label: EVALUATE.noBaseline },
                ...board.rows.map(({ key, label }) => ({ id: key, label: visible(label) })),
              ]}
              value={baseline}
              onChange={(next) => change({ baseline: next })}
            />
          </div>
          <Switch label={EVALUATE.everyStep} value={every} onChange={setEvery} />
          {reported.length === 0 ? null : (
            <Switch label={EVALUATE.reportedRows} value={withReported} onChange={setWithReported} />
          )}
          <p className={`${layout['muted']} ${layout['grow']}`}>{EVALUATE.boardNote}</p>
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls needs focus */}
        <div
          className={layout['scroll']}
          role="region"
          tabIndex={0}
          aria-label={EVALUATE.tabs.board}
        >
          <BoardTable
            board={{ ...board, rows }}
            baseline={board.rows.find(({ key }) => key === baseline)}
            best={best}
            reported={withReported ? reported : []}
            selected={selected}
            onSelect={(id) => change({ evaluation: id })}
          />
        </div>
      </div>
      <EvaluationSide evaluation={chosen} baseline={partner(board, baseline, chosen)} />
    </div>
  )
}

const NONE = 'none'

/** Of the paper's own models, those with a suite that stands on the board. */
function useReported({ columns }: Board): readonly ReportedRow[] {
  const query = useAsk('evaluations.reported', {})
  return useMemo(() => {
    const rows = query.data?.tables.flatMap((table) => table.rows) ?? []
    return rows.filter(({ scores }) => columns.some(({ title }) => scores[title] !== undefined))
  }, [query.data, columns])
}

/** The baseline's score of the same column, or of the whole that it is a part of. */
function partner(board: Board, baseline: string, chosen: Evaluation | undefined) {
  const row = board.rows.find(({ key }) => key === baseline)
  const column = board.columns.find(({ key }) =>
    board.rows.some(({ cells }) => cells.get(key)?.id === chosen?.id),
  )
  const other = column === undefined ? undefined : partnerIn(row, column)
  return other?.id === chosen?.id ? undefined : other
}

type TableProps = {
  readonly board: Board
  readonly baseline: BoardRow | undefined
  readonly best: ReadonlySet<string>
  readonly reported: readonly ReportedRow[]
  readonly selected: string | null
  readonly onSelect: (id: string) => void
}

function BoardTable({ board, baseline, best, reported, selected, onSelect }: TableProps) {
  return (
    <table className={styles['board']}>
      <thead>
        <tr>
          <th scope="col">{EVALUATE.model}</th>
          {board.columns.map(({ key, title, note }) => (
            <th key={key} scope="col">
              {title}
              <small>{note}</small>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {board.rows.map((row) => (
          <tr key={row.key} data-baseline={row.key === baseline?.key}>
            <th scope="row">
              {visible(row.label)}
              {best.has(row.key) ? (
                <Star size={13} aria-label={EVALUATE.best} style={{ marginInlineStart: 6 }} />
              ) : null}{' '}
              <TrainedName name={row.key} />
            </th>
            {board.columns.map((column) => (
              <Cell
                key={column.key}
                row={row}
                column={column}
                baseline={baseline}
                selected={selected}
                onSelect={onSelect}
              />
            ))}
          </tr>
        ))}
      </tbody>
      {reported.length === 0 ? null : <ReportedRows rows={reported} columns={board.columns} />}
    </table>
  )
}

type CellProps = Pick<TableProps, 'baseline' | 'selected' | 'onSelect'> & {
  readonly row: BoardRow
  readonly column: BoardColumn
}

function Cell({ row, column, baseline, selected, onSelect }: CellProps) {
  const evaluation = row.cells.get(column.key)
  if (evaluation === undefined) return <td />
  const other = baseline?.key === row.key ? undefined : partnerIn(baseline, column)
  return (
    <td>
      <ScoreCell
        evaluation={evaluation}
        baseline={other}
        selected={evaluation.id === selected}
        onSelect={() => onSelect(evaluation.id)}
      />
    </td>
  )
}
