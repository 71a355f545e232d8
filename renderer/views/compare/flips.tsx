/**
 * Items of a held-out suite whose answers were right in one of two runs only, side by side.
 */
import { useState } from 'react'
import type { EvalRecord } from '../../../electron/contract/run.ts'
import type { Flip } from '../../../electron/contract/workbench.ts'
import { CorrectMark } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { integer } from '../../format.ts'
import { COMPARE } from '../../strings/places.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'

export function Flips({ ids }: { readonly ids: readonly string[] }) {
  const [before = '', after = ''] = ids
  const left = useAsk('evals.list', { run: before }, { enabled: before !== '' })
  const right = useAsk('evals.list', { run: after }, { enabled: after !== '' })
  const shared = sharedSuites(left.data ?? [], right.data ?? [])
  const [chosen, setChosen] = useState('')
  const pair = shared.find(({ id }) => id === chosen) ?? shared[0]
  return (
    <Panel title={COMPARE.flips}>
      {pair === undefined ? (
        <p className={layout['muted']}>{COMPARE.noEvals}</p>
      ) : (
        <div className={layout['stack']}>
          <div style={{ maxWidth: 320 }}>
            <Select
              label={COMPARE.suite}
              choices={shared.map(({ id }) => ({ id, label: id }))}
              value={pair.id}
              onChange={setChosen}
            />
          </div>
          <FlipList before={before} after={after} pair={pair} />
        </div>
      )}
    </Panel>
  )
}

type Pair = {
  readonly id: string
  readonly suite: string
  readonly temperature: number
  readonly before: number
  readonly after: number
}

/** Suites that both have, each at its last step. */
export function sharedSuites(
  left: readonly EvalRecord[],
  right: readonly EvalRecord[],
): readonly Pair[] {
  const last = (records: readonly EvalRecord[]) =>
    new Map(records.map((record) => [`${record.suite}, T = ${record.temperature}`, record]))
  const others = last(right)
  return [...last(left)].flatMap(([id, { suite, temperature, step }]) => {
    const other = others.get(id)
    return other === undefined ? [] : [{ id, suite, temperature, before: step, after: other.step }]
  })
}

type ListProps = { readonly before: string; readonly after: string; readonly pair: Pair }

function FlipList({ before, after, pair }: ListProps) {
  const flips = useAsk('evals.flips', {
    before: { run: before, step: pair.before },
    after: { run: after, step: pair.after },
    suite: pair.suite,
    temperature: pair.temperature,
  })
  return (
    <Loaded query={flips} what={COMPARE.flips}>
      {({ compared, gained, lost, rows }) => (
        <>
          <p>{COMPARE.flipsText(integer(compared), integer(gained), integer(lost))}</p>
          {rows.length === 0 ? (
            <p className={layout['muted']}>{COMPARE.noFlips}</p>
          ) : (
            <FlipTable rows={rows} before={before} after={after} />
          )}
        </>
      )}
    </Loaded>
  )
}

type TableProps = {
  readonly rows: readonly Flip[]
  readonly before: string
  readonly after: string
}

const SHOWN = 100

function FlipTable({ rows, before, after }: TableProps) {
  return (
    <div className={layout['scrollx']}>
      <table className={layout['plain']}>
        <thead>
          <tr>
            <th scope="col">{COMPARE.item}</th>
            <th scope="col">{before}</th>
            <th scope="col">{after}</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, SHOWN).map((flip) => (
            <tr key={`${flip.item}/${flip.sample}`}>
              <td className="mono">{visible(flip.item)}</td>
              <AnswerCell answer={flip.before} />
              <AnswerCell answer={flip.after} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function AnswerCell({ answer }: { readonly answer: Flip['before'] }) {
  return (
    <td>
      <CorrectMark correct={answer.correct} />
      <pre className={layout['code']}>{visible(answer.response)}</pre>
    </td>
  )
}
