/**
 * Two or more runs over each other: settings that differ, one chart with all of them, items that flipped.
 */
import { useMemo } from 'react'
import { ListBox, ListBoxItem } from 'react-aria-components'
import controls from '../../components/controls.module.css'
import { Panel } from '../../components/panel.tsx'
import { Empty, Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { useParam, useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { COMPARE } from '../../strings/places.ts'
import layout from '../layout.module.css'
import { ConfigTable } from './config-table.tsx'
import { Flips } from './flips.tsx'
import { Overlay } from './overlay.tsx'

export function CompareView() {
  const runs = useParam('runs') ?? ''
  const ids = useMemo(() => runs.split(',').filter((id) => id !== ''), [runs])
  return (
    <div className={layout['page']}>
      <div className={layout['bar']}>
        <h1>{COMPARE.title}</h1>
      </div>
      <div className={layout['split']}>
        <div className={`${layout['scroll']} ${layout['stack']}`}>
          {ids.length < 2 ? (
            <Empty title={COMPARE.choose} text={COMPARE.chooseText} />
          ) : (
            <>
              <Overlay ids={ids} />
              <ConfigTable ids={ids} />
              <Flips ids={ids} />
            </>
          )}
        </div>
        <Chooser ids={ids} />
      </div>
    </div>
  )
}

function Chooser({ ids }: { readonly ids: readonly string[] }) {
  const list = useAsk('runs.list', {})
  const change = useRoute((state) => state.change)
  return (
    <section className={layout['aside']} aria-label={COMMON.details}>
      <Panel title={COMPARE.runs} flush>
        <Loaded query={list} what={COMPARE.runs}>
          {({ rows }) => (
            <ListBox
              className={controls['list'] ?? ''}
              aria-label={COMPARE.runs}
              selectionMode="multiple"
              selectedKeys={ids}
              onSelectionChange={(keys) => {
                const all = rows.map(({ run }) => run.id)
                const next = keys === 'all' ? all : [...keys].map(String)
                change({ runs: next.slice(0, 6).join(',') })
              }}
            >
              {rows.map(({ run }) => (
                <ListBoxItem key={run.id} id={run.id} className={controls['option'] ?? ''}>
                  {run.id}
                </ListBoxItem>
              ))}
            </ListBox>
          )}
        </Loaded>
      </Panel>
    </section>
  )
}
