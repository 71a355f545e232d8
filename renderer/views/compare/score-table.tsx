/**
 * Scores of every suite at every place, each with its interval: never a mean alone.
 */
import type { ComparedScore, ComparedSuite } from '../../../electron/contract/compare.ts'
import { Interval } from '../../components/marks.tsx'
import { Panel } from '../../components/panel.tsx'
import { integer, percent } from '../../format.ts'
import { COMPARE } from '../../strings/compare.ts'
import { nameOf } from '../../text/compared.ts'
import type { Compared } from '../../text/compared.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './compare.module.css'

type Props = {
  readonly places: readonly Compared[]
  readonly suites: readonly ComparedSuite[]
}

export function ScoreTable({ places, suites }: Props) {
  return (
    <Panel title={COMPARE.scores} note={COMPARE.interval} flush>
      <div className={layout['scrollx']}>
        <table className={layout['plain']}>
          <thead>
            <tr>
              <th scope="col">{COMPARE.suite}</th>
              {places.map((place) => (
                <th key={nameOf(place)} scope="col" className="mono">
                  {nameOf(place)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {suites.map(({ suite, temperature, scores }) => (
              <tr key={`${suite} ${temperature}`}>
                <th scope="row">
                  {visible(suite)}
                  {temperature === 0 ? null : `, T = ${temperature}`}
                </th>
                {scores.map((score, at) => (
                  // oxlint-disable-next-line react/no-array-index-key -- one cell per place
                  <td key={at}>
                    <Score score={score} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  )
}

function Score({ score: { step, n, score, low, high } }: { readonly score: ComparedScore }) {
  return (
    <span className={styles['score']}>
      <span className="number">
        {percent(score, 1)} ({percent(low, 1)} to {percent(high, 1)})
      </span>
      <Interval score={score} low={low} high={high} />
      <span className={layout['muted']}>
        n = {integer(n)}, {COMPARE.step(integer(step))}
      </span>
    </span>
  )
}
