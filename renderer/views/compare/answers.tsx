/**
 * Suites that all were measured on: the scores, the items of one suite, the answers to one item.
 */
import { useState } from 'react'
import type { ComparedRow, ComparedSuite } from '../../../electron/contract/compare.ts'
import { Empty, Loaded } from '../../components/states.tsx'
import { Select } from '../../components/select.tsx'
import { useAsk } from '../../data/ask.ts'
import { COMPARE } from '../../strings/compare.ts'
import type { Compared } from '../../text/compared.ts'
import layout from '../layout.module.css'
import styles from './compare.module.css'
import { ItemTable } from './item-table.tsx'
import { ScoreTable } from './score-table.tsx'
import { SideBySide } from './side-by-side.tsx'

const keyOf = ({ suite, temperature }: ComparedSuite) => `${suite} ${temperature}`

export function Answers({ places }: { readonly places: readonly Compared[] }) {
  const scores = useAsk('compare.scores', { places: [...places] })
  return (
    <Loaded query={scores} what={COMPARE.scores}>
      {({ suites }) =>
        suites.length === 0 ? (
          <Empty title={COMPARE.noEvals} text={COMPARE.noEvalsText} />
        ) : (
          <div className={layout['stack']}>
            <ScoreTable places={places} suites={suites} />
            <Items places={places} suites={suites} />
          </div>
        )
      }
    </Loaded>
  )
}

type Props = {
  readonly places: readonly Compared[]
  readonly suites: readonly ComparedSuite[]
}

function Items({ places, suites }: Props) {
  const [chosen, setChosen] = useState('')
  const [item, setItem] = useState<ComparedRow | null>(null)
  const suite = suites.find((one) => keyOf(one) === chosen) ?? suites[0]
  if (suite === undefined) return null
  // Steps as the host resolved them.
  const at = places.map(({ run }, index) => ({ run, step: suite.scores[index]?.step ?? 0 }))
  const choices = suites.map((one) => ({
    id: keyOf(one),
    label: one.temperature === 0 ? one.suite : `${one.suite}, T = ${one.temperature}`,
  }))
  return (
    <>
      <ItemTable
        key={JSON.stringify([at, keyOf(suite)])}
        places={at}
        suite={suite}
        onItem={setItem}
        chooser={
          <div>
            <Select
              bare
              label={COMPARE.suite}
              choices={choices}
              value={keyOf(suite)}
              onChange={setChosen}
            />
          </div>
        }
      />
      {item === null ? (
        <p className={`${layout['muted']} ${styles['full']}`}>{COMPARE.pick}</p>
      ) : (
        <SideBySide places={at} suite={suite} row={item} />
      )}
    </>
  )
}
