/**
 * Held-out results of the selected run, with intervals. Read-only.
 */
import { useMemo } from 'react'
import { Chart } from '../../charts/chart.tsx'
import { scoreCharts, suiteName } from '../../charts/scores.ts'
import { Interval } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { KINDS } from '../../../electron/contract/task.ts'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import type { EvalRecord } from '../../../electron/contract/run.ts'
import { integer, NOTHING, percent, points } from '../../format.ts'
import { useParam } from '../../state/route.ts'
import { CHARTS } from '../../strings/charts.ts'
import { COMMON } from '../../strings/common.ts'
import { EVALUATE } from '../../strings/places.ts'
import layout from '../layout.module.css'
import { NoRun } from '../no-run.tsx'
import { Jobs } from './jobs.tsx'

export function EvaluateView() {
  const run = useParam('run')
  const query = useAsk('evals.list', { run: run ?? '' }, { enabled: run !== null })
  if (run === null) return <NoRun />
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{EVALUATE.title}</h1>
        <p>{EVALUATE.text}</p>
      </div>
      <Jobs />
      <Loaded query={query} what={EVALUATE.table}>
        {(records) => <Results records={records} />}
      </Loaded>
    </div>
  )
}

function Results({ records }: { readonly records: readonly EvalRecord[] }) {
  const specs = useMemo(() => scoreCharts(records), [records])
  if (records.length === 0) return <Empty title={EVALUATE.none} text={EVALUATE.noneText} />
  return (
    <div className={`${layout['scroll']} ${layout['stack']}`}>
      <div className={layout['grid']}>
        {specs.map((spec) => (
          <Chart
            key={spec.id}
            spec={spec}
            smoothing={0}
            range={null}
            xName={CHARTS.xAxes.step}
            onRange={() => undefined}
            onPick={() => undefined}
          />
        ))}
      </div>
      <Scoreboard records={records} />
    </div>
  )
}

/** The first and the last measurement of every suite and kind. */
function Scoreboard({ records }: { readonly records: readonly EvalRecord[] }) {
  const names = [...new Set(records.map(suiteName))]
  return names.map((name) => {
    const own = records.filter((record) => suiteName(record) === name)
    const steps = own.map(({ step }) => step)
    const [first, last] = [Math.min(...steps), Math.max(...steps)]
    return (
      <Panel key={name} title={name} flush>
        <div className={layout['scrollx']}>
          <table className={layout['plain']}>
            <ScoreHead />
            <tbody>
              {own
                .filter(({ step }) => step === last || step === first)
                .toSorted((a, b) => a.step - b.step || orderOf(a) - orderOf(b))
                .map((record) => (
                  <ScoreRow
                    key={`${record.step}/${record.kind}`}
                    record={record}
                    start={own.find((one) => one.step === first && one.kind === record.kind)}
                  />
                ))}
            </tbody>
          </table>
        </div>
      </Panel>
    )
  })
}

/** The mean first, then the kinds in their usual order. */
function orderOf({ kind }: EvalRecord): number {
  return kind === 'mean' ? -1 : KINDS.indexOf(kind)
}

function ScoreHead() {
  const { step, kind, n, score, interval, change } = EVALUATE
  const since = `${change} (${EVALUATE.points})`
  const numbers: readonly string[] = [step, n, score, since]
  return (
    <thead>
      <tr>
        {[step, kind, n, score, interval, since].map((label) => (
          <th key={label} scope="col" className={numbers.includes(label) ? 'number' : ''}>
            {label}
          </th>
        ))}
      </tr>
    </thead>
  )
}

type RowProps = { readonly record: EvalRecord; readonly start: EvalRecord | undefined }

function ScoreRow({ record, start }: RowProps) {
  const { step, kind, n, score, low, high } = record
  const change = start === undefined || start.step === step ? NOTHING : points(score - start.score)
  return (
    <tr>
      <td className="number">{integer(step)}</td>
      <td>{kind === 'mean' ? EVALUATE.mean : COMMON.kinds[kind]}</td>
      <td className="number">{integer(n)}</td>
      <td className="number">{percent(score, 1)}</td>
      <td style={{ width: '34%' }}>
        <Interval score={score} low={low} high={high} />
      </td>
      <td className="number">{change}</td>
    </tr>
  )
}
