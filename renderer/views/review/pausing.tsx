/**
 * At how many confirmed traces the run pauses by itself: to be changed at any time, also while it runs.
 */
import { useState } from 'react'
import type { Pausing } from '../../../electron/contract/review.ts'
import { Button } from '../../components/button.tsx'
import { TextField } from '../../components/fields.tsx'
import { Select } from '../../components/select.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { integer } from '../../format.ts'
import { PAUSING, REVIEW } from '../../strings/review.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './review.module.css'

const SEVERITIES = ['1', '2', '3', '4', '5'].map((id) => ({
  id,
  label: `${id} ${REVIEW.severities[Number(id)] ?? ''}`,
}))

export function PausingBar({ run }: { readonly run: string }) {
  const pausing = useAsk('decisions.pausing', { run })
  if (pausing.data === undefined) return null
  const { confirmed, severity } = pausing.data
  return <PausingForm key={`${confirmed} ${severity}`} run={run} pausing={pausing.data} />
}

type Props = { readonly run: string; readonly pausing: Pausing }

function PausingForm({ run, pausing }: Props) {
  const held = pausing.confirmed === null ? '' : String(pausing.confirmed)
  const [count, setCount] = useState(held)
  const [severity, setSeverity] = useState(String(pausing.severity))
  const order = useOrder('decisions.setPausing', ['decisions.pausing', 'review.audit'])
  const wrong = count !== '' && !/^[1-9]\d{0,4}$/.test(count)
  const isHeld = count === held && severity === String(pausing.severity)
  const set = () =>
    order.mutate(
      { run, confirmed: count === '' ? null : Number(count), severity: Number(severity) },
      {
        onSuccess: () => addNote('info', PAUSING.done),
        onError: (error) => addNote('warning', error.message),
      },
    )
  return (
    <div className={layout['bar']} role="group" aria-label={PAUSING.title}>
      <span>{PAUSING.before}</span>
      <span className={styles['count']}>
        <TextField
          bare
          label={PAUSING.count}
          value={count}
          placeholder={PAUSING.never}
          problem={wrong ? PAUSING.problem : null}
          onChange={setCount}
        />
      </span>
      <span>{PAUSING.between}</span>
      <span className={layout['narrow']}>
        <Select
          bare
          label={REVIEW.severity}
          choices={SEVERITIES}
          value={severity}
          onChange={setSeverity}
        />
      </span>
      <span>{PAUSING.after}</span>
      <Button label={PAUSING.set} disabled={wrong || isHeld} onPress={set} />
      <Standing pausing={pausing} />
    </div>
  )
}

function Standing({ pausing: { counted, author } }: Pick<Props, 'pausing'>) {
  const who = author === null ? PAUSING.started : PAUSING.by(visible(author))
  return <p>{`${PAUSING.counted(integer(counted))}; ${who}`}</p>
}
