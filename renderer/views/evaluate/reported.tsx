/**
 * The paper's tables, in grey and marked: reported by their authors, never measured here.
 */
import type { ReportedResults, ReportedRow } from '../../../electron/contract/evaluation.ts'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { NOTHING } from '../../format.ts'
import { EVALUATE } from '../../strings/evaluate.ts'
import layout from '../layout.module.css'
import styles from './evaluate.module.css'

export function Reported() {
  const query = useAsk('evaluations.reported', {})
  return (
    <Loaded query={query} what={EVALUATE.tabs.reported}>
      {(results) => <Tables results={results} />}
    </Loaded>
  )
}

function Tables({ results: { note, source, tables } }: { readonly results: ReportedResults }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a box that scrolls needs focus
    <div
      className={`${layout['scroll']} ${layout['stack']}`}
      role="region"
      tabIndex={0}
      aria-label={EVALUATE.tabs.reported}
    >
      <p className={layout['muted']}>
        {note} {source}.
      </p>
      {tables.map(({ id, title, rows }) => (
        <Panel key={id} title={title} note={EVALUATE.reportedMark} flush>
          <div className={layout['scrollx']}>
            <ReportedTable rows={rows} />
          </div>
        </Panel>
      ))}
    </div>
  )
}

function ReportedTable({ rows }: { readonly rows: readonly ReportedRow[] }) {
  const suites = [...new Set(rows.flatMap(({ scores }) => Object.keys(scores)))]
  return (
    <table className={`${styles['board']} ${styles['reported']}`}>
      <thead>
        <tr>
          {[EVALUATE.model, EVALUATE.base, EVALUATE.examples].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          {[...suites, EVALUATE.code, EVALUATE.math, EVALUATE.total].map((name) => (
            <th key={name} scope="col" className="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.model} ${row.base ?? ''}`}>
            <th scope="row">{row.model}</th>
            <td>{row.base ?? NOTHING}</td>
            <td>{row.examples ?? NOTHING}</td>
            {suites.map((suite) => (
              <Percent key={suite} value={row.scores[suite] ?? null} />
            ))}
            <Percent value={row.code} />
            <Percent value={row.math} />
            <Percent value={row.total} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Percent({ value }: { readonly value: number | null }) {
  return <td className="number">{value === null ? NOTHING : value.toFixed(1)}</td>
}
