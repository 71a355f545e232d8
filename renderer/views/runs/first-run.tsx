/**
 * The first page: three sentences, one button, a finished run to look at, and what this machine offers.
 */
import { BookOpen, Check, Info, Play, TriangleAlert } from 'lucide-react'
import type { Finding } from '../../../electron/contract/workbench.ts'
import { Button } from '../../components/button.tsx'
import { Panel } from '../../components/panel.tsx'
import { Loaded } from '../../components/states.tsx'
import { useAsk, useOrder } from '../../data/ask.ts'
import { addNote } from '../../data/live.ts'
import { useScreenCommands } from '../../data/screen-commands.ts'
import { defaultOrder } from '../../text/run-draft.ts'
import { useRoute } from '../../state/route.ts'
import { RUNS } from '../../strings/runs.ts'
import { visible } from '../../text/neutral.ts'
import layout from '../layout.module.css'
import styles from './runs.module.css'

export function FirstRun() {
  const start = useOrder('runs.start', ['runs.list'])
  const sample = useOrder('runs.openSample', ['runs.list'])
  const info = useAsk('app.info', {})
  const go = useRoute((state) => state.go)
  const onError = (error: Error) => addNote('warning', error.message)
  const open = ({ run }: { readonly run: string }) => go('live', { run })
  const train = () => start.mutate(defaultOrder(), { onSuccess: open, onError })
  const show = () => sample.mutate({}, { onSuccess: open, onError })
  const hasSample = info.data?.hasSample === true
  const readOnly = info.data?.readOnly === true
  useScreenCommands([
    { id: 'train', label: RUNS.trainNow, can: !readOnly, act: train },
    { id: 'sample', label: RUNS.openSample, can: hasSample && !readOnly, act: show },
  ])
  return (
    <div className={styles['first']}>
      <div className={styles['lead']}>
        <h1>{RUNS.firstTitle}</h1>
        {RUNS.firstText.map((text) => (
          <p key={text}>{text}</p>
        ))}
        <div className={layout['row']}>
          <Button
            icon={Play}
            look="primary"
            label={RUNS.trainNow}
            disabled={readOnly || start.isPending}
            onPress={train}
          />
          {hasSample ? (
            <Button
              icon={BookOpen}
              label={RUNS.openSample}
              disabled={readOnly || sample.isPending}
              onPress={show}
            />
          ) : null}
        </div>
      </div>
      <Checkup />
    </div>
  )
}

function Checkup() {
  const doctor = useAsk('app.doctor', {})
  return (
    <Panel title={RUNS.checkup}>
      <Loaded query={doctor} what={RUNS.checkupWait}>
        {({ findings }) => (
          <div className={styles['findings']}>
            {findings.map((finding) => (
              <FindingRow key={finding.name} finding={finding} />
            ))}
          </div>
        )}
      </Loaded>
    </Panel>
  )
}

export function FindingRow({ finding }: { readonly finding: Finding }) {
  const { name, ok, detail, hint, needed } = finding
  return (
    <div className={styles['finding']}>
      {ok ? (
        <Check size={14} aria-label={RUNS.fine} color="var(--right)" />
      ) : needed ? (
        <TriangleAlert size={14} aria-label={RUNS.missing} color="var(--wrong)" />
      ) : (
        <Info size={14} aria-label={RUNS.optional} color="var(--text-muted)" />
      )}
      <div>
        <strong>{name}</strong>
        <p>{visible(detail)}</p>
        {hint === '' ? null : <p>{hint}</p>}
      </div>
    </div>
  )
}
