/**
 * Which device trains, with what this machine has of each.
 */
import { DEVICES } from '../../../electron/contract/inputs.ts'
import { Select } from '../../components/select.tsx'
import { useAsk } from '../../data/ask.ts'
import { NEW_RUN } from '../../strings/runs.ts'
import { deviceHint, deviceLabel } from '../../text/device-text.ts'
import type { Draft } from '../../text/run-draft.ts'
import styles from './new-run.module.css'

type Props = {
  readonly device: Draft['device']
  readonly onChange: (device: Draft['device']) => void
}

export function DevicePicker({ device, onChange }: Props) {
  const machine = useAsk('app.doctor', {}).data ?? null
  const choices = DEVICES.map((id) => ({ id, label: deviceLabel(id, machine) }))
  return (
    <div className={styles['device']}>
      <Select label={NEW_RUN.device} choices={choices} value={device} onChange={onChange} />
      <p className={styles['range']} aria-live="polite">
        {deviceHint(device, machine)}
      </p>
    </div>
  )
}
