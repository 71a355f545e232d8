/**
 * What is compared: each run with its step, to change, to take out; and the runs that can be added.
 */
import { ListPlus, Plus, X } from 'lucide-react'
import { MAX_PLACES } from '../../../electron/contract/compare.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Select } from '../../components/select.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk } from '../../data/ask.ts'
import { integer } from '../../format.ts'
import { useRoute } from '../../state/route.ts'
import { COMMON } from '../../strings/common.ts'
import { COMPARE } from '../../strings/compare.ts'
import { formatCompared, nameOf } from '../../text/compared.ts'
import type { Compared } from '../../text/compared.ts'
import layout from '../layout.module.css'
import styles from './compare.module.css'

type Props = { readonly places: readonly Compared[] }

export function Chooser({ places }: Props) {
  const list = useAsk('runs.list', {})
  const change = useRoute((state) => state.change)
  const set = (next: readonly Compared[]) => change({ runs: formatCompared(next) })
  const full = places.length >= MAX_PLACES
  return (
    <section className={layout['aside']} aria-label={COMMON.details}>
      {places.length === 0 ? null : (
        <Panel title={COMPARE.places} flush>
          {places.map((place, at) => (
            <PlaceRow
              key={nameOf(place)}
              place={place}
              full={full}
              onChange={(next) => set(places.toSpliced(at, 1, ...next))}
            />
          ))}
        </Panel>
      )}
      <Panel title={COMPARE.runs} flush>
        <Loaded query={list} what={COMPARE.runs}>
          {({ rows }) =>
            rows
              .filter(({ run }) => places.every((place) => place.run !== run.id))
              .map(({ run }) => (
                <div key={run.id} className={styles['place']}>
                  <span className="mono">{run.id}</span>
                  <IconButton
                    icon={Plus}
                    label={COMPARE.add(run.id)}
                    disabled={full}
                    onPress={() => set([...places, { run: run.id, step: null }])}
                  />
                </div>
              ))
          }
        </Loaded>
        {full ? <p className={styles['full']}>{COMPARE.full(integer(MAX_PLACES))}</p> : null}
      </Panel>
    </section>
  )
}

type RowProps = {
  readonly place: Compared
  readonly full: boolean
  /** What stands here from now on. */
  readonly onChange: (next: readonly Compared[]) => void
}

function PlaceRow({ place, full, onChange }: RowProps) {
  const { run, step } = place
  const scores = useAsk('compare.scores', { places: [{ run, step: null }] })
  const steps = scores.data?.measured[0] ?? []
  const choices = [
    { id: '', label: COMPARE.last },
    ...[...new Set([...steps, ...(step === null ? [] : [step])])].map((one) => ({
      id: String(one),
      label: COMPARE.step(integer(one)),
    })),
  ]
  const [first] = steps
  return (
    <div className={styles['place']}>
      <span className="mono">{run}</span>
      <div className={styles['step']}>
        <Select
          bare
          label={COMPARE.at(run)}
          choices={choices}
          value={step === null ? '' : String(step)}
          onChange={(id) => onChange([{ run, step: id === '' ? null : Number(id) }])}
        />
      </div>
      <IconButton icon={X} label={COMPARE.drop(nameOf(place))} onPress={() => onChange([])} />
      {first === undefined ? null : (
        <Button
          icon={ListPlus}
          look="quiet"
          label={COMPARE.again}
          disabled={full}
          onPress={() => onChange([{ run, step: step === first ? null : first }, place])}
        />
      )}
    </div>
  )
}
