/**
 * Two or more runs or checkpoints beside each other: scores and answers, curves, settings, and one prompt for all.
 */
import { GitCompare } from 'lucide-react'
import type { ReactNode } from 'react'
import { useMemo, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Empty } from '../../components/states.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useParam, useRoute } from '../../state/route.ts'
import { COMPARE } from '../../strings/compare.ts'
import { parseCompared, runsOf } from '../../text/compared.ts'
import type { Compared } from '../../text/compared.ts'
import layout from '../layout.module.css'
import { Answers } from './answers.tsx'
import { AskAll } from './ask-all.tsx'
import { Chooser } from './chooser.tsx'
import styles from './compare.module.css'
import { ConfigTable } from './config-table.tsx'
import { Overlay } from './overlay.tsx'

export function CompareView() {
  const text = useParam('runs') ?? ''
  const places = useMemo(() => parseCompared(text), [text])
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{COMPARE.title}</h1>
      </div>
      <div className={layout['split']}>
        <div className={layout['scroll']}>
          {places.length < 2 ? <Choose /> : <Beside places={places} />}
        </div>
        <Chooser places={places} />
      </div>
    </div>
  )
}

/** The selected run is offered with where it began. */
function Choose() {
  const run = useParam('run')
  const change = useRoute((state) => state.change)
  return (
    <Empty title={COMPARE.choose} text={COMPARE.chooseText}>
      {run === null ? null : (
        <Button
          icon={GitCompare}
          label={COMPARE.startAndEnd(run)}
          onPress={() => change({ runs: `${run}@0,${run}` })}
        />
      )}
    </Empty>
  )
}

function Body({ children }: { readonly children: ReactNode }) {
  return <div className={styles['body']}>{children}</div>
}

function Beside({ places }: { readonly places: readonly Compared[] }) {
  const [tab, setTab] = useState('answers')
  const ids = useMemo(() => runsOf(places), [places])
  return (
    <Tabs
      label={COMPARE.tabs}
      value={tab}
      onChange={setTab}
      items={[
        {
          id: 'answers',
          label: COMPARE.answers,
          body: (
            <Body>
              <Answers places={places} />
            </Body>
          ),
        },
        {
          id: 'curves',
          label: COMPARE.curves,
          body: (
            <Body>
              <Overlay ids={ids} />
            </Body>
          ),
        },
        {
          id: 'config',
          label: COMPARE.config,
          body: (
            <Body>
              <ConfigTable ids={ids} />
            </Body>
          ),
        },
        {
          id: 'talk',
          label: COMPARE.talk,
          body: (
            <Body>
              <AskAll places={places} />
            </Body>
          ),
        },
      ]}
    />
  )
}
